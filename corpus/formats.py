"""A file's bytes turned into a Document, by the kind of file that its name says it is."""

from pathlib import PurePosixPath

from corpus.charsets import NotText, decode
from corpus.document import Document, Span
from corpus.listing import FORMATS
from corpus.metadata import from_front_matter, from_text, merge

__all__ = ["NotText", "decode", "parse"]

# Bounds on a file's time: 5 million characters of the worst there is take half a minute, as do 150,000 lines.
_MOST_CHARACTERS = 5_000_000  # a novel has 1 million
_MOST_LINES = 150_000
_LINE_ENDS = "\n\r\x0b\x0c\x85\u2028\u2029"


def parse(path: str, data: bytes) -> Document:
    """The article in a file, told by its suffix. Raises NotText where the bytes hold none.

    The text of .txt and .md is the file's own, mark and line ends included; that of a web page is its main text.
    """
    if not data:
        raise NotText("is empty")
    if FORMATS[PurePosixPath(path).suffix.lower()] == "html":
        return _web_page(path, data)
    text = decode(data)
    _measure(text)
    metadata, start = from_front_matter(text)
    start = start or (1 if text.startswith("\ufeff") else 0)
    if not any(map(str.isalnum, text[start:])):
        raise NotText("holds no words behind its front matter" if start > 1 else "holds no words")
    body = Span(start, len(text))
    kind = FORMATS[PurePosixPath(path).suffix.lower()]
    return Document(path, text, body, kind, merge(metadata, from_text(text, body)))


def _measure(text: str) -> None:
    if len(text) > _MOST_CHARACTERS:
        raise NotText(f"has {len(text):,} characters, far more than an article; split it")
    lines = sum(map(text.count, _LINE_ENDS))
    if lines > _MOST_LINES:
        raise NotText(f"has {lines:,} lines, far more than an article; split it")


def _web_page(path: str, data: bytes) -> Document:
    from corpus.webpage import declared_charset, read_page

    text, metadata = read_page(decode(data, declared_charset(data)).removeprefix("\ufeff"))
    _measure(text)
    body = Span(0, len(text))
    return Document(path, text, body, "html", merge(metadata, from_text(text, body)))
