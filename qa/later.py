"""Puts off the loading of a library that another one names but has no use for here, until somebody does use it.

Gradio imports pandas for the results that its cache can tell apart: a sixth of its import, and 30 MB.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType


@contextmanager
def loaded_later(library: str) -> Iterator[None]:
    """While this holds, an import of the library gives a module that is loaded when something in it is asked for."""
    finder = _Finder(library)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Finder:
    def __init__(self, library: str) -> None:
        self._library = library

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != self._library:
            return None
        found = PathFinder.find_spec(name, path, target)
        if found is not None and found.loader is not None:
            found.loader = LazyLoader(found.loader)
        return found
