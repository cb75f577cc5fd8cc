"""ONNX models as bytes. The few messages of the format that a graph of ours needs, written as protobuf has them.

The onnx library does the same in ten times the time and takes a tenth of a second to load, of which every process that
asks one question would wait. Numbers of fields are those of onnx.proto (https://onnx.ai); a test holds the bytes
against the library's.
"""

import struct
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Message = list[bytes]
"""A message's bytes in pieces, so that weights are copied once, when a model is written."""

FLOAT, INT8, INT32, INT64, UINT8 = 1, 3, 6, 7, 2
_KINDS = {"float32": FLOAT, "uint8": UINT8, "int8": INT8, "int32": INT32, "int64": INT64}
_VARINT, _BYTES, _FIXED32 = 0, 2, 5


def node(
    kind: str, inputs: Sequence[str], outputs: Sequence[str], name: str, domain: str, attributes: dict[str, float]
) -> Message:
    """A node. Attributes are whole numbers (int) or not (float)."""
    made = [_text(1, each) for each in inputs] + [_text(2, each) for each in outputs]
    made += [_text(3, name), _text(4, kind)]
    for key in sorted(attributes):
        made += _inside(5, _attribute(key, attributes[key]))
    return [*made, _text(7, domain)]


def _attribute(key: str, value: float) -> Message:
    if isinstance(value, int):
        return [_text(1, key), _number(3, value), _number(20, 2)]
    return [_text(1, key), _tag(2, _FIXED32) + struct.pack("<f", value), _number(20, 1)]


def tensor(name: str, value: NDArray[np.generic]) -> Message:
    """A constant."""
    dims = [_number(1, length) for length in value.shape]
    raw = np.ascontiguousarray(value).tobytes()  # on every processor that onnxruntime runs on the low byte is first
    return [*dims, _number(2, _KINDS[value.dtype.name]), _text(8, name), _tag(9, _BYTES) + _varint(len(raw)), raw]


def described(name: str, kind: int, shape: Iterable[int | str]) -> Message:
    """A value that goes into a graph or comes out of it; a length that differs from run to run has a name."""
    dims: Message = []
    for length in shape:
        dims += _inside(1, [_text(2, length) if isinstance(length, str) else _number(1, length)])
    return [_text(1, name), *_inside(2, _inside(1, [_number(1, kind), *_inside(2, dims)]))]


def model(
    name: str,
    nodes: Iterable[Message],
    constants: Iterable[Message],
    taken: Message,
    given: Message,
    opsets: dict[str, int],
    ir_version: int,
) -> bytes:
    """A model of one graph with one input and one output, by the operators of these domains in these versions."""
    graph: Message = []
    for each in nodes:
        graph += _inside(1, each)
    graph.append(_text(2, name))
    for each in constants:
        graph += _inside(5, each)
    graph += [*_inside(11, taken), *_inside(12, given)]
    made = [_number(1, ir_version), *_inside(7, graph)]
    for domain, version in opsets.items():
        made += _inside(8, [_text(1, domain), _number(2, version)])
    return b"".join(made)


def _inside(field: int, message: Message) -> Message:
    return [_tag(field, _BYTES) + _varint(sum(map(len, message))), *message]


def _text(field: int, value: str) -> bytes:
    written = value.encode()
    return _tag(field, _BYTES) + _varint(len(written)) + written


def _number(field: int, value: int) -> bytes:
    return _tag(field, _VARINT) + _varint(value)


def _tag(field: int, kind: int) -> bytes:
    return _varint(field << 3 | kind)


def _varint(value: int) -> bytes:
    """A whole number, seven bits a byte, the low ones first; one below 0 as the 64 bits that stand for it."""
    made = bytearray()
    value &= (1 << 64) - 1
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    made.append(value)
    return bytes(made)
