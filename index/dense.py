"""Vectors: nearest passages by cosine. The only file that knows faiss.

Up to `EXACT_UP_TO` vectors are kept as float32 and compared one by one (faiss Flat). More are kept in lists of
neighbours (an inverted file, IVF), each number in eight bits (scalar quantiser, SQ8), and a question looks through the
lists nearest to it. Either kind is mapped from its file, not read. docs/speed.md gives the figures of both, and why
neither a graph (HNSW) nor lists for less.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import faiss

    Part = faiss.Index
    """The vectors of one segment."""

Vectors = NDArray[np.float32]
Rows = NDArray[np.int64]

EXACT_UP_TO = 50_000
LISTS_OF_ROOT = 4
"""How many lists there are: this many times the root of the number of vectors."""
LISTS_LOOKED_AT = 128
_MAPPED = ("linux", "win32")  # where faiss can map a file; elsewhere it reads it
_TRAINED_ON = 64  # vectors a list; the centres move little with more


class DenseIndex:
    """Unit vectors in row order, of one part or several, searched by inner product (their cosine)."""

    def __init__(self, parts: "Sequence[Part]", alive: NDArray[np.bool_] | None = None) -> None:
        self._parts = parts
        self._starts = np.cumsum([0, *(part.ntotal for part in parts)])
        # Kept alive by this name: faiss holds bare pointers to the bits.
        self._alive = [None if alive is None else _Only(alive[a:b]) for a, b in self._edges()]

    def _edges(self) -> list[tuple[int, int]]:
        return list(zip(self._starts[:-1].tolist(), self._starts[1:].tolist(), strict=True))

    @property
    def size(self) -> int:
        """How many rows there are."""
        return int(self._starts[-1])

    @property
    def dim(self) -> int:
        """The length of one vector."""
        return int(self._parts[0].d)

    def search(self, query: Vectors, k: int, allowed: Rows | None = None) -> tuple[Rows, Vectors]:
        """The best k rows and their cosines, best first, ties by row; fewer where fewer are allowed or there.

        `query` has shape (dim,). `allowed` are the rows to search among, rising, None for all.
        """
        rows, cosines = [np.empty(0, np.int64)], [np.empty(0, np.float32)]
        for part, (start, end), only in zip(self._parts, self._edges(), self._alive, strict=True):
            if allowed is not None:
                first, last = np.searchsorted(allowed, (start, end))
                among = np.zeros(end - start, bool)
                among[allowed[first:last] - start] = True
                only = _Only(among)
            found, near = _search(part, query, k, only)
            rows.append(found + start)
            cosines.append(near)
        every, near = np.concatenate(rows), np.concatenate(cosines)
        order = np.lexsort((every, -near))[:k]
        return every[order], near[order]

    def cosines(self, query: Vectors, rows: Rows) -> Vectors:
        """The cosine of the query, shape (dim,), with each of the rows, shape (len(rows),); 0 without vectors."""
        if self.size == 0:
            return np.zeros(len(rows), np.float32)
        return np.asarray(self.vectors(rows) @ query, np.float32)

    def vectors(self, rows: Rows) -> Vectors:
        """The stored vectors of the rows, shape (len(rows), dim); of a large part to within its eight bits."""
        held = np.empty((len(rows), self.dim), np.float32)
        for part, (start, end) in zip(self._parts, self._edges(), strict=True):
            here = np.flatnonzero((rows >= start) & (rows < end))
            if len(here):
                held[here] = part.reconstruct_batch(rows[here] - start)
        return held


class _Only:
    """The rows of one part that may be found, as faiss takes them."""

    def __init__(self, among: NDArray[np.bool_]) -> None:
        import faiss

        self.count = int(among.sum())
        self._bits = np.packbits(among, bitorder="little")
        # faiss's annotations show the C++ arguments, not those that its Python layer takes
        self.selector = faiss.IDSelectorBitmap(self._bits)  # type: ignore[call-arg, arg-type]


def _search(part: "Part", query: Vectors, k: int, only: _Only | None) -> tuple[Rows, Vectors]:
    import faiss

    there = part.ntotal if only is None else only.count
    k = min(k, there)
    if k == 0:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    selector = {} if only is None else {"sel": only.selector}
    if not isinstance(part, faiss.IndexIVF):
        cosines, rows = part.search(query.reshape(1, -1), k, params=faiss.SearchParameters(**selector))
        return rows[0], cosines[0]
    # The fewer may be found, the more lists hold them: what is skipped costs next to nothing. Where those that may be
    # found are all far from the question, all lists are looked through.
    for looked_at in (min(part.nlist, LISTS_LOOKED_AT * part.ntotal // there), part.nlist):
        params = faiss.SearchParametersIVF(nprobe=looked_at, **selector)  # type: ignore[call-arg]
        cosines, rows = part.search(query.reshape(1, -1), k, params=params)
        found = rows[0] >= 0
        if found.all():
            break
    return rows[0][found], cosines[0][found]


def write_dense(vectors: Vectors, path: Path) -> None:
    """Write unit vectors, shape (n, dim), as a faiss index. Raises OSError where the system refuses to write it."""
    import faiss

    held = np.ascontiguousarray(vectors, dtype=np.float32)
    index = faiss.IndexFlatIP(vectors.shape[1]) if len(vectors) <= EXACT_UP_TO else _lists(held)
    index.add(held)
    try:
        faiss.write_index(index, str(path))
        _read(path)  # faiss says nothing where a full disk refused the end of the file
    except RuntimeError as error:
        raise OSError(f"{path.name}: {error}") from error


def _lists(vectors: Vectors) -> "Part":
    import faiss

    count, dim = vectors.shape
    lists = LISTS_OF_ROOT * int(count**0.5)
    centres = faiss.IndexFlatIP(dim)
    index = faiss.IndexIVFScalarQuantizer(
        centres, dim, lists, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT, False
    )
    index.cp.min_points_per_centroid = 1
    index.cp.max_points_per_centroid = _TRAINED_ON
    index.cp.spherical = True
    some = np.random.default_rng(0).choice(count, min(count, lists * _TRAINED_ON), replace=False)
    index.train(vectors[np.sort(some)])
    return index


def read_dense(path: Path) -> "Part":
    """One part as `write_dense` wrote it, mapped. Raises RuntimeError (faiss's own) where the file is not one."""
    import faiss

    index = _read(path)
    if isinstance(index, faiss.IndexIVF):
        index.make_direct_map()  # where each row lies, to give its vector back
    return index


def _read(path: Path) -> "Part":
    import faiss

    path.stat()  # so that a file that is gone is an OSError, as elsewhere
    return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC if sys.platform in _MAPPED else 0)
