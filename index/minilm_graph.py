"""all-MiniLM-L6-v2 as an ONNX graph, written straight from its published weights: no export, no torch, under .2 s.

The graph takes one text as `words` (1, tokens, 384), the word embeddings of its token ids, and gives `mean` (1, 384):
positions and segment added, six transformer layers (Devlin et al., 2018), the mean over tokens. One text a run means no
padding and no mask. The table of word embeddings, half of the weights, stays outside, in the mapped file.

In "int8" every weight matrix is rounded once, by output column, and every activation as it comes, by the range it has
in this text ("dynamic quantisation", W8A8). "fp32" is the same graph unrounded, to hold the other one to.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from index.onnx_bytes import FLOAT, INT32, UINT8, Message, described, model, node, tensor

Precision = Literal["int8", "fp32"]
Weights = Mapping[str, NDArray[np.float32]]

LAYERS = 6
HEADS = 12
DIM = 384
WIDE = 1536
EPSILON = 1e-12
WORDS = "embeddings.word_embeddings.weight"
FUSED = "com.microsoft"  # the domain of onnxruntime's own operators, which fuse what ONNX spells out
FUSED_KINDS = {"DynamicQuantizeMatMul", "Gelu", "MultiHeadAttention"}
OPSET, FUSED_OPSET, IR_VERSION = 18, 1, 10  # old enough for every onnxruntime that the project allows

# A few columns of this model's activations run far outside the rest (column 99 of the hidden state reaches 30 where
# most stay under 2; one of 1,536 wide columns in each early layer 14 to 25), and one range for all of them leaves the
# rest few of the 256 steps. These columns are divided before rounding, and their rows of the next matrix multiplied.
# Divisors: column maxima over 333 texts of multihop_rag, scifact and squad2. Mean cosine to fp32 on some 120 others:
# .9944 without, .9982 with, for 3 % of the time.
Outliers = Mapping[int, float]
NONE: Outliers = {}
HIDDEN_OUTLIERS: Outliers = {99: 5, 223: 2.5, 63: 2, 127: 2, 157: 1.7, 338: 1.4}
WIDE_OUTLIERS: Sequence[Outliers] = ({856: 6}, {607: 4.5}, {1004: 4, 218: 3.5}, {358: 3}, {}, {})


def read_weights(path: Path) -> dict[str, NDArray[np.float32]]:
    """The float32 tensors of a safetensors file by name, as views of the mapped file: nothing is copied.

    The word embeddings are used in that form; the few rows that are looked up are all that gets into memory.
    """
    raw = np.asarray(np.memmap(path, np.uint8, mode="r"))
    start = 8 + int.from_bytes(raw[:8].tobytes(), "little")
    header = json.loads(raw[8:start].tobytes())
    return {
        name: raw[start:][slice(*tensor["data_offsets"])].view("<f4").reshape(tensor["shape"])
        for name, tensor in header.items()
        if tensor.get("dtype") == "F32"
    }


def write_graph(weights: Weights, precision: Precision = "int8") -> bytes:
    """The serialised ONNX model of `weights`, whose names are those of the published safetensors file."""
    graph = _Graph(weights, precision)
    hidden = graph.embeddings()
    for layer in range(LAYERS):
        hidden = graph.layer(hidden, layer)
    one = graph.constant("first", [1], np.int64)
    graph.add("ReduceMean", [hidden, one], "mean", keepdims=0)
    return graph.serialised(described("words", FLOAT, [1, "tokens", DIM]), described("mean", FLOAT, [1, DIM]))


def write_probe() -> bytes:
    """A graph that gives `total`, a (1, 16) int32 row of sums of `ones` (1, 64) uint8 times 127.

    Where a processor's eight-bit products overflow, which is on x86 without VNNI, `ones` of 255 show it.
    """
    graph = _Graph({}, "int8")
    graph.add("MatMulInteger", ["ones", graph.constant("most", np.full((64, 16), 127), np.int8)], "total")
    return graph.serialised(described("ones", UINT8, [1, 64]), described("total", INT32, [1, 16]))


@dataclass
class _Graph:
    """Nodes and constants as they are added. Each method adds to them and gives the name of what it computes."""

    weights: Weights
    precision: Precision
    nodes: list[Message] = field(default_factory=list)
    constants: dict[str, Message] = field(default_factory=dict)

    def add(self, kind: str, inputs: list[str], output: str, **attributes: float) -> str:
        domain = FUSED if kind in FUSED_KINDS else ""
        self.nodes.append(node(kind, inputs, [output], output, domain, attributes))
        return output

    def constant(self, name: str, value: object, dtype: type[np.generic] = np.float32) -> str:
        if name not in self.constants:
            self.constants[name] = tensor(name, np.ascontiguousarray(value, dtype))
        return name

    def weight(self, name: str) -> str:
        return self.constant(name, self.weights[name])

    def embeddings(self) -> str:
        """Word + position + segment, normalised. Every token is of segment 0, so that joins the positions."""
        segment = self.weights["embeddings.token_type_embeddings.weight"][0]
        positions = self.constant("positions", self.weights["embeddings.position_embeddings.weight"] + segment)
        first, second = self.constant("first", [1], np.int64), self.constant("second", [2], np.int64)
        self.add("Shape", ["words"], "shape")
        self.add("Slice", ["shape", first, second], "tokens")
        here = self.add("Slice", [positions, self.constant("nothing", [0], np.int64), "tokens"], "here")
        return self.sum_normalised("words", here, "embeddings.LayerNorm")

    def layer(self, hidden: str, layer: int) -> str:
        at = f"encoder.layer.{layer}."
        even = self.divided(hidden, HIDDEN_OUTLIERS, DIM, f"{at}attention.even")
        parts = [self.linear(even, f"{at}attention.self.{part}", HIDDEN_OUTLIERS) for part in ("query", "key", "value")]
        mixed = self.add("MultiHeadAttention", parts, f"{at}attention.mixed", num_heads=HEADS)
        mixed = self.linear(mixed, f"{at}attention.output.dense")
        hidden = self.sum_normalised(mixed, hidden, f"{at}attention.output.LayerNorm")
        even = self.divided(hidden, HIDDEN_OUTLIERS, DIM, f"{at}intermediate.even")
        wide = self.linear(even, f"{at}intermediate.dense", HIDDEN_OUTLIERS)
        wide = self.add("Gelu", [wide], f"{at}intermediate.gelu")
        wide = self.divided(wide, WIDE_OUTLIERS[layer], WIDE, f"{at}output.even")
        narrow = self.linear(wide, f"{at}output.dense", WIDE_OUTLIERS[layer])
        return self.sum_normalised(narrow, hidden, f"{at}output.LayerNorm")

    def divided(self, values: str, outliers: Outliers, columns: int, name: str) -> str:
        """The values with their outlying columns divided: to be followed by `linear` with the same outliers."""
        if self.precision == "fp32" or not outliers:
            return values
        return self.add("Mul", [values, self.constant(f"{name}.factors", 1 / _divisors(outliers, columns))], name)

    def linear(self, values: str, name: str, outliers: Outliers = NONE) -> str:
        """`values @ weight + bias`, where `values` had these outlying columns divided."""
        weight, bias = self.weights[f"{name}.weight"], self.weight(f"{name}.bias")
        if self.precision == "fp32":
            product = self.add("MatMul", [values, self.constant(f"{name}.weight", weight.T)], f"{name}.product")
            return self.add("Add", [product, bias], name)
        rounded, scales = round_rows(weight * _divisors(outliers, weight.shape[1]) if outliers else weight)
        parts = [
            self.constant(f"{name}.weight", rounded.T, np.int8),
            self.constant(f"{name}.scales", scales),
            self.constant(f"{name}.zeros", np.zeros(len(scales)), np.int8),
        ]
        return self.add("DynamicQuantizeMatMul", [values, *parts, bias], name)

    def sum_normalised(self, left: str, right: str, name: str) -> str:
        parts = [self.weight(f"{name}.weight"), self.weight(f"{name}.bias")]
        both = self.add("Add", [left, right], f"{name}.sum")
        return self.add("LayerNormalization", [both, *parts], name, axis=-1, epsilon=EPSILON)

    def serialised(self, taken: Message, given: Message) -> bytes:
        opsets = {"": OPSET, FUSED: FUSED_OPSET}
        return model("copydesk", self.nodes, self.constants.values(), taken, given, opsets, IR_VERSION)


def round_rows(weight: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """`(rounded, scales)` of an (outputs, inputs) matrix: `rounded * scales[:, None]` is near `weight`.

    Each output has a scale of its own: one for the whole matrix would lose 5 % of cosine.
    """
    scales = np.maximum(weight.max(axis=1), -weight.min(axis=1)) / np.float32(127)
    scaled = weight / scales[:, None]
    return np.rint(scaled, out=scaled).astype(np.int8), scales


def _divisors(outliers: Outliers, columns: int) -> NDArray[np.float32]:
    divisors = np.ones(columns, np.float32)
    divisors[list(outliers)] = list(outliers.values())
    return divisors
