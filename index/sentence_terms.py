"""Which terms stand together in one sentence: a small fingerprint of every sentence of every passage, in row order.

    terms.npy    uint16: the fingerprints of a sentence's distinct terms, each sentence ended by 0
    edges.npy    int64, rows + 1: where each row's part of terms.npy begins and ends

A fingerprint is 16 bits of a term's CRC-32. Two terms may share one, which a question's few terms seldom meet; where
they do, a sentence counts as holding a word that it does not, and nothing is ever shown because of it alone.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from index.dense import Rows

Terms = Callable[[str], Sequence[str]]
"""The distinct terms of a text, as the words index has them; no term runs over white space."""

_FINGERPRINTS = 1 << 16
_END = 0
_MOST_WORDS = 1 << 17  # kept at hand, some 20 MB; 6 MB of news have 97,000 with their marks
_LONGEST_WORD = 64  # characters of one that is


Run = tuple[NDArray[np.uint16], NDArray[np.int64]]
"""The fingerprints of one segment's passages: `terms` and `edges` as in their files."""


class SentenceTerms:
    """The fingerprints of all passages, of one segment or several behind one another."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self._runs = runs
        self._firsts = np.cumsum([0, *(len(edges) - 1 for _, edges in runs)]).tolist()

    @property
    def size(self) -> int:
        """How many passages there are."""
        return int(self._firsts[-1])

    def of(self, row: int) -> NDArray[np.uint16]:
        """The fingerprints of one passage."""
        number = bisect_right(self._firsts, row) - 1 if len(self._runs) > 1 else 0
        terms, edges = self._runs[number]
        at = row - self._firsts[number]
        return terms[edges[at] : edges[at + 1]]

    def best(self, rows: Rows, weights: Mapping[str, float]) -> NDArray[np.float32]:
        """The largest sum of weights of terms that one sentence of the row holds, shape (len(rows),)."""
        if len(rows) == 0:
            return np.empty(0, np.float32)
        by_print = np.zeros(_FINGERPRINTS, np.float32)
        for term, weight in weights.items():
            by_print[fingerprint(term)] = weight
        pieces = [self.of(row) for row in rows.tolist()]
        lengths = np.fromiter(map(len, pieces), np.int64, len(pieces))
        held = np.concatenate(pieces)
        ends = np.flatnonzero(held == _END)
        best = np.zeros(len(rows), np.float32)
        if len(ends):
            sums = np.add.reduceat(by_print[held], np.concatenate([[0], ends[:-1] + 1]))
            np.maximum.at(best, np.searchsorted(np.cumsum(lengths), ends, side="right"), sums)
        return best

    def alike(self) -> Callable[[int, int], float]:
        """What gives the share of the terms of two rows that both hold (Jaccard), 0 to 1, each row being read once."""
        held: dict[int, frozenset[int]] = {}

        def of(row: int) -> frozenset[int]:
            if row not in held:
                held[row] = frozenset(self.of(row).tolist()) - {_END}
            return held[row]

        def share(row: int, other: int) -> float:
            ours, theirs = of(row), of(other)
            both = len(ours & theirs)
            return both / max(1, len(ours) + len(theirs) - both)

        return share


@lru_cache(maxsize=1 << 18)
def fingerprint(term: str) -> int:
    """1 to 65,535."""
    return (crc32(term.encode()) & (_FINGERPRINTS - 1)) or 1


def fingerprints(sentences: Sequence[str], terms: Terms) -> NDArray[np.uint16]:
    """What stands for a passage of these sentences."""
    split = [sentence.split() for sentence in sentences]
    held = _held(terms)
    new = {word: tuple(map(fingerprint, terms(word))) for word in set(chain.from_iterable(split)).difference(held)}
    if len(held) > _MOST_WORDS:
        _held.cache_clear()
    if max(map(len, new), default=0) > _LONGEST_WORD:
        held = held | new
    else:
        held.update(new)
    marks: list[int] = []
    for words in split:
        marks += dict.fromkeys(chain.from_iterable(map(held.__getitem__, words)))
        marks.append(_END)
    return np.asarray(marks, np.uint16)


@lru_cache(maxsize=1)
def _held(_: Terms) -> dict[str, tuple[int, ...]]:
    """The fingerprints of words with the marks beside them, to be added to: news says the same ones over and over."""
    return {}


def joined(passages: Sequence[NDArray[np.uint16]]) -> Run:
    """The fingerprints of passages, one behind another."""
    edges = np.zeros(len(passages) + 1, np.int64)
    np.cumsum([len(marks) for marks in passages], out=edges[1:])
    return np.concatenate([np.empty(0, np.uint16), *passages]), edges


def write_sentence_terms(run: Run, folder: Path) -> None:
    """Write into an existing folder."""
    terms, edges = run
    np.save(folder / "terms.npy", terms, allow_pickle=False)
    np.save(folder / "edges.npy", edges, allow_pickle=False)


def read_sentence_terms(folder: Path) -> Run:
    """What `write_sentence_terms` wrote, the terms mapped, not read. Raises ValueError where it is something else."""
    terms = np.load(folder / "terms.npy", mmap_mode="r", allow_pickle=False).view(np.ndarray)  # slices cost less so
    edges = np.load(folder / "edges.npy", allow_pickle=False)
    if terms.dtype != np.uint16 or edges.dtype != np.int64 or edges.ndim != 1 or edges[-1] != len(terms):
        raise ValueError(f"{folder} does not hold sentence terms")
    return terms, edges
