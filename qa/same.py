"""Whether two sentences say the same thing in nearly the same words: pure."""

from collections.abc import Sequence

from qa.facts import facts
from qa.words import rarity

SAME = 0.85
"""The share of a statement's words, by rarity, that a sentence needs to carry it too."""
NOTHING_NEW = 0.75
"""The share of a sentence's words that, standing in statements already shown, leave it nothing to add."""
_FEWEST_WORDS = 4
_RUN = 3  # words
_FEWEST_RUNS = 0.5
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


def in_the_same_words(one: str, other: str) -> bool:
    """True if one sentence was most likely copied from the other: it carries it, and keeps half of its runs of words.

    Sentences that report one fact in words of their own share its names and figures, and few runs.
    """
    if not (carries(one, other) or carries(other, one)):
        return False
    ours, theirs = (_runs(facts(each).order) for each in (one, other))
    shorter = min(ours, theirs, key=len)
    return len(ours & theirs) >= _FEWEST_RUNS * len(shorter)


def _runs(words: Sequence[str]) -> frozenset[Sequence[str]]:
    return frozenset(words[at : at + _RUN] for at in range(max(1, len(words) - _RUN + 1)))


def share(part: frozenset[str], among: frozenset[str]) -> float:
    """The share of some words, by rarity, that stand among others; 1 where there are none."""
    total = sum(map(rarity, part))
    return sum(map(rarity, part & among)) / total if total else 1.0
