"""The table of passages: which article and span each row is. One fixed-size record a row, open to any reader."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROW = np.dtype([("article", "<i4"), ("start", "<i4"), ("end", "<i4"), ("tokens", "<i4"), ("digest", "V32")])
"""article: the article's row; start, end: the span; tokens: its length; digest: SHA-256 of the embedded text."""

Table = NDArray[np.void]


def write_rows(table: Table, path: Path) -> None:
    """Write a table of dtype ROW as its records one behind another, with nothing around them."""
    table.tofile(path)


def read_rows(path: Path) -> Table:
    """The table that `write_rows` wrote."""
    return np.fromfile(path, ROW)


def count_rows(path: Path) -> int:
    """How many rows the file holds, by its size."""
    return path.stat().st_size // ROW.itemsize
