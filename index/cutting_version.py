"""What articles are cut by: code, rules and libraries, in one digest. Loads none of them."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

import corpus

_LIBRARIES = ("charset-normalizer", "lxml", "pyyaml", "tantivy", "trafilatura")
"""Whose next release may read another text out of the same file, or other terms out of the text."""
_HERE = ("cut.py", "lexical.py", "passing.py", "sentence_terms.py")


@cache
def cutting_digest() -> str:
    """A digest of the code, rules and libraries that cut articles: where it changes, stored spans are stale."""
    digest = hashlib.sha256()
    reading = sorted(p for p in Path(corpus.__path__[0]).iterdir() if p.suffix in {".py", ".txt"})
    for path in [*reading, *(Path(__file__).with_name(name) for name in _HERE)]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    for library in _LIBRARIES:
        digest.update(f"{library} {version(library)}".encode())
    return digest.hexdigest()[:16]
