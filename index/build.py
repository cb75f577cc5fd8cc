"""A folder of articles made into a new generation. Reads only files that changed, encodes only text not seen before."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np

from corpus.document import Unreadable
from corpus.errors import CorpusError, IndexFault
from corpus.read import list_files
from index.articles import CutArticle, KeptArticle, write_articles
from index.assemble import table_of, vectors_of, write_sentences, write_words
from index.changes import Fresh, Survey, survey
from index.cutting import Cut, cut_files, cutting_digest
from index.dense import Vectors, write_dense
from index.encode import Encoder, load_encoder
from index.generation import Generation, load_generation
from index.rows import write_rows
from index.store import (
    FORMAT,
    VECTORS,
    Manifest,
    check_owner,
    current_name,
    index_place,
    link_files,
    looked_ns,
    new_generation,
    next_name,
    note_look,
    one_build,
    publish,
    unwritable,
)
from index.unfinished import forget

MAX_FILE_BYTES = 20_000_000
PASSAGE_TOKENS = 200
WORDS_FIRST = 500
"""From so many passages on a first build publishes them for search by words before it embeds them: some seconds."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build is: `stage` is "reading", "embedding" or "writing"; `rate` is a second, None while unknown."""

    stage: str
    done: int
    total: int
    rate: float | None
    seconds_left: float | None


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. `generation` is the one that serves now; `published` tells whether it is new.

    `rebuilt_because` says why an older index's articles could not be used, None where they could or there was none.
    """

    generation: str
    published: bool
    articles: int
    passages: int
    files_read: int
    added: int
    changed: int
    removed: int
    embedded: int
    skipped: tuple[Unreadable, ...]
    rebuilt_because: str | None
    seconds: float


Listener = Callable[[Progress], None]


def build(
    folder: Path,
    index_dir: Path | None = None,
    encoder: Encoder | None = None,
    *,
    passage_tokens: int = PASSAGE_TOKENS,
    max_file_bytes: int = MAX_FILE_BYTES,
    progress: Listener = lambda _: None,
) -> BuildReport:
    """A report of the build that brought the folder's index up to date.

    Raises CorpusError for a folder that can't be used or holds no readable article, IndexFault where the index can't
    be written or another build is running, ModelError for the encoder. The index that served goes on serving then.
    """
    begun = time.monotonic()
    list_files(folder)  # raises for a folder that can't be used, before anything is written into it
    encoder = load_encoder() if encoder is None else encoder
    place = index_place(folder, index_dir)
    with one_build(place):
        now_ns = time.time_ns()
        before = _before(folder, place, encoder, passage_tokens)
        previous = before.articles
        found = _survey(folder, place, previous, max_file_bytes, progress)
        cuts = cut_files(found.files, previous, encoder.count_tokens, passage_tokens)
        report = _report(found, before.why)
        if previous is not None and previous.has_vectors and not _differs(found, cuts, previous):
            made = previous.manifest
            note_look(place, made, now_ns)
            report = replace(report, generation=made.generation, passages=made.passages)
        else:
            blank = Manifest(
                format=FORMAT,
                generation=next_name(place),
                built_at=datetime.now(UTC).isoformat(timespec="seconds"),
                looked_ns=now_ns,
                folder=str(folder.resolve()),
                model=encoder.name,
                model_digest=encoder.digest,
                dim=encoder.dim,
                passage_tokens=passage_tokens,
                cutting=cutting_digest(),
                articles=len(cuts),
                passages=0,
                skipped=len(found.skipped),
                files={},
            )
            passages, embedded = _write(place, blank, cuts, found.skipped, before, encoder, progress)
            report = replace(
                report, generation=current_name(place) or "", published=True, passages=passages, embedded=embedded
            )
    return replace(report, seconds=time.monotonic() - begun)


def _survey(folder: Path, place: Path, previous: Generation | None, max_file_bytes: int, progress: Listener) -> Survey:
    known = previous.store.facts() if previous else []
    since = looked_ns(place, previous.manifest) if previous else 0
    found = survey(folder, known, max_file_bytes, since, _clock("reading", progress))
    if found.files:
        return found
    first = found.skipped[0]
    raise CorpusError(
        f"{folder}: none of its {len(found.skipped)} files could be read as an article "
        f"(the first, {first.path}: {first.reason}); mend or replace them and index again"
    )


@dataclass(frozen=True, slots=True)
class _Before:
    """What can be used of the index before: its articles and vectors, its vectors alone, or nothing; and why not."""

    articles: Generation | None = None
    vectors: Generation | None = None
    why: str | None = None


def _before(folder: Path, place: Path, encoder: Encoder, passage_tokens: int) -> _Before:
    try:
        if current_name(place) is None:
            return _Before()
        old = load_generation(place)
    except IndexFault as error:
        told, _, _ = str(error).partition("; run: ")
        return _Before(why=f"the index before could not be used: {told}")
    made = old.manifest
    check_owner(place, folder, made.folder)
    if made.model_digest != encoder.digest:
        version = f"from {made.model} to {encoder.name}" if made.model != encoder.name else "its version"
        return _Before(why=f"the model changed {version}")
    if made.passage_tokens != passage_tokens:
        why = f"the passage size changed from {made.passage_tokens} to {passage_tokens} tokens"
        return _Before(vectors=old, why=why)
    if made.cutting != cutting_digest():
        why = "this version of Copydesk cuts articles differently from the one that built the index"
        return _Before(vectors=old, why=why)
    return _Before(old, old)


def _differs(found: Survey, cuts: Sequence[Cut | KeptArticle], previous: Generation) -> bool:
    if found.removed or found.restamped or not all(isinstance(cut, KeptArticle) for cut in cuts):
        return True
    return found.skipped != previous.store.skipped()


def _report(found: Survey, why: str | None) -> BuildReport:
    fresh = [file for file in found.files if isinstance(file, Fresh)]
    changed = sum(file.known for file in fresh)
    return BuildReport(
        generation="",
        published=False,
        articles=len(found.files),
        passages=0,
        files_read=found.files_read,
        added=len(fresh) - changed,
        changed=changed,
        removed=found.removed,
        embedded=0,
        skipped=found.skipped,
        rebuilt_because=why,
        seconds=0.0,
    )


def _write(
    place: Path,
    manifest: Manifest,
    cuts: Sequence[Cut | KeptArticle],
    skipped: Sequence[Unreadable],
    before: _Before,
    encoder: Encoder,
    progress: Listener,
) -> tuple[int, int]:
    """How many passages the new generation holds and how many were encoded for it, once it is published.

    A first build of more than a few publishes a generation without vectors before it embeds, to be searched by words.
    """
    rows = table_of(cuts, before.articles)
    manifest = replace(manifest, passages=len(rows.table))

    def write(new: Path) -> None:
        articles: list[CutArticle | KeptArticle] = [c if isinstance(c, KeptArticle) else c[0] for c in cuts]
        kept_in = before.articles.folder / "articles.sqlite" if before.articles else None
        write_articles(new / "articles.sqlite", articles, skipped, kept_in)
        write_rows(rows.table, new / "passages.bin")
        write_words(new, rows.table)
        write_sentences(new, cuts, before.articles)

    if current_name(place) is None and len(rows.table) >= WORDS_FIRST:
        none_yet = np.empty((0, encoder.dim), np.float32)
        write = partial(link_files, _publish(place, manifest, none_yet, write, progress))
        manifest = replace(manifest, generation=next_name(place))
    try:
        vectors, embedded = vectors_of(rows, before.vectors, encoder, place, _clock("embedding", progress))
    except OSError as error:
        raise unwritable(place, error) from error
    _publish(place, manifest, vectors, write, progress)
    forget(place)
    return len(rows.table), embedded


def _publish(
    place: Path, manifest: Manifest, vectors: Vectors, write: Callable[[Path], None], progress: Listener
) -> Path:
    """The folder of a generation, published: `write` writes into it all but the vectors."""
    step = _clock("writing", progress)
    step(0, 1)
    with new_generation(place) as new:
        write(new)
        write_dense(vectors, new / VECTORS)
        folder = publish(place, new, manifest)
    step(1, 1)
    return folder


def _clock(stage: str, progress: Listener) -> Callable[[int, int], None]:
    begun = time.monotonic()

    def step(done: int, total: int) -> None:
        passed = time.monotonic() - begun
        rate = done / passed if done and passed > 0 else None
        progress(Progress(stage, done, total, rate, (total - done) / rate if rate else None))

    return step
