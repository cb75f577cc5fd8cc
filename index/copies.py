"""Near-copies among the passages found, as when several outlets run one agency's text: folded into one. Pure."""

from collections.abc import Callable, Iterable
from difflib import SequenceMatcher

from index.figures import figures

ALIKE = 0.8
"""The share of their terms that two passages of different articles both hold if they are copies. Edited wire copy keeps
more; reports of one event in words of their own seldom share .4."""

SAME_ORDER = 0.9
LOOK_ON = 20
"""How many passages behind the last that is kept are looked at for copies."""


def folded(
    ranked: Iterable[tuple[int, int]], k: int, are_copies: Callable[[int, int], bool]
) -> list[tuple[int, list[int]]]:
    """The first k passages, each with those behind it that are copies of it, which are not counted.

    `ranked` gives passages with their articles, best first; passages of one article are never copies of each other.
    """
    kept: list[tuple[int, int, list[int]]] = []
    left = LOOK_ON
    for passage, article in ranked:
        original = next((each for each in kept if article != each[1] and are_copies(passage, each[0])), None)
        if original is not None:
            original[2].append(passage)
        elif len(kept) < k:
            kept.append((passage, article, []))
        elif left == 0:
            break
        else:
            left -= 1
    return [(passage, copies) for passage, _, copies in kept]


def is_copy(text: str, other: str) -> bool:
    """True if both texts give the same figures, and nine tenths of their words in the same order.

    So lists of the same names in another order are none, nor is a report that differs where it matters.
    """
    if sorted(figures(text)) != sorted(figures(other)):
        return False
    return SequenceMatcher(None, text.split(), other.split(), autojunk=False).ratio() >= SAME_ORDER
