"""Articles of one segment: their texts, spans and metadata, in a database of their own."""

import hashlib
import json
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple

from corpus.document import Document, Furniture, Metadata, Span, text_digest
from corpus.listing import FileStat
from index.database import Database, StoreFault, new_database, open_database
from index.faults import DamagedIndex
from index.hits import ArticleText
from index.verify import distrust

if TYPE_CHECKING:  # heavy, and made by who cuts
    from index.cut import Pieces

_SCHEMA = """
CREATE TABLE articles (row INTEGER PRIMARY KEY, digest TEXT NOT NULL, format TEXT NOT NULL, title TEXT, source TEXT,
  author TEXT, published TEXT, url TEXT, characters INTEGER NOT NULL, seal BLOB NOT NULL);
CREATE TABLE texts (row INTEGER PRIMARY KEY, text TEXT NOT NULL, body_start INTEGER NOT NULL, body_end INTEGER NOT NULL,
  sentences BLOB NOT NULL, furniture TEXT NOT NULL);
CREATE TABLE lines (row INTEGER PRIMARY KEY, keys TEXT NOT NULL, recurring TEXT NOT NULL);
"""
_ABOUT = "digest, format, title, source, author, published, url, characters"
_TEXTS = "text, body_start, body_end, sentences, furniture"
_WHOLE = f"{_ABOUT}, {_TEXTS}, seal"
_TEXT_AT = 8  # in a row of _WHOLE
_READERS = 4  # threads that may read at a time
_AT_ONCE = 500  # rows asked for in one statement; SQLite takes 999 values in one


@dataclass(frozen=True, slots=True)
class CutArticle:
    """A document with what it was cut into, ready to be stored.

    `keys` are the lines that may recur across an outlet's files, `recurring` those that were found to when it was cut.
    """

    document: Document
    stat: FileStat
    file_digest: str
    pieces: "Pieces"
    keys: frozenset[str]
    recurring: frozenset[str]


class About(NamedTuple):
    """What a segment knows of an article beside its text. `row` counts from the segment's first."""

    row: int
    digest: str
    format: str
    metadata: Metadata
    characters: int


def write_articles(path: Path, articles: Iterable["CutArticle | tuple[ArticleStore, int]"]) -> None:
    """Write the articles in order, rows from 0; one that is stored already is copied from its store and row."""
    with new_database(path, _SCHEMA) as database:
        for row, article in enumerate(articles):
            if isinstance(article, CutArticle):
                _insert(database, row, article)
            else:
                store, old = article
                store.copy(old, database, row)


def _insert(database: Database, row: int, cut: CutArticle) -> None:
    document, about = cut.document, cut.document.metadata
    known = (about.title, about.source, about.author, about.published, about.url, len(document.text))
    sentences = array("i", [edge for span in cut.pieces.sentences for edge in (span.start, span.end)]).tobytes()
    furniture = json.dumps([[f.start, f.end, f.reason] for f in cut.pieces.furniture], ensure_ascii=False)
    described = (document.digest, document.format, *known)
    texts = (document.text, document.body.start, document.body.end, sentences, furniture)
    database.execute(
        f"INSERT INTO articles (row, {_ABOUT}, seal) VALUES (?{', ?' * 9})",
        (row, *described, _seal(*described, *texts)),
    )
    database.execute(f"INSERT INTO texts (row, {_TEXTS}) VALUES (?, ?, ?, ?, ?, ?)", (row, *texts))
    database.execute("INSERT INTO lines VALUES (?, ?, ?)", (row, _json_lines(cut.keys), _json_lines(cut.recurring)))


def _seal(digest: object, *described: object) -> bytes:
    """A digest of what is stored of an article, its text only by its own digest."""
    *about, _, start, end, sentences, furniture = described
    return hashlib.sha256(repr((digest, *about, start, end, sentences, furniture)).encode("utf-8", "replace")).digest()


def _lines(stored: str) -> frozenset[str]:
    return frozenset(json.loads(stored))


def _json_lines(lines: frozenset[str]) -> str:
    return json.dumps(sorted(lines), ensure_ascii=False)


class ArticleStore:
    """The articles of one segment, read as asked for; safe to use from several threads. Rows count from its first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # Opened once and for good: the file may be removed from the folder by a later build while requests still read.
        self._free: SimpleQueue[Database] = SimpleQueue()
        for _ in range(_READERS):
            self._free.put(open_database(path))

    def count(self) -> int:
        """How many articles there are, by the last row: to count them all would read them all."""
        [(count,)] = self._read("SELECT coalesce(max(row) + 1, 0) FROM articles")
        return int(count)

    def days(self) -> list[tuple[int, int]]:
        """The row and the day, as YYYYMMDD, of each article that says one."""
        day = "CAST(replace(published, '-', '') AS INTEGER)"
        return self._read(f"SELECT row, {day} FROM articles WHERE published IS NOT NULL")

    def one(self, row: int) -> About:
        """What is known of one article. Raises KeyError for a row that is not there."""
        [(digest, form, *known, size)] = self._one(f"SELECT {_ABOUT} FROM articles WHERE row = ?", row)
        return About(row, digest, form, Metadata(*known), size)

    def digests(self) -> list[tuple[int, str]]:
        """The row of every article and the digest of its text."""
        return self._read("SELECT row, digest FROM articles")

    def about(self) -> list[About]:
        """All articles in row order."""
        rows = self._read(f"SELECT row, {_ABOUT} FROM articles ORDER BY row")
        return [About(row, digest, form, Metadata(*known), size) for row, digest, form, *known, size in rows]

    def lines(self, rows: Sequence[int]) -> dict[int, tuple[frozenset[str], frozenset[str]]]:
        """By row, the keys of an article's lines and those of them that were found to recur when it was cut."""
        found: dict[int, tuple[frozenset[str], frozenset[str]]] = {}
        for at in range(0, len(rows), _AT_ONCE):
            some = tuple(rows[at : at + _AT_ONCE])
            marks = ", ".join("?" * len(some))
            for row, keys, lines in self._read(f"SELECT row, keys, recurring FROM lines WHERE row IN ({marks})", some):
                found[row] = _lines(keys), _lines(lines)
        return found

    def text(self, row: int) -> ArticleText:
        """The text of one article with its spans.

        Raises KeyError for a row that is not there, IndexFault where the text is not the one that was stored.
        """
        *_, text, _, _, blob, furniture = self._whole(row)
        edges = array("i")
        edges.frombytes(blob)
        spans = tuple(Span(edges[i], edges[i + 1]) for i in range(0, len(edges), 2))
        return ArticleText(text, spans, tuple(Furniture(start, end, why) for start, end, why in json.loads(furniture)))

    def document(self, row: int, path: str) -> Document:
        """The document of one article as it was read from `path`. Raises as `text` does."""
        _, form, *known, _, text, start, end, _, _ = self._whole(row)
        return Document(path, text, Span(start, end), form, Metadata(*known))

    def copy(self, row: int, into: Database, as_row: int) -> None:
        """Put one article into another segment's database, as it is. Raises as `text` does."""
        self._whole(row)
        for table, columns in (("articles", f"{_ABOUT}, seal"), ("texts", _TEXTS), ("lines", "keys, recurring")):
            [values] = self._one(f"SELECT {columns} FROM {table} WHERE row = ?", row)
            into.execute(f"INSERT INTO {table} (row, {columns}) VALUES (?{', ?' * len(values)})", (as_row, *values))

    def _whole(self, row: int) -> list[Any]:
        """All that is stored of an article, in the order of _ABOUT and _TEXTS, held against its digests."""
        stored: list[Any]
        [(*stored, seal)] = self._one(f"SELECT {_WHOLE} FROM articles JOIN texts USING (row) WHERE row = ?", row)
        if text_digest(stored[_TEXT_AT]) != stored[0] or _seal(*stored) != seal:
            raise self._damaged("holds another text than was stored")
        return stored

    def _damaged(self, reason: str) -> DamagedIndex:
        return distrust(self._path.parents[4], self._path, reason)

    def _one(self, query: str, row: int) -> list[Any]:
        found = self._read(query, (row,))
        if not found:
            raise KeyError(row)
        return found

    def _read(self, query: str, values: tuple[object, ...] = ()) -> list[Any]:
        database = self._free.get()
        try:
            found: list[Any] = database.execute(query, values).fetchall()
            return found
        except StoreFault as error:
            raise self._damaged(f"can't be read: {error}") from error
        finally:
            self._free.put(database)
