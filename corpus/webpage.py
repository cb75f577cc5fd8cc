"""The article in a saved web page: its main text, one paragraph a line, and what the page says of itself."""

import json
import logging
import re
from collections import deque
from collections.abc import Iterator
from typing import Any

from corpus.charsets import NotText
from corpus.dates import date_in_line, labelled_date, parse_date
from corpus.document import Metadata
from corpus.masthead import byline, outlet_in_line
from corpus.metadata import tidy

# Bounds on what is parsed, far above any article. Without them one hostile page stops a build: the parser takes time
# quadratic in the attributes of a tag, trafilatura in the depth of a page and the children of a paragraph.
_MOST_ATTRIBUTES = 5_000
_MOST_ELEMENTS = 150_000
_DEEPEST = 400  # elements within each other; browsers give up at 512
_MOST_INLINE = 500  # children of one element, before links and emphasis in it are dissolved into its text
_TAG = re.compile(
    r"<[a-zA-Z][^\s/>]*+(?:[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+))?+)"
    rf"{{0,{_MOST_ATTRIBUTES}}}+([\s/]*+[^\s/>])?"
)
_CHARSET = re.compile(
    rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']?([\w.:-]{2,40})|<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})",
    re.IGNORECASE,
)
_FORMATTING = "a abbr b bdi bdo big cite em font i mark q s small span strong sub sup tt u var wbr"
_INLINE = frozenset(_FORMATTING.split())
_BLOCKS = frozenset(["ab", "body", "head", "item", "lb", "list", "p", "quote", "row", "table", "fw", "div"])
_CELL = "\x1f"  # between the cells of a row, until they are told apart by tabs
_CONTROL = re.compile("[\x00-\x08\x0e-\x1e\x7f-\x84\x86-\x9f\ud800-\udfff]")
_STATED = """
    article:published_time og:published_time og:article:published_time datepublished date_published publishdate
    publish_date publish-date publication_date pubdate published published_time citation_publication_date
    parsely-pub-date sailthru.date dc.date.issued dcterms.issued dc.date dcterms.date dcterms.created dc.date.created
    date
"""
_PUBLISHED = _STATED.split()  # names of meta elements, the plainest first
_ASIDE = (
    "ancestor-or-self::*[self::aside or self::nav or self::footer or contains(@class, 'comment')"
    " or contains(@class, 'related')]"
)
_TIMES = f"//time[@datetime][not({_ASIDE})][not(contains(@class, 'updat') or contains(@class, 'modif'))]"
_LINES = "//*[self::p or self::div or self::span or self::li or self::small or self::address or self::footer]"
_DATED_CLASS = re.compile(r"dat(?:e|um)|publish|posted|timestamp|dateline|byline", re.IGNORECASE)
_UPDATED_CLASS = re.compile(r"updat|modif|expir", re.IGNORECASE)
_DAY_IN_URL = re.compile(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?:[/_-]|\Z)")


def declared_charset(data: bytes) -> str | None:
    """The encoding that a page names for itself on top, or None."""
    match = _CHARSET.search(data[:4096])
    return (match[1] or match[2]).decode("ascii", "replace") if match else None


def read_page(html: str) -> tuple[str, Metadata]:
    """The main text of a page and its metadata. Raises NotText where no article is found.

    Headings, list items, quotations and table rows are lines of their own, in the page's order and without markup;
    comments are left out. Nothing is fetched.
    """
    tree = _tree(html)
    page = _extract(tree)
    text = "\n".join(_paragraphs(page.body)) if page is not None else ""
    if not any(map(str.isalnum, text)):
        raise NotText("holds no article text that could be told from the rest of the page; save the text as .txt")
    return text, _metadata(page, tree)


def _tree(page: str) -> Any:
    from lxml import etree, html  # type: ignore[import-untyped]

    if any(tag[1] for tag in _TAG.finditer(page)):
        raise NotText(f"has a tag with more than {_MOST_ATTRIBUTES:,} attributes; save the article's text as .txt")
    # huge_tree: libxml2's ordinary limits drop the rest of the page without a word
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False, huge_tree=True)
    try:
        tree = html.document_fromstring(page.encode("utf-8"), parser=parser)
    except (etree.LxmlError, ValueError):
        raise NotText("holds nothing that reads as a web page; if it is text, name it .txt") from None
    if any(entry.level_name == "FATAL" for entry in parser.error_log):
        raise NotText("is nested too deeply to be read whole; save the article's text as .txt")
    _measure(tree)
    for element in [one for one in tree.iter() if len(one) > _MOST_INLINE]:
        _dissolve(element)
    return tree


def _measure(tree: Any) -> None:
    """Refuses a tree that is deeper or larger than the bounds, counting level by level."""
    level, depth, elements = [tree], 0, 0
    while level:
        depth += 1
        elements += len(level)
        if depth > _DEEPEST or elements > _MOST_ELEMENTS:
            raise NotText("has far more markup than an article; save the article's text as .txt")
        level = [child for element in level for child in element]


def _dissolve(element: Any) -> None:
    """Puts the words of an element's links and emphasis in their place: the text stays the same, the tree gets small."""
    kept: list[Any] = []
    words = [[element.text or ""]]
    for child in element:
        if all(inner.tag in _INLINE for inner in child.iter()):
            words[-1] += [*child.itertext(), child.tail or ""]
        else:
            kept.append(child)
            words.append([child.tail or ""])
    element[:] = kept
    element.text = "".join(words[0])
    for child, behind in zip(kept, words[1:], strict=True):
        child.tail = "".join(behind)


def _extract(tree: Any) -> Any:
    import trafilatura

    for name in ("trafilatura", "htmldate", "justext", "courlan"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # what is wrong with a page is told by its reason
    try:
        # output_format txt leaves the body a tree; with "python" it would be made text here, with list and table marks
        return trafilatura.bare_extraction(
            tree, include_comments=False, include_formatting=False, with_metadata=True, output_format="txt"
        )
    except Exception:  # whatever hostile markup provokes in the library, it is this page that is bad
        return None


def _paragraphs(body: Any) -> Iterator[str]:
    """The lines of an extracted body. Walks without recursion: pages nest deeper than Python's stack."""
    words: list[str] = []
    todo: list[tuple[Any, bool]] = [(body, False)]
    while todo:
        element, leaving = todo.pop()
        block = element.tag in _BLOCKS
        if block and (line := _line(words)):
            yield line
        if block:
            words.clear()
        if leaving:
            words.append((_CELL if element.tag == "cell" else "") + (element.tail or ""))
            continue
        words.append(element.text or "")
        todo.append((element, True))
        todo.extend((child, False) for child in reversed(element))
    if line := _line(words):
        yield line


def _line(words: list[str]) -> str:
    line = _CONTROL.sub("", "".join(words))
    return "\t".join(cell for cell in (" ".join(cell.split()) for cell in line.split(_CELL)) if cell)


def _metadata(page: Any, tree: Any) -> Metadata:
    lines = [line for line in (_text(one, 200) for one in tree.xpath(_LINES)) if line]
    named = " ".join(tree.xpath("//meta[@property='og:site_name']/@content"))
    source = tidy(page.sitename)
    if source and source not in named and (source.startswith("http") or source.lower() in (page.url or "").lower()):
        source = None  # taken from the address, not from the page
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
    """The first day of publication found where pages state it, most explicit first; never one guessed from the text."""
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
    yield from (parse_date(time.get("datetime")) for time in tree.xpath("//article" + _TIMES))
    others = {day for time in tree.xpath(_TIMES) if (day := parse_date(time.get("datetime")))}
    if len(others) == 1:
        yield others.pop()
    for element in tree.xpath(f"{_LINES}[not({_ASIDE})]"):
        kind = f"{element.get('class')} {element.get('id')}"
        if (line := _text(element, 100)) and not _UPDATED_CLASS.search(kind):
            yield date_in_line(line) if _DATED_CLASS.search(kind) else labelled_date(line)
    if match := _DAY_IN_URL.search(url or ""):
        yield parse_date("-".join(match.groups()))


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
