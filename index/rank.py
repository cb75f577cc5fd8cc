"""The order of the passages put forward for a question: twelve features of each, weighed. Pure.

The weights are a conditional logit (McFadden, Conditional Logit Analysis of Qualitative Choice Behavior, 1973): the
chance that a passage is evidence, among those put forward for the same question. `tests/bench/fit_rank.py` fits them.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from index.dense import Rows
from index.fuse import best_first, min_max

Scores = NDArray[np.float32]

WORDS_WEIGHT = 0.7
"""The share of words where words and meaning are made one score. On MultiHop-RAG's development questions .5 to .9 gave
hits@10 of .919 .930 .935 .926 .918; reciprocal rank fusion .894, words alone .911."""

AGAIN = 0.25
"""What a passage loses for each one of its article before it, so that ten hits are not one story. On MultiHop-RAG's
development questions 0 .2 .4 .8 gave a fact recall@10 of .712 .731 .736 .727 (by weights before the last)."""

_RANK_OFFSET = 5
_ENOUGH = 0.4
"""The share of the best passage's score from which one counts for its article's sum."""

FEATURES = (
    "words",
    "words of a part",
    "meaning",
    "fused rank",
    "words rank",
    "meaning rank",
    "outlet",
    "outlet rank",
    "article best",
    "article sum",
    "sentence",
    "sentence rank",
)


@dataclass(frozen=True, slots=True)
class Found:
    """Passages put forward for a question, n of them in rising order of their rows, and what was found out of each.

    `bm25` has shape (texts, n): the question's first, then those of its parts; 0 where the words missed. `cosines` are
    of the question alone: those of its parts added nothing to be measured, for half of a search's time. `sentence` is
    the share of the question, by weight, that the passage's best sentence holds. `article` are the articles' rows.
    `outlets` has shape (outlets named, n): whether the passage is that outlet's.
    """

    rows: Rows
    bm25: Scores
    cosines: Scores
    sentence: Scores
    article: Rows
    outlets: NDArray[np.bool_]


def features(found: Found) -> Scores:
    """The features of every passage, shape (n, 12), in the order of FEATURES."""
    highest = np.maximum(found.bm25.max(axis=1, keepdims=True, initial=0), 1e-6)
    words = found.bm25 / highest
    fused = np.stack([_fused(bm25, found.cosines) for bm25 in words])
    # A question without parts is its own only part.
    of_part = slice(1 if len(words) > 1 else 0, None)
    total = fused[0] + fused[of_part].max(axis=0)
    total /= max(float(total.max(initial=0)), 1e-6)
    of_outlet = np.zeros(len(total), np.float32)
    for members in found.outlets:
        of_outlet[members] = np.maximum(of_outlet[members], _by_rank(total[members], found.rows[members]))
    _, story = np.unique(found.article, return_inverse=True)
    best, summed = np.zeros(len(total), np.float32), np.zeros(len(total), np.float32)
    np.maximum.at(best, story, total)
    np.add.at(summed, story, np.where(total >= _ENOUGH, total, 0))
    columns = [
        words[0],
        words[of_part].max(axis=0),
        found.cosines,
        _by_rank(total, found.rows),
        _by_rank(words[0], found.rows),
        _by_rank(found.cosines, found.rows),
        found.outlets.any(axis=0) if len(found.outlets) else np.zeros(len(total)),
        of_outlet,
        best[story],
        np.log1p(summed[story]),
        found.sentence,
        _by_rank(found.sentence, found.rows),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def order(scores: Scores, article: Rows) -> Iterator[tuple[int, float]]:
    """The positions with their scores, best first, ties by position; see AGAIN."""
    left = scores.astype(np.float64)
    for _ in range(len(left)):
        best = int(np.argmax(left))
        yield best, float(left[best])
        left[article == article[best]] -= AGAIN
        left[best] = -np.inf


def scored(found: Found) -> Scores:
    """The score of every passage, shape (n,): higher is better, comparable within one question alone."""
    return (features(found) @ _weights()).astype(np.float32)


@cache
def _weights() -> Scores:
    held: Mapping[str, float] = json.loads(files("index").joinpath("rank_weights.json").read_text(encoding="utf-8"))
    return np.asarray([held[name] for name in FEATURES], np.float32)


def _fused(words: Scores, cosines: Scores) -> Scores:
    return np.asarray(WORDS_WEIGHT * words + (1 - WORDS_WEIGHT) * min_max(cosines), np.float32)


def _by_rank(scores: Scores, rows: Rows) -> Scores:
    """1 / (5 + rank), the best's rank being 0; equal scores are ranked by row, and all 0 where they all are."""
    if not scores.any():
        return np.zeros(len(scores), np.float32)
    given = np.empty(len(scores), np.float32)
    given[best_first(rows, scores)] = 1 / (_RANK_OFFSET + np.arange(len(scores)))
    return given
