"""What a saved web page says of itself: headline, outlet, author, day and address."""

import json
import re
from collections import deque
from collections.abc import Iterator
from typing import Any

from corpus.dates import labelled_date, parse_date
from corpus.document import Metadata
from corpus.masthead import Line, byline, outlet_in_line, published
from corpus.metadata import tidy

_STATED = """
    article:published_time og:published_time og:article:published_time datepublished date_published publishdate
    publish_date publish-date publication_date pubdate published published_time citation_publication_date
    parsely-pub-date sailthru.date dc.date.issued dcterms.issued dc.date dcterms.date dcterms.created dc.date.created
    date
"""
_PUBLISHED = _STATED.split()  # names of meta elements, the plainest first
_LINES = ("p", "div", "span", "li", "small", "address", "footer")  # what holds a line such as a byline
_ASIDE_TAGS = frozenset(["aside", "nav", "footer"])
_ASIDE_CLASS = re.compile(r"(?:^|\s)(?:comment|related|recommend|sidebar)", re.IGNORECASE)
_DATED_CLASS = re.compile(r"dat(?:e|um)|publish|posted|timestamp|dateline|byline", re.IGNORECASE)
_UPDATED_CLASS = re.compile(r"updat|modif|expir", re.IGNORECASE)
_DAY_IN_URL = re.compile(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?:[/_-]|\Z)")


def page_metadata(page: Any, tree: Any) -> Metadata:
    """The metadata of a page: `page` is what trafilatura found, `tree` the page as parsed.

    trafilatura's own guesses are left out: its outlet where that is only the address's, its day always, for it also
    takes days out of the text and out of pictures' names.
    """
    lines = [line for line in (_text(one, 200) for one in tree.iter(*_LINES)) if line]
    source = tidy(page.sitename)
    if source and ("://" in source or ("." in source and source in (page.url or ""))):
        source = None  # taken from the address, or an address itself
    source = source or tidy(next((name for line in reversed(lines) if (name := outlet_in_line(line))), None))
    title = tidy(page.title)
    if title and source:
        title = re.sub(rf"\s+[|–—-]\s+{re.escape(source)}\Z", "", title)
    author = tidy(page.author)
    return Metadata(
        title=title,
        source=source,
        author=author.replace("; ", ", ") if author else next((n for line in lines if (n := byline(line))), None),
        published=_published(tree, page.url),
        url=tidy(page.url),
    )


def _published(tree: Any, url: str | None) -> str | None:
    """The day of publication, from the plainest statement of it that the page makes; none is guessed from its text."""
    return next((day for value in _days(tree, url) if (day := value)), None)


def _days(tree: Any, url: str | None) -> Iterator[str | None]:
    stated = {
        (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower(): meta.get("content") or ""
        for meta in reversed(tree.xpath("//meta[@content]"))
    }
    yield from (parse_date(stated[name]) for name in _PUBLISHED if name in stated)
    for script in tree.xpath("//script[contains(@type, 'ld+json')]"):
        yield from map(parse_date, _stated_in_json(script.text or ""))
    for element in tree.xpath("//*[@itemprop='datePublished']"):
        yield parse_date(element.get("datetime") or element.get("content") or _text(element, 100))
    article = list(_of_article(tree))
    times = [one for one in article if one.tag == "time" and not _UPDATED_CLASS.search(one.get("class") or "")]
    days = [day for time in times if (day := parse_date(time.get("datetime") or ""))]
    if days and days[0] == min(days):  # published, then updated; a running report has its newest entry first
        yield days[0]
    for element in article:
        kind = f"{element.get('class')} {element.get('id')}"
        if element.tag in _LINES and (line := _text(element, 100)) and not _UPDATED_CLASS.search(kind):
            yield published([Line(line, True)]) if _DATED_CLASS.search(kind) else labelled_date(line)
    if match := _DAY_IN_URL.search(url or ""):
        yield parse_date("-".join(match.groups()))


def _of_article(tree: Any) -> Iterator[Any]:
    """The elements outside of navigation, comments and lists of other articles, in the page's order."""
    todo = [tree]
    while todo:
        element = todo.pop()
        yield element
        todo.extend(child for child in reversed(element) if not _is_aside(child))


def _is_aside(element: Any) -> bool:
    if element.tag in ("body", "main", "article"):
        return False
    named = _ASIDE_CLASS.search(element.get("class") or "") or _ASIDE_CLASS.search(element.get("id") or "")
    return element.tag in _ASIDE_TAGS or bool(named)


def _stated_in_json(script: str) -> Iterator[str]:
    try:
        todo = deque([json.loads(script[:1_000_000], strict=False)])
    except (ValueError, RecursionError):
        return
    while todo:
        value = todo.popleft()
        if isinstance(value, dict):
            if isinstance(day := value.get("datePublished"), str):
                yield day
            todo.extend(value.values())
        elif isinstance(value, list):
            todo.extend(value)


def _text(element: Any, longest: int) -> str:
    """An element's words on one line; nothing where it holds more than a line would."""
    words = ""
    for part in element.itertext():
        words += part
        if len(words) > longest * 3:
            return ""
    words = " ".join(words.split())
    return words if len(words) <= longest else ""
