"""Files made into articles with their spans; articles whose spans still stand are kept as they are."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.metadata import version
from pathlib import Path

import corpus
from corpus.document import Passage
from corpus.furniture import furniture, line_keys, recurring_lines
from corpus.passages import TokenCounter, article_sentences, passages
from index.articles import CutArticle, KeptArticle
from index.changes import Fresh, Unchanged
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
    files: Sequence[Unchanged | Fresh],
    previous: Generation | None,
    count_tokens: TokenCounter,
    passage_tokens: int,
) -> list[Cut | KeptArticle]:
    """The articles in order, cut anew where the file or the lines that recur at its outlet have changed."""
    keys = [line_keys(file.document) if isinstance(file, Fresh) else file.facts.keys for file in files]
    outlets = [file.document.metadata.source if isinstance(file, Fresh) else file.facts.source for file in files]
    recurring = recurring_lines(
        (file.stat.path, outlet, own) for file, outlet, own in zip(files, outlets, keys, strict=True)
    )

    lines = [recurring.get(outlet, frozenset()) & own for outlet, own in zip(outlets, keys, strict=True)]

    def cut(n: int) -> Cut:
        file = files[n]
        if isinstance(file, Fresh):
            document, file_digest = file.document, file.file_digest
        else:
            assert previous is not None, "only a generation has unchanged files"
            document, file_digest = previous.store.document(file.facts.row), file.facts.file_digest
        marked = furniture(document, lines[n])
        spans = tuple(article_sentences(document, marked))
        pieces = passages(document.text, spans, marked, count_tokens, passage_tokens)
        return CutArticle(document, file.stat, file_digest, spans, marked, keys[n], lines[n]), tuple(pieces)

    kept = {
        n: KeptArticle(file.facts.row, file.stat)
        for n, file in enumerate(files)
        if isinstance(file, Unchanged) and file.facts.recurring == lines[n]
    }
    anew = [n for n in range(len(files)) if n not in kept]
    pool = ThreadPoolExecutor(_AT_A_TIME, thread_name_prefix="cut")
    try:
        made = dict(zip(anew, pool.map(cut, anew), strict=True))
    finally:
        pool.shutdown(cancel_futures=True)  # after an interrupt only the files in hand are finished
    return [kept[n] if n in kept else made[n] for n in range(len(files))]
