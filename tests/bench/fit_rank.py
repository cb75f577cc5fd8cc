"""Fit the weights that rank passages: python tests/bench/fit_rank.py SHARED CACHE

SHARED holds the development data, CACHE keeps folders and indexes made of it between runs. Writes
index/rank_weights.json, fitted on all questions, and prints what weights fitted without a question's articles give on
it: questions are parted into ten, and for each part the fit leaves out its questions and every passage of the articles
that hold their evidence, so that no weight has seen what it is judged by.

Right are MultiHop-RAG's passages that hold evidence, and passages of the document that SQuAD's answerable questions and
SciFact's claims name.
"""

import argparse
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from fit_decline import indexed
from numpy.typing import NDArray
from scipy.optimize import minimize

import index
from index.rank import FEATURES, features, order
from index.search import NewsIndex

PARTS = 10
PENALTY = 0.01
STEPS = 300
SETS = {"multihop_rag": 1.0, "squad2": 0.3, "scifact": 0.2}
"""The sets, and what all questions of each weigh in the fit: most for news, the others hold it back from its habits."""


@dataclass(frozen=True)
class Asked:
    """One question: the features (n, 12) of the passages put forward, their rows and articles, which of them are right,
    and for each thing to be found the rows that hold it."""

    values: NDArray[np.float32]
    rows: NDArray[np.int64]
    article: NDArray[np.int64]
    right: NDArray[np.bool_]
    wanted: tuple[frozenset[int], ...]
    part: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("shared", type=Path)
    parser.add_argument("cache", type=Path)
    options = parser.parse_args()
    sets = {name: gathered(options.shared / "data" / name, options.cache / name) for name in SETS}
    weights = fit(sets, None)
    named = {name: round(float(value), 3) for name, value in zip(FEATURES, weights, strict=True)}
    place = Path(index.__path__[0]) / "rank_weights.json"
    place.write_text(json.dumps(named, indent=1) + "\n", encoding="utf-8")
    print(place.read_text(encoding="utf-8"))
    apart = [fit(sets, part) for part in range(PARTS)]
    for name, asked in sets.items():
        print(name, "fitted on all", figures(asked, [weights] * PARTS), "apart", figures(asked, apart))


def gathered(data: Path, cache: Path) -> list[Asked]:
    """A set's answerable questions asked of its own articles."""
    held = indexed(cache, _records(data / "corpus.jsonl"))
    texts = _Texts(held)
    chance = np.random.default_rng(3)
    asked = []
    for question in _records(data / "queries_dev.jsonl"):
        wanted = texts.wanted(question)
        if wanted:
            found = held.found(question["query"])
            right = np.isin(found.rows, sorted(frozenset().union(*wanted)))
            part = int(chance.integers(PARTS))
            asked.append(Asked(features(found), found.rows, found.article, right, wanted, part))
    return asked


class _Texts:
    """Which rows of an index hold what a question wants."""

    def __init__(self, held: NewsIndex) -> None:
        table = held.table
        self._text, self._of_document = [], {}
        for row, (article, start, end, _, _) in enumerate(table.tolist()):
            about = held.article(article).metadata
            header = f"{about.title or ''}{about.source or ''}{about.published or ''}"
            self._text.append(_squash(header + held.text(article).text[start:end]))
            name = PurePosixPath(held.article(article).path).stem
            self._of_document.setdefault(name, set()).add(row)
        self._known: dict[str, frozenset[int]] = {}

    def wanted(self, question: dict[str, Any]) -> tuple[frozenset[int], ...]:
        """For each fact, else for each document, that the question wants, the rows that hold it; empty for none."""
        if question.get("evidence"):
            return tuple(self._holding(_squash(fact)) for fact in dict.fromkeys(question["evidence"]))
        if question.get("type") == "null_query" or ("answers" in question and not question["answers"]):
            return ()
        names = [re.sub(r"[^\w-]", "_", each) for each in question["relevant"]]
        return tuple(frozenset(self._of_document[name]) for name in names if name in self._of_document)

    def _holding(self, fact: str) -> frozenset[int]:
        if fact not in self._known:
            self._known[fact] = frozenset(row for row, text in enumerate(self._text) if fact in text)
        return self._known[fact]


def fit(sets: dict[str, list[Asked]], without: int | None) -> NDArray[np.float64]:
    """The weights, fitted on all questions or without one part of them and their articles; by L-BFGS."""
    cases: list[tuple[NDArray[np.float64], NDArray[np.bool_], float]] = []
    for name, weight in SETS.items():
        banned = [each.article[each.right] for each in sets[name] if each.part == without]
        gone = np.unique(np.concatenate([np.empty(0, np.int64), *banned]))
        used = [_without(each, gone) for each in sets[name] if each.part != without]
        used = [(values, right) for values, right in used if right.any() and not right.all()]
        cases += [(values.astype(np.float64), right, weight / len(used)) for values, right in used]
    scale = np.std(np.concatenate([values for values, _, _ in cases]), axis=0) + 1e-9

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, slope = PENALTY * float(weights @ weights) / 2, PENALTY * weights
        for values, right, weight in cases:
            scores = values @ (weights / scale)
            wrong = np.exp(scores[~right] - scores.max())
            odds = wrong.sum() / np.exp(scores[right] - scores.max())  # against each right passage
            total += weight * float(np.log1p(odds).mean())
            missed = odds / (1 + odds)
            pull = (wrong / wrong.sum()) @ values[~right] * missed.mean() - (missed @ values[right]) / len(missed)
            slope = slope + weight * pull / scale
        return total, slope

    found = minimize(loss, np.zeros(len(FEATURES)), jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    return np.asarray(found.x / scale, np.float64)


def _without(asked: Asked, gone: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    kept = ~np.isin(asked.article, gone)
    return asked.values[kept], asked.right[kept]


def figures(asked: Sequence[Asked], weights: Sequence[NDArray[np.float64]]) -> dict[str, float]:
    """hits@10, hits@4, MRR@10, recall@10 of what is wanted, and all of it @10; `weights` by part."""
    marks = []
    for each in asked:
        scores = (each.values @ weights[each.part]).astype(np.float32)
        best = [n for n, _ in islice(order(scores, each.article), 10)]
        shown = [{n for n, rows in enumerate(each.wanted) if int(each.rows[b]) in rows} for b in best]
        first = next((rank for rank, seen in enumerate(shown, 1) if seen), None)
        seen = frozenset().union(*shown)
        marks.append(
            (
                first is not None,
                first is not None and first <= 4,
                1 / first if first else 0,
                len(seen) / len(each.wanted),
                len(seen) == len(each.wanted),
            )
        )
    names = ("hits@10", "hits@4", "mrr@10", "recall@10", "all@10")
    return dict(zip(names, np.mean(marks, axis=0).round(4).tolist(), strict=True))


def _squash(text: str) -> str:
    return re.sub(r"[ \n]", "", text)


def _records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


if __name__ == "__main__":
    main()
