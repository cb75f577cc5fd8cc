"""What every encoder does alike: each different text once, in order, with progress."""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
OnProgress = Callable[[int, int], None]
Parts = Callable[[list[str]], Generator[Vectors, None, None]]


def each_once(texts: Sequence[str], dim: int, parts: Parts, progress: OnProgress | None) -> Vectors:
    """`(len(texts), dim)` rows, where `parts` gives those of the different texts, some at a time and in order."""
    rows = {text: row for row, text in enumerate(dict.fromkeys(texts))}
    if not rows:
        return np.empty((0, dim), np.float32)
    vectors = np.empty((len(rows), dim), np.float32)
    done = 0
    with closing(parts(list(rows))) as ready:  # closed also when progress() raises: no work goes on behind an interrupt
        for part in ready:
            vectors[done : done + len(part)] = part
            done += len(part)
            if progress:
                progress(len(texts) * done // len(rows), len(texts))
    return vectors[[rows[text] for text in texts]]


def sound(text: str) -> str:
    """The text with half characters (lone surrogates, which tokenizers refuse) replaced by "?"."""
    return text.encode("utf-8", "replace").decode("utf-8")
