"""The words of a first build, written while its articles are still being cut: a core has little to do then."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from index.articles import CutArticle
from index.files import numbered
from index.lexical import Entry, LexicalWriter
from index.passing import day_number, words_header
from index.store import new_generation


class WordsAhead:
    """The words index of articles that are numbered as they come, in an empty folder of its own until it is moved.

    `outlets` are the numbers by which it knows outlets, those of articles that never came among them.
    """

    def __init__(self, folder: Path, outlets: Iterable[str | None]) -> None:
        self._folder = folder
        self.outlets = numbered(outlets, {})
        self._writer = LexicalWriter(folder)
        self._articles = self._rows = 0

    def add(self, article: CutArticle) -> None:
        """Take the passages of the next article."""
        document = article.document
        about, text = document.metadata, document.text
        header, outlet, day = words_header(about), self.outlets[about.source], day_number(about)
        for row, piece in enumerate(article.pieces.passages, self._rows):
            self._writer.add(Entry(row, self._articles, header, text[piece.start : piece.end], outlet, day))
        self._articles += 1
        self._rows += len(article.pieces.passages)

    def move(self, to: Path) -> None:
        """Finish the index and give it another place."""
        self._writer.finish()
        self._folder.rename(to)

    def close(self) -> None:
        """End what writes; nothing can be added any more."""
        self._writer.close()


@contextmanager
def words_ahead(place: Path, outlets: Iterable[str | None]) -> Iterator[WordsAhead]:
    """The words index of a first build, gone again unless it was moved."""
    with new_generation(place) as folder:
        ahead = WordsAhead(folder, outlets)
        try:
            yield ahead
        finally:
            ahead.close()  # else its thread writes on into what is removed
