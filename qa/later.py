"""Puts off the loading of a library that another one names but has no use for here, until somebody does use it.

Gradio imports pandas for the results that its cache can tell apart: a sixth of its import, and 30 MB.
"""

from contextlib import AbstractContextManager
from importlib.util import LazyLoader

from qa.found import loaded_by


def loaded_later(library: str) -> AbstractContextManager[None]:
    """While this holds, an import of the library gives a module that is loaded when something in it is asked for."""
    return loaded_by(library, LazyLoader)
