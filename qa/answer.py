"""A question answered: statements quoted from articles, each with checked citations, or word that there are none."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

from corpus.document import Span
from index.hits import Hit, StoredArticle, Where
from index.search import NewsIndex
from qa.along import reach
from qa.askable import check_matter, checked_question, whole
from qa.choose import Choice, choose, with_reasons
from qa.cite import Citation, CitationError, Evidence, check, draft, is_checked
from qa.context import context
from qa.decline import ENOUGH, Signals, in_words, likelihood, reason, signals, unmet, verdict
from qa.followup import Turn, stand_alone
from qa.meaning import meanings
from qa.outlets import Named, Outlets, outlets_named, outlets_of
from qa.questions import Question, analyse
from qa.select import Candidate, rank

CANDIDATE_HITS = 20
"""Statements are looked for in so many hits, however few are shown."""
_NOTHING_LEFT = "The chosen outlets and dates leave no article to look in."


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer, as an article has it, with the markers of its citations.

    `context` are the markers of the sentences before it that say who or what it is about; empty where it needs none.
    """

    text: str
    citations: tuple[int, ...]
    context: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked, as `asked` of the index, and what the articles say.

    `confidence` is the probability, 0 to 1, that the articles answer, and `verdict` says it in words. `passages` are
    the best hits; where `answered` is False they are the nearest and do not answer. `note` is for the reader, and may
    be empty. `missing` are the question's names that no statement mentions.
    """

    question: str
    asked: str
    answered: bool
    confidence: float
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    passages: tuple[Hit, ...]
    seconds: float
    note: str
    missing: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not all(map(is_checked, self.citations)):
            raise CitationError("an answer carries checked citations only")

    @property
    def verdict(self) -> str:
        """Whether the articles answer: "likely", "partly" or "not in these articles"."""
        return verdict(self.confidence, self.missing) if self.answered else "not in these articles"


def ask(
    question: str,
    index: NewsIndex,
    *,
    k: int = 10,
    where: Where = Where(),  # noqa: B008 (frozen)
    earlier: Sequence[Turn] = (),
) -> Iterator[Answer]:
    """The answer as it grows: the passages, then statement by statement, the last one final.

    Raises MisuseError, before anything is searched, for a question that can't be asked.
    """
    begun = time.perf_counter()
    checked = checked_question(question)
    check_matter(checked)
    asked = stand_alone(checked, earlier)
    hits = index.search(asked, max(k, CANDIDATE_HITS), where)
    growing = Answer(whole(question), asked, False, 0.0, (), (), tuple(hits[:k]), time.perf_counter() - begun, "")
    yield growing
    seen = look(asked, index, hits)
    missing = unmet(seen.question, seen.chosen)
    likely = likelihood(seen.question, seen.chosen, seen.signals, missing)
    if likely < ENOUGH or not seen.chosen:
        among = where != Where()
        note = _NOTHING_LEFT
        if hits:
            note = reason(seen.question, seen.named, hits, lambda words: index.search(words, k, where), among)
        yield replace(growing, confidence=likely, seconds=time.perf_counter() - begun, note=note)
        return
    note = in_words(likely, missing, seen.chosen)
    growing = replace(growing, answered=True, confidence=likely, missing=missing, note=note)
    citing = _Citing(index, seen.question)
    for choice in seen.chosen:
        if citing.has_quoted(choice.best):
            continue  # its quotation stands in a statement before
        statement = citing.statement(choice)
        growing = replace(
            growing,
            statements=(*growing.statements, statement),
            citations=tuple(citing.made.values()),
            seconds=time.perf_counter() - begun,
        )
        yield growing


_OUTLETS: WeakKeyDictionary[NewsIndex, Outlets] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Look:
    """What there is to be said of a question before it is decided whether to answer it."""

    question: Question
    named: Named
    chosen: Sequence[Choice]
    signals: Signals


def look(asked: str, index: NewsIndex, hits: Sequence[Hit]) -> Look:
    """The sentences of the hits that come nearest to an answer, and the signals of how near that is."""
    if index not in _OUTLETS:
        _OUTLETS[index] = outlets_of(index.outlets)
    named = outlets_named(asked, _OUTLETS[index])
    question = analyse(asked, named.words)
    sense = meanings(index.encoder)
    vector = index.vector(question.text)
    everywhere = [each for hit in hits for each in (hit, *_copies(hit, index))]
    ranked = rank(question, everywhere, index.text, named.sources, lambda sentences: sense.cosines(vector, sentences))
    chosen = with_reasons(question, choose(ranked, named.held, question.sides, question.named), ranked, index.text)
    return Look(question, named, chosen, signals(question, ranked, chosen, hits, named, index.info.passages))


def _copies(hit: Hit, index: NewsIndex) -> list[Hit]:
    """The hit's copies as hits like it, so that a statement cites all who say it."""
    return [
        replace(
            hit,
            article=copy.article,
            start=copy.start,
            end=copy.end,
            text=index.text(copy.article.row).text[copy.start : copy.end],
            copies=(),
        )
        for copy in hit.copies
    ]


class _Citing:
    """The citations of one answer, numbered in the order in which they first appear, one a span."""

    def __init__(self, index: NewsIndex, question: Question) -> None:
        self._index = index
        self._question = question
        self.made: dict[tuple[int, Span], Citation] = {}
        self._stated: set[tuple[int, Span]] = set()

    def statement(self, choice: Choice) -> Statement:
        """The choice as a statement, its citations made; context is cited behind them."""
        spans = {each.place: self._reach(each) for each in (choice.best, *choice.also)}
        markers = tuple(self._marker(each.hit.article, spans[each.place]) for each in (choice.best, *choice.also))
        self._stated.update((row, span) for (row, _), span in spans.items())
        stored, span = self._index.text(choice.best.hit.article.row), spans[choice.best.place]
        before = context(stored, choice.best.number)
        if before is not None and span.start <= before.start:
            before = None  # the statement holds it already
        about = () if before is None else (self._marker(choice.best.hit.article, before),)
        text = stored.text[span.start : span.end]
        return Statement(text, markers, tuple(marker for marker in about if marker not in markers))

    def has_quoted(self, candidate: Candidate) -> bool:
        """True if a statement made before holds the sentence."""
        row, span = candidate.hit.article.row, candidate.span
        return any(at == row and one.start <= span.start and span.end <= one.end for at, one in self._stated)

    def _reach(self, candidate: Candidate) -> Span:
        """What is quoted for a sentence: no more than the sentence where more stands in a statement before."""
        row = candidate.hit.article.row
        span = reach(self._question, self._index.text(row), candidate.number, candidate.relation > 0.0)
        stated = any(at == row and one.start < span.end and span.start < one.end for at, one in self._stated)
        return candidate.span if stated else span

    def _marker(self, article: StoredArticle, span: Span) -> int:
        known = self.made.get((article.row, span))
        if known is None:
            evidence = Evidence(article, self._index.text(article.row))
            known = check(draft(len(self.made) + 1, evidence, span.start, span.end), evidence)
            self.made[article.row, span] = known
        return known.marker
