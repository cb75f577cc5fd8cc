"""Words: BM25 over passages with headline, outlet and date in front. The only file that knows tantivy.

BM25 as in Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), with tantivy's fixed k1 = 1.2, b = .75.
"""

import shutil
import string
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from math import log
from pathlib import Path

import numpy as np
import tantivy
from numpy.typing import NDArray

_ANALYSER = "news"
_HEAP_BYTES = 64_000_000
_LONGEST_HELD = 40  # characters of a word whose term is kept at hand
_NO_LOCK = "Failed to acquire Lockfile"
_REFUSED = (
    "(os error ",
    "Directory does not exist",
    _NO_LOCK,
    "IoError",
    "io::Error",
)  # what tantivy says where the system refuses

# A word is a run of letters, marks and digits; scripts written without spaces give one token a character.
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_MARKS = string.punctuation + "“”‘’–—…"  # some of what is in no word
_WORD = rf"[{_UNSPACED}]|[\p{{L}}\p{{M}}\p{{N}}&&[^{_UNSPACED}]]+"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the words index sees of one passage: its row, its article's, its words, and what filters need."""

    row: int
    article: int
    header: str
    text: str
    outlet: int
    day: int


def _analyser(tokenizer: tantivy.Tokenizer | None = None) -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tokenizer or tantivy.Tokenizer.regex(_WORD))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.remove_long(60))
        .filter(tantivy.Filter.stopword("english"))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


@cache
def _shared_analyser() -> tantivy.TextAnalyzer:
    return _analyser()


def terms_of(text: str) -> list[str]:
    """The distinct terms of a text as indexed (folded, stemmed, without stop words), in order."""
    if len(text) <= _LONGEST_HELD and (word := text.strip(_MARKS)).isalnum() and word.isascii():
        return list(_of_word(word.lower()))
    return list(dict.fromkeys(_shared_analyser().analyze(text)))


@lru_cache(maxsize=1 << 16)
def _of_word(word: str) -> tuple[str, ...]:
    """The term of one word in ASCII without marks or capitals, or nothing."""
    return tuple(_word_analyser().analyze(word))


@cache
def _word_analyser() -> tantivy.TextAnalyzer:
    return _analyser(tantivy.Tokenizer.raw())  # setting out to look for words takes longer than one word


def _schema() -> tantivy.Schema:
    schema = tantivy.SchemaBuilder()
    schema.add_text_field("words", tokenizer_name=_ANALYSER, index_option="freq")
    schema.add_unsigned_field("row", indexed=True, fast=True)
    schema.add_unsigned_field("article", indexed=True)
    schema.add_unsigned_field("outlet", indexed=True)
    schema.add_unsigned_field("day", indexed=True, fast=True)
    return schema.build()


class LexicalWriter:
    """The words index in an existing folder, written as entries come; what is written counts once it is finished.

    Where the folder holds an index already the entries are added to it, behind the passages of `gone` articles, which
    are forgotten. Files are only added and replaced, none is written into: they may be links to another index's.
    Raises OSError where the system refuses to write them.
    """

    def __init__(self, folder: Path, gone: Iterable[int] = ()) -> None:
        with _writing():
            index = tantivy.Index(_schema(), path=str(folder))
            index.register_tokenizer(_ANALYSER, _analyser())
            self._writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)
            if forgotten := list(gone):
                self._writer.delete_documents_by_query(tantivy.Query.term_set_query(index.schema, "article", forgotten))

    def add(self, entry: Entry) -> None:
        """Take one passage; its words are taken apart in a thread that Python does not hold up."""
        document = tantivy.Document()
        document.add_text("words", f"{entry.header}\n{entry.text}")
        document.add_unsigned("row", entry.row)
        document.add_unsigned("article", entry.article)
        document.add_unsigned("outlet", entry.outlet)
        document.add_unsigned("day", entry.day)
        with _writing():
            self._writer.add_document(document)

    def finish(self) -> None:
        """Write what was added; nothing can be added any more."""
        with _writing():
            self._writer.commit()
            self._writer.wait_merging_threads()

    def close(self) -> None:
        """End the thread that writes, and wait for it; what was not finished does not count."""
        del self._writer  # tantivy has no other way


@contextmanager
def _writing() -> Iterator[None]:
    """Make of tantivy's ValueError, which is all that it says of a full or closed disk, what a file's writer raises."""
    try:
        yield
    except ValueError as error:
        if any(words in str(error) for words in _REFUSED):
            raise OSError(f"words: {error}") from error
        raise


class LexicalIndex:
    """Passages searched by BM25."""

    def __init__(self, index: tantivy.Index) -> None:
        self._index = index
        self._searcher = index.searcher()
        self._schema = index.schema

    @property
    def size(self) -> int:
        """How many passages there are."""
        return int(self._searcher.num_docs)

    def idf(self, term: str) -> float:
        """How rare a term is among the passages, as BM25 weighs it: log(1 + (N - n + .5) / (n + .5))."""
        held = self._searcher.doc_freq("words", term)
        return log(1 + (self._searcher.num_docs - held + 0.5) / (held + 0.5))

    def search(
        self,
        weights: dict[str, float],
        k: int,
        outlets: Sequence[int] | None = None,
        days: tuple[int, int] | None = None,
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The best k rows and their BM25 scores, best first, ties by row.

        `weights` gives each term's weight. `outlets` are the outlet numbers to search among, `days` a range of dates
        as YYYYMMDD, both ends included; None for all.
        """
        if not weights:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        query = self._query(weights, outlets, days)
        hits = self._searcher.search(query, limit=k, count=False).hits
        rows = self._searcher.fast_field_values("row", [address for _, address in hits])
        row_array = np.asarray(rows, dtype=np.int64)
        scores = np.asarray([score for score, _ in hits], dtype=np.float32)
        order = np.lexsort((row_array, -scores))
        return row_array[order], scores[order]

    def _query(
        self, weights: dict[str, float], outlets: Sequence[int] | None, days: tuple[int, int] | None
    ) -> tantivy.Query:
        must, should = tantivy.Occur.Must, tantivy.Occur.Should
        terms = []
        for term, weight in weights.items():
            query = tantivy.Query.term_query(self._schema, "words", term, "freq")
            terms.append((should, query if weight == 1.0 else tantivy.Query.boost_query(query, weight)))
        clauses = [(must, tantivy.Query.boolean_query(terms))]
        if outlets is not None:
            among = tantivy.Query.term_set_query(self._schema, "outlet", list(outlets))
            clauses.append((must, tantivy.Query.const_score_query(among, 0.0)))
        if days is not None:
            between = tantivy.Query.range_query(self._schema, "day", tantivy.FieldType.Unsigned, *days)
            clauses.append((must, tantivy.Query.const_score_query(between, 0.0)))
        return clauses[0][1] if len(clauses) == 1 else tantivy.Query.boolean_query(clauses)


def read_lexical(folder: Path) -> LexicalIndex:
    """The index that `LexicalWriter` wrote. Raises ValueError (tantivy's own) where the folder does not hold one.

    To open one tantivy writes a lock beside it: where it may not, the index is opened by links from a folder where it
    may, which is needed no longer once every file is mapped.
    """
    try:
        return _open(folder)
    except ValueError as error:
        if _NO_LOCK not in str(error):
            raise
    with tempfile.TemporaryDirectory(prefix="copydesk-") as beside:
        for path in folder.absolute().iterdir():
            if path.suffix != ".lock":
                _linked(path, Path(beside, path.name))
        return _open(Path(beside))


def _linked(path: Path, link: Path) -> None:
    try:
        link.symlink_to(path)
    except OSError:  # Windows asks for a right of its own
        shutil.copyfile(path, link)


def _open(folder: Path) -> LexicalIndex:
    index = tantivy.Index.open(str(folder))
    index.register_tokenizer(_ANALYSER, _analyser())
    return LexicalIndex(index)
