import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import ModelError
from index.any_model import AnyModel
from index.encode import Encoder, find_default_model, load_encoder
from index.model_files import FETCHED, pickled_weights

ROOT = Path(__file__).parent.parent
TEXTS = ["The ferry was late.", "", "The ferry was late.", "A \ud800 half character", "Bread is dearer. " * 200]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder of the user's own."""
    copy = tmp_path_factory.mktemp("models") / "mine"
    shutil.copytree(find_default_model(), copy)
    return copy


@pytest.fixture(scope="module")
def model(folder: Path) -> Encoder:
    return load_encoder(str(folder))


def test_a_folder_gives_unit_rows_in_order(model: Encoder) -> None:
    told: list[tuple[int, int]] = []
    vectors = model.encode(TEXTS, lambda done, total: told.append((done, total)))
    assert vectors.shape == (len(TEXTS), model.dim)
    assert vectors.dtype == np.float32
    assert np.abs(np.linalg.norm(vectors, axis=1) - 1).max() < 1e-5
    assert vectors[0].tobytes() == vectors[2].tobytes()
    assert told[-1] == (len(TEXTS), len(TEXTS))


def test_no_texts_give_no_rows(model: Encoder) -> None:
    assert model.encode([]).shape == (0, model.dim)
    assert model.count_tokens([]) == []


def test_tokens_are_counted_uncut(model: Encoder) -> None:
    assert model.count_tokens(["ship", "ship " * 900, ""]) == [1, 900, 0]
    assert model.max_tokens == 254


def test_a_changed_model_has_another_digest_and_a_copied_one_the_same(
    model: Encoder, folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    assert AnyModel(str(tmp_path / "copy")).digest == model.digest
    (tmp_path / "copy" / "sentence_bert_config.json").write_text('{"max_seq_length": 100, "do_lower_case": false}')
    changed = AnyModel(str(tmp_path / "copy"))
    assert changed.digest != model.digest
    assert changed.max_tokens == 98


def test_static_word_vectors_are_a_model_too(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import StaticEmbedding
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(find_default_model() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=8)], device="cpu").save(
        str(tmp_path / "static")
    )
    static = load_encoder(str(tmp_path / "static"))
    assert static.encode(["late ferry", "dear bread"]).shape == (2, 8)
    assert static.count_tokens(["late ferry"]) == [2]
    assert static.max_tokens > 1000


@pytest.mark.parametrize("name", ["no/such/folder", "missing", "./missing/one", "bad name!/x"])
def test_a_folder_that_does_not_exist_is_named(name: str) -> None:
    with pytest.raises(ModelError, match=f"There is no model folder {name}. Name a folder that exists"):
        load_encoder(name)


def test_a_folder_without_a_model_is_named_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match=f"can't load the model folder {tmp_path}: "):
        load_encoder(str(tmp_path))


@pytest.fixture
def pickled(folder: Path, tmp_path: Path) -> Path:
    """The same model with its weights as torch writes them: a pickle."""
    import torch
    from safetensors.torch import load_file

    copy = tmp_path / "pickled"
    shutil.copytree(folder, copy)
    torch.save(load_file(copy / "model.safetensors"), copy / "pytorch_model.bin")
    (copy / "model.safetensors").unlink()
    return copy


def test_weights_that_are_a_pickle_are_refused_and_named_with_the_next_step(pickled: Path) -> None:
    with pytest.raises(ModelError) as caught:
        load_encoder(str(pickled))
    assert str(pickled / "pytorch_model.bin") in str(caught.value)
    assert "Name a model that has model.safetensors, or save this one anew" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_pickle_in_one_module_of_a_model_is_enough_to_refuse_it(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "model")
    (tmp_path / "model" / "2_Dense").mkdir()
    (tmp_path / "model" / "2_Dense" / "pytorch_model.bin").write_bytes(b"\x80\x02}q\x00.")
    with pytest.raises(ModelError, match=r"2_Dense/pytorch_model\.bin are a pickle"):
        load_encoder(str(tmp_path / "model"))


def test_a_pickle_beside_safetensors_is_never_opened(folder: Path, tmp_path: Path, model: Encoder) -> None:
    shutil.copytree(folder, tmp_path / "both")
    (tmp_path / "both" / "pytorch_model.bin").write_bytes(b"not a pickle at all")
    both = load_encoder(str(tmp_path / "both"))
    assert both.encode(["late ferry"]).tobytes() == model.encode(["late ferry"]).tobytes()


def test_code_that_a_model_brings_is_not_run(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "coded")
    ran = tmp_path / "ran"
    (tmp_path / "coded" / "modeling_mine.py").write_text(f"open({str(ran)!r}, 'w')\n\nclass Mine: ...\n")
    modules = json.loads((tmp_path / "coded" / "modules.json").read_text())
    modules[1]["type"] = "modeling_mine.Mine"
    (tmp_path / "coded" / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(ModelError, match=r"can't load the model folder .*'modeling_mine\.Mine'"):
        load_encoder(str(tmp_path / "coded"))
    assert not ran.exists()


@pytest.mark.parametrize(
    ("names", "refused"),
    [
        ({"model.safetensors", "config.json"}, None),
        ({"model.safetensors", "pytorch_model.bin"}, None),
        ({"pytorch_model.bin"}, "pytorch_model.bin"),
        ({"pytorch_model-00001-of-00002.bin", "model.safetensors.index.json"}, None),
        ({"model.safetensors", "2_Dense/pytorch_model.bin"}, "2_Dense/pytorch_model.bin"),
        ({"model.safetensors", "adapter_model.bin"}, "adapter_model.bin"),
        ({"model.safetensors", "training_args.bin", "optimizer.pt"}, None),
        ({"model.safetensors", "openvino/openvino_model.bin", "openvino/openvino_model.xml"}, None),
        ({"model.pkl"}, "model.pkl"),
    ],
)
def test_which_files_of_a_model_would_have_to_be_unpickled(names: set[str], refused: str | None) -> None:
    assert pickled_weights(names) == refused


def test_no_pickle_and_no_python_is_fetched_of_a_hub_model() -> None:
    files = ["model.safetensors", "1_Pooling/config.json", "pytorch_model.bin", "modeling.py", "a/b.pkl", "vocab.txt"]
    from huggingface_hub.utils import filter_repo_objects

    assert list(filter_repo_objects(files, allow_patterns=FETCHED)) == [
        "model.safetensors",
        "1_Pooling/config.json",
        "vocab.txt",
    ]


def test_a_hub_model_of_pickles_in_the_cache_is_refused_where_the_hub_is_out_of_reach(
    pickled: Path, tmp_path: Path
) -> None:
    cached(pickled, tmp_path / "hub")
    code = """
from corpus.errors import ModelError
from index.encode import load_encoder
try:
    load_encoder("someone/small")
except ModelError as error:
    print(error)
"""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert "pytorch_model.bin are a pickle" in done.stdout


def cached(model: Path, hub: Path) -> None:
    """The hub's cache on this machine, with a model in it."""
    place = hub / "models--someone--small"
    (place / "refs").mkdir(parents=True)
    (place / "refs" / "main").write_text("0123456789012345678901234567890123456789")
    shutil.copytree(model, place / "snapshots" / "0123456789012345678901234567890123456789")


def test_a_hub_model_comes_from_the_cache_or_is_named_when_it_can_not_be_had(folder: Path, tmp_path: Path) -> None:
    cached(folder, tmp_path / "hub")
    code = """
from corpus.errors import ModelError
from index.encode import load_encoder
model = load_encoder("someone/small")
print(model.name, model.digest, model.encode(["x"]).shape[1])
try:
    load_encoder("someone/else")
except ModelError as error:
    print(error)
"""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    first, second = done.stdout.strip().splitlines()
    assert first == f"someone/small {load_encoder(str(folder)).digest} 384"
    assert second.startswith("someone/else is neither a folder nor a model that the hub gave (")
    assert second.endswith("Name a folder that exists, or connect to the network once.")
