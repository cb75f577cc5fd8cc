"""The article in a saved web page: its main text, one paragraph a line, and what the page says of itself."""

import logging
import re
from collections.abc import Iterator
from typing import Any

from corpus.charsets import NotText
from corpus.document import Metadata
from corpus.pagemeta import page_metadata
from corpus.unseen import drop_unseen

# Bounds on what is parsed, far above any article. Without them one hostile page stops a build: the parser takes time
# quadratic in the attributes of a tag, trafilatura in the depth of a page, its paragraphs and the children of each.
_MOST_ATTRIBUTES = 5_000
_MOST_ELEMENTS = 150_000
_MOST_PARAGRAPHS = 30_000
_DEEPEST = 400  # elements within each other; browsers give up at 512
_MOST_INLINE = 500  # children of one element, before links and emphasis in it are dissolved into its text
_TAG = re.compile(
    r"<[a-zA-Z][^\s/>]*+(?:[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+))?+)"
    rf"{{0,{_MOST_ATTRIBUTES}}}+([\s/]*+[^\s/>])?"
)
_CHARSET = re.compile(
    rb"<\?xml[^>]{0,200}?encoding\s*+=\s*+[\"']?([\w.:-]{2,40})|<meta[^>]{0,300}?charset\s*+=\s*+(?:[\"']\s*+)?([\w.:-]{2,40})",
    re.IGNORECASE,
)
_FORMATTING = "a abbr b bdi bdo big cite em font i mark q s small span strong sub sup tt u var wbr"
_INLINE = frozenset(_FORMATTING.split())
_BLOCKS = frozenset(["ab", "body", "head", "item", "lb", "list", "p", "quote", "row", "table", "fw", "div"])
_CELL = "\x1f"  # between the cells of a row, until they are told apart by tabs
_CONTROL = re.compile("[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f]")
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,8}));?")


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
    return text, page_metadata(page, tree)


def _tree(page: str) -> Any:
    from lxml import etree, html

    page = _REFERENCE.sub(_referred, _CONTROL.sub(" ", page))
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
    drop_unseen(tree)
    for element in [one for one in tree.iter() if len(one) > _MOST_INLINE]:
        _dissolve(element)
    return tree


def _referred(match: re.Match[str]) -> str:
    """What a numbered reference stands for, where the parser would make it something that no text may hold."""
    number = int(match[1], 16) if match[1] else int(match[2])
    if 128 <= number < 160:
        return bytes([number]).decode("cp1252", "ignore")  # as browsers read these, and old pages meant them
    return " " if number < 32 or number == 127 or 0xD800 <= number < 0xE000 or number > 0x10FFFF else match[0]


def _measure(tree: Any) -> None:
    """Refuses a tree that is deeper or larger than the bounds, counting level by level."""
    level, depth, elements, paragraphs = [tree], 0, 0, 0
    while level:
        depth += 1
        elements += len(level)
        paragraphs += sum(element.tag == "p" for element in level)
        if depth > _DEEPEST or elements > _MOST_ELEMENTS or paragraphs > _MOST_PARAGRAPHS:
            raise NotText("has far more markup than an article; save the article's text as .txt")
        level = [child for element in level for child in element]


def _dissolve(element: Any) -> None:
    """Puts the words of an element's links and emphasis in their place: the same text in a small tree."""
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
    cells = "".join(words).split(_CELL)
    return "\t".join(cell for cell in (" ".join(cell.split()) for cell in cells) if cell)
