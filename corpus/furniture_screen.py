"""What every line that a rule takes begins with and holds, read off the rule's pattern: cheap to look for beforehand.

Most lines are the article's, and a regular expression takes long to say so. Letters are small here, as `lowered` makes
them; what is found is necessary and never enough.
"""

import re
import string
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import product

from corpus.furniture_lines import lowered

_BEGINNING_CHARS = 3
_MOST_STRINGS = 48
_MOST_IN_CLASS = 4
_RARE_CHARS = 5  # a string of so many is rare enough, and then fewer strings are better than longer ones
_USUAL = frozenset(string.ascii_lowercase + string.digits + " .,:'-")  # a string with any other is rare
_QUANTIFIER = re.compile(r"(?:([?*+])|\{(\d*)(,?)(\d*)\})[?+]?")
_GROUP = re.compile(r"\((\?(?:[:>=!]|<[=!]|-?[a-z]+:))?")
_CLASS = re.compile(r"\[(\^?)(\]?(?:[^\\\]]|\\.)*)\]")
_LITERAL = re.compile(r"[^\\.\[\](){}|?*+^$]+(?![?*+{])")
_RANGE = re.compile(r"\\|.-.")
_ZERO_WIDTH = frozenset("bBAZ")


@dataclass(frozen=True, slots=True)
class Screen:
    """Strings of which every match begins with one and holds one; the empty string where nothing is known.

    `begins` is for lines that begin with a plain letter or digit, as `beginning` tells.
    """

    begins: tuple[str, ...]
    holds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a pattern: all that it can match if that is few strings, how a match begins, and what it must hold."""

    strings: frozenset[str] | None
    begins: frozenset[str]
    holds: frozenset[str]


_EMPTY = frozenset({""})
_NOTHING = _Part(_EMPTY, _EMPTY, frozenset())
_ANYTHING = _Part(None, _EMPTY, frozenset())
_DIGIT = _Part(None, frozenset(string.digits), frozenset())
_NO_LETTERS = r"\W*"


def beginning(small: str) -> str | None:
    """What of a line's small letters to compare with `begins`; None where the line may have any beginning."""
    start = small[:_BEGINNING_CHARS]
    return start if start.isascii() and start[:1].isalnum() else None


def screen(pattern: str) -> Screen:
    """What stands in every line that the whole of `pattern` matches. Raises ValueError for a pattern it can't read."""
    part, end = _alternatives(pattern, len(_NO_LETTERS) if pattern.startswith(_NO_LETTERS) else 0)
    if end != len(pattern):
        raise ValueError(f"not understood from {pattern[end:]!r} on in {pattern!r}")
    begins = {begin[:_BEGINNING_CHARS] for begin in part.begins}
    shortest = (one for one in begins if not any(one[:size] in begins for size in range(len(one))))
    return Screen(tuple(sorted(shortest)), tuple(sorted(part.holds or _EMPTY)))


def _exactly(strings: Iterable[str]) -> _Part:
    few = frozenset(strings)
    return _Part(few, few, frozenset() if "" in few else few)


def _alternatives(pattern: str, at: int) -> tuple[_Part, int]:
    """What stands at `at`, up to the end of the group or of the pattern, and where that is."""
    found, at = _sequence(pattern, at)
    branches = [found]
    while pattern[at : at + 1] == "|":
        found, at = _sequence(pattern, at + 1)
        branches.append(found)
    return _any_of(branches), at


def _any_of(branches: list[_Part]) -> _Part:
    if len(branches) == 1:
        return branches[0]
    strings: set[str] | None = set()
    for part in branches:
        strings = None if strings is None or part.strings is None else strings | part.strings
    begins = frozenset().union(*(part.begins for part in branches))
    sure = all(part.holds for part in branches)
    holds = frozenset().union(*(part.holds for part in branches)) if sure else frozenset[str]()
    return _Part(None if strings is None else frozenset(strings), begins, holds)


def _sequence(pattern: str, at: int) -> tuple[_Part, int]:
    parts = []
    while at < len(pattern) and pattern[at] not in "|)":
        part, at = _item(pattern, at)
        quantifier = _QUANTIFIER.match(pattern, at)
        if quantifier:
            part, at = _repeated(part, quantifier), quantifier.end()
        parts.append(part)
    return _in_a_row(parts), at


def _item(pattern: str, at: int) -> tuple[_Part, int]:
    if literal := _LITERAL.match(pattern, at):
        return _exactly([lowered(literal.group())]), literal.end()
    char = pattern[at]
    if group := _GROUP.match(pattern, at):
        inner, end = _alternatives(pattern, group.end())
        if pattern[end : end + 1] != ")":
            raise ValueError(f"a group of {pattern!r} is not closed")
        kind = group[1] or ""
        if kind == "?=":
            inner = _Part(_EMPTY, _EMPTY, inner.holds)
        elif kind in ("?!", "?<=", "?<!"):
            inner = _NOTHING
        return inner, end + 1
    if choice := _CLASS.match(pattern, at):
        few = not choice[1] and len(choice[2]) <= _MOST_IN_CLASS and not _RANGE.search(choice[2])
        return _exactly(map(lowered, choice[2])) if few else _ANYTHING, choice.end()
    if char == "\\":
        code = pattern[at + 1]
        if code.isalnum():
            return _NOTHING if code in _ZERO_WIDTH else _DIGIT if code == "d" else _ANYTHING, at + 2
        return _exactly([code]), at + 2
    if char in "[{*+?(":
        raise ValueError(f"not understood from {pattern[at:]!r} on in {pattern!r}")
    return _ANYTHING if char == "." else _NOTHING if char in "^$" else _exactly([lowered(char)]), at + 1


def _repeated(part: _Part, quantifier: re.Match[str]) -> _Part:
    sign, least, comma, most = quantifier.groups()
    if sign == "+" or (not sign and int(least or 0) > 0):
        once = not sign and least == "1" and (not comma or most == "1")
        return part if once else _Part(None, part.begins, part.holds)
    once = sign == "?" or (bool(comma) and most == "1")
    strings = part.strings | _EMPTY if once and part.strings is not None else None
    return _Part(strings, part.begins | _EMPTY, frozenset())


def _in_a_row(parts: list[_Part]) -> _Part:
    """Parts behind each other: strings that stand side by side are put together as long as they are few."""
    begins, run, known = _EMPTY, _EMPTY, set[frozenset[str]]()
    begun = whole = True
    for part in parts:
        if begun:
            begins = frozenset((a + b)[:_BEGINNING_CHARS] for a, b in product(begins, part.begins))
        begun = begun and part.strings is not None
        strings = part.strings or _EMPTY
        fits = part.strings is not None and len(run) * len(strings) <= _MOST_STRINGS
        run = frozenset(a + b for a, b in product(run, strings)) if fits else strings
        whole = whole and fits
        known |= {part.holds, run}
    return _Part(run if whole else None, begins, max(map(_fewest, known), key=_rarity, default=frozenset()))


@cache
def _fewest(strings: frozenset[str]) -> frozenset[str]:
    """Less those that hold another of them; none where one of them is empty, and so says nothing."""
    if "" in strings:
        return frozenset()
    return frozenset(one for one in strings if not any(other in one for other in strings if other is not one))


def _rarity(strings: frozenset[str]) -> tuple[int, int, int, list[str]]:
    """How rarely a line holds one of them, as far as their lengths and their number tell; ties by alphabet."""
    rarity = min((len(one) if _USUAL.issuperset(one) else _RARE_CHARS for one in strings), default=0)
    return min(rarity, _RARE_CHARS), -len(strings), min(map(len, strings), default=0), sorted(strings)
