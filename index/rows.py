"""The table of passages: which article and span each row is. One fixed-size record a row, open to any reader."""

import struct
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a build that finds nothing changed only counts rows, and is done before numpy is loaded
    import numpy as np
    from numpy.typing import NDArray

    Table = NDArray[np.void]

ROW = [("article", "<i4"), ("start", "<i4"), ("end", "<i4"), ("tokens", "<i4"), ("digest", "V32")]
"""article: the article's row; start, end: the span; tokens: its length; digest: SHA-256 of the embedded text."""

_ROW_BYTES = struct.calcsize("<4i32s")


def write_rows(table: "Table", path: Path) -> None:
    """Write a table of dtype ROW as its records one behind another, with nothing around them."""
    table.tofile(path)


def read_rows(path: Path) -> "Table":
    """The table that `write_rows` wrote."""
    import numpy as np

    return np.fromfile(path, ROW)


def count_rows(path: Path) -> int:
    """How many rows the file holds, by its size."""
    return path.stat().st_size // _ROW_BYTES
