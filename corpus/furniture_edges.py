"""Furniture told by its place: what stands before the article's first paragraph, behind its last, or between others.

Outside the paragraphs a line needs less to be furniture: the words of buttons and menus, or other furniture on both
sides. Headlines, bylines, dates, credits and corrections stand there too, and stay with the article.
"""

import re
from collections.abc import Mapping

from corpus.furniture_lines import Line
from corpus.furniture_rules import line_reason

CONTROL = "button or menu of the page"
AMONG_FURNITURE = "among other page furniture"

_STRONG = """
share subscribe newsletter newsletters login sign-in bookmark cookie cookies privacy javascript browser app ad ads
advert advertisement comments reply feedback follow tweet retweet repost email e-mail print clipboard upgrade
unsubscribe menu search toggle download register account settings preferences topics sponsor sponsored loading rss
accessibility larger smaller abuse navigation sidebar login logout careers sitemap older newer bookmarks followers
"""
_WEAK = """
a about add ago all an and any article articles at back by close comment contact copy enable faq font for free from get
go help hide home in is it join latest like link links listen live log me more my new news next no now of off on open
options or our out page paid play post posts press previous read report save see section send show sign site size skip
status stories story terms text the this to top transcript up us use video view watch with x you your write writing
start member members membership facebook twitter instagram youtube tiktok whatsapp linkedin reddit threads bluesky
"""
_STRONG_WORDS = frozenset(_STRONG.split())
_CONTROL_WORDS = _STRONG_WORDS | frozenset(_WEAK.split())
_MAX_CONTROL_WORDS = 8
_WORDS = re.compile(r"[\w'-]+")

# What ends a page: behind one of these, and behind the last paragraph, no article goes on.
_CLOSING = frozenset(
    {
        "newsletter plug",
        "subscription plug",
        "comment prompt",
        "copyright line",
        "cookie or privacy notice",
        "list of other stories",
        "readers' comments",
        "navigation",
        "tags",
        "app plug",
    }
)
# What may stand on either side of scraps, if furniture is on the other side too.
_BESIDE = _CLOSING | {"share or follow link", "page message", "call for readers' tips", CONTROL}
# A longer run of short lines may be the article's: a recipe, a table, a poem.
_MAX_RUN = 5
_MAX_SCRAP_WORDS = 10


def around_article(lines: list[Line], marked: Mapping[int, str]) -> dict[int, str]:
    """The lines, by number, that are furniture at their place; `marked` are those known as furniture before."""
    found: dict[int, str] = {}
    paragraphs = [number for number, line in enumerate(lines) if number not in marked and line.paragraph]
    first, last = (paragraphs[0], paragraphs[-1]) if paragraphs else (len(lines), -1)
    for number, line in enumerate(lines):
        if number not in marked:
            reason = _reason(lines, number, first, last) or _control(line, number > 0 and not first < number < last)
            if reason:
                found[number] = reason
    return found | _among(lines, last, {**marked, **found})


def _reason(lines: list[Line], number: int, first: int, last: int) -> str | None:
    line = lines[number]
    if first < number < last:
        return None if lines[number - 1].plain.endswith(":") else line_reason(line.plain, "between")
    if number > last >= 0:
        return line_reason(line.plain, "edge") or line_reason(line.plain, "tail")
    return line_reason(line.plain, "edge") if number < first and last >= 0 else None


def _control(line: Line, outside: bool) -> str | None:
    """A line of nothing but the words of buttons and menus, where it stands outside the article's paragraphs."""
    if not outside or not line.title:
        return None
    words = _WORDS.findall(line.plain.casefold())
    if (
        0 < len(words) <= _MAX_CONTROL_WORDS
        and _CONTROL_WORDS.issuperset(words)
        and not _STRONG_WORDS.isdisjoint(words)
    ):
        return CONTROL
    return None


def _among(lines: list[Line], last: int, known: Mapping[int, str]) -> dict[int, str]:
    """The few short lines between furniture, or between it and the page's end, behind the article's last paragraph."""
    found: dict[int, str] = {}
    start = max(last, 0) + 1
    while start < len(lines):
        end = start
        while end < len(lines) and end not in known:
            end += 1
        before, behind = known.get(start - 1), known.get(end, AMONG_FURNITURE if end == len(lines) else None)
        closed = before in _CLOSING or (before in _BESIDE and behind in _BESIDE)
        if closed and behind and last >= 0 and end - start <= _MAX_RUN and all(map(_is_scrap, lines[start:end])):
            found.update(dict.fromkeys(range(start, end), AMONG_FURNITURE))
        start = end + 1
    return found


def _is_scrap(line: Line) -> bool:
    short = len(line.plain.split()) <= _MAX_SCRAP_WORDS
    return bool(line.plain) and short and not line.paragraph and not line.credit and not line.bullet
