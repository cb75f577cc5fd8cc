"""The table of passages: which article and span each row is. One fixed-size record a row, open to any reader."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROW = np.dtype([("article", "<i4"), ("start", "<i4"), ("end", "<i4"), ("tokens", "<i4"), ("digest", "V32")])
"""article: the article's row; start, end: the span; tokens: its length; digest: SHA-256 of the embedded text."""

Table = NDArray[np.void]


def write_rows(table: Table, path: Path) -> None:
    """Write a table of dtype ROW in numpy's own format, without pickle."""
    np.save(path, table, allow_pickle=False)


def read_rows(path: Path) -> Table:
    """The table that `write_rows` wrote. Raises ValueError where the file does not hold one."""
    table = np.load(path, allow_pickle=False)
    if table.dtype != ROW:
        raise ValueError(f"{path}: not a table of passages")
    return np.asarray(table)
