"""Outlets named in a question: "as reported by The Verge and TechCrunch". Pure."""

import re
from collections.abc import Iterable, Sequence

_WORDS = re.compile(r"\w+(?:['’]\w+)*")
_SECTION = re.compile(r"\s*[|:]\s*|\s+[-–—]\s+")
_POSSESSIVE = re.compile(r"['’]s?$")


def named_outlets(question: str, outlets: Iterable[str]) -> list[tuple[str, ...]]:
    """The outlets that a question names, in the order of naming; one that stands for several gives them all.

    "The Courier" names "The Courier" and each of its sections ("The Courier - Sport", "The Courier | World"). A name of
    one word counts only where it is written with a capital: fortune is no magazine, Fortune may be.
    """
    asked = [_POSSESSIVE.sub("", word.group()) for word in _WORDS.finditer(question)]
    folded = [word.casefold() for word in asked]
    found: list[tuple[int, int, tuple[str, ...]]] = []
    for name, members in _names(outlets).items():
        for at in range(len(folded) - len(name) + 1):
            if tuple(folded[at : at + len(name)]) == name and _is_a_name(asked[at : at + len(name)]):
                found.append((at, at + len(name), members))
                break
    return [
        members
        for at, end, members in sorted(found)
        if not any(a <= at and end <= e and (a, e) != (at, end) for a, e, _ in found)
    ]


def in_turn(groups: Sequence[Sequence[int]], rest: Sequence[int]) -> list[int]:
    """The best of each group in turn, then the second best of each, and so on; then the rest. No repeats."""
    order: dict[int, None] = {}
    for turn in range(max(map(len, groups), default=0)):
        for group in groups:
            if turn < len(group):
                order.setdefault(group[turn])
    for item in rest:
        order.setdefault(item)
    return list(order)


def _names(outlets: Iterable[str]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Folded words of each name, with and without its section, to the outlets that it stands for."""
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
