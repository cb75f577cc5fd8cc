"""Which terms stand together in one sentence: a small fingerprint of every sentence of every passage, in row order.

    terms.npy    uint16: the fingerprints of a sentence's distinct terms, each sentence ended by 0
    edges.npy    int64, rows + 1: where each row's part of terms.npy begins and ends

A fingerprint is 16 bits of a term's CRC-32. Two terms may share one, which a question's few terms seldom meet; where
they do, a sentence counts as holding a word that it does not, and nothing is ever shown because of it alone.
"""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from index.dense import Rows
from index.held_words import HeldWords

Terms = Callable[[str], Sequence[str]]
"""The distinct terms of a text, as the words index has them; no term runs over white space."""

_FINGERPRINTS = 1 << 16
_END = 0
_SIZE = 2  # bytes of one
_MOST_WORDS = 1 << 17  # kept at hand, some 20 MB; 6 MB of news have 97,000 with their marks
_LONGEST_WORD = 64  # characters of one that is


Run = tuple[NDArray[np.uint16], NDArray[np.int64]]
"""The fingerprints of one segment's passages: `terms` and `edges` as in their files."""


class SentenceTerms:
    """The fingerprints of `size` passages, of which `of` gives one's by its row."""

    def __init__(self, of: Callable[[int], NDArray[np.uint16]], size: int) -> None:
        self.of = of
        self.size = size

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


def stored(runs: Sequence[Run]) -> SentenceTerms:
    """The fingerprints of all passages of segments, one behind another."""
    firsts = np.cumsum([0, *(len(edges) - 1 for _, edges in runs)]).tolist()

    def of(row: int) -> NDArray[np.uint16]:
        number = bisect_right(firsts, row) - 1 if len(runs) > 1 else 0
        terms, edges = runs[number]
        at = row - firsts[number]
        return terms[edges[at] : edges[at + 1]]

    return SentenceTerms(of, int(firsts[-1]))


def fingerprints(passages: Sequence[Sequence[str]], terms: Terms) -> Run:
    """What stands for passages of these sentences; a sentence that several of them hold is looked at once."""
    of_word = _held(terms).__getitem__
    marks = {
        sentence: array("H", [*dict.fromkeys(chain.from_iterable(map(of_word, sentence.split()))), _END]).tobytes()
        for sentence in dict.fromkeys(chain.from_iterable(passages))
    }
    held = [b"".join(map(marks.__getitem__, sentences)) for sentences in passages]
    return np.frombuffer(b"".join(held), np.uint16), _edges([len(each) // _SIZE for each in held])


@lru_cache(maxsize=1)
def _held(terms: Terms) -> HeldWords[tuple[int, ...]]:
    """The fingerprints of words with the marks beside them."""
    return HeldWords(lambda word: tuple(map(fingerprint, terms(word))), _MOST_WORDS, _LONGEST_WORD)


def joined(passages: Sequence[NDArray[np.uint16]]) -> Run:
    """The fingerprints of passages, one behind another."""
    return np.concatenate([np.empty(0, np.uint16), *passages]), _edges(list(map(len, passages)))


def chained(runs: Sequence[Run]) -> Run:
    """The fingerprints of the passages of all runs, one behind another."""
    lengths = np.concatenate([np.empty(0, np.int64), *(np.diff(edges) for _, edges in runs)])
    return np.concatenate([np.empty(0, np.uint16), *(terms for terms, _ in runs)]), _edges(lengths)


def _edges(lengths: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
    edges = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=edges[1:])
    return edges


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
