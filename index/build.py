"""A folder of articles made into a new generation. Reads only files that changed, encodes only text not seen before."""

import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.document import Unreadable
from corpus.listing import FileStat, list_files
from index.before import Before, find_before, without
from index.beside import Beside
from index.changes import Fresh, Survey, survey
from index.crew import Crew
from index.encode import Encoder, load_encoder
from index.faults import DamagedIndex, writing
from index.generation import Generation
from index.place import index_place, looked_ns, note_look, one_build
from index.progress import Listener, clock
from index.store import clear_leftovers, current_name, forget_unfinished
from index.uncollected import seldom_collected

MAX_FILE_BYTES = 20_000_000
PASSAGE_TOKENS = 200


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


@seldom_collected()
def build(
    folder: Path,
    index_dir: Path | None = None,
    encoder: Encoder | None = None,
    *,
    passage_tokens: int = PASSAGE_TOKENS,
    max_file_bytes: int = MAX_FILE_BYTES,
    progress: Listener = lambda _: None,
    processes: int = 1,
    compact: bool = False,
) -> BuildReport:
    """A report of the build that brought the folder's index up to date.

    Up to so many `processes` read and cut the articles; ask for more than one only as `index.crew.Crew` says.
    A `compact` build writes every segment anew and drops the generations before, so that nothing of what was removed
    or changed stays in the index.
    Raises CorpusError for a folder that can't be used or holds no readable article, IndexFault where the index can't
    be written or another build is running, ModelError for the encoder. The index that served goes on serving then.
    """
    begun = time.monotonic()
    now_ns = time.time_ns()
    listed = list(list_files(folder))  # raises for a folder that can't be used, before anything is written into it
    encoder = load_encoder() if encoder is None else encoder
    _ = encoder.digest  # what is wrong with the model is told before anything is written as well
    place = index_place(folder, index_dir, to_build=True)
    # whatever of the index is lost or refused meanwhile is told, also where it is only read
    with one_build(place), writing(place), Crew(processes) as crew, Beside(encoder) as beside:
        clear_leftovers(place)
        before = find_before(folder, place, encoder, passage_tokens)
        previous = before.articles
        if previous is not None and looked_ns(place, previous.manifest) > now_ns:  # by a build that ended meanwhile
            now_ns, listed = time.time_ns(), list(list_files(folder))
        making = _Making(
            folder, place, encoder, passage_tokens, max_file_bytes, progress, crew, beside, compact, now_ns
        )
        try:
            with before.vectors.suspected() if before.vectors else nullcontext():
                report = making.report(listed, before)
        except DamagedIndex as error:  # found where it was used: nothing of it is then
            if before.vectors is None:
                raise
            report = making.report(listed, without(error))
    return replace(report, seconds=time.monotonic() - begun)


@dataclass(frozen=True)
class _Making:
    """What one build goes by."""

    folder: Path
    place: Path
    encoder: Encoder
    passage_tokens: int
    max_file_bytes: int
    progress: Listener
    crew: Crew
    beside: Beside
    compact: bool
    now_ns: int

    def report(self, listed: Sequence[FileStat | Unreadable], before: Before) -> BuildReport:
        """The report of the generation made of the files and of what can be used of the index before."""
        previous = before.articles
        found = self._survey(listed, previous)
        report = _report(found, before.why)
        if previous is not None and previous.has_vectors and not self.compact and not _differs(found, previous):
            made = previous.manifest
            note_look(self.place, made, self.now_ns)
            forget_unfinished(self.place)
            return replace(report, generation=made.generation, passages=made.passages)
        from index.write import Writer, blank_manifest  # with all that reads, cuts and embeds articles

        blank = blank_manifest(self.folder, self.place, self.encoder, self.now_ns, self.passage_tokens)
        writer = Writer(self.place, blank, before, self.encoder, self.progress, self.compact)
        written = writer.write(found, self.crew)
        return replace(
            _report(written.found, before.why),
            generation=current_name(self.place) or "",
            published=True,
            passages=written.passages,
            embedded=written.embedded,
        )

    def _survey(self, listed: Sequence[FileStat | Unreadable], previous: Generation | None) -> Survey:
        def expect_text() -> None:
            if previous is not None:  # on a first build the processes that cut need both cores first
                self.beside.begin(previous)

        since = looked_ns(self.place, previous.manifest) if previous else 0
        found = survey(
            self.folder,
            listed,
            previous.list if previous else None,
            self.max_file_bytes,
            since,
            self.crew,
            clock("reading", self.progress),
            expect_text,
        )
        found.must_hold_one(self.folder)
        return found


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
