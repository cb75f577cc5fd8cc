"""Any model that sentence-transformers loads, as an encoder: the only file that knows sentence-transformers."""

import hashlib
import re
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from corpus.errors import ModelError
from index.batch import OnProgress, Vectors, each_once, file_digest, sound

MODEL_FILES = {".safetensors", ".bin", ".json", ".txt", ".model"}  # what makes a model what it is
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
        return _sentence_transformer(str(folder), local_files_only=True, device=device), folder
    except Exception as error:  # whatever the files make the library trip over, it is the folder that can't be used
        reason = _first_line(error)
        raise ModelError(
            f"sentence-transformers can't load the model folder {folder}: {reason}. Name another."
        ) from error


def _load_hub(name: str) -> tuple[Any, Path]:
    if not HUB_NAME.fullmatch(name):
        raise ModelError(f"There is no model folder {name}. Name a folder that exists, or a hub model as owner/name.")
    from huggingface_hub import HfApi, snapshot_download

    try:
        try:
            loaded = _sentence_transformer(name, local_files_only=True)
        except Exception:
            HfApi().model_info(name, timeout=HUB_TIMEOUT_SECONDS)  # fails at once where the loader retries for a minute
            loaded = _sentence_transformer(name, local_files_only=False)
        return loaded, Path(snapshot_download(name, local_files_only=True))
    except Exception as error:
        reason = _first_line(error)
        raise ModelError(
            f"{name} is neither a folder nor a model that the hub gave ({reason}). "
            "Name a folder that exists, or connect to the network once."
        ) from error


def _sentence_transformer(model: str, *, local_files_only: bool, device: str | None = None) -> Any:
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return SentenceTransformer(model, local_files_only=local_files_only, device=device)


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


def _folder_digest(folder: Path) -> str:
    """SHA-256 over names and contents of the model's files: weights, configuration, vocabulary."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in MODEL_FILES and path.is_file())
    lines = [f"{path.relative_to(folder).as_posix()} {file_digest(path)}" for path in files]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
