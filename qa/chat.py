"""A conversation with the articles: questions with what came back, and the next answer as it grows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.hits import Where
from index.search import NewsIndex
from qa.answer import Answer, ask
from qa.followup import Turn


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


def stopped(exchanges: Sequence[Exchange]) -> tuple[Exchange, ...]:
    """The conversation after the user pressed Stop: what has come stays, a question without an answer goes."""
    kept = [each for each in exchanges if not isinstance(each, Waiting)]
    return tuple(Answered(each.question, each.answer) if isinstance(each, Answered) else each for each in kept)


def _turn(answer: Answer) -> Turn:
    titles = dict.fromkeys(citation.title for citation in answer.citations if citation.title)
    return Turn(answer.asked, " ".join(each.text for each in answer.statements), tuple(titles))
