"""Files made into articles with their spans; articles whose spans still stand are kept as they are."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import corpus
from corpus.document import Document, Unreadable
from corpus.furniture import recurring_lines
from corpus.passages import TokenCounter
from index.articles import CutArticle
from index.changes import Fresh, Survey, Unchanged
from index.crew import Crew
from index.cut import cut
from index.files import FileFacts
from index.generation import Generation

_LIBRARIES = ("charset-normalizer", "lxml", "pyyaml", "tantivy", "trafilatura")
"""Whose next release may read another text out of the same file, or other terms out of the text."""
_TOLD_EVERY = 16
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


def cut_files(
    found: Survey,
    previous: Generation | None,
    count_tokens: TokenCounter,
    passage_tokens: int,
    crew: Crew,
    step: Callable[[int, int], None],
    each: Callable[[CutArticle], None] = lambda _: None,
) -> tuple[list[CutArticle | FileFacts], Survey]:
    """The articles in order, and what was found without those that could not be cut.

    An article is kept as the generation before has it, or cut anew where the file has changed or the lines that recur
    at its outlet have. `each` is called with each that was cut, in order, `step(done, total)` every few.
    """
    lines = _outlet_lines(found, previous)
    kept = {
        n: file.facts if file.facts.stat == file.stat else replace(file.facts, stat=file.stat)
        for n, file in enumerate(found.files)
        if isinstance(file, Unchanged) and (n not in lines or lines[n].cut_with == lines[n].recurring)
    }
    anew = [n for n in range(len(found.files)) if n not in kept]
    documents = [_document(found.files[n], previous) for n in anew]
    todo = [(document, lines[n].recurring) for n, document in zip(anew, documents, strict=True)]
    made: dict[int, CutArticle] = {}
    lost: list[Unreadable] = []
    cuts = crew.map(partial(cut, count_tokens, passage_tokens), todo, _lost, _weight)
    for n, document, pieces in zip(anew, documents, cuts, strict=True):
        if isinstance(pieces, Unreadable):
            lost.append(pieces)
            continue
        file = found.files[n]
        file_digest = file.file_digest if isinstance(file, Fresh) else file.facts.file_digest
        if len(made) % _TOLD_EVERY == 0:
            step(len(made), len(anew))
        made[n] = CutArticle(document, file.stat, file_digest, pieces, lines[n].keys, lines[n].recurring)
        each(made[n])
    there = [n for n in range(len(found.files)) if n in kept or n in made]
    return [kept[n] if n in kept else made[n] for n in there], found.without(lost) if lost else found


def _weight(given: tuple[Document, frozenset[str]]) -> int:
    return len(given[0].text)


def _lost(given: tuple[Document, frozenset[str]], why: str) -> Unreadable:
    return Unreadable(given[0].path, why)


def _document(file: Unchanged | Fresh, previous: Generation | None) -> Document:
    if isinstance(file, Fresh):
        return file.document
    assert previous is not None, "only a generation has unchanged files"
    return previous.document(file.facts)


class _Lines(NamedTuple):
    """A file's lines that may recur, those that did when it was cut (None for one not yet cut), those that do now."""

    keys: frozenset[str]
    cut_with: frozenset[str] | None
    recurring: frozenset[str]


def _outlet_lines(found: Survey, previous: Generation | None) -> dict[int, _Lines]:
    """The lines of every file of an outlet whose files are not what they were, by the file's place."""
    own: dict[int, tuple[frozenset[str], frozenset[str] | None]] = {}
    unchanged: dict[int, FileFacts] = {}
    for n, file in enumerate(found.files):
        if isinstance(file, Fresh):
            own[n] = file.keys, None
        elif file.facts.source in found.stirred:
            unchanged[n] = file.facts
    if previous is not None:
        stored = previous.lines([facts.row for facts in unchanged.values()])
        own |= {n: stored[facts.row] for n, facts in unchanged.items()}
    outlets = {n: _outlet(found.files[n]) for n in own}
    recurring = recurring_lines((found.files[n].stat.path, outlets[n], keys) for n, (keys, _) in own.items())
    return {
        n: _Lines(keys, cut_with, recurring.get(outlets[n], frozenset()) & keys) for n, (keys, cut_with) in own.items()
    }


def _outlet(file: Unchanged | Fresh) -> str | None:
    return file.document.metadata.source if isinstance(file, Fresh) else file.facts.source
