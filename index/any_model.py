"""Any model that sentence-transformers loads, as an encoder: the only file that knows sentence-transformers."""

import hashlib
import os
import re
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from corpus.errors import ModelError
from index.batch import OnProgress, Vectors, each_once, sound
from index.checksum import file_digest
from index.model_files import FETCHED, MODEL_SUFFIXES, pickled_weights
from index.silence import silence

HUB_NAME = re.compile(r"\w[\w.-]*/\w[\w.-]*")
HUB_TIMEOUT_SECONDS = 10
PART_TEXTS = 256  # sentence-transformers sorts by length within these; progress is told after each
NO_LIMIT_TOKENS = 8192  # for a model that reads without end, such as static word vectors


class AnyModel:
    """Any model that sentence-transformers loads, from a folder or by its hub name, on a GPU where torch has one."""

    def __init__(self, model: str, device: str | None = None) -> None:
        loaded, folder = _load_folder(Path(model), device) if Path(model).is_dir() else _load_hub(model)
        self._model = loaded
        self.name = model
        self.digest = _folder_digest(folder)
        self.dim: int = loaded.get_embedding_dimension()
        length = min(loaded.get_max_seq_length() or NO_LIMIT_TOKENS, NO_LIMIT_TOKENS)
        self._bare = hasattr(loaded.tokenizer, "encode_batch_fast")  # static word vectors have no more than a tokenizer
        self.max_tokens: int = int(length) - (0 if self._bare else loaded.tokenizer.num_special_tokens_to_add())

    def halve(self) -> None:
        """Compute in half precision from now on, as GPUs like it."""
        self._model.half()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The number of the model's tokens of each text, uncut, without its marks at the ends."""
        if not texts:
            return []
        safe, tokenizer = [sound(text) for text in texts], self._model.tokenizer
        if self._bare:
            return [len(encoding) for encoding in tokenizer.encode_batch_fast(safe, add_special_tokens=False)]
        ids = tokenizer(safe, add_special_tokens=False, truncation=False, verbose=False)["input_ids"]
        return [len(each) for each in ids]

    def prepare(self) -> None:
        """Nothing: all was loaded at once."""

    def encode(self, texts: Sequence[str], progress: OnProgress | None = None) -> Vectors:
        """`(len(texts), dim)` float32 rows of length 1, in order; equal texts are computed once."""
        return each_once(texts, self.dim, self._parts, progress)

    def _parts(self, texts: list[str]) -> Generator[Vectors, None, None]:
        for at in range(0, len(texts), PART_TEXTS):
            part = [sound(text) for text in texts[at : at + PART_TEXTS]]
            yield np.asarray(self._model.encode(part, normalize_embeddings=True, show_progress_bar=False), np.float32)


def _load_folder(folder: Path, device: str | None) -> tuple[Any, Path]:
    try:
        return _sentence_transformer(folder, device), folder
    except ModelError:
        raise
    except Exception as error:  # whatever the files make the library trip over, it is the folder that can't be used
        reason = _first_line(error)
        raise ModelError(
            f"sentence-transformers can't load the model folder {folder}: {reason}. Name another."
        ) from error


def _load_hub(name: str) -> tuple[Any, Path]:
    if not HUB_NAME.fullmatch(name):
        raise ModelError(f"There is no model folder {name}. Name a folder that exists, or a hub model as owner/name.")
    silence(os.environ)
    from huggingface_hub import snapshot_download

    try:
        try:
            folder = Path(snapshot_download(name, local_files_only=True))
            return _sentence_transformer(folder), folder
        except Exception as error:  # not there, not whole, or not safe: the hub may have better
            folder = _fetch(name, error)
            return _sentence_transformer(folder), folder
    except ModelError:
        raise
    except Exception as error:
        reason = _first_line(error)
        raise ModelError(
            f"{name} is neither a folder nor a model that the hub gave ({reason}). "
            "Name a folder that exists, or connect to the network once."
        ) from error


def _fetch(name: str, cached: Exception) -> Path:
    """The folder of a hub's model, once its safetensors are there. Where the hub is out of reach, why the copy on this
    machine could not be used goes before."""
    from huggingface_hub import HfApi, snapshot_download

    try:
        told = HfApi().model_info(name, timeout=HUB_TIMEOUT_SECONDS)  # fails at once where a loader tries for a minute
    except Exception:
        if isinstance(cached, ModelError):
            raise cached from None
        raise
    if pickled := pickled_weights(each.rfilename for each in told.siblings or []):
        raise _refused(f"{pickled} of the hub's model {name}")
    return Path(snapshot_download(name, allow_patterns=FETCHED))


def _sentence_transformer(folder: Path, device: str | None = None) -> Any:
    """The model in a folder, made of safetensors alone and of no Python but the libraries'."""
    if pickled := pickled_weights(path.relative_to(folder).as_posix() for path in folder.rglob("*")):
        raise _refused(str(folder / pickled))
    silence(os.environ)
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return SentenceTransformer(
        str(folder),
        device=device,
        local_files_only=True,
        trust_remote_code=False,
        model_kwargs={"use_safetensors": True},
    )


def _refused(weights: str) -> ModelError:
    return ModelError(
        f"The weights {weights} are a pickle, which runs what it says when it is opened. "
        "Name a model that has model.safetensors, or save this one anew with sentence-transformers' save_pretrained."
    )


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


def _folder_digest(folder: Path) -> str:
    """SHA-256 over names and contents of the model's files: weights, configuration, vocabulary."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in MODEL_SUFFIXES and path.is_file())
    lines = [f"{path.relative_to(folder).as_posix()} {file_digest(path)}" for path in files]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
