"""Articles of one generation: their texts, spans and metadata. The only file that knows SQLite."""

import json
import sqlite3
import threading
from array import array
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from corpus.document import Document, Furniture, Metadata, Span, Unreadable
from corpus.read import FileStat
from index.hits import ArticleText, StoredArticle

StoreFault = sqlite3.Error
"""What reading raises where the file is not one that `write_articles` wrote."""

_SCHEMA = """
CREATE TABLE articles (row INTEGER PRIMARY KEY, path TEXT UNIQUE NOT NULL, size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL, file_digest TEXT NOT NULL, digest TEXT NOT NULL,
  format TEXT NOT NULL, title TEXT, source TEXT, author TEXT, published TEXT, url TEXT, characters INTEGER NOT NULL);
CREATE TABLE texts (row INTEGER PRIMARY KEY, text TEXT NOT NULL, body_start INTEGER NOT NULL, body_end INTEGER NOT NULL,
  sentences BLOB NOT NULL, furniture TEXT NOT NULL);
CREATE TABLE lines (row INTEGER PRIMARY KEY, keys TEXT NOT NULL, recurring TEXT NOT NULL);
CREATE TABLE skipped (row INTEGER PRIMARY KEY, path TEXT NOT NULL, reason TEXT NOT NULL);
"""
_FACTS = (
    "path, size, mtime_ns, ctime_ns, file_digest, digest, format, title, source, author, published, url, characters"
)
_TEXTS = "text, body_start, body_end, sentences, furniture"


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What the index remembers of a file, to tell whether it has changed and what its outlet's lines are.

    `keys` are the lines that may recur across an outlet's files, `recurring` those that were found to when it was cut.
    """

    row: int
    stat: FileStat
    file_digest: str
    source: str | None
    keys: frozenset[str]
    recurring: frozenset[str]


@dataclass(frozen=True, slots=True)
class CutArticle:
    """A document with the spans found in it, ready to be stored."""

    document: Document
    stat: FileStat
    file_digest: str
    sentences: tuple[Span, ...]
    furniture: tuple[Furniture, ...]
    keys: frozenset[str]
    recurring: frozenset[str]


@dataclass(frozen=True, slots=True)
class KeptArticle:
    """An article carried over from row `row` of the generation before, with its file as it is listed now."""

    row: int
    stat: FileStat


def write_articles(
    path: Path, articles: Iterable[CutArticle | KeptArticle], skipped: Iterable[Unreadable], previous: Path | None
) -> None:
    """Write the articles in order, rows from 0; kept ones are copied out of the `previous` file."""
    connection = sqlite3.connect(path)
    try:
        connection.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {_SCHEMA}")
        if previous is not None:
            connection.execute("ATTACH DATABASE ? AS old", (str(previous),))
        for row, article in enumerate(articles):
            if isinstance(article, KeptArticle):
                _copy(connection, row, article)
            else:
                _insert(connection, row, article)
        connection.executemany(
            "INSERT INTO skipped (path, reason) VALUES (?, ?)", [(s.path, s.reason) for s in skipped]
        )
        connection.commit()
    finally:
        connection.close()


def _copy(connection: sqlite3.Connection, row: int, kept: KeptArticle) -> None:
    connection.execute(
        f"INSERT INTO articles (row, {_FACTS}) SELECT ?, {_FACTS} FROM old.articles WHERE row = ?", (row, kept.row)
    )
    connection.execute(
        "UPDATE articles SET path = ?, size = ?, mtime_ns = ?, ctime_ns = ? WHERE row = ?", (*astuple(kept.stat), row)
    )
    connection.execute(
        f"INSERT INTO texts (row, {_TEXTS}) SELECT ?, {_TEXTS} FROM old.texts WHERE row = ?", (row, kept.row)
    )
    connection.execute("INSERT INTO lines SELECT ?, keys, recurring FROM old.lines WHERE row = ?", (row, kept.row))


def _insert(connection: sqlite3.Connection, row: int, cut: CutArticle) -> None:
    document, about = cut.document, cut.document.metadata
    facts = (*astuple(cut.stat), cut.file_digest, document.digest, document.format)
    known = (about.title, about.source, about.author, about.published, about.url, len(document.text))
    connection.execute(f"INSERT INTO articles (row, {_FACTS}) VALUES (?{', ?' * 13})", (row, *facts, *known))
    sentences = array("i", [edge for span in cut.sentences for edge in (span.start, span.end)]).tobytes()
    furniture = json.dumps([[f.start, f.end, f.reason] for f in cut.furniture], ensure_ascii=False)
    connection.execute(
        f"INSERT INTO texts (row, {_TEXTS}) VALUES (?, ?, ?, ?, ?, ?)",
        (row, document.text, document.body.start, document.body.end, sentences, furniture),
    )
    connection.execute("INSERT INTO lines VALUES (?, ?, ?)", (row, _json_lines(cut.keys), _json_lines(cut.recurring)))


def _lines(stored: str) -> frozenset[str]:
    return frozenset(json.loads(stored))


def _json_lines(lines: frozenset[str]) -> str:
    return json.dumps(sorted(lines), ensure_ascii=False)


class ArticleStore:
    """The articles of one generation, read as asked for; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        # Opened once and for good: the file may be removed from the folder by a later build while requests still read.
        self._connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )

    def articles(self) -> tuple[StoredArticle, ...]:
        """All articles in row order."""
        rows = self._read(
            "SELECT row, path, digest, format, title, source, author, published, url, characters"
            " FROM articles ORDER BY row"
        )
        return tuple(
            StoredArticle(row, path, digest, form, Metadata(title, source, author, published, url), characters)
            for row, path, digest, form, title, source, author, published, url, characters in rows
        )

    def facts(self) -> list[FileFacts]:
        """What is remembered of each file, in row order."""
        rows = self._read(
            "SELECT row, path, size, mtime_ns, ctime_ns, file_digest, source, keys, recurring"
            " FROM articles JOIN lines USING (row) ORDER BY row"
        )
        return [
            FileFacts(row, FileStat(path, size, mtime, ctime), digest, outlet, _lines(keys), _lines(lines))
            for row, path, size, mtime, ctime, digest, outlet, keys, lines in rows
        ]

    def text(self, row: int) -> ArticleText:
        """The text of one article with its spans. Raises KeyError for a row that is not there."""
        found = self._read("SELECT text, sentences, furniture FROM texts WHERE row = ?", (row,))
        if not found:
            raise KeyError(row)
        text, blob, furniture = found[0]
        edges = array("i")
        edges.frombytes(blob)
        spans = tuple(Span(edges[i], edges[i + 1]) for i in range(0, len(edges), 2))
        return ArticleText(text, spans, tuple(Furniture(start, end, why) for start, end, why in json.loads(furniture)))

    def document(self, row: int) -> Document:
        """The document of one article as it was read. Raises KeyError for a row that is not there."""
        found = self._read(
            "SELECT path, text, body_start, body_end, format, title, source, author, published, url"
            " FROM articles JOIN texts USING (row) WHERE row = ?",
            (row,),
        )
        if not found:
            raise KeyError(row)
        path, text, start, end, form, *known = found[0]
        return Document(path, text, Span(start, end), form, Metadata(*known))

    def skipped(self) -> tuple[Unreadable, ...]:
        """The files that were skipped, with their reasons, in the order of listing."""
        return tuple(
            Unreadable(path, reason) for path, reason in self._read("SELECT path, reason FROM skipped ORDER BY row")
        )

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    def _read(self, query: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()
