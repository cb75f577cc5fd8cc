"""Keeps the page's library from writing type stubs for its components into its own folder whenever it is imported.

Gradio does so for each component class, for editors: a third of its import, in a folder that need not be writable. It
has no switch for it (6.31). Where a later release has no such function any more, nothing is changed.
"""

from contextlib import AbstractContextManager
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from types import ModuleType

from qa.found import loaded_by

_MODULE, _FUNCTION = "gradio.component_meta", "create_or_modify_pyi"


def no_stubs() -> AbstractContextManager[None]:
    """While this holds, gradio may be imported without writing stubs."""
    return loaded_by(_MODULE, _Without)


class _Without(Loader):
    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        if hasattr(module, _FUNCTION):
            setattr(module, _FUNCTION, lambda *_: None)
