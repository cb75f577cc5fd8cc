"""Whether two sentences say the same thing in nearly the same words: pure."""

import functools
from collections.abc import Sequence

from index.figures import figures
from qa.facts import facts
from qa.words import MONTHS, WEEKDAYS, is_plain, is_stop, rarity, spelled

SAME = 0.85
"""The share of a statement's words, by rarity, that a sentence needs to carry it too."""
NOTHING_NEW = 0.75
"""The share of a sentence's words that, standing in statements already shown, leave it nothing to add."""
_FEWEST_WORDS = 4
_RUN = 3  # words
_FEWEST_RUNS = 0.5
_MOST_DISPUTED = 2  # figures: where more differ, as on two days of a stock exchange, it is another event
_FEWEST_SHARED = 0.6  # of the words, counted: fewer can't come to SAME, and counting is quick


def carries(sentence: str, statement: str) -> bool:
    """True if the sentence says all that the statement says, in nearly its words: same figures, same negations, and
    no other name or day in the place of one of the statement's."""
    theirs, ours = facts(sentence), facts(statement)
    if len(ours.matter) < _FEWEST_WORDS:
        return theirs.matter == ours.matter
    return (
        theirs.negations == ours.negations
        and _is_held(_matter(statement), _matter(sentence))
        and _figures(statement) <= _figures(sentence)
        and not _swap(statement, sentence)
    )


def dispute(one: str, other: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """The figures that each of two sentences has in the place of the other's, where they say the same in nearly the
    same words but for them; None where they don't."""
    only, others = _figures(one) - _figures(other), _figures(other) - _figures(one)
    if (
        not 0 < len(only) <= _MOST_DISPUTED
        or not 0 < len(others) <= _MOST_DISPUTED
        or facts(one).negations != facts(other).negations
        or _swap(one, other)
    ):
        return None
    ours, theirs = _matter(one) - _figures(one), _matter(other) - _figures(other)
    if len(ours) < _FEWEST_WORDS or not (_is_held(ours, theirs) or _is_held(theirs, ours)):
        return None
    return tuple(_in_order(one, only)), tuple(_in_order(other, others))


def _is_held(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    return len(ours & theirs) >= _FEWEST_SHARED * len(ours) and share(ours, theirs) >= SAME


@functools.lru_cache(maxsize=20_000)
def _matter(sentence: str) -> frozenset[str]:
    """The stems that carry matter, figures in digits."""
    spoken = zip(*spelled(sentence), strict=True)
    return frozenset(next(iter(figures(word)), stem) for stem, word in spoken if not is_stop(word))


@functools.lru_cache(maxsize=20_000)
def _figures(sentence: str) -> frozenset[str]:
    return frozenset(figures(sentence))


def _in_order(sentence: str, some: frozenset[str]) -> list[str]:
    return [each for each in dict.fromkeys(figures(sentence)) if each in some]


def _swap(one: str, other: str) -> bool:
    """True if each has a name, a day of the week or a month that the other has not."""
    return any(ours - theirs and theirs - ours for ours, theirs in zip(_named(one), _named(other), strict=True))


@functools.lru_cache(maxsize=20_000)
def _named(sentence: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The stems of the names, the weekdays and the months in a sentence."""
    stems, written = spelled(sentence)
    held = {
        stem
        for stem, word in zip(stems, written, strict=True)
        if word[0].isupper() and not is_stop(word) and not is_plain(stem)
    }
    return frozenset(held - WEEKDAYS - MONTHS), frozenset(held & WEEKDAYS), frozenset(held & MONTHS)


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
