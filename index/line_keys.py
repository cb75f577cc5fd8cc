"""The lines of every article that may recur across its outlet's files, as numbers that are compared all at once.

    lines.npy         uint64: one number a line, those of an article in rising order
    line_edges.npy    int64, articles + 1: where each article's part of lines.npy begins and ends

A number is a digest of the line's key (corpus/recurring.py) over two bits that say what the line is. The keys
themselves lie in articles.sqlite and are read for the few articles that are cut anew.
"""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.recurring import BETWEEN, PARAGRAPH

Keys = NDArray[np.uint64]
Run = tuple[Keys, NDArray[np.int64]]
"""The numbers of one segment's lines: `keys` and `edges` as in their files."""

LINE, CUT_AWAY, BETWEEN_PARAGRAPHS, IN_PARAGRAPH = range(4)
"""A line by itself; one that was found to recur when its article was cut; a short line between paragraphs; a paragraph,
which is there to tell near-copies."""
KIND_BITS = 2


def numbers_of(keys: Iterable[str], cut_away: frozenset[str] = frozenset()) -> Keys:
    """The numbers of an article's line keys, rising, where those `cut_away` were found to recur when it was cut."""
    found = []
    for key in keys:
        if key.startswith(PARAGRAPH):
            found.append(int(key.removeprefix(PARAGRAPH), 16) << KIND_BITS | IN_PARAGRAPH)
        elif key.startswith(BETWEEN):
            found.append(digest_of(key.removeprefix(BETWEEN)) << KIND_BITS | BETWEEN_PARAGRAPHS)
        else:
            found.append(digest_of(key) << KIND_BITS | (CUT_AWAY if key in cut_away else LINE))
    return np.asarray(sorted(found), np.uint64)


def digest_of(key: str) -> int:
    """What stands for the words of a line, below 2 ** 62."""
    return int.from_bytes(hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()) >> KIND_BITS


def joined(articles: Sequence[Keys]) -> Run:
    """The numbers of articles, one behind another."""
    edges = np.zeros(len(articles) + 1, np.int64)
    np.cumsum([len(keys) for keys in articles], out=edges[1:])
    return np.concatenate([np.empty(0, np.uint64), *articles]), edges


def write_line_keys(run: Run, folder: Path) -> None:
    """Write into an existing folder."""
    keys, edges = run
    np.save(folder / "lines.npy", keys, allow_pickle=False)
    np.save(folder / "line_edges.npy", edges, allow_pickle=False)


def read_line_keys(folder: Path) -> Run | None:
    """What `write_line_keys` wrote, the numbers mapped; None where an earlier Copydesk wrote none."""
    if not (folder / "lines.npy").exists():
        return None
    keys = np.load(folder / "lines.npy", mmap_mode="r", allow_pickle=False).view(np.ndarray)
    edges = np.load(folder / "line_edges.npy", allow_pickle=False)
    if keys.dtype != np.uint64 or edges.dtype != np.int64 or edges.ndim != 1 or edges[-1] != len(keys):
        raise ValueError(f"{folder} does not hold line keys")
    return keys, edges
