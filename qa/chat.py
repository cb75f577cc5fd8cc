"""A conversation with the articles: questions with what came back, and the next answer as it grows."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from index.hits import Where
from index.search import NewsIndex
from qa.answer import Answer, ask
from qa.followup import Turn

_GROWS_SECONDS = 0.1
"""Between two showings of a growing answer, each of which takes the page's library longer than a statement takes us."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with its answer; `complete` is False while the answer still grows."""

    question: str
    answer: Answer
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question that has been sent and has nothing to show yet."""

    question: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A question that could not be asked, and why, in words for the user."""

    question: str
    reason: str


Exchange = Answered | Waiting | Refused


def converse(
    question: str, before: Sequence[Exchange], index: NewsIndex, where: Where, k: int
) -> Iterator[tuple[Exchange, ...]]:
    """The conversation with the new question in it, again and again while the answer grows.

    Raises what `ask` raises, as MisuseError for an empty question.
    """
    earlier = [_turn(each.answer) for each in before if isinstance(each, Answered)]
    last: Answer | None = None
    for last in ask(question, index, k=k, where=where, earlier=earlier):
        yield (*before, Answered(question, last, complete=False))
    if last is not None:
        yield (*before, Answered(question, last))


def shown(growing: Iterable[tuple[Exchange, ...]]) -> Iterator[tuple[Exchange, ...]]:
    """The conversations worth showing of those that `converse` gives: the last, and before it one every so often.

    Nothing while there are only passages, as they look like a question that waits. Where all statements come at once,
    as they mostly do, that is one showing and not two.
    """
    last, since = None, None
    for last in growing:
        now = time.monotonic()
        since = now if since is None and _has_statements(last[-1]) else since
        if since is not None and now - since >= _GROWS_SECONDS:
            yield last
            last, since = None, now
    if last is not None:
        yield last


def _has_statements(exchange: Exchange) -> bool:
    return isinstance(exchange, Answered) and exchange.answer.answered


def is_open(exchanges: Sequence[Exchange]) -> bool:
    """True while the last question waits for an answer, or for the rest of one."""
    match exchanges[-1:]:
        case [Waiting() | Answered(complete=False)]:
            return True
    return False


def stopped(exchanges: Sequence[Exchange]) -> tuple[Exchange, ...]:
    """The conversation after the user pressed Stop: what has come stays, a question without an answer goes."""
    kept = [each for each in exchanges if not isinstance(each, Waiting)]
    return tuple(Answered(each.question, each.answer) if isinstance(each, Answered) else each for each in kept)


def _turn(answer: Answer) -> Turn:
    titles = dict.fromkeys(citation.title for citation in answer.citations if citation.title)
    return Turn(answer.asked, " ".join(each.text for each in answer.statements), tuple(titles))
