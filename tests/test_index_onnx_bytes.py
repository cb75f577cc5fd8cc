"""ONNX written byte by byte, held to the onnx library."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from index.encode import find_default_model
from index.minilm_graph import read_weights, write_graph, write_probe
from index.onnx_bytes import FLOAT, described, model, node, tensor


def test_a_model_has_the_bytes_that_the_library_gives_it():
    nodes = [
        ("MatMul", ["in", "w"], "mid", "", {}),
        ("LayerNormalization", ["mid"], "out", "", {"axis": -1, "e": 1e-12}),
    ]
    weights = np.arange(300, dtype=np.float32).reshape(3, 100)
    theirs = helper.make_model(
        helper.make_graph(
            [
                helper.make_node(kind, ins, [out], name=out, domain=domain, **more)
                for kind, ins, out, domain, more in nodes
            ],
            "some",
            [helper.make_tensor_value_info("in", TensorProto.FLOAT, [1, "tokens", 3])],
            [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, 100])],
            [numpy_helper.from_array(weights, "w")],
        ),
        opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid("com.microsoft", 1)],
        ir_version=10,
    ).SerializeToString()
    ours = model(
        "some",
        [node(kind, ins, [out], out, domain, more) for kind, ins, out, domain, more in nodes],
        [tensor("w", weights)],
        described("in", FLOAT, [1, "tokens", 3]),
        described("out", FLOAT, [1, 100]),
        {"": 18, "com.microsoft": 1},
        10,
    )
    assert ours == theirs


def test_the_default_model_is_one_that_the_library_reads_and_writes_alike():
    weights = read_weights(find_default_model() / "model.safetensors")
    for written in (write_graph(weights, "int8"), write_probe()):
        read = onnx.load_from_string(written)
        assert read.SerializeToString() == written
    assert len(read.graph.node) == 1
