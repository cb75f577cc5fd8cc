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


def test_a_hub_model_comes_from_the_cache_or_is_named_when_it_can_not_be_had(folder: Path, tmp_path: Path) -> None:
    hub = tmp_path / "hub" / "models--someone--small"
    (hub / "refs").mkdir(parents=True)
    (hub / "refs" / "main").write_text("0123456789012345678901234567890123456789")
    shutil.copytree(folder, hub / "snapshots" / "0123456789012345678901234567890123456789")
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
