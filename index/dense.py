"""Vectors: nearest passages by cosine. The only file that knows faiss."""

from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Rows = NDArray[np.int64]


class DenseIndex:
    """Unit vectors in row order, searched exactly by inner product (which is the cosine, for unit vectors)."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

    @property
    def size(self) -> int:
        """How many rows there are."""
        return int(self._index.ntotal)

    @property
    def dim(self) -> int:
        """The length of one vector."""
        return int(self._index.d)

    def search(self, query: Vectors, k: int, allowed: Rows | None = None) -> tuple[Rows, Vectors]:
        """The best k rows and their cosines, best first, ties by row; fewer where fewer are allowed or there.

        `query` has shape (dim,). `allowed` are the rows to search among, None for all.
        """
        k = min(k, self.size, self.size if allowed is None else len(allowed))
        if k == 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        params = None
        if allowed is not None:
            bits = np.zeros((self.size + 7) // 8 * 8, dtype=bool)
            bits[allowed] = True
            bitmap = np.packbits(bits, bitorder="little")  # kept alive by this name: faiss holds a bare pointer to it
            # faiss's annotations show the C++ arguments, not those that its Python layer takes
            params = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bitmap))  # type: ignore[call-arg, arg-type]
        cosines, rows = self._index.search(query.reshape(1, -1), k, params=params)
        found = rows[0] >= 0
        order = np.lexsort((rows[0][found], -cosines[0][found]))
        return rows[0][found][order], cosines[0][found][order]

    def cosines(self, queries: Vectors, rows: Rows) -> Vectors:
        """The cosine of each query with each of the rows, shape (queries, len(rows)); `queries` is (queries, dim).

        All are 0 while there are no vectors yet.
        """
        if self.size == 0:
            return np.zeros((len(queries), len(rows)), np.float32)
        held = self.vectors(rows)
        return np.stack([held @ query for query in queries])  # a product of two matrices would start threads as well

    def vectors(self, rows: Rows) -> Vectors:
        """The stored vectors of the rows, shape (len(rows), dim)."""
        if len(rows) == 0:
            return np.empty((0, self.dim), np.float32)
        return np.asarray(self._index.reconstruct_batch(rows), dtype=np.float32)


def write_dense(vectors: Vectors, path: Path) -> None:
    """Write unit vectors, shape (n, dim), as a faiss Flat index."""
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors, dtype=np.float32))
    faiss.write_index(index, str(path))


def read_dense(path: Path) -> DenseIndex:
    """The index that `write_dense` wrote. Raises RuntimeError (faiss's own) where the file is not one."""
    return DenseIndex(faiss.read_index(str(path)))
