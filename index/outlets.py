"""Outlets named in a question: "as reported by The Verge and TechCrunch". Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence

_WORDS = re.compile(r"\w+(?:['’]\w+)*")
_SECTION = re.compile(r"\s*[|:]\s*|\s+[-–—]\s+")
_POSSESSIVE = re.compile(r"['’]s?$")


Names = Mapping[tuple[str, ...], tuple[str, ...]]
"""The folded words of each name that an outlet may be called by, to the outlets that it stands for."""


def named_outlets(question: str, names: Names) -> list[tuple[str, ...]]:
    """The outlets that a question names, in the order of naming; one that stands for several gives them all.

    "The Courier" names "The Courier" and each of its sections ("The Courier - Sport", "The Courier | World"). A name of
    one word counts only where it is written with a capital: fortune is no magazine, Fortune may be.
    """
    asked = [_POSSESSIVE.sub("", word.group()) for word in _WORDS.finditer(question)]
    folded = [word.casefold() for word in asked]
    found: list[tuple[int, int, tuple[str, ...]]] = []
    there = set(folded)
    for name, members in names.items():
        if name[0] not in there:  # thousands of names, of which a question says one or two
            continue
        for at in range(len(folded) - len(name) + 1):
            if tuple(folded[at : at + len(name)]) == name and _is_a_name(asked[at : at + len(name)]):
                found.append((at, at + len(name), members))
                break
    return [
        members
        for at, end, members in sorted(found)
        if not any(a <= at and end <= e and (a, e) != (at, end) for a, e, _ in found)
    ]


def outlet_names(outlets: Iterable[str]) -> Names:
    """The names of the outlets, with and without their sections."""
    names: dict[tuple[str, ...], list[str]] = {}
    for outlet in sorted(set(outlets)):
        for form in dict.fromkeys((outlet, _SECTION.split(outlet)[0])):
            words = tuple(word.group().casefold() for word in _WORDS.finditer(form))
            if words:
                names.setdefault(words, []).append(outlet)
    return {words: tuple(members) for words, members in names.items()}


def _is_a_name(words: Sequence[str]) -> bool:
    proper = [word for word in words if word.casefold() != "the"] or list(words)
    return len(proper) > 1 or proper[0][0].isupper()
