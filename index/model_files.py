"""Which files make a model what it is, and which of them must not be loaded."""

from collections.abc import Iterable
from pathlib import PurePosixPath

MODEL_SUFFIXES = {".safetensors", ".bin", ".json", ".txt", ".model", ".jinja"}
FETCHED = [f"*{suffix}" for suffix in sorted(MODEL_SUFFIXES - {".bin"})]
"""What is fetched of a hub's model: never a pickle, nor Python."""

_PICKLES = {".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle"}
_LOADED = ("pytorch_model", "model", "adapter_model")  # the names that loaders look for; others lie there unread


def pickled_weights(names: Iterable[str]) -> str | None:
    """The first of a model's files that a loader would have to unpickle, or None. Names are relative to the model.

    Unpickling runs what the file says. Loaders take safetensors where they lie beside it, and then it is never opened.
    """
    present = set(names)
    for name in sorted(present):
        path = PurePosixPath(name)
        if path.suffix in _PICKLES and path.stem.startswith(_LOADED):
            safe = "adapter_model" if path.stem.startswith("adapter_model") else "model"
            if not present & {str(path.with_name(safe + end)) for end in (".safetensors", ".safetensors.index.json")}:
                return name
    return None
