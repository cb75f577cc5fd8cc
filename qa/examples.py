"""Questions that a corpus answers, drawn from its own sentences and names and tried before they are shown."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from corpus.errors import CopydeskError
from index.search import NewsIndex
from qa.answer import ask
from qa.names import Name, names
from qa.same import carries

SHOWN = 4
_TRIED = 40
"""Questions tried at most: at some 30 ms each they are ready soon after the index is."""
_ARTICLES_READ = 60
_LEAD_SENTENCES = 12
_REST = r"((?:the|a|an|\d[\d,.]*|[£$€]\d[\d,.]*)\s[^,.;:()“”\"–—]{6,60}?)(?=[,.;]|$)"
_DID = re.compile(rf"(?:,[^,]{{3,60}},)?\s([a-z]{{3,}}ed)\s{_REST}")
_COUNT = re.compile(
    r"(?:^|from\s)(?:[Oo]ver|[Mm]ore than|[Aa]bout|[Nn]early|[Aa]lmost|[Aa]t least|[Ss]ome)?\s?\d[\d,]*\s"
    r"([a-z]{4,}s\s(?:[a-z]{3,}ed|were|had|have|met|took|made|heard|sent|gave|held|came)\s[^,.;:()“”\"–—]{6,50}?)(?=[,.;]|$)"
)
_WILL = re.compile(
    r"((?:The|A|An)\s[\w’' -]{3,40}?)\swill\s(cost|pay|receive|get|give|raise|spend|sell|need|lose)\s[£$€\d]"
)
_SPEAKS = re.compile(r"(?:,[^,]{3,60},)?\s(?:said|told|says|warned|added|called|argued|announced)\b")
_VAGUE = re.compile(r"\b(?:he|she|it|they|we|I|his|her|its|their|our|this|that|these|those|there|who|which)\b")
_UNITS = re.compile(
    r"^(?:years|days|hours|weeks|months|minutes|seconds|points|percent|miles|metres|kilometres|times)\b"
)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A question with the span of the article that it was drawn from; `kind` is the pattern that made it."""

    kind: str
    question: str
    row: int
    start: int
    end: int


def examples(index: NewsIndex, stop: Callable[[], bool] = lambda: False) -> tuple[str, ...]:
    """Up to four questions that `ask` answers from the sentence each was drawn from; the same for the same articles.

    `stop` is asked before each is tried, and ends the trying when it says True.
    """
    shown: list[_Draft] = []
    for draft in _in_turn(_drafts(index))[:_TRIED]:
        if len(shown) == SHOWN or stop():
            break
        taken = any(draft.row == each.row or carries(draft.question, each.question) for each in shown)
        if not taken and sum(draft.kind == each.kind for each in shown) < 2 and _is_answered(draft, index):
            shown.append(draft)
    return tuple(draft.question for draft in shown)


def _in_turn(drafts: Sequence[_Draft]) -> list[_Draft]:
    """The drafts with their kinds taking turns, and within a kind one from each article before a second from any."""
    seen_of_row: Counter[tuple[str, int]] = Counter()
    seen_of_kind: Counter[tuple[str, int]] = Counter()
    keyed = []
    for place, draft in enumerate(drafts):
        of_row = seen_of_row[draft.kind, draft.row]
        seen_of_row[draft.kind, draft.row] += 1
        of_kind = seen_of_kind[draft.kind, of_row]
        seen_of_kind[draft.kind, of_row] += 1
        keyed.append((of_row, of_kind, draft.kind, place, draft))
    return [draft for *_, draft in sorted(keyed, key=lambda each: each[:4])]


def _is_answered(draft: _Draft, index: NewsIndex) -> bool:
    try:
        *_, answer = ask(draft.question, index)
    except CopydeskError:
        return False
    if not answer.answered:
        return False
    article = index.article(draft.row)
    return any(
        citation.document == article.digest and citation.start < draft.end and draft.start < citation.end
        for citation in answer.citations
    )


def _drafts(index: NewsIndex) -> list[_Draft]:
    """What might be asked, from the first sentences of articles spread evenly over the corpus."""
    count = index.info.articles
    rows = range(0, count, max(1, count // _ARTICLES_READ))
    return [draft for row in rows for draft in _of_article(index, row)]


def _of_article(index: NewsIndex, row: int) -> Iterator[_Draft]:
    stored, title = index.text(row), index.article(row).metadata.title
    for name in names(title or "")[:1]:
        if name.kind == "place" or (name.kind == "group" and (" " in name.text or name.text.isupper())):
            yield _Draft("who or what", f"What is said about {name.text}?", row, 0, len(stored.text))
    for span in stored.sentences[:_LEAD_SENTENCES]:
        text = stored.text[span.start : span.end]
        if "\n" in text or text[-1:] not in '.”"':
            continue  # a headline or a line of a list
        found = names(text)
        for kind, question in _questions(text, found):
            yield _Draft(kind, question, row, span.start, span.end)


def _questions(text: str, found: Sequence[Name]) -> Iterator[tuple[str, str]]:
    count = _COUNT.search(text)
    if count and not _UNITS.match(count.group(1)) and not _VAGUE.search(count.group(1)):
        yield "how many", f"How many {count.group(1).strip()}?"
    will = _WILL.match(text)
    if will and not _VAGUE.search(will.group(1)):
        yield "what", f"What will {will.group(1)[0].lower()}{will.group(1)[1:]} {will.group(2)}?"
    if not found:
        return
    first = found[0]
    did = _DID.match(text, first.end)
    if first.start == 0 and did and not first.possessive and not _VAGUE.search(did.group(2)):
        yield "who", f"Who {did.group(1)} {did.group(2).strip()}?"
    if first.kind == "person":
        speaks = _SPEAKS.match(text, first.end)
        topic = _topic(text, found, speaks.end()) if speaks else None
        if topic:
            yield "what", f"What did {first.text} say about {topic}?"


def _topic(text: str, found: Sequence[Name], behind: int) -> str | None:
    """The first place or group named behind the verb, with its article; not a people or a language."""
    for name in found:
        if name.start >= behind and name.kind in ("place", "group") and not name.text.endswith(("an", "ish", "ese")):
            return ("the " if text[: name.start].endswith(("the ", "The ")) else "") + name.text
    return None
