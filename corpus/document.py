"""The values that flow out of corpus/: what a file held, and the spans found in it.

Text is stored once and everything else is a span into it, in code points, end exclusive.
"""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """`text[start:end]` of one document."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, order=True)
class Furniture:
    """A span of the page that is not the article, and the reason it was found to be that."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of an article; None is unknown and never a guess.

    `published` is an ISO 8601 date, `YYYY-MM-DD`.
    """

    title: str | None = None
    source: str | None = None
    author: str | None = None
    published: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One article as read: its text unchanged, with what the file says about it.

    `path` is relative to the folder, with forward slashes. `body` is the part of the text behind any front
    matter. `format` is "text", "markdown" or "html"; for html the text is the main text taken out of the page.
    """

    path: str
    text: str
    body: Span
    format: str
    metadata: Metadata = Metadata()

    @property
    def digest(self) -> str:
        """SHA-256 of the text, in hexadecimal: the identity that citations name."""
        return text_digest(self.text)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that was skipped, and why, in words for the user."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, order=True)
class Passage:
    """A span of whole sentences that is embedded and searched, with its length in model tokens."""

    start: int
    end: int
    tokens: int


def text_digest(text: str) -> str:
    """The SHA-256 of a text's UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
