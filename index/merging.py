"""Which segments of a generation stay as they are when articles come and go, and which are written anew as one. Pure.

A log-structured merge (O'Neil et al., The Log-Structured Merge-Tree, 1996): what is new becomes a segment behind the
others, together with those before it that are not much larger. So a change costs about what it holds, each passage is
written over a few times at most, and a search looks through a handful of segments.
"""

from collections.abc import Sequence

TOGETHER = 2_000
"""Up to so many passages are always one segment: it is written in less than a second."""
TIMES = 8
"""A segment stays where it holds this many times the passages of what is to be written behind it."""
GONE = 0.2
"""The share of a segment's passages that may be gone before it is written anew without them."""


def segments_kept(held: Sequence[int], alive: Sequence[int], new: int) -> int:
    """How many segments, from the first on, stay; the articles of the others are written anew with the `new` passages.

    `held` are the passages of each segment, `alive` those of articles that are still there.
    """
    if not new and list(held) == list(alive):
        return len(held)
    if sum(alive) + new <= TOGETHER:
        return 0
    kept = len(held)
    while kept and alive[kept - 1] < TIMES * (new + sum(alive[kept:])) and new + sum(alive[kept:]):
        kept -= 1
    spoilt = (n for n in range(kept) if held[n] - alive[n] > GONE * held[n])
    first = next(spoilt, kept)
    return first if first == kept else segments_kept(held[:first], alive[:first], new + sum(alive[first:]))
