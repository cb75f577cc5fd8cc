"""Files made into articles with their spans; articles whose spans still stand are kept as they are."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import corpus
from corpus.document import Passage
from corpus.furniture import furniture, line_keys, recurring_lines
from corpus.passages import TokenCounter, article_sentences, passages
from index.articles import CutArticle
from index.changes import Fresh, Survey, Unchanged
from index.files import FileFacts
from index.generation import Generation

_READERS = ("charset-normalizer", "lxml", "pyyaml", "trafilatura")
"""Libraries whose next release may read another text out of the same file."""

# Rules run one at a time whatever the threads; what counts tokens does not, and is a quarter of the time.
_AT_A_TIME = 2

Cut = tuple[CutArticle, tuple[Passage, ...]]
"""An article to store, with its passages."""


@cache
def cutting_digest() -> str:
    """A digest of the code, rules and libraries that cut articles: where it changes, stored spans are stale."""
    digest = hashlib.sha256()
    for path in sorted(p for p in Path(corpus.__path__[0]).iterdir() if p.suffix in {".py", ".txt"}):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    for library in _READERS:
        digest.update(f"{library} {version(library)}".encode())
    return digest.hexdigest()[:16]


def cut_files(
    found: Survey, previous: Generation | None, count_tokens: TokenCounter, passage_tokens: int
) -> list[Cut | FileFacts]:
    """The articles in order: kept as the generation before has them, or cut anew where the file has changed or the
    lines that recur at its outlet have."""
    lines = _outlet_lines(found, previous)

    def cut(n: int) -> Cut:
        file = found.files[n]
        keys, _, recurring = lines[n]
        if isinstance(file, Fresh):
            document, file_digest = file.document, file.file_digest
        else:
            assert previous is not None, "only a generation has unchanged files"
            document, file_digest = previous.document(file.facts), file.facts.file_digest
        marked = furniture(document, recurring)
        spans = tuple(article_sentences(document, marked))
        pieces = passages(document.text, spans, marked, count_tokens, passage_tokens)
        return CutArticle(document, file.stat, file_digest, spans, marked, keys, recurring), tuple(pieces)

    kept = {
        n: replace(file.facts, stat=file.stat)
        for n, file in enumerate(found.files)
        if isinstance(file, Unchanged) and (n not in lines or lines[n].cut_with == lines[n].recurring)
    }
    anew = [n for n in range(len(found.files)) if n not in kept]
    pool = ThreadPoolExecutor(_AT_A_TIME, thread_name_prefix="cut")
    try:
        made = dict(zip(anew, pool.map(cut, anew), strict=True))
    finally:
        pool.shutdown(cancel_futures=True)  # after an interrupt only the files in hand are finished
    return [kept[n] if n in kept else made[n] for n in range(len(found.files))]


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
            own[n] = line_keys(file.document), None
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
