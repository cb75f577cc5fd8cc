"""The word lists beside this file: words, tables and names of English that the question side works with."""

import functools
import tomllib
from importlib.resources import files
from typing import Any


@functools.cache
def _lists() -> dict[str, Any]:
    return tomllib.loads(files("qa").joinpath("english.toml").read_text(encoding="utf-8"))


def words(name: str) -> frozenset[str]:
    """The words of a list."""
    return frozenset(_lists()[name].split())


def forms(name: str) -> dict[str, str]:
    """Each form in a table to the word that it is a form of."""
    return {form: word for word, others in _lists()[name].items() for form in others.split()}


def entries(name: str) -> tuple[str, ...]:
    """The entries of a list whose entries are more than a word."""
    return tuple(_lists()[name])


def any_of(*names: str) -> str:
    """A pattern for any entry of the lists, the longest first."""
    held = [entry for name in names for entry in _entries(_lists()[name])]
    return f"(?:{'|'.join(sorted(held, key=lambda entry: (-len(entry), entry)))})"


def _entries(listed: str | list[str]) -> list[str]:
    return listed.split() if isinstance(listed, str) else listed
