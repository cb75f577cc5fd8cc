"""Whether there is a GPU to embed on, and the default model there."""

import shutil
from functools import cache
from pathlib import Path

from index.any_model import AnyModel


@cache
def has_gpu() -> bool:
    """True where torch can compute on a GPU. Torch, which takes seconds to import, is asked only beside a driver."""
    if shutil.which("nvidia-smi") is None:
        return False
    import torch

    return torch.cuda.is_available()


@cache
def on_gpu(folder: Path) -> AnyModel:
    """The model in `folder` on the GPU, in half precision: its vectors differ from those of a CPU less than one
    rounding to eight bits does, so either may be compared with the other's."""
    model = AnyModel(str(folder), device="cuda")
    model.halve()
    return model
