"""One generation loaded and verified: everything that a search reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import IndexFault
from index.articles import ArticleStore, StoreFault
from index.dense import DenseIndex, read_dense
from index.hits import StoredArticle
from index.lexical import LexicalIndex, read_lexical
from index.rows import Table, read_rows
from index.sentence_terms import SentenceTerms, read_sentence_terms
from index.store import VECTORS, Manifest, current_name, damaged, read_manifest, verify


@dataclass(frozen=True)
class Generation:
    """One complete index: articles in row order, the table of passages, vectors, words and sentences."""

    folder: Path
    manifest: Manifest
    articles: tuple[StoredArticle, ...]
    table: Table
    store: ArticleStore
    dense: DenseIndex
    words: LexicalIndex
    sentence_terms: SentenceTerms

    @property
    def has_vectors(self) -> bool:
        """False for what a first build publishes before it embeds: then it is searched by words alone."""
        return self.dense.size == len(self.table)


def load_generation(place: Path) -> Generation:
    """The generation that serves in `place`, every file checked against its manifest.

    Raises IndexFault where there is none, or where it is damaged or of another format.
    """
    name = current_name(place)
    if name is None:
        raise IndexFault(f"{place}: there is no index yet; run: copydesk index FOLDER")
    try:
        return _load(place, name)
    except IndexFault:
        if current_name(place) == name:
            raise
    return _load(place, current_name(place) or name)  # a build published another one meanwhile


def outlet_numbers(articles: Sequence[StoredArticle]) -> dict[str | None, int]:
    """The number that the words index knows each outlet by: from 1 in order of name, 0 for unknown."""
    names = sorted({article.metadata.source for article in articles if article.metadata.source is not None})
    return {None: 0} | {name: number for number, name in enumerate(names, 1)}


def _load(place: Path, name: str) -> Generation:
    manifest = read_manifest(place, name)
    folder = verify(place, manifest)
    try:
        store = ArticleStore(folder / "articles.sqlite")
        return Generation(
            folder,
            manifest,
            store.articles(),
            read_rows(folder / "passages.bin"),
            store,
            read_dense(folder / VECTORS),
            read_lexical(folder / "words"),
            read_sentence_terms(folder / "sentences"),
        )
    except (OSError, ValueError, RuntimeError, StoreFault) as error:
        raise damaged(place, folder, "is not one that this Copydesk wrote") from error
