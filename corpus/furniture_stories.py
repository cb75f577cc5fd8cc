"""Lists of other stories under headings like "Read next" or "Most read": their titles, teasers and clock times.

A teaser reads like any sentence of an article, so it is the list that is recognised: its heading, and entries in a
repeated order (time, title, teaser). Where the order breaks, the article may go on.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from corpus.furniture_lines import Line, clauses
from corpus.furniture_rules import line_reason

# A list longer than this is cut; a page's lists are far shorter, and the bound keeps time linear in the text.
_MAX_LIST_LINES = 120
# A teaser is a sentence or two; a paragraph longer than this is the article's.
_MAX_TEASER_CHARS = 420
# Of up to this many words a line between paragraphs is rather a sub-heading than a headline.
_SUBHEADING_WORDS = 4
# Titles that a heading needs between paragraphs if it may be the article's own sub-heading.
_WEAK_TITLES = 3
# Teasers without times that share more of their names than this with the lines above are the article going on.
_MAX_SHARED_NAMES = 0.25
_MAX_HEADING_CHARS = 80
# How many lines above are looked at for that.
_MAX_LINES_ABOVE = 60
_NAME = re.compile(r"\b[A-Z][\w'-]{3,}")


def stories(lines: list[Line], number: int, found: Mapping[int, str], sure: bool) -> int:
    """The end of the list of other stories under a heading; the heading's own number if there is none."""
    first = number + 1
    while first < len(lines) and first in found:
        first += 1
    last = min(len(lines), first + _MAX_LIST_LINES)
    end = max(
        _timed(lines, first, last, found, sure), _linked(lines, first, last), _titled(lines, first, last, found, sure)
    )
    if end > first:
        return end
    return number + 1 if sure else number


def _timed(lines: list[Line], first: int, last: int, found: Mapping[int, str], sure: bool) -> int:
    """The end of entries that each have a time: in front (time, title, teaser) or behind (title, teaser, time).

    A live blog's posts have that order too: under a heading that may be its own, no entry has a teaser.
    """
    entry = _entry_behind_time if first < last and lines[first].time else _entry_before_time
    entries, end, shape = 0, first, _Shape(sure)
    while end < last:
        after = entry(lines, end, last, found, shape)
        if after == end:
            break
        entries, end = entries + 1, after
    least = 1 if sure and (entry is _entry_behind_time or end == len(lines)) else 2 if sure else _WEAK_TITLES
    return end if entries >= least else first


@dataclass(slots=True)
class _Shape:
    """What the entries of one list have had so far."""

    may_have_teasers: bool
    most_titles: int = 0
    teasers: bool = False


def _entry_behind_time(lines: list[Line], at: int, last: int, found: Mapping[int, str], shape: _Shape) -> int:
    """The end of one entry: times, one title or two, perhaps a teaser; its start if there is none."""
    start = at
    while at < last and lines[at].time:
        at += 1
    titles = at
    while at < last and lines[at].title and at - titles < (shape.most_titles or 2) and not _heads(lines[at]):
        at += 1
    if titles == start or (at == titles and not shape.may_have_teasers):
        return start
    shape.most_titles = max(shape.most_titles, 1, at - titles)
    if shape.may_have_teasers and at < last and lines[at].paragraph and _fits_list(lines[at]):
        closed = at + 1 >= last or at + 1 in found or lines[at + 1].time or _heads(lines[at + 1])
        if closed or shape.teasers or at == titles:
            shape.teasers = True
            at += 1
    return at


def _entry_before_time(lines: list[Line], at: int, last: int, _: Mapping[int, str], shape: _Shape) -> int:
    """The end of one entry: a title, up to two lines more, and times; its start if there is none."""
    start = at
    while at < last and not lines[at].time and at - start < 3 and _fits_list(lines[at]):
        if lines[at].paragraph and not shape.may_have_teasers:
            return start
        at += 1
    if at == start or at >= last or not lines[at].time or not lines[start].title:
        return start
    while at < last and lines[at].time:
        at += 1
    return at


def _linked(lines: list[Line], first: int, last: int) -> int:
    """The end of a run of list items or of lines that are nothing but links."""
    end = at = first
    while at < last and (lines[at].link or (lines[at].bullet and lines[at].title) or (lines[at].time and at > first)):
        at += 1
        end = at
    return end


def _titled(lines: list[Line], first: int, last: int, found: Mapping[int, str], sure: bool) -> int:
    """The end of titles without times, with teasers only where they go on to the end of the page."""
    at = first
    while at < last and (_is_title(lines[at]) or at in found) and not _heads(lines[at]):
        at += 1
    behind = lines[at : at + _MAX_LIST_LINES]
    closed = at > first and behind and _heads(behind[0])
    if closed or not any(line.paragraph for line in behind):
        return at if sure or at - first >= 2 else first
    if at == first:
        return first
    closing = _closing_teasers(lines, at - 1, found) if sure else 0
    if closing and not _same_names(lines, first, closing):
        return closing
    return _before_article(lines, first, at, sure)


def _before_article(lines: list[Line], first: int, end: int, sure: bool) -> int:
    """The end of titles that the article follows: as far as they are as long as headlines, less a sub-heading."""
    at = first
    while at < end and len(lines[at].plain.split()) > _SUBHEADING_WORDS:
        at += 1
    if at == end and at - first > 1 and len(lines[at - 1].plain.split()) <= _SUBHEADING_WORDS + 2:
        at -= 1
    return at if at - first >= (1 if sure else _WEAK_TITLES) else first


def _closing_teasers(lines: list[Line], at: int, found: Mapping[int, str]) -> int:
    """The end of a strict order of title and teaser, two or more, up to the end of the page; 0 where it breaks."""
    pairs = 0
    while at < len(lines):
        if at in found or _heads(lines[at]):
            at += 1
        elif lines[at].title and at + 1 < len(lines) and lines[at + 1].paragraph and _fits_list(lines[at + 1]):
            pairs += 1
            at += 2
        else:
            return 0
        if pairs > _MAX_LIST_LINES:
            return 0
    return at if pairs >= 2 else 0


def _same_names(lines: list[Line], first: int, end: int) -> bool:
    """Whether `lines[first:end]` go on about those that the lines above are about."""
    above = {name for line in lines[max(0, first - _MAX_LINES_ABOVE) : first] for name in _NAME.findall(line.plain)}
    names = [name for line in lines[first:end] if line.paragraph for name in _NAME.findall(line.plain)[1:]]
    return sum(name in above for name in names) > _MAX_SHARED_NAMES * len(names)


def heading_over(line: Line) -> tuple[str | None, bool]:
    """What a heading stands over, None for any other line, and whether it can't be a sub-heading of the article."""
    return _heading_over(line.plain) if 0 < len(line.plain) <= _MAX_HEADING_CHARS else (None, False)


@lru_cache(maxsize=4096)
def _heading_over(plain: str) -> tuple[str | None, bool]:
    plain = plain.rstrip(" :›»>→…")
    sure = line_reason(plain, "heading")
    return sure or line_reason(plain, "weak-heading"), sure is not None


def _heads(line: Line) -> bool:
    return heading_over(line)[0] is not None


def _is_title(line: Line) -> bool:
    return line.title and not line.credit


def _fits_list(line: Line) -> bool:
    return 0 < len(line.plain) <= _MAX_TEASER_CHARS and len(clauses(line.plain)) <= 3 and line.plain[0] not in "\"'"
