"""Lists beside the article: other stories, tags, readers' comments, share buttons, menus.

One line of such a list may read like any line of an article; it is the list that is recognised.
"""

import re
from collections.abc import Mapping

from corpus.furniture_lines import Line
from corpus.furniture_stories import heading_over, stories

OTHER_STORIES = "list of other stories"
READER_COMMENTS = "readers' comments"
SHARING = "share or follow link"
NAVIGATION = "navigation"
NEWSLETTER = "newsletter plug"
TAGS = "tags"

# A list longer than this is cut; a page's lists are far shorter, and the bound keeps time linear in the text.
_MAX_LIST_LINES = 120
_MAX_TAGS = 25
_MAX_TAG_WORDS = 4
# A plug between two "skip this" links is a form of some ten lines.
_MAX_SKIPPED_LINES = 16
# Lines of one reader's comment, name and time among them, and the fewest comments that make a list.
_MAX_COMMENT_LINES = 8
_MIN_COMMENTS = 2

_COMMENT_BUTTON = re.compile(
    r"(?:reply|report|upvote|flag|like)(?:[ ·|•/]+(?:reply|report|share|like|upvote|flag|recommend|\d{1,4}))*"
    r"(?: ?\(?\d{1,4}\)?)?|\d{1,4} (?:likes?|replies|upvotes)",
    re.IGNORECASE,
)
_BUTTONS = """
facebook twitter x instagram tiktok youtube linkedin threads bluesky mastodon whatsapp telegram reddit pinterest
flipboard snapchat tumblr pocket messenger viber xing vk email e-mail mail sms rss print share tweet copy link save
post line listen gift bookmark comment comments more via on to this article story page
clipboard digg stumbleupon del.icio.us delicious restack repost upvote
"""
_SECTIONS = """
home news world uk us usa europe asia africa americas international national regional local politics business money
economy markets finance tech technology science health environment climate education culture arts entertainment film
music books style lifestyle life food travel sport sports football cricket rugby tennis opinion comment editorials
analysis features letters obituaries crime courts community events jobs property motors cars weather tv radio video
videos audio podcasts photos live latest games puzzles crossword shop shopping magazine archive menu search e-paper
epaper newsletters subscribe login account about contact advertise help more summary stats line-ups lineups fixtures
results scores tables
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
_BETWEEN = "|·•,/&>:()+"
_BETWEEN_WORDS = re.compile(f"[{re.escape(_BETWEEN)}]")
# What a line of nothing but those words ends with: a sentence's full stop is not among it.
_ENDS = frozenset(word[-1] for word in _BUTTON_WORDS | _SECTION_WORDS) | frozenset(_BETWEEN)
_SKIP_PROMOTION = re.compile(r"skip (?:past )?(?:newsletter )?promotion", re.IGNORECASE)
_AFTER_PROMOTION = re.compile(r"(?:after|end of) (?:newsletter )?promotion", re.IGNORECASE)
_SEPARATOR = re.compile(r" ?[>»›→] ?| [/|·•] ")
_SEPARATING = re.compile("[>»›→/|·•]")


def lists(lines: list[Line], found: Mapping[int, str]) -> dict[int, str]:
    """The lines, by number, that belong to a list beside the article; `found` are those known as furniture before."""
    marked: dict[int, str] = {}
    number = 0
    while number < len(lines):
        reason, end = _list_at(lines, number, found)
        marked.update(dict.fromkeys(range(number, end), reason))
        number = max(end, number + 1)
    return marked


def _list_at(lines: list[Line], number: int, found: Mapping[int, str]) -> tuple[str, int]:
    """The reason and the end of the list that starts with a line; its own number if none does."""
    heading, sure = heading_over(lines[number])
    if heading == OTHER_STORIES:
        return heading, stories(lines, number, found, sure)
    if heading == TAGS:
        return heading, _tags(lines, number)
    if heading == READER_COMMENTS:
        return heading, _comments(lines, number)
    if _is_menu(lines[number].plain):
        return NAVIGATION, number + 1
    if _SKIP_PROMOTION.fullmatch(lines[number].plain):
        return NEWSLETTER, _promotion(lines, number)
    for reason, vocabulary, least in ((SHARING, _BUTTON_WORDS, 2), (NAVIGATION, _SECTION_WORDS, 4)):
        end = _run(lines, number, vocabulary)
        if end - number >= least or (end > number and len(lines[number].plain.split()) >= max(3, least)):
            return reason, end
    return "", number


def _promotion(lines: list[Line], number: int) -> int:
    """The end of a plug that says where it ends ("after newsletter promotion"); its own line where it doesn't."""
    for at in range(number + 1, min(len(lines), number + _MAX_SKIPPED_LINES)):
        if _AFTER_PROMOTION.fullmatch(lines[at].plain):
            return at + 1
    return number + 1


def _run(lines: list[Line], number: int, words: frozenset[str]) -> int:
    """The end of a run of lines made of nothing but those words."""
    end = number
    while end < len(lines) and end - number < _MAX_LIST_LINES and lines[end].plain[-1:].casefold()[-1:] in _ENDS:
        own = _BETWEEN_WORDS.sub(" ", lines[end].plain.casefold()).split()
        if not own or not words.issuperset(own):
            break
        end += 1
    return end


def _is_menu(plain: str) -> bool:
    """Whether a line is a trail of sections ("Home > News > Europe") or a footer's links."""
    if len(plain) > 200 or not _SEPARATING.search(plain):
        return False
    parts = _SEPARATOR.split(plain.casefold().removeprefix("you are here").lstrip(" :"))
    if len(parts) < 2 or any(len(part.split()) > 8 for part in parts):
        return False
    trail = parts[0] in ("home", "homepage", "front page") or _SECTION_WORDS.issuperset(parts[:2])
    return trail or sum(part in _FOOTER_LINKS for part in parts) * 2 > len(parts)


def _tags(lines: list[Line], number: int) -> int:
    """The end of a list of tags: lines of a few words each, with no running text right behind them."""
    end = number + 1
    while end < len(lines) and end - number < _MAX_TAGS and lines[end].title and not lines[end].credit:
        if len(lines[end].plain.split()) > _MAX_TAG_WORDS or heading_over(lines[end])[0]:
            break
        end += 1
    if end < len(lines) and end > number + 2 and lines[end].paragraph:
        end -= 1  # a sub-heading over the paragraph
    return end if end > number + 1 else number


def _comments(lines: list[Line], number: int) -> int:
    """The end of the readers' comments under a heading, each with its buttons; the heading's number without two."""
    end, found, at = number, 0, number + 1
    while at < len(lines) and at - end <= _MAX_COMMENT_LINES:
        if _COMMENT_BUTTON.fullmatch(lines[at].plain):
            end, found = at, found + 1
        at += 1
    return end + 1 if found >= _MIN_COMMENTS else number
