"""NewsIndex: the passages of a folder's articles that bear on a question, by words and by meaning."""

from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from corpus.document import Unreadable
from corpus.errors import IndexFault
from corpus.read import FileStat
from index.dense import Rows, Vectors
from index.encode import Encoder, load_encoder
from index.fuse import best_first, min_max
from index.generation import Generation, load_generation, outlet_numbers
from index.hits import ArticleText, Hit, StoredArticle, Where
from index.outlets import in_turn, named_outlets
from index.passing import day_number
from index.store import Manifest, check_owner, current_name, index_place

CANDIDATES = 200
"""How many passages each of words and meaning puts forward."""

WORDS_WEIGHT = 0.7
"""The share of words in a score. On MultiHop-RAG's development questions .5 to .9 gave hits@10 of .919 .930 .935 .926
.918 and fact recall@10 of .597 .606 .615 .612 .607; reciprocal rank fusion .894 and .562, words alone .911 and .602."""

_LAST_DAY = 99_999_999


@dataclass(frozen=True, slots=True)
class Candidates:
    """Passages put forward for a question: rows in rising order, with their raw scores (BM25 0 where words missed)."""

    rows: Rows
    bm25: Vectors
    cosines: Vectors

    def joined(self, other: "Candidates") -> "Candidates":
        """The candidates of both; one that both hold keeps its higher BM25."""
        rows = np.union1d(self.rows, other.rows)
        bm25, cosines = np.zeros(len(rows), np.float32), np.zeros(len(rows), np.float32)
        for part in (self, other):
            at = np.searchsorted(rows, part.rows)
            bm25[at] = np.maximum(bm25[at], part.bm25)
            cosines[at] = part.cosines
        return Candidates(rows, bm25, cosines)


class NewsIndex:
    """One generation of one folder's index, searched; safe to use from several threads."""

    def __init__(self, folder: Path, place: Path, generation: Generation, encoder: Encoder) -> None:
        self.folder = folder
        self.place = place
        self.encoder = encoder
        self._generation = generation
        self._numbers = outlet_numbers(generation.articles)
        self._outlets = np.asarray([self._numbers[a.metadata.source] for a in generation.articles], np.int64)
        self._days = np.asarray([day_number(a.metadata) for a in generation.articles], np.int64)
        self._by_digest = {a.digest: a for a in reversed(generation.articles)}
        self._texts = lru_cache(maxsize=256)(generation.store.text)
        self._vector = lru_cache(maxsize=64)(partial(_encoded, encoder))

    @property
    def info(self) -> Manifest:
        """What the generation says of itself: its name, when it was built, with what model, how much it holds."""
        return self._generation.manifest

    @property
    def articles(self) -> tuple[StoredArticle, ...]:
        """All articles, by path."""
        return self._generation.articles

    @property
    def skipped(self) -> tuple[Unreadable, ...]:
        """The files that were not indexed, with their reasons."""
        return self._generation.store.skipped()

    def files(self) -> list[FileStat]:
        """The files of the articles as they were listed when the index was built, by path."""
        return [facts.stat for facts in self._generation.store.facts()]

    def vector(self, question: str) -> Vectors:
        """The unit vector of a question, shape (dim,); kept for the last few questions."""
        return self._vector(question)

    def text(self, row: int) -> ArticleText:
        """The text and spans of an article by its row. Raises KeyError for a row that is not there."""
        return self._texts(row)

    def by_digest(self, digest: str) -> StoredArticle | None:
        """The article whose text has this SHA-256, the first by path where several do."""
        return self._by_digest.get(digest)

    def search(self, question: str, k: int = 10, where: Where = Where()) -> list[Hit]:  # noqa: B008 (frozen)
        """The k passages that bear on the question most, best first, ties by row; fewer only where fewer are allowed.

        Words (BM25) and meaning (cosine) each put forward their best; scores are moved to 0..1 and averaged by weight.
        Where the question names outlets, the best hits of each come in turn, then the others.
        """
        candidates = self._candidates(question, where, max(CANDIDATES, k))
        for outlets in self._named(question, where):
            more = self._candidates(question, replace(where, outlets=frozenset(outlets)), max(CANDIDATES, k))
            candidates = candidates.joined(more)
        return self._hits(question, candidates, k, where)

    def _candidates(self, question: str, where: Where, count: int) -> Candidates:
        outlets, days = self._filters(where)
        query = self.vector(question)
        weights = dict.fromkeys(self._generation.words.terms(question), 1.0)
        word_rows, word_scores = self._generation.words.search(weights, count, outlets, days)
        dense_rows, _ = self._generation.dense.search(query, count, self._allowed(outlets, days))
        rows = np.union1d(word_rows, dense_rows)
        bm25 = np.zeros(len(rows), np.float32)
        bm25[np.searchsorted(rows, word_rows)] = word_scores
        return Candidates(rows, bm25, self._generation.dense.cosines(query, rows))

    def _named(self, question: str, where: Where) -> list[tuple[str, ...]]:
        names = [name for name in self._numbers if name is not None and (not where.outlets or name in where.outlets)]
        return named_outlets(question, names)

    def _hits(self, question: str, found: Candidates, k: int, where: Where) -> list[Hit]:
        words, meaning = min_max(found.bm25, floor=0.0), min_max(found.cosines)
        scores = (WORDS_WEIGHT * words + (1 - WORDS_WEIGHT) * meaning).astype(np.float32)
        order = best_first(found.rows, scores).tolist()
        articles = self._generation.table["article"][found.rows]
        groups = []
        for names in self._named(question, where):
            members = np.isin(self._outlets[articles], [self._numbers[name] for name in names])
            groups.append([n for n in order if members[n]])
        order = in_turn(groups, order)
        # A hit brought forward for its outlet scores as the best behind it, so that scores fall with the rank.
        lifted = np.maximum.accumulate(scores[order][::-1])[::-1]
        hits = []
        for rank, n in enumerate(order[:k], 1):
            article_row, start, end, _, _ = self._generation.table[found.rows[n]].item()
            hits.append(
                Hit(
                    rank=rank,
                    score=float(lifted[rank - 1]),
                    article=self.articles[article_row],
                    start=start,
                    end=end,
                    text=self.text(article_row).text[start:end],
                    words=float(words[n]),
                    meaning=float(meaning[n]),
                    cosine=float(found.cosines[n]),
                    bm25=float(found.bm25[n]),
                )
            )
        return hits

    def _filters(self, where: Where) -> tuple[list[int] | None, tuple[int, int] | None]:
        outlets = None
        if where.outlets:
            outlets = sorted(self._numbers[name] for name in where.outlets if name in self._numbers)
        days = None
        if where.since or where.until:
            since = int(where.since.replace("-", "")) if where.since else 1
            until = int(where.until.replace("-", "")) if where.until else _LAST_DAY
            days = (since, until)
        return outlets, days

    def _allowed(self, outlets: list[int] | None, days: tuple[int, int] | None) -> Rows | None:
        if outlets is None and days is None:
            return None
        fits = np.ones(len(self.articles), bool)
        if outlets is not None:
            fits &= np.isin(self._outlets, outlets)
        if days is not None:
            fits &= (self._days >= days[0]) & (self._days <= days[1])
        return np.flatnonzero(fits[self._generation.table["article"]]).astype(np.int64)


def _encoded(encoder: Encoder, question: str) -> Vectors:
    vector: Vectors = encoder.encode([question])[0]
    return vector


def open_index(folder: Path, index_dir: Path | None = None, encoder: Encoder | None = None) -> NewsIndex:
    """The folder's index, verified and ready to search. Raises IndexFault where there is none that can be used.

    Without an encoder the one that made the index is loaded; one that did not make it is refused.
    """
    place = index_place(folder, index_dir)
    again = f"copydesk index {folder}" + (f" --index {index_dir}" if index_dir else "")
    if current_name(place) is None:
        raise IndexFault(f"{folder}: there is no index of this folder yet; run: {again}")
    generation = load_generation(place)
    made = generation.manifest
    check_owner(place, folder, made.folder)
    encoder = load_encoder(made.model) if encoder is None else encoder
    if encoder.digest != made.model_digest:
        this = f"not {encoder.name}" if encoder.name != made.model else "in another version"
        raise IndexFault(f"{place}: the index was built with the model {made.model}, {this}; run: {again}")
    return NewsIndex(folder, place, generation, encoder)
