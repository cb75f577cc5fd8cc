"""Fit the score that decides whether to answer: python tests/bench/fit_decline.py SHARED CACHE

SHARED holds the development data (data/, seeds/), CACHE keeps folders and indexes made of it between runs. Prints the
coefficients for qa/decline.py, fitted on all questions, and what those fitted on half of each set give on its other
half.

Answered: MultiHop-RAG's answerable questions asked of its articles; SQuAD's asked of their own paragraphs, and of the
half of one Wikipedia article that holds their paragraph; the seeds' of the seeds. Not answered: MultiHop-RAG's
unanswerable questions; SQuAD's asked of the news, of SQuAD paragraphs without theirs, and of the half of the Wikipedia
article that lacks their paragraph; the seeds' unanswerable ones; each set's questions asked of the others. Both: the
questions of tests/test_qa_question_kinds.py. SQuAD's own unanswerable questions, made to look answerable, are judged
and never fitted on.
"""

import argparse
import json
import random
import shutil
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import IndexFault
from index.build import build
from index.encode import load_encoder
from index.hits import Where
from index.search import NewsIndex, open_index
from qa.answer import CANDIDATE_HITS, look
from qa.decline import ENOUGH, Signals, probability
from qa.gold import file_stem

DATA = Path(__file__).parent.parent / "data"
SEED = 11
FEWEST_PARAGRAPHS = 20
QUESTIONS_A_PART = 14
STRENGTH = 1.0  # of the L2 penalty
THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6)


@dataclass(frozen=True)
class Asked:
    """Questions put to an index: `answered` is what should come of them, `weight` the whole set's weight in the fit
    (0: judged only)."""

    name: str
    answered: bool
    weight: float
    index: NewsIndex
    questions: Sequence[tuple[str, Where]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("shared", type=Path)
    parser.add_argument("cache", type=Path)
    options = parser.parse_args()
    sets = [(each, signals_of(each)) for each in gathered(options.shared, options.cache)]
    coefficients = fit([(each, values) for each, values in sets if each.weight])
    halves = [fit([(each, values[half::2]) for each, values in sets if each.weight]) for half in (0, 1)]
    names = [field.name for field in fields(Signals)]
    print("constant", round(float(coefficients[0]), 2))
    for name, value in zip(names, coefficients[1:], strict=True):
        print(f"{name:14} {value:6.2f}")
    limits = "".join(f"  < {limit:.2f}" for limit in THRESHOLDS)
    print(f"\n{'share declined by the fit on the other half':55}{limits}   as shipped")
    for each, values in sets:
        judged = np.concatenate([probabilities(c, values[1 - half :: 2]) for half, c in enumerate(halves)])
        shares = "".join(f"{(judged < limit).mean():8.3f}" for limit in THRESHOLDS)
        shipped = np.mean([probability(Signals(*row)) < ENOUGH for row in values.tolist()])
        print(f"{each.name:40} {'answered' if each.answered else 'not':8} {len(values):5} {shares} {shipped:8.3f}")


def gathered(shared: Path, cache: Path) -> list[Asked]:
    """All sets of questions, each with the index that it is put to."""
    news = indexed(cache / "news", _records(shared / "data" / "multihop_rag" / "corpus.jsonl"))
    paragraphs = _records(shared / "data" / "squad2" / "corpus.jsonl")
    for number, paragraph in enumerate(paragraphs):
        paragraph["source"] = part_of(paragraph["id"], number)
    wiki = indexed(cache / "wiki", paragraphs)
    if not (cache / "seeds").exists():
        shutil.copytree(shared / "seeds", cache / "seeds")
    seeds = _opened(cache / "seeds")
    if not (cache / "kinds").exists():
        shutil.copytree(DATA / "question_kinds", cache / "kinds")
    kinds = _opened(cache / "kinds")
    chance = random.Random(SEED)
    multihop = _records(shared / "data" / "multihop_rag" / "queries_dev.jsonl")
    squad = _records(shared / "data" / "squad2" / "queries_dev.jsonl")
    own = _records(DATA / "seed_questions.jsonl")
    of_kinds = _records(DATA / "question_kinds.jsonl")
    held = {paragraph["id"]: paragraph["source"] for paragraph in paragraphs}
    here = [q for q in squad if q["answers"] and q["relevant"][0] in held]
    gone = [q for q in squad if q["answers"] and q["relevant"][0] not in held]
    tricky = [q for q in squad if not q["answers"] and q["source_paragraph"] in held]
    answerable = [q for q in multihop if q["type"] != "null_query"]
    with_part, without_part = _parts(here, held, chance)

    def some(questions: Sequence[dict[str, Any]], most: int) -> list[tuple[str, Where]]:
        drawn = chance.sample(list(questions), min(most, len(questions)))
        return [(q["query"], Where()) for q in drawn]

    return [
        Asked("MultiHop-RAG answerable", True, 2.5, news, some(answerable, 500)),
        Asked("MultiHop-RAG unanswerable", False, 1.0, news, some([q for q in multihop if q not in answerable], 500)),
        Asked("SQuAD asked of news", False, 7.0, news, some(squad, 600)),
        Asked("SQuAD answerable", True, 1.5, wiki, some(here, 400)),
        Asked("SQuAD, paragraph's article missing", False, 0.5, wiki, some(gone, 200)),
        Asked("SQuAD, half an article with it", True, 0.5, wiki, with_part),
        Asked("SQuAD, half an article without it", False, 0.3, wiki, without_part),
        Asked("MultiHop-RAG asked of SQuAD", False, 0.3, wiki, some(answerable, 80)),
        Asked("MultiHop-RAG asked of the seeds", False, 0.3, seeds, some(answerable, 60)),
        Asked("SQuAD asked of the seeds", False, 0.3, seeds, some(squad, 80)),
        Asked("SQuAD unanswerable", False, 0.0, wiki, some(tricky, 250)),
        Asked("seeds answerable", True, 12.0, seeds, [(q["query"], Where()) for q in own if q["evidence"]]),
        Asked("seeds unanswerable", False, 6.0, seeds, [(q["query"], Where()) for q in own if not q["evidence"]]),
        Asked("question kinds", True, 3.0, kinds, [(q["query"], Where()) for q in of_kinds if q["wants"]]),
        Asked(
            "question kinds, not told", False, 3.0, kinds, [(q["query"], Where()) for q in of_kinds if not q["wants"]]
        ),
    ]


def part_of(paragraph: str, number: int) -> str:
    """The name, one that no question holds, of the half of its article that a paragraph belongs to."""
    return f"half{number % 2}of{paragraph.split('#')[0]}"


def _parts(
    questions: Sequence[dict[str, Any]], held: dict[str, str], chance: random.Random
) -> tuple[list[tuple[str, Where]], list[tuple[str, Where]]]:
    """Questions to be asked of the half of an article with, and of the one without, their paragraph."""
    by_half: dict[str, list[dict[str, Any]]] = defaultdict(list)
    sizes: dict[str, int] = defaultdict(int)
    for half in held.values():
        sizes[half] += 1
    for question in questions:
        by_half[held[question["relevant"][0]]].append(question)
    with_part, without_part = [], []
    for half, own in sorted(by_half.items()):
        other = half.replace("half0", "half1") if half.startswith("half0") else half.replace("half1", "half0")
        if min(sizes[half], sizes[other]) < FEWEST_PARAGRAPHS // 2:
            continue
        drawn = chance.sample(own, min(2 * QUESTIONS_A_PART, len(own)))
        with_part += [(q["query"], Where(outlets=frozenset([half]))) for q in drawn[0::2]]
        without_part += [(q["query"], Where(outlets=frozenset([other]))) for q in drawn[1::2]]
    return with_part, without_part


def signals_of(asked: Asked) -> NDArray[np.float64]:
    """`(questions, signals)`: each question's signals in a row."""
    rows = []
    for question, where in asked.questions:
        hits = asked.index.search(question, CANDIDATE_HITS, where)
        rows.append(astuple(look(question, asked.index, hits).signals))
    return np.asarray(rows, np.float64)


def fit(sets: Sequence[tuple[Asked, NDArray[np.float64]]]) -> NDArray[np.float64]:
    """The constant and the coefficients of logistic regression with an L2 penalty, by Newton's method."""
    rows = np.vstack([values for _, values in sets])
    seen = np.hstack([np.ones((len(rows), 1)), rows])
    right = np.concatenate([np.full(len(values), float(each.answered)) for each, values in sets])
    weight = np.concatenate([np.full(len(values), 100 * each.weight / len(values)) for each, values in sets])
    penalty = np.diag([0.0, *[1 / STRENGTH] * rows.shape[1]])
    found = np.zeros(seen.shape[1])
    for _ in range(50):
        likely = probabilities(found, rows)
        slope = seen.T @ (weight * (likely - right)) + penalty @ found
        bend = (seen * (weight * likely * (1 - likely))[:, None]).T @ seen + penalty
        step = np.linalg.solve(bend, slope)
        found -= step
        if np.abs(step).max() < 1e-9:
            break
    return found


def probabilities(coefficients: NDArray[np.float64], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The probability of each row, by coefficients with the constant first."""
    found: NDArray[np.float64] = 1 / (1 + np.exp(-(coefficients[0] + rows @ coefficients[1:])))
    return found


def indexed(folder: Path, documents: Sequence[dict[str, Any]]) -> NewsIndex:
    """An index of the documents, each written as an article with front matter; made once."""
    if not folder.exists():
        folder.mkdir(parents=True)
        for document in documents:
            known = {key: document[key] for key in ("title", "source", "published") if document.get(key)}
            head = "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in known.items())
            path = folder / f"{file_stem(document['id'])}.md"
            path.write_text(f"---\n{head}---\n\n{document['text']}\n", encoding="utf-8", newline="\n")
    return _opened(folder)


def _opened(folder: Path) -> NewsIndex:
    encoder = load_encoder()
    try:
        return open_index(folder, encoder=encoder)
    except IndexFault:
        build(folder, encoder=encoder)
        return open_index(folder, encoder=encoder)


def _records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


if __name__ == "__main__":
    main()
