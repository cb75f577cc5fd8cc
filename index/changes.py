"""What changed in a folder since a generation was built: which articles to keep, to cut anew, to read, to forget."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from corpus.document import Document, Unreadable
from corpus.errors import CorpusError
from corpus.furniture import line_keys
from corpus.read import FileStat, parse_file, read_bytes
from index.crew import Crew
from index.files import FileFacts

_RACY_NS = 2_000_000_000
"""A file changed this shortly before it was looked at may change again within the clock's grain: read it again."""

_TOLD_EVERY = 16


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A file whose content the generation before already holds."""

    stat: FileStat
    facts: FileFacts


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

    `stirred` are the outlets that have other files now than they had, whose recurring lines may be others.
    """

    files: tuple[Unchanged | Fresh, ...]
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
        known = sum(file.stat.path in paths and (isinstance(file, Unchanged) or file.known) for file in self.files)
        skipped = tuple(sorted((*self.skipped, *lost), key=lambda each: each.path))
        return replace(self, files=left, skipped=skipped, removed=self.removed + known)


def survey(
    folder: Path,
    listed: Sequence[FileStat | Unreadable],
    known: Iterable[FileFacts],
    max_bytes: int,
    since_ns: int,
    crew: Crew,
    step: Callable[[int, int], None],
) -> Survey:
    """The folder as it is `listed` now, compared with the files `known`, last looked at at `since_ns`.

    A file is read again only where its size or times differ or a time is too close to `since_ns` to be trusted, and
    parsed again only where its bytes differ. `step(done, total)` is called every few files.
    """
    before = {facts.stat.path: facts for facts in known}
    todo = [
        (entry, before.get(entry.path))
        for entry in listed
        if isinstance(entry, FileStat) and not _trusted(entry, before.get(entry.path), max_bytes, since_ns)
    ]
    looked = crew.map(partial(_look, folder, max_bytes), todo, _lost, _weight)
    looked_at = zip((entry.path for entry, _ in todo), looked, strict=True)
    following = next(looked_at, None)
    files: list[Unchanged | Fresh] = []
    skipped: list[Unreadable] = []
    for done, entry in enumerate(listed, 1):
        found: Unchanged | Fresh | Unreadable
        if isinstance(entry, Unreadable):
            found = entry
        elif following is not None and following[0] == entry.path:
            found = following[1]
            following = next(looked_at, None)
        else:
            found = Unchanged(entry, before[entry.path])
        if isinstance(found, Unreadable):
            skipped.append(found)
        else:
            files.append(found)
        if done % _TOLD_EVERY == 0 or done == len(listed):
            step(done, len(listed))
    restamped = sum(isinstance(file, Unchanged) and file.facts.stat != file.stat for file in files)
    gone = before.keys() - {file.stat.path for file in files}
    return Survey(tuple(files), tuple(skipped), len(todo), len(gone), restamped, _stirred(files, before, gone))


def _stirred(
    files: Iterable[Unchanged | Fresh], before: Mapping[str, FileFacts], gone: Iterable[str]
) -> frozenset[str | None]:
    stirred = {before[path].source for path in gone}
    for file in files:
        if isinstance(file, Fresh):
            stirred.add(file.document.metadata.source)
            if file.known:
                stirred.add(before[file.stat.path].source)
    return frozenset(stirred)


def _trusted(entry: FileStat, facts: FileFacts | None, max_bytes: int, since_ns: int) -> bool:
    if facts is None or entry != facts.stat or entry.size > max_bytes:
        return False
    return max(entry.mtime_ns, entry.ctime_ns) < since_ns - _RACY_NS


def _weight(file: tuple[FileStat, FileFacts | None]) -> int:
    return file[0].size


def _lost(file: tuple[FileStat, FileFacts | None], why: str) -> Unreadable:
    return Unreadable(file[0].path, why)


def _look(folder: Path, max_bytes: int, file: tuple[FileStat, FileFacts | None]) -> Unchanged | Fresh | Unreadable:
    entry, facts = file
    data = read_bytes(folder, entry.path, max_bytes)
    if isinstance(data, Unreadable):
        return data
    file_digest = hashlib.sha256(data).hexdigest()
    if facts is not None and facts.file_digest == file_digest:
        return Unchanged(entry, facts)
    document = parse_file(entry.path, data)
    if isinstance(document, Unreadable):
        return document
    return Fresh(replace(entry, size=len(data)), file_digest, document, line_keys(document), facts is not None)
