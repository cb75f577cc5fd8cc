"""Prints how fast passages are embedded: by the plain loop, by the runtime alone, by the encoder, by a whole build.

    python tests/bench/embedding.py [--set ../shared/data/multihop_rag] [--articles 120] [--rounds 3]

All four do the same passages, those of the first articles of the set, in turn in each round of one run, so that a busy
machine slows them alike; the median of the rounds' ratios counts. The plain loop is sentence-transformers in fp32, 32
texts a batch, on as many threads as there are cores. The runtime alone is given token ids, and as many of its runs are
in flight as there are cores. The build is the real one, from files to a published generation, in this process.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from index.any_model import AnyModel
from index.build import build
from index.encode import CLS, SEP, MiniLM, find_default_model, usable_cores
from index.search import open_index

ROOT = Path(__file__).parents[2]


def main() -> None:
    """Measures and prints."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--set", type=Path, default=ROOT.parent / "shared/data/multihop_rag")
    options.add_argument("--articles", type=int, default=120)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    print(f"{usable_cores()} cores, load {os.getloadavg()[0]:.1f} before the run")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "articles"
        writer = chosen.set.parents[1] / "tools/as_folder.py"
        subprocess.run([sys.executable, writer, chosen.set, folder, "--limit", str(chosen.articles)], check=True)
        encoder = MiniLM(find_default_model())
        first = build(folder, Path(scratch) / "first", encoder)
        held = open_index(folder, Path(scratch) / "first", encoder)
        texts = [held.text(row).text[start:end] for row, start, end, _, _ in held.table.tolist()]
        print(f"{first.articles} articles, {first.passages} passages of {held.table['tokens'].mean():.0f} tokens")
        ways = {
            "plain loop": plain_loop(texts),
            "runtime alone": runtime_alone(encoder, texts),
            "encoder": lambda: encoder.encode(texts),
            "whole build": lambda: whole_build(folder, Path(scratch), encoder),
        }
        times = in_turn(ways, chosen.rounds)
    report(times, len(texts))
    print(f"load {os.getloadavg()[0]:.1f} after the run")


def plain_loop(texts: list[str]) -> Callable[[], object]:
    """What people write: one call of sentence-transformers."""
    import torch

    torch.set_num_threads(usable_cores())
    model = AnyModel(str(find_default_model()))
    model.encode(texts[:8])
    return lambda: model.encode(texts)


def runtime_alone(encoder: MiniLM, texts: list[str]) -> Callable[[], object]:
    """The runtime on the texts' token ids, without tokenising, batching, progress or writing."""
    ids = [[CLS, *found[: encoder.max_tokens], SEP] for found in encoder._ids(list(dict.fromkeys(texts)))]
    session, words = encoder._model

    def run(some: list[int]) -> None:
        session.run(["mean"], {"words": words[some][np.newaxis]})

    def all_of_them() -> None:
        with ThreadPoolExecutor(usable_cores()) as pool:
            list(pool.map(run, ids))

    return all_of_them


def whole_build(folder: Path, scratch: Path, encoder: MiniLM) -> None:
    """A build from nothing."""
    with tempfile.TemporaryDirectory(dir=scratch) as place:
        build(folder, Path(place), encoder)


def in_turn(ways: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """The seconds of each way in each round."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, run in ways.items():
            begun = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - begun)
    return times


def report(times: dict[str, list[float]], count: int) -> None:
    """Prints the table."""
    plain, alone = times["plain loop"], times["runtime alone"]
    print("| way | passages/s | times the plain loop | share of the runtime alone |\n|---|---|---|---|")
    for name, own in times.items():
        faster = statistics.median(p / t for p, t in zip(plain, own, strict=True))
        share = statistics.median(a / t for a, t in zip(alone, own, strict=True))
        print(f"| {name} | {count / statistics.median(own):.1f} | {faster:.2f} | {share:.2f} |")


if __name__ == "__main__":
    main()
