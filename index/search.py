"""NewsIndex: the passages of a folder's articles that bear on a question, by words and by meaning."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corpus.document import Unreadable, text_digest
from corpus.errors import IndexFault
from corpus.listing import FileStat
from index.copies import ALIKE, folded, is_copy
from index.dense import Rows, Vectors
from index.encode import Encoder, load_encoder, usable_cores
from index.fuse import min_max
from index.generation import Generation, load_generation
from index.hits import ArticleText, Copy, Hit, StoredArticle, Where
from index.lexical import terms_of
from index.outlets import named_outlets, outlet_names
from index.parts import parts
from index.passing import embedded_text
from index.place import check_owner, index_place
from index.rank import Found, order, scored
from index.store import Manifest, Pointer, current_name
from index.uncollected import uncollected
from index.verify import distrust

if TYPE_CHECKING:
    from index.rows import Table

CANDIDATES = 200
"""How many passages each of words and meaning puts forward for a question, and again for its outlets' articles."""
OF_A_PART = 100
"""How many words put forward for each part of a question; what meaning would add to them measures the same."""

EMBEDDED_WHEN_ASKED = 6
"""How many of the best hits are embedded for a question while the index has no vectors, to tell whether they answer."""

_POOL = ThreadPoolExecutor(usable_cores(), thread_name_prefix="question")
_LAST_DAY = 99_999_999


class NewsIndex:
    """One generation of one folder's index, searched; safe to use from several threads.

    `outlets` says how many articles each outlet has, None standing for those whose outlet is unknown.
    """

    def __init__(self, folder: Path, place: Path, generation: Generation, encoder: Encoder) -> None:
        self.folder = folder
        self.place = place
        self.encoder = encoder
        self._generation = generation
        # What is done here for every article is what a large index takes to open: no object of its own for any.
        self._numbers = generation.list.outlets
        self._outlets = generation.outlets
        self._days = generation.days
        self.outlets = _counts(self._outlets, self._numbers)
        self._names = outlet_names(name for name in self.outlets if name is not None)
        self._article = lru_cache(maxsize=4096)(generation.article)
        self._texts = lru_cache(maxsize=1024)(generation.text)
        self._vector = lru_cache(maxsize=64)(partial(_encoded, encoder))

    @property
    def info(self) -> Manifest:
        """What the generation says of itself: its name, when it was built, with what model, how much it holds."""
        return self._generation.manifest

    @property
    def pointer(self) -> Pointer:
        """What the index folder pointed to when this was opened: another one means another generation."""
        return self._generation.pointer

    @property
    def articles(self) -> tuple[StoredArticle, ...]:
        """All articles, by path."""
        return self._generation.articles

    @property
    def table(self) -> "Table":
        """The passages in row order: article, start, end, tokens, digest; those of articles that are gone left out."""
        alive = self._generation.alive
        return self._generation.table if alive is None else self._generation.table[alive]

    @property
    def has_vectors(self) -> bool:
        """False while a first build still embeds: search goes by words alone until then."""
        return self._generation.has_vectors

    @property
    def skipped(self) -> tuple[Unreadable, ...]:
        """The files that were not indexed, with their reasons."""
        return self._generation.list.skipped

    def files(self) -> list[FileStat]:
        """The files of the articles as they were listed when the index was built, by path."""
        return [facts.stat for facts in self._generation.list.files]

    def vector(self, question: str) -> Vectors:
        """The unit vector of a question, shape (dim,); kept for the last few questions."""
        return self._vector(question)

    def article(self, row: int) -> StoredArticle:
        """An article by its row. Raises KeyError for a row that is not there."""
        return self._article(row)

    def text(self, row: int) -> ArticleText:
        """The text and spans of an article by its row. Raises KeyError for a row that is not there."""
        return self._texts(row)

    def by_digest(self, digest: str) -> StoredArticle | None:
        """The article whose text has this SHA-256, the first by path where several do."""
        row = self._generation.row_of(digest)
        return None if row is None else self._article(row)

    def search(self, question: str, k: int = 10, where: Where = Where()) -> list[Hit]:  # noqa: B008 (frozen)
        """The k passages that bear on the question most, best first, ties by row; fewer only where fewer are allowed.

        Words (BM25) and meaning (cosine) each put forward their best for the question, for each of its parts, and among
        the articles of each outlet that it names; `index/rank.py` puts them in order.
        """
        with self._generation.suspected():
            return self._search(question, k, where)

    def _search(self, question: str, k: int, where: Where) -> list[Hit]:
        found = self._found(question, where, max(CANDIDATES, k))
        words, meaning = min_max(found.bm25[0], floor=0.0), min_max(found.cosines)
        hits = []
        for rank, (n, score, copies) in enumerate(self._ranked(found, k), 1):
            place = self._place(found, n)
            hits.append(
                Hit(
                    rank=rank,
                    score=score,
                    article=place.article,
                    start=place.start,
                    end=place.end,
                    text=self._passage(found, n),
                    words=float(words[n]),
                    meaning=float(meaning[n]),
                    cosine=float(found.cosines[n]),
                    bm25=float(found.bm25[0][n]),
                    copies=tuple(self._place(found, other) for other in copies),
                )
            )
        return hits if self.has_vectors else self._compared(question, hits)

    def _ranked(self, found: Found, k: int) -> list[tuple[int, float, list[int]]]:
        """The positions of the best k, best first, each with its score moved to 0..1 and those of its copies."""
        scores = scored(found)
        low, high = float(scores.min(initial=0)), float(scores.max(initial=0))
        given: dict[int, float] = {}
        alike = self._generation.sentence_terms.alike()

        def ranked() -> Iterator[tuple[int, int]]:
            for n, score in order(scores, found.article):
                given[n] = max(0.0, (score - low) / (high - low)) if high > low else 1.0
                yield n, int(found.article[n])

        def are_copies(n: int, other: int) -> bool:
            return alike(int(found.rows[n]), int(found.rows[other])) >= ALIKE and is_copy(
                self._passage(found, n), self._passage(found, other)
            )

        return [(n, given[n], copies) for n, copies in folded(ranked(), k, are_copies)]

    def _compared(self, question: str, hits: list[Hit]) -> list[Hit]:
        """The hits, the first of them with their cosines: embedded now, as the index holds no vectors yet."""
        cosines = self.encoder.encode([hit.text for hit in hits[:EMBEDDED_WHEN_ASKED]]) @ self.vector(question)
        first = [replace(hit, cosine=float(cosine)) for hit, cosine in zip(hits, cosines, strict=False)]
        return first + hits[len(first) :]

    def _place(self, found: Found, n: int) -> Copy:
        article, start, end, _, _ = self._generation.table[found.rows[n]].item()
        return Copy(self._article(article), start, end)

    def _passage(self, found: Found, n: int) -> str:
        article, start, end, _, digest = self._generation.table[found.rows[n]].item()
        text = self.text(article).text[start:end]
        if text_digest(embedded_text(text)) != digest.hex():
            raise distrust(self.place, self._generation.folder, "holds another passage than was stored")
        return text

    def found(self, question: str, where: Where = Where(), count: int = CANDIDATES) -> Found:  # noqa: B008 (frozen)
        """The passages put forward for the question, with what ranks them."""
        with self._generation.suspected():
            return self._found(question, where, count)

    def _found(self, question: str, where: Where, count: int) -> Found:
        texts = [question, *parts(question)]
        embedding = _POOL.submit(self.vector, question)  # words, on another core, take about as long
        groups = self._named(question, where)
        among = [self._filters(place) for place in _places(where, groups)]
        terms = [dict.fromkeys(terms_of(text), 1.0) for text in texts]
        words = self._generation.words
        by_words = [
            [words.search(own, OF_A_PART if n else count, outlets, days) for outlets, days in among]
            for n, own in enumerate(terms)
        ]
        vector = embedding.result()
        nearest = [self._generation.dense.search(vector, count, self._allowed(*only))[0] for only in among]
        every = np.unique(np.concatenate([*nearest, *(rows for lists in by_words for rows, _ in lists)]))
        bm25 = np.zeros((len(texts), len(every)), np.float32)
        for n, lists in enumerate(by_words):
            for rows, scores in lists:
                bm25[n, np.searchsorted(every, rows)] = scores
        article = self._generation.table["article"][every].astype(np.int64)
        members = [[self._numbers[name] for name in group] for group in groups]
        return Found(
            rows=every,
            bm25=bm25,
            cosines=self._generation.dense.cosines(vector, every),
            sentence=self._generation.sentence_terms.best(every, _shares({term: words.idf(term) for term in terms[0]})),
            article=article,
            outlets=np.asarray([np.isin(self._outlets[article], own) for own in members], bool).reshape(
                len(members), len(every)
            ),
        )

    def _named(self, question: str, where: Where) -> list[tuple[str, ...]]:
        groups = named_outlets(question, self._names)
        if where.outlets:
            groups = [tuple(name for name in group if name in where.outlets) for group in groups]
        return [group for group in groups if group]

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
        fits = self._outlets >= 0  # the others are gone
        if outlets is not None:
            fits &= np.isin(self._outlets, outlets)
        if days is not None:
            fits &= (self._days >= days[0]) & (self._days <= days[1])
        return np.flatnonzero(fits[self._generation.table["article"]]).astype(np.int64)


def _counts(outlets: Rows, numbers: Mapping[str | None, int]) -> dict[str | None, int]:
    """How many articles each outlet has, of those that have any."""
    counts = np.bincount(outlets[outlets >= 0], minlength=max(numbers.values()) + 1).tolist()
    return {name: counts[number] for name, number in numbers.items() if counts[number]}


def _places(where: Where, groups: Sequence[tuple[str, ...]]) -> list[Where]:
    """What to search among: what was asked for, and in it the outlets that the question names."""
    named = frozenset(name for group in groups for name in group)
    return [where, replace(where, outlets=named)] if named else [where]


def _shares(weights: dict[str, float]) -> dict[str, float]:
    total = sum(weights.values()) or 1.0
    return {term: weight / total for term, weight in weights.items()}


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
    with uncollected():
        return _opened(folder, place, again, encoder)


def _opened(folder: Path, place: Path, again: str, encoder: Encoder | None) -> NewsIndex:
    generation = load_generation(place, opened=True)
    made = generation.manifest
    check_owner(place, folder, made.folder)
    encoder = load_encoder(made.model) if encoder is None else encoder
    if encoder.digest != made.model_digest:
        this = f"not {encoder.name}" if encoder.name != made.model else "in another version"
        raise IndexFault(f"{place}: the index was built with the model {made.model}, {this}; run: {again}")
    with generation.suspected():
        return NewsIndex(folder, place, generation, encoder)
