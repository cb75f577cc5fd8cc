"""Questions with gold answers put to an index: how much is found, cited, and rightly left unanswered."""

import re
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from corpus.errors import MisuseError
from index.hits import Hit
from index.search import NewsIndex
from qa.answer import Answer, ask
from qa.askable import check_matter, checked_question
from qa.gold import UNANSWERABLE_TYPES, Gold, GoldSpan

PASSAGES = 10
_DOCUMENT_HITS = 60
"""Passages looked through for the first ten documents."""
_RESAMPLES = 1_000
_SEED = 2025
_SHORT_QUOTE = 40
_LOOKED_THROUGH, _LOOKED_FOR = 10_000_000_000, 20
"""Characters looked through for evidence that stands nowhere, some seconds, and how much is looked for in any case."""

# What each figure says, in the order of the table.
FIGURES = {
    "hits@10": "a gold fact stands in the first ten passages",
    "hits@4": "… in the first four",
    "mrr@10": "1 / rank of the first passage with a gold fact",
    "fact recall@10": "share of a question's facts in the first ten passages",
    "all facts@10": "all of them are",
    "ndcg@10": "the first ten documents, by gain discounted with rank",
    "evidence cited": "gold evidence stands inside a cited statement",
    "answer in first": "a gold answer stands in the first statement",
    "answer in first three": "… in the first three statements",
    "answerable declined": "no answer given though there is one (lower is better)",
    "unanswerable declined": "no answer given where there is none",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over questions, with its 95 % interval by bootstrap."""

    value: float
    low: float
    high: float
    questions: int


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one run. `answerable` counts the questions whose documents are in the index and have an answer."""

    questions: int
    answerable: int
    figures: Mapping[str, Figure]
    milliseconds_median: float
    milliseconds_p95: float

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON can hold it."""
        figures = {
            name: {"value": f.value, "low": f.low, "high": f.high, "questions": f.questions}
            for name, f in self.figures.items()
        }
        time = {"p50": self.milliseconds_median, "p95": self.milliseconds_p95}
        return {"questions": self.questions, "answerable": self.answerable, "figures": figures, "milliseconds": time}

    def table(self) -> str:
        """The report as a table for a terminal."""
        many = "" if self.questions == 1 else "s"
        lines = [f"{self.questions:,} question{many}, {self.answerable:,} answered by these articles", ""]
        lines.append(f"{'':23}{'value':>7}   {'95 % interval':13}{'questions':>11}")
        lines += [
            f"{name:23}{f.value:7.3f}   {f.low:.3f} – {f.high:.3f}{f.questions:11,}   {FIGURES[name]}"
            for name, f in self.figures.items()
        ]
        lines += [
            "",
            f"time of an answer: median {self.milliseconds_median:.0f} ms, p95 {self.milliseconds_p95:.0f} ms",
        ]
        return "\n".join(lines)


def measure(
    questions: Sequence[Gold], index: NewsIndex, k: int = PASSAGES, progress: Callable[[int, int], None] | None = None
) -> Report:
    """The figures of the questions. One that names documents of which the index holds none counts as unanswerable.

    Raises MisuseError, before any is asked, for one that can't be.
    """
    for gold in questions:
        try:
            check_matter(checked_question(gold.query))
        except MisuseError as error:
            raise MisuseError(f"question {gold.id}: {error}") from None
    held = {PurePosixPath(article.path).stem for article in index.articles}
    marks: dict[str, list[float]] = {name: [] for name in FIGURES}
    times, answerable = [], 0
    for done, gold in enumerate(questions, 1):
        *_, answer = ask(gold.query, index, k=k)
        times.append(1000 * answer.seconds)
        if gold.type in UNANSWERABLE_TYPES or (gold.relevant and not gold.relevant & held):
            marks["unanswerable declined"].append(not answer.answered)
        else:
            answerable += 1
            marks["answerable declined"].append(not answer.answered)
            ranked = index.search(gold.query, max(k, _DOCUMENT_HITS)) if gold.relevant else answer.passages
            for name, mark in {**_found(gold, ranked), **_answered(gold, answer)}.items():
                marks[name].append(mark)
        if progress is not None:
            progress(done, len(questions))
    figures = {name: figure(values) for name, values in marks.items() if values}
    return Report(len(questions), answerable, figures, statistics.median(times), float(np.percentile(times, 95)))


def nowhere(questions: Sequence[Gold], index: NewsIndex) -> list[tuple[str, str | GoldSpan]]:
    """The evidence that stands in no article of the index, each with its question's id: such a question can't be met.

    Of a large folder only so much evidence is looked for as takes some seconds, the first of the file.
    """
    given = [(gold.id, fact) for gold in questions if gold.type not in UNANSWERABLE_TYPES for fact in gold.evidence]
    left = given[: max(_LOOKED_FOR, _LOOKED_THROUGH // max(1, sum(article.characters for article in index.articles)))]
    for article in index.articles:
        if not left:
            break
        known, text = article.metadata, index.text(article.row).text
        held = _squash(f"{known.title or ''}{known.source or ''}{text}")
        left = [(name, fact) for name, fact in left if not _stands(fact, article.path, len(text), held)]
    return left


def _stands(fact: str | GoldSpan, path: str, characters: int, squashed: str) -> bool:
    if isinstance(fact, GoldSpan):
        return fact.file == path and fact.start < fact.end <= characters
    return _squash(fact) in squashed


def figure(values: Sequence[float]) -> Figure:
    """The mean with its 95 % interval: the middle of 1,000 means of as many values drawn with replacement."""
    held = np.asarray(values, np.float64)
    random = np.random.default_rng(_SEED)
    means = held[random.integers(0, len(held), (_RESAMPLES, len(held)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return Figure(float(held.mean()), float(low), float(high), len(held))


def _found(gold: Gold, ranked: Sequence[Hit]) -> dict[str, float]:
    """The figures of finding. Passages are judged as the MultiHop-RAG paper's code does: white space apart, a fact is
    found where it stands word for word in a passage or its header."""
    marks: dict[str, float] = {}
    if gold.relevant:
        documents = list(dict.fromkeys(PurePosixPath(hit.article.path).stem for hit in ranked))[:10]
        gain = sum(1 / log2(rank + 1) for rank, name in enumerate(documents, 1) if name in gold.relevant)
        marks["ndcg@10"] = gain / sum(1 / log2(rank + 1) for rank in range(1, min(10, len(gold.relevant)) + 1))
    if gold.evidence:
        facts = set(gold.evidence)
        shown = [{fact for fact in facts if _in_passage(fact, hit)} for hit in ranked[:10]]
        first = next((rank for rank, found in enumerate(shown, 1) if found), None)
        seen = frozenset().union(*shown)
        marks["hits@10"] = float(first is not None)
        marks["hits@4"] = float(first is not None and first <= 4)
        marks["mrr@10"] = 1 / first if first else 0.0
        marks["fact recall@10"] = len(seen) / len(facts)
        marks["all facts@10"] = float(seen == facts)
    return marks


def _answered(gold: Gold, answer: Answer) -> dict[str, float]:
    marks: dict[str, float] = {}
    if gold.evidence:
        used = {marker for statement in answer.statements for marker in statement.citations}
        cited = [each for each in answer.citations if each.marker in used]
        marks["evidence cited"] = float(
            any(_in_quote(fact, c.file, c.start, c.end, c.quote) for fact in gold.evidence for c in cited)
        )
    if gold.answers:
        held = [
            any(_squash(right).lower() in _squash(each.text).lower() for right in gold.answers)
            for each in answer.statements
        ]
        marks["answer in first"] = float(any(held[:1]))
        marks["answer in first three"] = float(any(held[:3]))
    return marks


def _in_passage(fact: str | GoldSpan, hit: Hit) -> bool:
    if isinstance(fact, GoldSpan):
        return hit.article.path == fact.file and hit.start <= fact.start and fact.end <= hit.end
    known = hit.article.metadata
    return _squash(fact) in _squash(f"{known.title or ''}{known.source or ''}{known.published or ''}{hit.text}")


def _in_quote(fact: str | GoldSpan, file: str, start: int, end: int, quote: str) -> bool:
    """True if the quotation holds the fact, or is a whole sentence of one that is longer."""
    if isinstance(fact, GoldSpan):
        return file == fact.file and start <= fact.start and fact.end <= end
    said, given = _squash(quote), _squash(fact)
    return given in said or (len(said) > _SHORT_QUOTE and said in given)


def _squash(text: str) -> str:
    return re.sub(r"[ \n]", "", text)
