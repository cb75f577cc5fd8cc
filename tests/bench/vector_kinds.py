"""Prints what kinds of vector index cost: python tests/bench/vector_kinds.py BASE.npy [--count 60000]

BASE.npy holds unit vectors, as scale.py leaves them in its scratch folder; they are moved at random, as there, until
there are as many as wanted. Flat is exact; lists are those of index/dense.py; HNSW is faiss's with 32 neighbours.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from index.dense import DenseIndex, read_dense, write_dense

NEAREST = 200
ASKED = 200
MOVED = 0.6


def main() -> None:
    """Builds each kind, searches it, and prints a table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("base", type=Path)
    options.add_argument("--count", type=int, default=60_000)
    chosen = options.parse_args()
    rng = np.random.default_rng(1)
    base = np.load(chosen.base)
    vectors = moved(base[rng.integers(0, len(base), chosen.count)], rng)
    queries = moved(base[rng.integers(0, len(base), ASKED)], rng)
    exact = faiss.IndexFlatIP(vectors.shape[1])
    exact.add(vectors)
    _, best = exact.search(queries, NEAREST)
    print(f"{chosen.count:,} vectors, load {os.getloadavg()[0]:.1f}")
    print("| kind | built in s | MB | search p50 ms | of the 10 nearest | of the 200 |\n|---|---|---|---|---|---|")
    report("Flat, float32", 0.0, exact, lambda query: exact.search(query[None], NEAREST)[1][0], queries, best)
    with tempfile.TemporaryDirectory() as scratch:
        begun = time.perf_counter()
        write_dense(vectors, Path(scratch) / "lists")
        built = time.perf_counter() - begun
        lists = read_dense(Path(scratch) / "lists")
        held = DenseIndex([lists])
        report("lists, eight bits", built, lists, lambda query: held.search(query, NEAREST)[0], queries, best)
    graph = faiss.IndexHNSWFlat(vectors.shape[1], 32, faiss.METRIC_INNER_PRODUCT)
    graph.hnsw.efConstruction, graph.hnsw.efSearch = 200, NEAREST
    begun = time.perf_counter()
    graph.add(vectors)
    built = time.perf_counter() - begun
    report("HNSW, float32", built, graph, lambda query: graph.search(query[None], NEAREST)[1][0], queries, best)


def moved(vectors: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Unit vectors near the given ones."""
    by = rng.standard_normal(vectors.shape, np.float32)
    made = vectors + by * (MOVED / np.linalg.norm(by, axis=1, keepdims=True))
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)


def report(
    name: str,
    built: float,
    index: faiss.Index,
    search: Callable[[NDArray[np.float32]], NDArray[np.int64]],
    queries: NDArray[np.float32],
    best: NDArray[np.int64],
) -> None:
    """Prints one row."""
    times, ten, all_of_them = [], 0, 0
    for query, want in zip(queries, best, strict=True):
        begun = time.perf_counter()
        found = search(query)
        times.append(1_000 * (time.perf_counter() - begun))
        ten += len(set(found[:10].tolist()) & set(want[:10].tolist()))
        all_of_them += len(set(found.tolist()) & set(want.tolist()))
    size = len(faiss.serialize_index(index)) / 1e6
    shares = f"{ten / ASKED / 10:.3f} | {all_of_them / ASKED / NEAREST:.3f}"
    print(f"| {name} | {built:.1f} | {size:.0f} | {np.median(times):.2f} | {shares} |")


if __name__ == "__main__":
    main()
