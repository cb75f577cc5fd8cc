"""Whether two sentences say the same thing in nearly the same words: pure."""

from qa.facts import facts
from qa.words import rarity

SAME = 0.85
"""The share of a statement's words, by rarity, that a sentence needs to carry it too."""
NOTHING_NEW = 0.75
"""The share of a sentence's words that, standing in statements already shown, leave it nothing to add."""
_FEWEST_WORDS = 4
_FEWEST_SHARED = 0.6  # of the words, counted: fewer can't come to SAME, and counting is quick


def carries(sentence: str, statement: str) -> bool:
    """True if the sentence says all that the statement says, in nearly its words: same numbers, same negations."""
    theirs, ours = facts(sentence), facts(statement)
    if len(ours.matter) < _FEWEST_WORDS:
        return theirs.matter == ours.matter
    if theirs.negations != ours.negations or not ours.numbers <= theirs.numbers:
        return False
    return len(ours.matter & theirs.matter) >= _FEWEST_SHARED * len(ours.matter) and (
        share(ours.matter, theirs.matter) >= SAME
    )


def share(part: frozenset[str], among: frozenset[str]) -> float:
    """The share of some words, by rarity, that stand among others; 1 where there are none."""
    total = sum(map(rarity, part))
    return sum(map(rarity, part & among)) / total if total else 1.0
