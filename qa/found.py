"""Has one module found as Python finds it and loaded in another way."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType


@contextmanager
def loaded_by(module: str, loader: Callable[[Loader], Loader]) -> Iterator[None]:
    """While this holds, the module is loaded by what `loader` makes of the loader that Python has for it."""
    finder = _Finder(module, loader)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Finder:
    def __init__(self, module: str, loader: Callable[[Loader], Loader]) -> None:
        self._module = module
        self._loader = loader

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != self._module:
            return None
        found = PathFinder.find_spec(name, path, target)
        if found is not None and found.loader is not None:
            found.loader = self._loader(found.loader)
        return found
