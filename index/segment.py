"""One segment of a generation: articles that were written together, with their passages, vectors and sentences' terms.

    articles.sqlite    the articles with their texts and spans
    passages.bin       article, start, end, tokens, text digest of each row: fixed-size records
    vectors.faiss      the vectors, in row order
    terms.npy, edges.npy    which terms stand together in one sentence
    lines.npy, line_edges.npy    the lines of each article that may recur at its outlet, as numbers

What a first build publishes to begin with has neither of the last two, as it is there to answer soon.

Rows of articles and passages count from the segment's first; a generation moves them behind those of the segments
before it. A segment is never changed: an article that is gone is only left out of the generation's list of files.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from index.articles import ArticleStore

if TYPE_CHECKING:  # these stand on numpy, and a build that finds nothing changed asks for none of them
    from index.dense import Part
    from index.line_keys import Run as LineKeys
    from index.rows import Table
    from index.sentence_terms import Run

ARTICLES = "articles.sqlite"
PASSAGES = "passages.bin"
VECTORS = "vectors.faiss"


@dataclass(frozen=True)
class Segment:
    """A segment on disk, its files opened as they are first asked for, and what its rows count from."""

    folder: Path
    first_article: int
    first_row: int

    @cached_property
    def store(self) -> ArticleStore:
        """The articles' texts and spans."""
        return ArticleStore(self.folder / ARTICLES)

    @cached_property
    def table(self) -> "Table":
        """The passages; their articles' rows count from the generation's first."""
        from index.rows import read_rows

        table = read_rows(self.folder / PASSAGES)
        table["article"] += self.first_article
        return table

    @cached_property
    def vectors(self) -> "Part":
        """The vectors."""
        from index.dense import read_dense

        return read_dense(self.folder / VECTORS)

    @cached_property
    def terms(self) -> "Run":
        """The fingerprints of the sentences' terms."""
        from index.sentence_terms import read_sentence_terms

        return read_sentence_terms(self.folder)

    @cached_property
    def line_keys(self) -> "LineKeys":
        """The lines of each article that may recur, as numbers: made of their keys where no file holds them."""
        from index.line_keys import joined, numbers_of, read_line_keys

        held = read_line_keys(self.folder)
        if held is None:
            lines = self.store.lines(range(self.store.count()))
            held = joined([numbers_of(*lines[row]) for row in range(self.store.count())])
        return held
