"""What changed in a folder since a generation was built: which articles to keep, to cut anew, to read, to forget."""

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from corpus.document import Document, Unreadable
from corpus.errors import CorpusError
from corpus.listing import FileStat
from index.crew import Crew
from index.files import FileFacts, FileList

_RACY_NS = 2_000_000_000
"""A file changed this shortly before it was looked at may change again within the clock's grain: read it again."""

_TOLD_EVERY = 16
_STRETCH = 64


@dataclass(frozen=True, slots=True)
class Fresh:
    """A file read now, new or changed; `keys` are those of its lines that may recur across its outlet's files."""

    stat: FileStat
    file_digest: str
    document: Document
    keys: frozenset[str]
    known: bool


@dataclass(frozen=True, slots=True)
class Survey:
    """A folder as it stands, in path order, with how many known files are gone.

    Of a file whose content the generation before already holds `files` gives its facts, the very ones that the list
    before has where size and times are the same too; how many are only `restamped` is counted. `stirred` are the
    outlets that have other files now than they had, whose recurring lines may be others.
    """

    files: tuple[FileFacts | Fresh, ...]
    skipped: tuple[Unreadable, ...]
    files_read: int
    removed: int
    restamped: int
    stirred: frozenset[str | None]

    def must_hold_one(self, folder: Path) -> None:
        """Raise CorpusError where no file is an article."""
        if not self.files:
            first = self.skipped[0]
            raise CorpusError(
                f"{folder}: none of its {len(self.skipped)} files could be read as an article "
                f"(the first, {first.path}: {first.reason}); mend or replace them and index again"
            )

    def without(self, lost: Sequence[Unreadable]) -> "Survey":
        """The same, some of its files skipped after all."""
        paths = {each.path for each in lost}
        left = tuple(file for file in self.files if file.stat.path not in paths)
        known = sum(file.stat.path in paths and (isinstance(file, FileFacts) or file.known) for file in self.files)
        skipped = tuple(sorted((*self.skipped, *lost), key=lambda each: each.path))
        return replace(self, files=left, skipped=skipped, removed=self.removed + known)


def survey(
    folder: Path,
    listed: Sequence[FileStat | Unreadable],
    before: FileList | None,
    max_bytes: int,
    since_ns: int,
    crew: Crew,
    step: Callable[[int, int], None],
    expect_text: Callable[[], None] = lambda: None,
) -> Survey:
    """The folder as it is `listed` now, compared with the files `before`, last looked at at `since_ns`.

    A file is read again only where its size or times differ or a time is too close to `since_ns` to be trusted, and
    parsed again only where its bytes differ. `step(done, total)` is called every few files that are read,
    `expect_text` before that where some seem to hold other text than they did.
    """
    places, facts = _known(listed, before, max_bytes, since_ns)
    todo: list[tuple[FileStat, FileFacts | None]] = []
    if None in places:
        by_path = {file.stat.path: file for file in facts}
        todo = [
            (entry, by_path.get(entry.path))
            for entry, at in zip(listed, places, strict=True)
            if at is None and isinstance(entry, FileStat)
        ]
    if any(was is None or was.stat.size != entry.size for entry, was in todo):
        expect_text()
    looked_at = crew.map(partial(_look, folder, max_bytes), todo, _lost, _weight)
    files: list[FileFacts | Fresh] = []
    skipped: list[Unreadable] = []
    for done, (entry, at) in enumerate(zip(listed, places, strict=True), 1):
        if at is not None:
            files.append(facts[at])
            continue
        found = entry if isinstance(entry, Unreadable) else next(looked_at)
        if isinstance(found, Unreadable):
            skipped.append(found)
        else:
            files.append(found)
        if done % _TOLD_EVERY == 0:
            step(done, len(listed))
    step(len(listed), len(listed))
    return _compared(files, skipped, facts, places, len(todo))


def _known(
    listed: Sequence[FileStat | Unreadable], before: FileList | None, max_bytes: int, since_ns: int
) -> tuple[list[int | None], tuple[FileFacts, ...]]:
    """Where each listed file stands among those of the list before, None for one that is to be read; and that list."""
    if before is None:
        return [None] * len(listed), ()
    places = _same(listed, before.stats)
    limit = since_ns - _RACY_NS
    for at, entry in enumerate(listed):
        if isinstance(entry, FileStat) and (entry[1] > max_bytes or entry[2] >= limit or entry[3] >= limit):
            places[at] = None
    return places, before.files


def _same(listed: Sequence[FileStat | Unreadable], stats: Sequence[tuple[str, int, int, int]]) -> list[int | None]:
    """Where each listed file stands in the list of old, None where it is not in it as it is now.

    Both are in the order of paths, so that most are told by comparing a stretch of one with a stretch of the other.
    """
    places: list[int | None] = []
    at = 0
    while len(places) < len(listed):
        start = len(places)
        if at < len(stats) and listed[start : start + _STRETCH] == stats[at : at + _STRETCH]:
            some = range(at, min(at + _STRETCH, len(stats)))
            places += some
            at = some.stop
            continue
        entry = listed[start]
        if isinstance(entry, Unreadable):
            places.append(None)
            continue
        at = bisect_left(stats, (entry.path,), at)
        is_there = at < len(stats) and stats[at][0] == entry.path
        places.append(at if is_there and stats[at] == entry else None)
        at += is_there
    return places


def _compared(
    files: Sequence[FileFacts | Fresh],
    skipped: Sequence[Unreadable],
    facts: Sequence[FileFacts],
    places: Sequence[int | None],
    read: int,
) -> Survey:
    """What the survey found, with what of the files before it did not find."""
    if None not in places and len(places) == len(facts):
        return Survey(tuple(files), tuple(skipped), read, 0, 0, frozenset())
    before = {file.stat.path: file for file in facts}
    gone = dict(before)
    restamped = 0
    stirred: set[str | None] = set()
    for file in files:
        was = gone.pop(file.stat.path, None)
        if isinstance(file, Fresh):
            stirred.add(file.document.metadata.source)
            if was is not None:
                stirred.add(was.source)
        else:
            restamped += was != file
    stirred |= {file.source for file in gone.values()}
    return Survey(tuple(files), tuple(skipped), read, len(gone), restamped, frozenset(stirred))


def _weight(file: tuple[FileStat, FileFacts | None]) -> int:
    return file[0].size


def _lost(file: tuple[FileStat, FileFacts | None], why: str) -> Unreadable:
    return Unreadable(file[0].path, why)


def _look(folder: Path, max_bytes: int, file: tuple[FileStat, FileFacts | None]) -> FileFacts | Fresh | Unreadable:
    """What a file holds: the facts known of it, stamped anew, where its bytes are the same."""
    from corpus.furniture import line_keys  # what reads articles is loaded for the first that is read
    from corpus.read import parse_file, read_bytes

    entry, facts = file
    data = read_bytes(folder, entry.path, max_bytes)
    if isinstance(data, Unreadable):
        return data
    file_digest = hashlib.sha256(data).hexdigest()
    if facts is not None and facts.file_digest == file_digest:
        return facts if facts.stat == entry else facts._replace(stat=entry)
    document = parse_file(entry.path, data)
    if isinstance(document, Unreadable):
        return document
    entry = entry._replace(size=len(data))
    return Fresh(entry, file_digest, document, line_keys(document), facts is not None)
