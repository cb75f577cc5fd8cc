"""Paragraphs of a text, and whether its line breaks mean anything.

Most saved news has one paragraph a line; some files are wrapped at a fixed width by hand or by a mail program, and
there a line break is no more than a space.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

_NEWLINE = "\n\r\x0b\x0c\x85\u2028\u2029"
_LINE = re.compile(rf"\S[^{_NEWLINE}]*")
_BREAK = re.compile(f"\r\n|[{_NEWLINE}]")
_LIST_ITEM = re.compile(r"(?:[-*•–—▪●◦·‣>]\s|\d{1,3}[.)]\s|#{1,6}\s)")

_LONGEST_WRAPPED_LINE = 120
_SHORTEST_WRAPPED_LINE = 40
# A line is left short on purpose where it would still fill less than this share of the width with the next word on it.
_LEFT_SHORT = 0.8
# The share of breaks that must run on. On the 609 MultiHop articles wrapped at 60, 72, 80 and 100 columns .35 misses
# two or fewer (of every third article .5 misses up to six), and it takes none of the unwrapped for wrapped.
_RUN_ON_SHARE = 0.35

Line = tuple[int, int]


def paragraphs(text: str, *, wrapped: bool) -> Iterator[Line]:
    """The paragraphs of a text as (start, end), in order, with no white space at either edge.

    A paragraph is a line; in a wrapped text it is a run of lines up to a blank one, a list item, or one left short.
    """
    lines = list(_lines(text))
    if not wrapped or not lines:
        yield from lines
        return
    width = _width(lines)
    first = None
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        first = line[0] if first is None else first
        if following is None or not _is_soft(text, line, following, width):
            yield first, line[1]
            first = None


def hard_wrapped(text: str) -> bool:
    """Whether the line breaks of a text were put in by a fixed width, and so mean nothing.

    The evidence is that hardly a line is longer than 120 characters and that, where a break could be inside a
    paragraph, the next line often goes on in lower case.
    """
    lines = list(_lines(text))
    width = _width(lines)
    too_long = sum(b - a > _LONGEST_WRAPPED_LINE for a, b in lines)
    if width < _SHORTEST_WRAPPED_LINE or too_long > 0.1 * len(lines):
        return False
    breaks = run_on = 0
    for line, following in pairwise(lines):
        if _is_soft(text, line, following, width):
            breaks += 1
            run_on += line[1] - line[0] >= _SHORTEST_WRAPPED_LINE and _runs_on(text, line[1], following[0])
    return run_on > 0 and run_on >= _RUN_ON_SHARE * breaks


def _lines(text: str) -> Iterator[Line]:
    """The lines that hold anything but white space, without the white space at their edges."""
    for line in _LINE.finditer(text):
        yield line.start(), line.start() + len(line.group().rstrip())


def _width(lines: Sequence[Line]) -> int:
    return min(_LONGEST_WRAPPED_LINE, max((b - a for a, b in lines), default=0))


def _is_soft(text: str, line: Line, following: Line, width: int) -> bool:
    """Whether a text wrapped at `width` could have the break between these two lines inside a paragraph."""
    (a, b), (c, d) = line, following
    word_end = text.find(" ", c, d)
    would_be = b - a + 1 + (d if word_end < 0 else word_end) - c
    if would_be < _LEFT_SHORT * width and not text[c].islower():
        return False
    return len(_BREAK.findall(text, b, c)) == 1 and _LIST_ITEM.match(text, c) is None


def _runs_on(text: str, end: int, start: int) -> bool:
    """Whether the line that starts at `start` goes on with a sentence that the line up to `end` left open."""
    if text[end - 1] in ".!?:;":
        return False
    return text[start].islower() or (text[start].isalpha() and not text[start].isupper() and text[end - 1].isalpha())
