"""Two rankings made one. Pure: arrays in, arrays out, ties by row."""

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
Rows = NDArray[np.int64]


def min_max(scores: Scores, floor: float | None = None) -> Scores:
    """Scores moved to 0..1: (s - low) / (high - low), where low is `floor` or the smallest score.

    Fox and Shaw, Combination of Multiple Searches (1994); Lee, Analyses of Multiple Evidence Combination (1997).

    All equal scores become 1, or 0 where they equal the floor.
    """
    if len(scores) == 0:
        return scores
    low = float(scores.min()) if floor is None else floor
    high = float(scores.max())
    if high <= low:
        return np.full_like(scores, 0.0 if floor is not None and high <= floor else 1.0)
    moved = (scores - np.float32(low)) / np.float32(high - low)
    return np.asarray(np.clip(moved, 0.0, 1.0), dtype=np.float32)


def best_first(rows: Rows, scores: Scores) -> NDArray[np.int64]:
    """The positions of the rows in order of falling score, ties by row."""
    return np.lexsort((rows, -scores))
