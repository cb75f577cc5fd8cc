"""Prints what an index costs as it grows: time to build, to change, to load and to search, memory and disk.

    python tests/bench/scale.py [--sizes 1000 10000 100000 1000000] [--scratch DIR] [--plot docs/scale.svg]

Folders of articles are made of the passages of scale_news, ten and ten in ever other order, until they give the number
of passages wanted. Everything is the product's own and is run as its user runs it, but for one thing: a passage's
vector is that of one of scale_news, moved a little at random, so that a million need no night of embedding (seconds of
embedding are told apart, by the rate of tests/bench/embedding.py). Questions are embedded as always. Recall is against
exact search of the same vectors. Each size is built and measured in processes of its own; memory is a process's peak.
"""

import argparse
import gzip
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from zlib import crc32

import numpy as np
from scale_plot import drawn

from index.batch import OnProgress, Vectors
from index.build import build
from index.encode import MiniLM, find_default_model, load_encoder, usable_cores
from index.place import index_place
from index.search import NewsIndex, open_index
from index.store import current_name

ROOT = Path(__file__).parents[2]
TOGETHER = 10
MOVED = 0.6  # the length of what is added to a unit vector: a cosine of about .86 to the one it was
CHARACTERS = 675  # to a passage of the index
EXACT = 100


class Recombined(MiniLM):
    """The default model, with vectors that are taken from a store instead of computed."""

    def __init__(self, base: Vectors) -> None:
        super().__init__(find_default_model())
        self._base = base

    def encode(self, texts: Sequence[str], progress: OnProgress | None = None) -> Vectors:
        marks = [crc32(text.encode()) for text in texts]
        found = self._base[[mark % len(self._base) for mark in marks]].copy()
        for row, mark in enumerate(marks):
            moved = np.random.default_rng(mark).standard_normal(self.dim, np.float32)
            found[row] += moved * np.float32(MOVED / np.linalg.norm(moved))
        found /= np.linalg.norm(found, axis=1, keepdims=True)
        if progress:
            progress(len(texts), len(texts))
        return found


def main() -> None:
    """Makes, builds, measures and prints."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--set", type=Path, default=ROOT.parent / "shared/data/scale_news")
    options.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000])
    options.add_argument("--scratch", type=Path, default=Path("scale-scratch"))
    options.add_argument("--phase", choices=["build", "change", "search"])
    options.add_argument("--plot", type=Path)
    chosen = options.parse_args()
    if chosen.phase:
        PHASES[chosen.phase](chosen.scratch, chosen.set)
        return
    rows = []
    for size in chosen.sizes:
        folder = chosen.scratch / str(size)
        if not (folder / "articles").exists():
            write_articles(chosen.set, folder / "articles", size)
        row: dict[str, float] = {"wanted": size}
        for phase in PHASES:
            command = [sys.executable, __file__, "--phase", phase, "--scratch", str(folder), "--set", str(chosen.set)]
            told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            row |= json.loads(told.splitlines()[-1])
        rows.append(row)
        print(json.dumps(row), flush=True)
    print(table(rows))
    if chosen.plot:
        chosen.plot.write_text(drawn(rows), encoding="utf-8")


def passages_of(folder: Path) -> list[dict[str, str]]:
    """The passages of scale_news."""
    with gzip.open(folder / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def write_articles(source: Path, folder: Path, wanted: int) -> None:
    """Write articles of ten passages of the set each, until they make up about as many passages as wanted."""
    folder.mkdir(parents=True)
    held, dice = passages_of(source), random.Random(1)
    characters, number = 0, 0
    while characters < wanted * CHARACTERS:
        dice.shuffle(held)
        for at in range(0, len(held) - TOGETHER, TOGETHER):
            some = held[at : at + TOGETHER]
            about = {key: some[0][key] for key in ("title", "source", "published") if some[0].get(key)}
            head = "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in about.items())
            text = "\n\n".join(each["text"] for each in some)
            part = folder / f"{number // 1_000:03d}"
            part.mkdir(exist_ok=True)
            (part / f"{number:06d}.md").write_text(f"---\n{head}---\n\n{text}\n", encoding="utf-8")
            number += 1
            characters += len(text)
            if characters >= wanted * CHARACTERS:
                break


def base_vectors(source: Path, scratch: Path) -> Vectors:
    """Vectors of the first passages of scale_news, computed once."""
    path = scratch.parent / "base.npy"
    if not path.exists():
        np.save(path, load_encoder().encode([each["text"] for each in passages_of(source)[:20_000]]))
    found: Vectors = np.load(path)
    return found


def timed(run: Callable[[], object]) -> float:
    """The seconds that something takes."""
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


def peak_mb() -> float:
    """The most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def phase_build(scratch: Path, source: Path) -> None:
    """A build from nothing, without the time of embedding, and what it leaves on disk."""
    encoder = Recombined(base_vectors(source, scratch))
    folder = scratch / "articles"
    shutil.rmtree(folder / ".copydesk", ignore_errors=True)
    begun = time.perf_counter()
    report = build(folder, encoder=encoder, processes=usable_cores())
    place = index_place(folder)
    files = [p for p in (place / "generations" / (current_name(place) or "")).rglob("*") if p.is_file()]
    texts = sum(p.stat().st_size for p in files if p.name == "articles.sqlite")
    told(
        articles=report.articles,
        passages=report.passages,
        build_s=time.perf_counter() - begun,
        build_mb=peak_mb(),
        index_mb=(sum(p.stat().st_size for p in files) - texts) / 1e6,
        texts_mb=texts / 1e6,
    )


def phase_change(scratch: Path, _: Path) -> None:
    """The real command on a folder in which nothing, one file, or a tenth of the files (at most 1,000) has changed."""
    folder = scratch / "articles"
    files = sorted(folder.rglob("*.md"))
    time.sleep(3)  # past the clock's grain, so that unchanged files are known by size and time alone
    command = [sys.executable, "-c", "import sys; from qa.cli import main; sys.exit(main())", "index", str(folder)]

    def index() -> None:
        subprocess.run(command, check=True, cwd=ROOT, capture_output=True)

    index()
    unchanged = min(timed(index) for _ in range(3))
    with files[0].open("a", encoding="utf-8") as file:
        file.write("\nA sentence about the lighthouse at Penhale stands here now.\n")
    one = timed(index)
    assert "lighthouse at Penhale" in open_index(folder).search("What about the lighthouse at Penhale?", 1)[0].text
    gone = files[1 : 1 + min(1_000, len(files) // 10)]
    kept = {path: path.read_bytes() for path in gone}
    for path in gone:
        path.unlink()
    removed = timed(index)
    for path, data in kept.items():
        path.write_bytes(data)
    told(unchanged_s=unchanged, one_changed_s=one, one_changed_ms=1_000 * one, removed=len(gone), removed_s=removed)


def phase_search(scratch: Path, source: Path) -> None:
    """Loading, questions one by one, memory, and recall."""
    folder = scratch / "articles"
    begun = time.perf_counter()
    held = open_index(folder)
    load = time.perf_counter() - begun
    asked = [f"What is known about {each['title']}?" for each in passages_of(source)[::400]][:300]
    for question in asked[:20]:
        held.search(question)
    times = [timed(lambda q=question: held.search(q)) for question in asked[20:]]  # type: ignore[misc]
    cuts = statistics.quantiles([1_000 * each for each in times], n=20)
    memory = peak_mb()
    told(load_s=load, search_p50_ms=cuts[9], search_p95_ms=cuts[18], serving_mb=memory, recall=recall(held, asked))


def recall(held: NewsIndex, asked: Sequence[str]) -> float:
    """The share of the ten passages nearest to a question, by exact search, that the index's own search finds."""
    dense = held._generation.dense
    alive = held._generation.alive
    rows = np.arange(dense.size) if alive is None else np.flatnonzero(alive)
    found = 0
    queries = np.stack([held.vector(question) for question in asked[:EXACT]])
    best = [np.empty(0, np.int64)] * len(queries), [np.empty(0, np.float32)] * len(queries)
    for part in np.array_split(rows, max(1, len(rows) // 50_000)):
        near = dense.vectors(part)
        for n, own in enumerate(queries @ near.T):
            every, scores = np.concatenate([best[0][n], part]), np.concatenate([best[1][n], own])
            top = np.argsort(-scores, kind="stable")[:10]
            best[0][n], best[1][n] = every[top], scores[top]
    for n, query in enumerate(queries):
        found += len(set(best[0][n].tolist()) & set(dense.search(query, 200)[0][:10].tolist()))
    return found / sum(map(len, best[0]))


PHASES = {"build": phase_build, "change": phase_change, "search": phase_search}


def told(**values: float) -> None:
    """One line of JSON for the process that asked."""
    print(json.dumps({name: round(value, 4) for name, value in values.items()}))


def table(rows: Sequence[dict[str, float]]) -> str:
    """A Markdown table, a column a size."""
    lines = [f"load {os.getloadavg()[0]:.1f} after the run", ""]
    lines.append("| | " + " | ".join(f"{row['passages']:,.0f}" for row in rows) + " |")
    lines.append("|---" * (len(rows) + 1) + "|")
    lines += [f"| {name} | " + " | ".join(f"{row[name]:,.4g}" for row in rows) + " |" for name in rows[0]]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
