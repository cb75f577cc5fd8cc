"""Vectors of a build that was stopped, kept so that the next build goes on where it ended.

    <index>/unfinished    64 bytes: the SHA-256, in hexadecimal, of the model's digest; then one record a vector:
                          SHA-256 of the embedded text, CRC-32 of the vector, the vector as float32

Records are appended and flushed to disk as the build goes, and the file goes away when the build has published. What a
crash tore, and what was made by another model, is not used.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from index.dense import Vectors
from index.store import UNFINISHED


class Unfinished:
    """The vectors kept in one index folder, for one model; open while a build runs, which alone may."""

    def __init__(self, place: Path, model_digest: str, dim: int) -> None:
        self._record = np.dtype([("digest", "V32"), ("sum", "<u4"), ("vector", "<f4", (dim,))])
        self._path = place / UNFINISHED
        head = hashlib.sha256(model_digest.encode()).hexdigest().encode()
        self._held, whole = _read(self._path, head, self._record)
        self._rows = {bytes(digest): row for row, digest in enumerate(self._held["digest"])}
        self._file = self._path.open("r+b" if whole else "w+b")
        self._file.write(head) if not whole else self._file.seek(whole)
        self._file.truncate()

    def __enter__(self) -> "Unfinished":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def encoded(
        self,
        digests: Sequence[bytes],
        encode: Callable[[Sequence[int], Callable[[int, int], None]], Vectors],
        at_a_time: int,
        step: Callable[[int, int], None],
    ) -> tuple[Vectors, int]:
        """The vector of each digest, shape (n, dim): the kept ones, and the others encoded and kept, some at a time;
        and how many were encoded.

        `encode` gives the vectors of the digests at some positions and tells its progress; `step` is told that of all
        that are to be encoded.
        """
        vectors = np.empty((len(digests), self._record["vector"].shape[0]), np.float32)
        left = []
        for n, digest in enumerate(digests):
            if digest in self._rows:
                vectors[n] = self._held["vector"][self._rows[digest]]
            else:
                left.append(n)
        for start in range(0, len(left), at_a_time):
            some = left[start : start + at_a_time]
            vectors[some] = encode(some, partial(_told, step, start, len(left)))
            self._keep([digests[n] for n in some], vectors[some], flush=len(left) > at_a_time)
        return vectors, len(left)

    def _keep(self, digests: Sequence[bytes], vectors: Vectors, *, flush: bool) -> None:
        """Append the vectors; few are made again sooner than a disk takes them."""
        records = np.zeros(len(digests), self._record)
        for record, digest, vector in zip(records, digests, vectors, strict=True):
            record["digest"], record["sum"], record["vector"] = np.void(digest), crc32(vector.tobytes()), vector
        self._file.write(records.tobytes())
        self._file.flush()
        if flush:
            os.fsync(self._file.fileno())


def _told(step: Callable[[int, int], None], before: int, total: int, done: int, _: int) -> None:
    step(before + done, total)


def _read(path: Path, head: bytes, record: "np.dtype[np.void]") -> tuple[NDArray[np.void], int]:
    """The sound records in front, and how many bytes they and the head take; 0 where the file is none of this model."""
    try:
        found = path.read_bytes()
    except FileNotFoundError:
        return np.zeros(0, record), 0
    if found[: len(head)] != head:
        return np.zeros(0, record), 0
    whole = (len(found) - len(head)) // record.itemsize
    held = np.frombuffer(found, record, whole, len(head)) if whole else np.zeros(0, record)
    sound = next((n for n, one in enumerate(held) if crc32(one["vector"].tobytes()) != one["sum"]), whole)
    return held[:sound], len(head) + sound * record.itemsize
