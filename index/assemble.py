"""The rows of a new generation: its table, its vectors (encoded only where the text is new) and its words."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.document import Passage, text_digest
from index.articles import ArticleStore, CutArticle, KeptArticle
from index.cutting import Cut
from index.dense import Vectors
from index.encode import Encoder
from index.generation import Generation, outlet_numbers
from index.lexical import Entry, terms_of, write_lexical
from index.passing import day_number, embedded_text, words_header
from index.rows import ROW, Table
from index.sentence_terms import SentenceTerms, fingerprints, joined, write_sentence_terms
from index.unfinished import Unfinished

KEPT_AT_A_TIME = 128
"""How many passages are embedded between two writes to disk: a second or two of work, the most that a crash costs."""


@dataclass(frozen=True)
class Rows:
    """The table of passages, and by its digest the text of each that the generation before has no vector of."""

    table: Table
    texts: dict[bytes, str]


def table_of(cuts: Sequence[Cut | KeptArticle], previous: Generation | None) -> Rows:
    """The rows of all articles in order: copied for kept ones, made for the rest."""
    parts = [np.zeros(0, ROW)]
    edges = np.searchsorted(previous.table["article"], np.arange(len(previous.articles) + 1)) if previous else None
    texts: dict[bytes, str] = {}
    for article_row, cut in enumerate(cuts):
        if isinstance(cut, KeptArticle):
            assert previous is not None, "only a generation has kept articles"
            assert edges is not None
            part = previous.table[edges[cut.row] : edges[cut.row + 1]].copy()
            part["article"] = article_row
            if not previous.has_vectors:
                _add_texts(texts, part, previous.store.text(cut.row).text)
        else:
            article, pieces = cut
            part = np.zeros(len(pieces), ROW)
            for n, piece in enumerate(pieces):
                text = embedded_text(article.document.text[piece.start : piece.end])
                digest = bytes.fromhex(text_digest(text))
                texts.setdefault(digest, text)
                part[n] = (article_row, piece.start, piece.end, piece.tokens, digest)
        parts.append(part)
    return Rows(np.concatenate(parts), texts)


def _add_texts(texts: dict[bytes, str], part: Table, text: str) -> None:
    for _, start, end, _, digest in part.tolist():
        texts.setdefault(bytes(digest), embedded_text(text[start:end]))


def vectors_of(
    rows: Rows, previous: Generation | None, encoder: Encoder, place: Path, step: Callable[[int, int], None]
) -> tuple[Vectors, int]:
    """The vector of every row, shape (n, dim), and how many texts had to be encoded for them now: neither by the build
    before nor by one that was stopped."""
    held = previous.table["digest"] if previous and previous.has_vectors else ()
    known = {bytes(digest): n for n, digest in enumerate(held)}
    wanted = [digest for digest in rows.texts if digest not in known]
    texts = [rows.texts[digest] for digest in wanted]
    with Unfinished(place, encoder.digest, encoder.dim) as kept:
        fresh, encoded = kept.encoded(
            wanted, lambda some, told: encoder.encode([texts[n] for n in some], told), KEPT_AT_A_TIME, step
        )
    new = {digest: n for n, digest in enumerate(wanted)}
    digests = [bytes(digest) for digest in rows.table["digest"]]
    vectors = np.empty((len(digests), encoder.dim), np.float32)
    from_new = [n for n, digest in enumerate(digests) if digest in new]
    vectors[from_new] = fresh[[new[digests[n]] for n in from_new]]
    from_old = [n for n, digest in enumerate(digests) if digest not in new]
    if from_old:
        assert previous is not None, "what is not encoded now was encoded before"
        vectors[from_old] = previous.dense.vectors(np.asarray([known[digests[n]] for n in from_old], np.int64))
    return vectors, encoded


def write_sentences(generation: Path, cuts: Sequence[Cut | KeptArticle], previous: Generation | None) -> None:
    """Write the terms of every row's sentences into a generation."""
    (generation / "sentences").mkdir()
    write_sentence_terms(sentence_terms_of(cuts, previous), generation / "sentences")


def sentence_terms_of(cuts: Sequence[Cut | KeptArticle], previous: Generation | None) -> SentenceTerms:
    """The terms of every row's sentences: copied for kept articles, taken out of the text for the rest."""
    edges = np.searchsorted(previous.table["article"], np.arange(len(previous.articles) + 1)) if previous else None
    held: list[NDArray[np.uint16]] = []
    lengths: list[NDArray[np.int64]] = []
    for cut in cuts:
        if isinstance(cut, KeptArticle):
            assert previous is not None, "only a generation has kept articles"
            assert edges is not None
            at = previous.sentence_terms.edges[edges[cut.row] : edges[cut.row + 1] + 1]
            held.append(previous.sentence_terms.terms[at[0] : at[-1]])
            lengths.append(np.diff(at))
        else:
            own = [_fingerprints(cut[0], piece) for piece in cut[1]]
            held += own
            lengths.append(np.asarray([len(marks) for marks in own], np.int64))
    return joined(held, lengths)


def _fingerprints(article: CutArticle, piece: Passage) -> NDArray[np.uint16]:
    """The terms of a passage's sentences, of each as much as stands in the passage."""
    text, spans = article.document.text, article.sentences
    number = bisect_right(spans, piece.start, key=lambda span: span.end)
    sentences = []
    while number < len(spans) and spans[number].start < piece.end:
        span = spans[number]
        sentences.append(text[max(span.start, piece.start) : min(span.end, piece.end)])
        number += 1
    return fingerprints(sentences, terms_of)


def write_words(generation: Path, table: Table) -> None:
    """Write the words index of a generation whose articles are written."""
    store = ArticleStore(generation / "articles.sqlite")
    (generation / "words").mkdir()
    try:
        write_lexical(_entries(store, table), generation / "words")
    finally:
        store.close()


def _entries(store: ArticleStore, table: Table) -> Iterator[Entry]:
    articles = store.articles()
    numbers = outlet_numbers(articles)
    text, header, at = "", "", -1
    for row, (article, start, end, _, _) in enumerate(table.tolist()):
        about = articles[article].metadata
        if article != at:
            at, text, header = article, store.text(article).text, words_header(about)
        yield Entry(row, header, text[start:end], numbers[about.source], day_number(about))
