"""Whether two sentences say the same thing in nearly the same words: pure."""

import functools
from dataclasses import dataclass

from qa.english import words
from qa.words import rarity, stem_of, tokens

SAME = 0.85
"""The share of a statement's words, by rarity, that a sentence needs to carry it too."""
NOTHING_NEW = 0.75
"""The share of a sentence's words that, standing in statements already shown, leave it nothing to add."""
_FEWEST_WORDS = 4
_NOT = frozenset(map(stem_of, words("not")))


@dataclass(frozen=True, slots=True)
class Gist:
    """What a sentence is compared by: its words that carry matter, those of them that must agree, and its negations."""

    words: frozenset[str]
    numbers: frozenset[str]
    negations: int


@functools.lru_cache(maxsize=20_000)
def gist(sentence: str) -> Gist:
    """The gist of a sentence."""
    found = tokens(sentence)
    matter = frozenset(t.stem for t in found if not t.stop)
    return Gist(matter, frozenset(t.stem for t in found if t.number), sum(t.stem in _NOT for t in found))


def carries(sentence: str, statement: str) -> bool:
    """True if the sentence says all that the statement says, in nearly its words: same numbers, same negations."""
    theirs, ours = gist(sentence), gist(statement)
    if len(ours.words) < _FEWEST_WORDS:
        return theirs.words == ours.words
    if not ours.numbers <= theirs.numbers or theirs.negations != ours.negations:
        return False
    return share(ours.words, theirs.words) >= SAME


def share(part: frozenset[str], among: frozenset[str]) -> float:
    """The share of some words, by rarity, that stand among others; 1 where there are none."""
    total = sum(map(rarity, part))
    return sum(map(rarity, part & among)) / total if total else 1.0
