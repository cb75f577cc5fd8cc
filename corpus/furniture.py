"""What on a page is not the article: spans, each with its reason. Nothing is deleted; search and answers leave it out.

Found by what a line says (furniture_rules.txt), by lists beside the article, by markup, by lines said twice, and by
what an outlet's pages have in common (recurring.py).
"""

import re
from collections import Counter
from collections.abc import Mapping

from corpus.document import Document, Furniture
from corpus.furniture_edges import around_article
from corpus.furniture_inline import inline
from corpus.furniture_lines import Line, lines_of
from corpus.furniture_lists import lists
from corpus.furniture_rules import line_reason
from corpus.recurring import line_key, line_keys

__all__ = ["furniture", "line_keys"]

FRONT_MATTER = "front matter"
REPEATED_HEADLINE = "repeated headline"
REPEATED_LINE = "repeated line"
RECURRING = "repeated on many pages of this outlet"

# Labels of one word that stand between paragraphs by nature.
_BETWEEN_PARAGRAPHS = frozenset({"advertisement label", "page message", "image markup"})
# A line of fewer words may be said twice in an article with a purpose.
_MIN_REPEATED_WORDS = 4
_HEAD_LINES = 12
_SITE_NAME = re.compile(r" [|–—-] [^|–—]{2,40}$")
_WORDS = re.compile(r"\w+")


def furniture(document: Document, recurring: frozenset[str] = frozenset()) -> tuple[Furniture, ...]:
    """The spans of a document that are not its article: sorted, disjoint, in bounds.

    `recurring` are the normalised lines known to recur on pages of its outlet (index/outlet_lines.py).
    """
    text, body = document.text, document.body
    lines = lines_of(text, body)
    marked = {number: reason for number, line in enumerate(lines) if (reason := line_reason(line.plain))}
    marked = _without_subheadings(lines, marked)
    marked |= {number: reason for number, reason in lists(lines, marked).items() if number not in marked}
    marked |= around_article(lines, marked)
    marked |= _said_twice(document, lines, marked)
    marked |= {
        number: RECURRING
        for number, line in enumerate(lines)
        if recurring and number not in marked and line_key(line) in recurring
    }
    spans = [Furniture(0, body.start, FRONT_MATTER)] if body.start else []
    for number, line in enumerate(lines):
        if number in marked:
            spans.append(Furniture(line.start, line.end, marked[number]))
        else:
            spans.extend(inline(text, line))
    return tuple(_joined(text, spans))


def _without_subheadings(lines: list[Line], marked: Mapping[int, str]) -> dict[int, str]:
    """What is marked, less a button's word that stands once, between two paragraphs, as a sub-heading does."""
    times = Counter(line.plain.casefold() for line in lines) if marked else Counter[str]()
    return {
        number: reason
        for number, reason in marked.items()
        if reason in _BETWEEN_PARAGRAPHS
        or not lines[number].plain.isalpha()
        or times[lines[number].plain.casefold()] > 1
        or not (_is_article(lines, number - 1, marked) and _is_article(lines, number + 1, marked))
    }


def _is_article(lines: list[Line], number: int, marked: Mapping[int, str]) -> bool:
    return 0 <= number < len(lines) and number not in marked and lines[number].paragraph


def _said_twice(document: Document, lines: list[Line], marked: Mapping[int, str]) -> dict[int, str]:
    """The second copies: of the headline anywhere, of any other line only right behind the first."""
    title = _words(document.metadata.title or "")
    firsts = ["" if number in marked else _first_word(line.plain) for number, line in enumerate(lines)]
    head = [_words(line.plain) if first else () for line, first in zip(lines[:_HEAD_LINES], firsts, strict=False)]
    if not title and any(head[:1]) and lines[0].title:
        title = head[0]
    found: dict[int, str] = {}
    seen = False
    previous = -1
    for number, first in enumerate(firsts):
        if not first:
            continue
        if number < _HEAD_LINES and _without_site(lines[number].plain) in head:
            found[number] = REPEATED_HEADLINE
        elif title and first == title[0] and _words(lines[number].plain) == title:
            if seen and len(title) >= 2:
                found[number] = REPEATED_HEADLINE
            seen = True
        elif previous >= 0 and first == firsts[previous] and _same_words(lines[number], lines[previous]):
            found[number] = REPEATED_HEADLINE if number < _HEAD_LINES and lines[number].title else REPEATED_LINE
        previous = number
    return found


def _same_words(line: Line, other: Line) -> bool:
    words = _words(line.plain)
    return len(words) >= _MIN_REPEATED_WORDS and words == _words(other.plain)


def _without_site(plain: str) -> tuple[str, ...] | None:
    """The words of a page's title without the site's name behind it ("Headline | The Paper"); None if it has none."""
    match = _SITE_NAME.search(plain)
    words = _words(plain[: match.start()]) if match else ()
    return words if len(words) >= _MIN_REPEATED_WORDS else None


def _first_word(plain: str) -> str:
    """The first of `_words`, the empty string where there is none: most lines differ from others in it."""
    match = _WORDS.search(plain.casefold())
    return match.group() if match else ""


def _words(plain: str) -> tuple[str, ...]:
    return tuple(_WORDS.findall(plain.casefold()))


def _joined(text: str, spans: list[Furniture]) -> list[Furniture]:
    """Neighbours of one reason, with only white space between them, as one span."""
    joined: list[Furniture] = []
    for span in spans:
        last = joined[-1] if joined else None
        if last and last.reason == span.reason != FRONT_MATTER and not text[last.end : span.start].strip():
            joined[-1] = Furniture(last.start, span.end, last.reason)
        else:
            joined.append(span)
    return joined
