"""Lists of things beside the article: other stories under "Read next", tags, readers' comments, share buttons.

One line of such a list may read like any line of an article, so it is the list that is recognised: its heading, and
lines behind it in a repeated order (time, title, teaser). Where the order breaks, the article may go on.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

from corpus.furniture_lines import Line, clauses
from corpus.furniture_rules import line_reason

OTHER_STORIES = "list of other stories"
READER_COMMENTS = "readers' comments"
SHARING = "share or follow link"
NAVIGATION = "navigation"
TAGS = "tags"

# A list longer than this is cut; a page's lists are far shorter, and the bound keeps time linear in the text.
_MAX_LIST_LINES = 120
# A teaser is a sentence or two; a paragraph longer than this is the article's.
_MAX_TEASER_CHARS = 420
# Of up to this many words a line between paragraphs is rather a sub-heading than a headline.
_SUBHEADING_WORDS = 4
# Titles that a heading needs between paragraphs if it may be the article's own sub-heading.
_WEAK_TITLES = 3

_COMMENT_BUTTON = re.compile(
    r"(?:reply|report|like|upvote|flag|recommend|share)(?:[ ·|•/]+(?:reply|report|like|upvote|flag|recommend|share"
    r"|\d{1,4}))*(?: ?\(?\d{1,4}\)?)?|\d{1,4} (?:likes?|replies|upvotes)",
    re.IGNORECASE,
)
_BUTTONS = """
facebook twitter x instagram tiktok youtube linkedin threads bluesky mastodon whatsapp telegram reddit pinterest
flipboard snapchat tumblr pocket messenger viber xing vk email e-mail mail sms rss print share tweet copy link save
post line listen gift bookmark comment comments more via on this article story
"""
_SECTIONS = """
home news world uk us usa europe asia africa americas international national regional local politics business money
economy markets finance tech technology science health environment climate education culture arts entertainment film
music books style lifestyle life food travel sport sports football cricket rugby tennis opinion comment editorials
analysis features letters obituaries crime courts community events jobs property motors cars weather tv radio video
videos audio podcasts photos live latest games puzzles crossword shop shopping magazine archive menu search e-paper
epaper newsletters subscribe login account about contact advertise help more
"""
_FOOTER = """
about/about us/contact/contact us/advertise/advertise with us/careers/jobs/press/help/help centre/faq/faqs/rss/sitemap
site map/newsletters/subscribe/corrections/complaints/editorial standards/code of conduct/accessibility/cookies
cookie policy/cookie settings/privacy/privacy policy/privacy notice/terms/terms of use/terms of service
terms and conditions/terms & conditions/do not sell my information/modern slavery statement
"""
_BUTTON_WORDS = frozenset(_BUTTONS.split())
_SECTION_WORDS = frozenset(_SECTIONS.split())
_FOOTER_LINKS = frozenset(_FOOTER.strip().replace("\n", "/").split("/"))
_BETWEEN_WORDS = re.compile(r"[|·•,/&>:]")
_SEPARATOR = re.compile(r"\s*[>/»›→|·•]\s*")


def lists(lines: list[Line], found: Mapping[int, str]) -> dict[int, str]:
    """The lines, by number, that belong to a list beside the article; `found` are those known as furniture before."""
    marked: dict[int, str] = {}
    buttons = [at for at, line in enumerate(lines) if _COMMENT_BUTTON.fullmatch(line.plain)]
    number = 0
    while number < len(lines):
        reason, end = _list_at(lines, number, found, buttons)
        marked.update(dict.fromkeys(range(number, end), reason))
        number = max(end, number + 1)
    return marked


def _list_at(lines: list[Line], number: int, found: Mapping[int, str], buttons: list[int]) -> tuple[str, int]:
    """The reason and the end of the list that starts with a line; its own number if none does."""
    heading, sure = _heading(lines[number])
    if heading == OTHER_STORIES:
        return heading, _stories(lines, number, found, sure)
    if heading == TAGS:
        return heading, _tags(lines, number)
    if heading == READER_COMMENTS:
        return heading, _comments(buttons, number)
    if _is_menu(lines[number].plain):
        return NAVIGATION, number + 1
    words = len(lines[number].plain.split())
    for reason, vocabulary, least in ((SHARING, _BUTTON_WORDS, 2), (NAVIGATION, _SECTION_WORDS, 4)):
        end = _run(lines, number, vocabulary)
        if end - number >= least or (end > number and words >= max(3, least)):
            return reason, end
    return "", number


def _run(lines: list[Line], number: int, words: frozenset[str]) -> int:
    """The end of a run of lines made of nothing but those words."""
    end = number
    while end < len(lines) and end - number < _MAX_LIST_LINES:
        own = _BETWEEN_WORDS.sub(" ", lines[end].plain.casefold()).split()
        if not own or not words.issuperset(own):
            break
        end += 1
    return end


def _is_menu(plain: str) -> bool:
    """Whether a line is a trail of sections ("Home > News > Europe") or a footer's links."""
    parts = _SEPARATOR.split(plain.casefold().removeprefix("you are here").lstrip(" :")) if len(plain) <= 200 else []
    if len(parts) < 2 or any(len(part.split()) > 8 for part in parts):
        return False
    trail = parts[0] in ("home", "homepage", "front page") or _SECTION_WORDS.issuperset(parts[:2])
    return trail or sum(part in _FOOTER_LINKS for part in parts) * 2 > len(parts)


def _tags(lines: list[Line], number: int) -> int:
    """The end of a list of tags: lines of a few words each, with no running text right behind them."""
    end = number + 1
    while end < len(lines) and end - number < 25 and lines[end].title and len(lines[end].plain.split()) <= 4:
        end += 1
    if end < len(lines) and end > number + 2 and lines[end].paragraph:
        end -= 1  # a sub-heading over the paragraph
    return end if end > number + 1 else number


def _comments(buttons: list[int], number: int) -> int:
    """The end of the readers' comments under a heading, told by the buttons between them; none without two."""
    if len(buttons) - bisect_right(buttons, number) < 2:
        return number
    return buttons[-1] + 1


def _stories(lines: list[Line], number: int, found: Mapping[int, str], sure: bool) -> int:
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
    while at < last and (lines[at].title or at in found) and not _heads(lines[at]):
        at += 1
    if at == len(lines) or (at > first and _heads(lines[at])):
        return at if sure or at - first >= 2 else first
    if at == first:
        return first
    closing = _closing_teasers(lines, at - 1, found)
    if closing and sure:
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


def _heading(line: Line) -> tuple[str | None, bool]:
    """What a heading stands over, None for any other line, and whether it can't be a sub-heading of the article."""
    if not line.plain or len(line.plain) > 80:
        return None, False
    bare = Line(line.start, line.end, line.plain.rstrip(" :›»>→…"), False, False)
    sure = line_reason(bare, "heading")
    return sure or line_reason(bare, "weak-heading"), sure is not None


def _heads(line: Line) -> bool:
    return _heading(line)[0] is not None


def _fits_list(line: Line) -> bool:
    return 0 < len(line.plain) <= _MAX_TEASER_CHARS and len(clauses(line.plain)) <= 3 and line.plain[0] not in "\"'"
