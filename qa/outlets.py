"""The outlets that a question names: those that the articles come from, and known ones that none of them does."""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from index.outlets import Names, named_outlets, outlet_names
from qa.english import entries, words
from qa.words import STOPWORDS, is_plain, stem_of

_WELL_KNOWN = entries("outlets")
_NEEDS_THE = words("outlets_with_the")
_CUE = r"(?:articles?|reports?|reported|reporting|reporter|piece|story|coverage|journalist|edition|interview|column)"


@dataclass(frozen=True, slots=True)
class Named:
    """Outlets named in a question: `held`, as the articles' metadata call them, in groups that one name stands for;
    `absent`, well-known ones that no article is known to be from; and the stems of all these names, which say nothing
    of the question's matter. `known` is the share of the articles whose outlet is known."""

    held: tuple[tuple[str, ...], ...]
    absent: tuple[str, ...]
    words: frozenset[str]
    known: float

    @property
    def sources(self) -> frozenset[str]:
        """The outlets of all groups together."""
        return frozenset(source for group in self.held for source in group)


@dataclass(frozen=True, slots=True)
class Outlets:
    """The names of some articles' outlets, and the share of the articles whose outlet is known."""

    names: Names
    known: float


def outlets_of(counts: Mapping[str | None, int]) -> Outlets:
    """The outlets that articles are known to be from, given how many are from each, None for unknown."""
    sources = {source: count for source, count in counts.items() if source}
    return Outlets(outlet_names(sources), sum(sources.values()) / max(1, sum(counts.values())))


def outlets_named(question: str, outlets: Outlets) -> Named:
    """The outlets that the question names, given those of the articles."""
    held = tuple(named_outlets(question, outlets.names))
    asked = frozenset(_stems(question))
    called = {word for group in held for source in group for word in _as_asked(source, asked)}
    spoken = frozenset(_words(question))
    likely = [name for name in _WELL_KNOWN if spoken.issuperset(_words(_bare(name)))]  # to compile few patterns
    spans = {match.span(): name for name in likely for match in _called(name).finditer(question)}
    absent = [
        name
        for (start, end), name in sorted(spans.items())
        if not called.issuperset(_stems(name))
        and not any(a <= start and end <= b and (a, b) != (start, end) for a, b in spans)
    ]
    called.update(stem for name in absent for stem in _stems(name))
    return Named(held, tuple(dict.fromkeys(absent)), frozenset(called), outlets.known)


def _as_asked(source: str, asked: frozenset[str]) -> list[str]:
    """The stems of an outlet's name, with its section's where the question has these too."""
    whole = _stems(source)
    return whole if asked.issuperset(whole) else _stems(re.split(r"\s*[|:]\s*|\s+[-–—]\s+", source)[0])


def _stems(outlet: str) -> list[str]:
    return [stem_of(word) for word in re.findall(r"[^\W_]+", outlet) if word.lower() not in STOPWORDS]


def _bare(outlet: str) -> str:
    return re.sub(r"^The\s+", "", outlet)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


@functools.cache
def _called(outlet: str) -> re.Pattern[str]:
    """Finds an outlet's name in a question. One that is also a plain word counts only where a report is spoken of."""
    bare = _bare(outlet)
    if bare != outlet and bare in _NEEDS_THE:
        return re.compile(rf"\b[Tt]he {bare}\b(?!\s+[A-Z])")
    name = r"\W+".join(map(re.escape, re.findall(r"[^\W_]+", bare)))
    if " " not in bare and is_plain(stem_of(bare)):
        return re.compile(rf"\b{name}(?=['’”\"]?(?:’s|'s)?\s+{_CUE}\b)")
    return re.compile(rf"\b{name}\b", re.IGNORECASE if " " in bare else 0)
