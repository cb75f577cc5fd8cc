"""Prints a table of ways to run the default model: speed, nearness to sentence-transformers, ranking.

    python tests/bench/encode_runtimes.py [--data ../shared/data] [--passages 96] [--rounds 3] [--ranking 1000]

Speed: passages of 180 tokens from multihop_rag, every way in turn in each round of one run, so that a busy machine
slows them alike; the best round counts. "CPU ms" is processor time a passage, which other people's work disturbs least.
Ranking: nDCG@10 over `--ranking` documents of scifact and all of squad2, with every question that they answer.
"""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from index import minilm_graph
from index.any_model import AnyModel
from index.batch import Vectors
from index.encode import MiniLM, find_default_model

PASSAGE_TOKENS = 180
FUSED_HERE = minilm_graph.FUSED_KINDS | {"MatMulNBits", "SkipLayerNormalization"}
Matrix = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Vectors]


@dataclass
class Way:
    """One way to run the model, and what was measured of it."""

    name: str
    encode: Encode
    seconds: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)
    vectors: Vectors | None = None
    ranking: dict[str, float] = field(default_factory=dict)


def ways() -> list[Way]:
    """Plain sentence-transformers first: the others are held to it."""
    import torch

    folder = find_default_model()
    plain = AnyModel(str(folder))
    half = AnyModel(str(folder))
    half._model = half._model.to(torch.bfloat16)
    made = [
        Way("sentence-transformers, torch fp32, batch 32", plain.encode),
        Way("sentence-transformers, torch bf16, batch 32", half.encode),
        Way("graph fp32, a text a run", MiniLM(folder, "fp32").encode),
        Way("graph int8, a text a run (in use)", MiniLM(folder).encode),
    ]
    graph = minilm_graph._Graph
    with patch.object(graph, "sum_normalised", _fused_norm), patch.object(minilm_graph, "FUSED_KINDS", FUSED_HERE):
        made.append(Way("... with SkipLayerNormalization", MiniLM(folder).encode))
    with patch.multiple(minilm_graph, HIDDEN_OUTLIERS={}, WIDE_OUTLIERS=[{}] * minilm_graph.LAYERS):
        made.append(Way("... without divided outliers", MiniLM(folder).encode))
        with patch.object(graph, "linear", _in_blocks), patch.object(minilm_graph, "FUSED_KINDS", FUSED_HERE):
            made.append(Way("... with MatMulNBits, 8 bits, blocks of 128", MiniLM(folder).encode))
    return made


def _fused_norm(graph: minilm_graph._Graph, left: str, right: str, name: str) -> str:
    parts = [graph.weight(f"{name}.weight"), graph.weight(f"{name}.bias")]
    if right == "here":
        both = graph.add("Add", [left, right], f"{name}.sum")
        return graph.add("LayerNormalization", [both, *parts], name, axis=-1, epsilon=minilm_graph.EPSILON)
    return graph.add("SkipLayerNormalization", [left, right, *parts], name, epsilon=minilm_graph.EPSILON)


def _in_blocks(graph: minilm_graph._Graph, values: str, name: str, _outliers: object = None) -> str:
    weight = graph.weights[f"{name}.weight"]
    outputs, inputs = weight.shape
    blocks = weight.reshape(outputs, inputs // 128, 128)
    scales = np.abs(blocks).max(axis=2) / 127
    rounded = np.rint(blocks / scales[:, :, None]) + 128
    taken = [graph.constant(f"{name}.weight", rounded, np.uint8), graph.constant(f"{name}.scales", scales)]
    sizes = {"K": inputs, "N": outputs, "bits": 8, "block_size": 128, "accuracy_level": 4}
    return graph.add("MatMulNBits", [values, *taken, "", "", graph.weight(f"{name}.bias")], name, **sizes)


def read(path: Path) -> list[dict[str, object]]:
    """The lines of a JSON-lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def passages_of(data: Path, count: int) -> list[str]:
    """Pieces of articles that are PASSAGE_TOKENS long."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(find_default_model() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    found: list[str] = []
    for article in read(data / "multihop_rag" / "corpus.jsonl"):
        text = str(article["text"])
        offsets = tokenizer.encode(text, add_special_tokens=False).offsets
        starts = range(0, len(offsets) - PASSAGE_TOKENS, PASSAGE_TOKENS * 4)
        found += [text[offsets[at][0] : offsets[at + PASSAGE_TOKENS - 1][1]] for at in starts]
        if len(found) >= count:
            break
    return found[:count]


def time_in_turn(all_ways: list[Way], passages: list[str], rounds: int) -> None:
    """Fills in seconds, processor seconds and vectors."""
    for way in all_ways:
        way.encode(passages[:8])
    for _ in range(rounds):
        for way in all_ways:
            wall, cpu = time.perf_counter(), time.process_time()
            way.vectors = way.encode(passages)
            way.seconds.append(time.perf_counter() - wall)
            way.cpu_seconds.append(time.process_time() - cpu)


def ndcg_at_10(questions: Matrix, documents: Matrix, relevant: list[set[int]]) -> float:
    """The mean nDCG@10 (Järvelin and Kekäläinen, 2002) with relevance 0 or 1; equal scores fall by row."""
    gains = 1 / np.log2(np.arange(2, 12))
    order = np.argsort(-(questions @ documents.T), axis=1, kind="stable")[:, :10]
    found = [
        sum(gains[rank] for rank, row in enumerate(rows) if row in good)
        for rows, good in zip(order, relevant, strict=True)
    ]
    ideal = [gains[: len(good)].sum() for good in relevant]
    return float(np.mean(np.array(found) / np.array(ideal)))


def rank(all_ways: list[Way], folder: Path, limit: int) -> None:
    """Fills in nDCG@10 on the first `limit` documents of a set, for its questions that those answer."""
    documents = read(folder / "corpus.jsonl")[:limit]
    row_of = {document["id"]: row for row, document in enumerate(documents)}
    asked: dict[str, set[int]] = {}
    for question in read(folder / "queries_dev.jsonl"):
        relevant = question["relevant"]
        assert isinstance(relevant, list)
        if relevant and all(one in row_of for one in relevant):
            asked[str(question["query"])] = {row_of[one] for one in relevant}
    texts = [f"{document['title']} {document['text']}" for document in documents]
    for way in all_ways:
        way.ranking[folder.name] = ndcg_at_10(way.encode(list(asked)), way.encode(texts), list(asked.values()))
    print(f"{folder.name}: {len(texts)} documents, {len(asked)} questions")


def alone_and_together(way: Way, passages: list[str]) -> float:
    """The least cosine between a passage's vector made alone and made among others of all lengths."""
    mixed = [text[: 40 + 60 * (number % 16)] for number, text in enumerate(passages[:32])]
    alone = np.concatenate([way.encode([text]) for text in mixed])
    together = way.encode(mixed)
    return 1.0 if alone.tobytes() == together.tobytes() else float(min((alone * together).sum(axis=1).min(), 0.9999999))


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[3] / "shared" / "data")
    parser.add_argument("--passages", type=int, default=96)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ranking", type=int, default=1000, help="documents of scifact; 0 leaves ranking out")
    given = parser.parse_args()
    all_ways = ways()
    passages = passages_of(given.data, given.passages)
    time_in_turn(all_ways, passages, given.rounds)
    if given.ranking:
        ranked = [all_ways[0], all_ways[3], all_ways[5]]
        rank(ranked, given.data / "scifact", given.ranking)
        rank(ranked, given.data / "squad2", given.ranking)
    print("| runtime | passages/s | times plain | CPU ms | cosine mean | least | alone = together | scifact | squad2 |")
    print("|---|---|---|---|---|---|---|---|---|")
    plain = all_ways[0]
    assert plain.vectors is not None
    for way in all_ways:
        assert way.vectors is not None
        near = (way.vectors * plain.vectors).sum(axis=1) / np.linalg.norm(way.vectors, axis=1)  # bf16 rows are not of 1
        same = alone_and_together(way, passages)
        scores = [f"{way.ranking[name]:.4f}" if name in way.ranking else "" for name in ("scifact", "squad2")]
        cells = [
            way.name,
            f"{len(passages) / min(way.seconds):.1f}",
            f"{min(plain.seconds) / min(way.seconds):.2f}",
            f"{1000 * min(way.cpu_seconds) / len(passages):.1f}",
            f"{near.mean():.5f}",
            f"{near.min():.5f}",
            "same bytes" if same == 1.0 else f"{same:.6f}",
            *scores,
        ]
        print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
