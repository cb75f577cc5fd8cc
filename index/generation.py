"""One generation, verified: everything that a search reads."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.document import Document
from corpus.errors import IndexFault
from index.database import StoreFault
from index.faults import damaged
from index.files import FileFacts, FileList, read_files
from index.hits import ArticleText, StoredArticle
from index.rows import count_rows
from index.segment import PASSAGES, Segment
from index.store import FILES, FORMAT, SEGMENTS, WORDS, Manifest, Pointer, read_manifest, read_pointer
from index.verify import suspecting, verify

_TEXTS_KEPT = 64
_TERMS_KEPT = 1 << 14  # passages whose terms were taken out of their text, some 300 bytes each

if TYPE_CHECKING:  # these stand on numpy, and a build that finds nothing changed asks for none of them
    import numpy as np
    from numpy.typing import NDArray

    from index.dense import DenseIndex
    from index.lexical import LexicalIndex
    from index.line_keys import Keys
    from index.rows import Table
    from index.sentence_terms import SentenceTerms


@dataclass(frozen=True)
class Generation:
    """One complete index: its files and segments, opened as they are first asked for.

    Rows of articles and passages go through all segments. Those of articles that are gone have a place there still.
    """

    folder: Path
    pointer: Pointer
    manifest: Manifest
    list: FileList
    segments: tuple[Segment, ...]

    @cached_property
    def articles(self) -> tuple[StoredArticle, ...]:
        """The articles that are there, by path."""
        about = {s.first_article + known[0]: known for s in self.segments for known in s.store.about()}
        return tuple(
            StoredArticle(row, path, digest, form, metadata, characters)
            for row, path, _ in self.list.places
            for _, digest, form, metadata, characters in (about[row],)
        )

    @cached_property
    def table(self) -> "Table":
        """The passages in row order, those of articles that are gone among them."""
        import numpy as np

        tables = [segment.table for segment in self.segments]
        return tables[0] if len(tables) == 1 else np.concatenate(tables)

    @cached_property
    def held(self) -> int:
        """How many articles have a place in the segments, those that are gone among them."""
        last = self.segments[-1]
        return last.first_article + last.store.count()

    @cached_property
    def alive(self) -> "NDArray[np.bool_] | None":
        """Which passages are of articles that are there; None for all."""
        import numpy as np

        if len(self.list.places) == self.held:
            return None
        there = np.zeros(self.held, bool)
        there[[row for row, _, _ in self.list.places]] = True
        alive: NDArray[np.bool_] = there[self.table["article"]]
        return alive

    @cached_property
    def dense(self) -> "DenseIndex":
        """The vectors, none where it is searched by words alone."""
        from index.dense import DenseIndex

        return DenseIndex([segment.vectors for segment in self.segments] if self.has_vectors else [], self.alive)

    @cached_property
    def words(self) -> "LexicalIndex":
        """The words."""
        from index.lexical import read_lexical

        return read_lexical(self.folder / WORDS)

    @cached_property
    def sentence_terms(self) -> "SentenceTerms":
        """The terms that stand together in a sentence: stored, or taken out of the texts as long as they are not."""
        from index.sentence_terms import SentenceTerms, stored

        if self.has_vectors:
            return stored([segment.terms for segment in self.segments])
        from index.cut import passage_terms

        text_of = lru_cache(_TEXTS_KEPT)(self.text)

        @lru_cache(_TERMS_KEPT)
        def terms(row: int) -> "NDArray[np.uint16]":
            article, start, end, _, _ = self.table[row].item()
            text = text_of(article)
            return passage_terms(text.text, text.sentences, [(start, end)])[0]

        return SentenceTerms(terms, len(self.table))

    @property
    def has_vectors(self) -> bool:
        """False for what a first build publishes before it embeds: then it is searched by words alone."""
        return self.manifest.embedded

    @cached_property
    def outlets(self) -> "NDArray[np.int64]":
        """The number of each article's outlet, by row; -1 for those that are gone."""
        import numpy as np

        places = self.list.places
        outlets = np.full(self.held, -1)
        outlets[[row for row, _, _ in places]] = [outlet for _, _, outlet in places]
        return outlets

    @cached_property
    def days(self) -> "NDArray[np.int64]":
        """The day of each article as YYYYMMDD, by row; 0 where it is unknown."""
        import numpy as np

        days = np.zeros(self.held, np.int64)
        for segment in self.segments:
            known = np.asarray(segment.store.days(), np.int64).reshape(-1, 2)
            days[segment.first_article + known[:, 0]] = known[:, 1]
        return days

    @cached_property
    def _paths(self) -> dict[int, str]:
        return {row: path for row, path, _ in self.list.places}

    @cached_property
    def _rows(self) -> dict[str, int]:
        """The row of each text by its digest, the first by path where several articles have it."""
        digests = {s.first_article + row: digest for s in self.segments for row, digest in s.store.digests()}
        return {digests[row]: row for row, _, _ in reversed(self.list.places)}

    def article(self, row: int) -> StoredArticle:
        """What is stored of one article beside its text. Raises KeyError for a row that is not there."""
        path = self._paths[row]
        segment = self.segment_of(row)
        _, digest, form, metadata, characters = segment.store.one(row - segment.first_article)
        return StoredArticle(row, path, digest, form, metadata, characters)

    def row_of(self, digest: str) -> int | None:
        """The row of the article whose text has this SHA-256, the first by path where several do."""
        return self._rows.get(digest)

    def segment_of(self, article: int) -> Segment:
        """The segment that holds an article by its row."""
        return next(segment for segment in reversed(self.segments) if segment.first_article <= article)

    def text(self, article: int) -> ArticleText:
        """The text of an article by its row, with its spans. Raises KeyError for a row that is not there."""
        segment = self.segment_of(article)
        return segment.store.text(article - segment.first_article)

    def document(self, file: FileFacts) -> Document:
        """The document of a file as it was read."""
        segment = self.segment_of(file.row)
        return segment.store.document(file.row - segment.first_article, file.stat.path)

    def lines(self, articles: Sequence[int]) -> dict[int, tuple[frozenset[str], frozenset[str]]]:
        """By row, the keys of an article's lines and those of them that were found to recur when it was cut."""
        found: dict[int, tuple[frozenset[str], frozenset[str]]] = {}
        for segment, end in zip(self.segments, [*(s.first_article for s in self.segments[1:]), self.held], strict=True):
            rows = [row - segment.first_article for row in articles if segment.first_article <= row < end]
            found |= {segment.first_article + row: lines for row, lines in segment.store.lines(rows).items()}
        return found

    def line_keys(self) -> "tuple[Keys, NDArray[np.int64]]":
        """The lines of all articles that may recur, as numbers (index/line_keys.py), and the row of each one's article.

        Rows rise.
        """
        import numpy as np

        keys, rows = [], []
        for segment in self.segments:
            held, edges = segment.line_keys
            keys.append(held)
            rows.append(np.repeat(np.arange(len(edges) - 1) + segment.first_article, np.diff(edges)))
        return np.concatenate(keys), np.concatenate(rows)

    def line_keys_of(self, article: int) -> "Keys":
        """Those of one article, by its row."""
        segment = self.segment_of(article)
        keys, edges = segment.line_keys
        at = article - segment.first_article
        return keys[edges[at] : edges[at + 1]]

    def opened(self) -> "Generation":
        """The same, every file of it open. Raises IndexFault where one is not what a Copydesk writes."""
        with _ours(self.folder, self.manifest):
            dense = self.dense.size if self.has_vectors else len(self.table)
            whole = dense == len(self.table) == self.sentence_terms.size
            rows = [row for row, _, _ in self.list.places]
            there = len(rows) == self.manifest.articles and min(rows) >= 0 and max(rows) < self.held
            if not there or self.words is None or not whole:
                raise ValueError("its parts do not fit together")
            return self

    def suspected(self) -> AbstractContextManager[None]:
        """A block that reads it; what fails there because a file is damaged is told as that (index/verify.py)."""
        return suspecting(self.folder, self.manifest.files)


@contextmanager
def _ours(folder: Path, manifest: Manifest) -> Iterator[None]:
    """A block that opens a generation. What fails is told as an IndexFault, of the file that is damaged if one is."""
    try:
        with suspecting(folder, manifest.files):
            yield
    except (OSError, ValueError, LookupError, RuntimeError, MemoryError, StoreFault) as error:
        raise damaged(folder.parents[1], folder, "is not one that this Copydesk wrote") from error


def load_generation(place: Path, *, opened: bool = False, formats: Collection[int] = (FORMAT,)) -> Generation:
    """The generation that serves in `place`, every file checked against its manifest, and `opened` or when first used.

    Raises IndexFault where there is none, or where it is damaged or of another format.
    """
    pointer = read_pointer(place)
    while pointer is not None:
        folder = place / "generations" / pointer.name
        before = _identity(folder)
        try:
            held = _load(place, pointer, opened, formats)
            if _identity(folder) in (before, None):
                return held
        except IndexFault:
            if read_pointer(place) == pointer and _identity(folder) == before:
                raise
        pointer = read_pointer(place)  # a build published another one meanwhile, or somebody put another index there
    raise IndexFault(f"{place}: there is no index yet; run: copydesk index FOLDER")


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _load(place: Path, pointer: Pointer, opened: bool, formats: Collection[int]) -> Generation:
    manifest = read_manifest(place, pointer.name, pointer.digest, formats)
    folder = verify(place, pointer.name, manifest.files)
    with _ours(folder, manifest):
        segments: list[Segment] = []
        articles = rows = 0
        for each in manifest.segments:
            segments.append(Segment(folder / SEGMENTS / each, articles, rows))
            articles += segments[-1].store.count()
            rows += count_rows(segments[-1].folder / PASSAGES)
        held = Generation(folder, pointer, manifest, read_files(folder / FILES), tuple(segments))
    return held.opened() if opened else held
