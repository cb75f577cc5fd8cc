"""Citations. `check` is the only way one comes into being: what it returns was compared with the stored text.

A citation carries a seal, a keyed digest (HMAC, RFC 2104) of its fields under a key that lives as long as the process.
Its constructor, and everything that is built of citations, refuses one whose seal does not fit its fields: so a
changed copy is refused as well. Citations are for one process; across processes they travel as JSON and are checked
again.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field, fields
from typing import NoReturn

from corpus.document import text_digest
from index.hits import ArticleText, StoredArticle

_KEY = secrets.token_bytes(32)


class CitationError(ValueError):
    """A draft that the stored text does not bear out, or a citation that `check` did not make."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What someone wants to cite: `quote` as `text[start:end]` of the document with this digest."""

    marker: int
    document: str
    start: int
    end: int
    quote: str
    quote_digest: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a draft is held against: the article as stored, with its text and the spans found in it."""

    article: StoredArticle
    stored: ArticleText


@dataclass(frozen=True, slots=True)
class Citation:
    """A checked quotation: `quote` is `text[start:end]` of the document, which starts on `line` (from 1) of it.

    `document` and `quote_digest` are SHA-256 in hexadecimal. Only `check` makes one.
    """

    marker: int
    file: str
    document: str
    start: int
    end: int
    quote: str
    quote_digest: str
    line: int
    title: str | None
    source: str | None
    published: str | None
    seal: bytes = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        if not is_checked(self):
            raise CitationError("a citation is made by check() and by nothing else")

    def __init_subclass__(cls) -> None:
        raise TypeError("Citation has no kinds")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a citation is not pickled; write it as JSON and check it again")

    def __copy__(self) -> "Citation":
        return self

    def __deepcopy__(self, memo: object) -> "Citation":
        return self


def is_checked(citation: Citation) -> bool:
    """True if the citation is as `check` made it, to the last character."""
    values = [getattr(citation, each.name, None) for each in fields(Citation) if each.name != "seal"]
    seal = getattr(citation, "seal", None)
    return isinstance(seal, bytes) and hmac.compare_digest(seal, _seal(*values))


def draft(marker: int, evidence: Evidence, start: int, end: int) -> Draft:
    """The draft that quotes `[start, end)` of the evidence."""
    quote = evidence.stored.text[start:end]
    return Draft(marker, evidence.article.digest, start, end, quote, text_digest(quote))


def check(proposed: Draft, evidence: Evidence) -> Citation:
    """The citation that the draft proposes. Raises CitationError if any part of it isn't borne out by the text."""
    text, article = evidence.stored.text, evidence.article
    start, end = proposed.start, proposed.end
    where = f"{article.path} [{start}, {end})"
    if proposed.marker < 1:
        raise CitationError(f"{where}: markers count from 1, not {proposed.marker}")
    if not proposed.document == article.digest == text_digest(text):
        raise CitationError(f"{where}: the draft, the article and the stored text are not one document")
    if not 0 <= start < end <= len(text):
        raise CitationError(f"{where}: the span is empty or outside the text of {len(text)} characters")
    if text[start:end] != proposed.quote or not proposed.quote.strip():
        raise CitationError(f"{where}: the text does not read as quoted")
    if text_digest(proposed.quote) != proposed.quote_digest:
        raise CitationError(f"{where}: the digest is not the quotation's")
    if any(each.start < end and start < each.end for each in evidence.stored.furniture):
        raise CitationError(f"{where}: the span is not article text but the page's furniture")
    known = article.metadata
    values = (proposed.marker, article.path, proposed.document, start, end, proposed.quote, proposed.quote_digest)
    described = (line_number(text, start), known.title, known.source, known.published)
    return Citation(*values, *described, seal=_seal(*values, *described))


def line_number(text: str, offset: int) -> int:
    """The line, from 1, that an offset of a text lies on; CRLF, LF and CR each end a line."""
    line_feeds, returns = text.count("\n", 0, offset), text.count("\r", 0, offset)
    return 1 + line_feeds + returns - text.count("\r\n", 0, offset)


def _seal(*values: object) -> bytes:
    return hmac.digest(_KEY, repr(values).encode("utf-8", "surrogatepass"), hashlib.sha256)
