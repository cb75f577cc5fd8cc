"""Strings made from a regular expression to be bad for it: what it repeats, repeated, and then no match."""

import re
from collections.abc import Iterator
from re import _constants as code
from re import _parser as parser
from typing import Any

_MOST_PUMPS = 40  # of one pattern; the rarest shapes come first
_LONG = 20  # a part that may be repeated fewer times than this is no pump
_TRIED = "a1 .-A(\"'é\n\t_,:/<>[]*|x\x1f\u4e00\u200b"
_OF_CATEGORY = {
    code.CATEGORY_DIGIT: "1",
    code.CATEGORY_NOT_DIGIT: "a",
    code.CATEGORY_SPACE: " ",
    code.CATEGORY_NOT_SPACE: "a",
    code.CATEGORY_WORD: "a",
    code.CATEGORY_NOT_WORD: "-",
}
_REPEATS = (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT)


def attacks(pattern: "re.Pattern[Any]", size: int) -> Iterator[str | bytes]:
    """Strings of about `size` characters, of the pattern's own type."""
    for before, pump, behind in _shapes(pattern):
        text = before + pump * max(1, size // len(pump)) + behind
        yield text.encode("utf-8") if isinstance(pattern.pattern, bytes) else text


def _shapes(pattern: "re.Pattern[Any]") -> list[tuple[str, str, str]]:
    """What comes first, what is repeated, and what comes last."""
    raw = pattern.pattern.decode("latin-1") if isinstance(pattern.pattern, bytes) else pattern.pattern
    tree = parser.parse(raw, pattern.flags & ~re.DEBUG)
    shapes: dict[tuple[str, str, str], None] = {}
    for before, body in _pumps(tree, ""):
        for pump in {body, body[:1], body[-1:]} - {""}:
            for behind in ("\x00", ""):
                shapes[before, pump, behind] = None
        shapes["", before + body, "\x00"] = None  # every place may begin it
        if before:
            shapes["", before, ""] = None
    whole = _sample(tree, 1)
    for pump in (whole, whole[:-1], whole + " ", whole + "\n", *sorted(set(whole)), " ", "\n", "a", "a "):
        if pump:
            shapes["", pump, "\x00"] = None
    return list(shapes)[:_MOST_PUMPS]


def _pumps(tree: Any, before: str) -> Iterator[tuple[str, str]]:
    """What leads to each part that may be repeated without end or nearly so, and an example of the part."""
    for what, value in tree:
        if what in _REPEATS:
            _, most, body = value
            if most == code.MAXREPEAT or most >= _LONG:
                for variant in range(3):
                    yield before, _sample(body, variant)
            yield from _pumps(body, before)
        elif what is code.SUBPATTERN:
            yield from _pumps(value[3], before)
        elif what is code.ATOMIC_GROUP:
            yield from _pumps(value, before)
        elif what is code.BRANCH:
            for branch in value[1]:
                yield from _pumps(branch, before)
        elif what in (code.ASSERT, code.ASSERT_NOT):
            yield from _pumps(value[1], before)
        before += _sample([(what, value)], 0)


def _sample(tree: Any, variant: int) -> str:
    """A string that the tree matches, as far as lookarounds let it; `variant` picks among alternatives."""
    return "".join(_of_part(what, value, variant) for what, value in tree)


def _of_part(what: Any, value: Any, variant: int) -> str:
    if what is code.LITERAL:
        return chr(value)
    if what is code.NOT_LITERAL:
        return next(c for c in _TRIED if c != chr(value))
    if what is code.ANY:
        return "a "[variant % 2]
    if what is code.IN:
        return _of_class(value, variant)
    if what in _REPEATS:
        least, most, body = value
        return _sample(body, variant) * max(least, min(variant, most))
    if what is code.SUBPATTERN:
        return _sample(value[3], variant)
    if what is code.ATOMIC_GROUP:
        return _sample(value, variant)
    if what is code.BRANCH:
        return _sample(value[1][variant % len(value[1])], variant)
    return ""  # a position, or a group said again


def _of_class(items: Any, variant: int) -> str:
    if items[0][0] is code.NEGATE:
        fits = [c for c in _TRIED if not any(_holds(item, c) for item in items[1:])]
        return fits[variant % len(fits)] if fits else "a"
    what, value = items[variant % len(items)]
    if what is code.LITERAL:
        return chr(value)
    return chr(value[0]) if what is code.RANGE else _OF_CATEGORY[value]


def _holds(item: Any, char: str) -> bool:
    what, value = item
    if what is code.LITERAL:
        return bool(ord(char) == value)
    if what is code.RANGE:
        return bool(value[0] <= ord(char) <= value[1])
    pattern = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}
    name = str(value).removeprefix("CATEGORY_")
    inside = re.match(pattern[name.removeprefix("NOT_")], char) is not None
    return inside != name.startswith("NOT_")
