"""A folder of articles made into a new generation. Reads only files that changed, encodes only text not seen before."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from corpus.document import Unreadable
from corpus.errors import CorpusError, IndexFault
from corpus.read import list_files
from index.assemble import Passages, passages_of, vectors_of, write_segment, write_words
from index.changes import Fresh, Survey, survey
from index.crew import Crew
from index.cutting import cut_files, cutting_digest
from index.dense import Vectors, write_dense
from index.encode import Encoder, load_encoder
from index.faults import unwritable
from index.files import FileList, numbered, write_files
from index.generation import Generation, load_generation
from index.layout import Layout, layout
from index.place import check_owner, index_place, looked_ns, note_look, one_build
from index.segment import VECTORS
from index.store import (
    FILES,
    FORMAT,
    SEGMENTS,
    WORDS,
    Manifest,
    current_name,
    link_files,
    new_generation,
    next_name,
    publish,
    read_manifest,
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
    processes: int = 1,
) -> BuildReport:
    """A report of the build that brought the folder's index up to date.

    Up to so many `processes` read and cut the articles; ask for more than one only as `index.crew.Crew` says.
    Raises CorpusError for a folder that can't be used or holds no readable article, IndexFault where the index can't
    be written or another build is running, ModelError for the encoder. The index that served goes on serving then.
    """
    begun = time.monotonic()
    list_files(folder)  # raises for a folder that can't be used, before anything is written into it
    encoder = load_encoder() if encoder is None else encoder
    place = index_place(folder, index_dir)
    with one_build(place), Crew(processes) as crew:
        now_ns = time.time_ns()
        before = _before(folder, place, encoder, passage_tokens)
        previous = before.articles
        found = _survey(folder, place, previous, max_file_bytes, crew, progress)
        report = _report(found, before.why)
        if previous is not None and previous.has_vectors and not _differs(found, previous):
            made = previous.manifest
            note_look(place, made, now_ns)
            report = replace(report, generation=made.generation, passages=made.passages)
        else:
            blank = _blank(folder, place, encoder, now_ns, passage_tokens)
            passages, embedded = _Build(place, blank, before, encoder, progress).write(found, crew)
            report = replace(
                report, generation=current_name(place) or "", published=True, passages=passages, embedded=embedded
            )
    return replace(report, seconds=time.monotonic() - begun)


def _blank(folder: Path, place: Path, encoder: Encoder, now_ns: int, passage_tokens: int) -> Manifest:
    """The manifest of a generation to be, without its counts and files."""
    return Manifest(
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
        articles=0,
        passages=0,
        skipped=0,
        embedded=True,
        segments=(),
        files={},
    )


def _survey(
    folder: Path, place: Path, previous: Generation | None, max_file_bytes: int, crew: Crew, progress: Listener
) -> Survey:
    known = previous.list.files if previous else ()
    since = looked_ns(place, previous.manifest) if previous else 0
    found = survey(folder, known, max_file_bytes, since, crew, _clock("reading", progress))
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


def _differs(found: Survey, previous: Generation) -> bool:
    if found.removed or found.restamped or any(isinstance(file, Fresh) for file in found.files):
        return True
    return found.skipped != previous.list.skipped


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


@dataclass(frozen=True)
class _Build:
    """What one build writes with: into which place, on what it builds, by which model."""

    place: Path
    blank: Manifest
    before: _Before
    encoder: Encoder
    progress: Listener

    def write(self, found: Survey, crew: Crew) -> tuple[int, int]:
        """How many passages the new generation holds and how many were encoded for it, once it is published.

        A first build of more than a few publishes a generation without vectors before it embeds, to be searched by
        words.
        """
        previous = self.before.articles
        cuts = cut_files(found, previous, self.encoder.count_tokens, self.blank.passage_tokens, crew)
        crew.dismiss()  # they would only hold memory while passages are embedded
        plan = layout(cuts, previous)
        passages = passages_of(plan, previous)
        name = self.blank.generation
        segments = (*(segment.folder.name for segment in plan.kept), *([name] if plan.moved else []))
        manifest = replace(
            self.blank,
            articles=len(plan.files),
            passages=plan.passages,
            skipped=len(found.skipped),
            segments=segments,
        )

        def write(new: Path) -> None:
            self._write_words(new, plan, passages, found)
            if plan.moved:
                write_segment(new / SEGMENTS / name, plan, passages, previous)

        if current_name(self.place) is None and plan.passages >= WORDS_FIRST:
            none_yet = np.empty((0, self.encoder.dim), np.float32)
            first = self._publish(replace(manifest, embedded=False), none_yet, write, None)
            manifest = replace(manifest, generation=next_name(self.place))
            vectors, embedded = self._vectors(passages)
            written = read_manifest(self.place, name)
            self._publish(manifest, vectors, lambda new: link_files(first, new, {"manifest.json", VECTORS}), written)
        else:
            vectors, embedded = self._vectors(passages)
            self._publish(manifest, vectors, write, previous.manifest if previous else None)
        forget(self.place)
        return plan.passages, embedded

    def _vectors(self, passages: Passages) -> tuple[Vectors, int]:
        try:
            step = _clock("embedding", self.progress)
            return vectors_of(passages, self.before.vectors, self.encoder, self.place, step)
        except OSError as error:
            raise unwritable(self.place, error) from error

    def _write_words(self, new: Path, plan: Layout, passages: Passages, found: Survey) -> None:
        """Write the words and the list of files, and link the segments that stay."""
        previous = self.before.articles
        known = previous.list.outlets if previous and plan.kept else {}
        outlets = numbered((file.source for file in plan.files), known)
        write_files(FileList(plan.files, found.skipped, outlets), new / FILES)
        (new / WORDS).mkdir()
        if previous and plan.kept:
            link_files(previous.folder / WORDS, new / WORDS)
        for segment in plan.kept:
            link_files(segment.folder, new / SEGMENTS / segment.folder.name)
        if plan.moved or plan.gone:
            write_words(new / WORDS, plan, passages, previous, outlets)

    def _publish(
        self, manifest: Manifest, vectors: Vectors, write: Callable[[Path], None], before: Manifest | None
    ) -> Path:
        """The folder of a generation, published: `write` writes into it all but the vectors of its new segment."""
        step = _clock("writing", self.progress)
        step(0, 1)
        with new_generation(self.place) as new:
            write(new)
            if len(manifest.segments) > len(list((new / SEGMENTS).glob(f"*/{VECTORS}"))):
                write_dense(vectors, new / SEGMENTS / manifest.segments[-1] / VECTORS)
            folder = publish(self.place, new, manifest, before)
        step(1, 1)
        return folder


def _clock(stage: str, progress: Listener) -> Callable[[int, int], None]:
    begun = time.monotonic()

    def step(done: int, total: int) -> None:
        passed = time.monotonic() - begun
        rate = done / passed if done and passed > 0 else None
        progress(Progress(stage, done, total, rate, (total - done) / rate if rate else None))

    return step
