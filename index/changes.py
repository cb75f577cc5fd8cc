"""What changed in a folder since a generation was built: which articles to keep, to cut anew, to read, to forget."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.document import Document, Unreadable
from corpus.read import FileStat, list_files, parse_file, read_bytes
from index.files import FileFacts

_RACY_NS = 2_000_000_000
"""A file changed this shortly before it was looked at may change again within the clock's grain: read it again."""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A file whose content the generation before already holds."""

    stat: FileStat
    facts: FileFacts


@dataclass(frozen=True, slots=True)
class Fresh:
    """A file read now, new or changed."""

    stat: FileStat
    file_digest: str
    document: Document
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


def survey(
    folder: Path,
    known: Iterable[FileFacts],
    max_bytes: int,
    since_ns: int,
    step: Callable[[int, int], None],
) -> Survey:
    """The folder compared with the files `known` from a generation whose files were looked at at `since_ns`.

    A file is read again only where its size or times differ or a time is too close to `since_ns` to be trusted, and
    parsed again only where its bytes differ. `step(done, total)` is called a file. Raises CorpusError for the folder.
    """
    before = {facts.stat.path: facts for facts in known}
    listed = list(list_files(folder))
    files: list[Unchanged | Fresh] = []
    skipped: list[Unreadable] = []
    files_read = restamped = 0
    for done, entry in enumerate(listed, 1):
        if isinstance(entry, Unreadable):
            skipped.append(entry)
        else:
            facts = before.get(entry.path)
            if facts is not None and _trusted(entry, facts, max_bytes, since_ns):
                files.append(Unchanged(entry, facts))
            else:
                files_read += 1
                found = _look(folder, entry, facts, max_bytes)
                if isinstance(found, Unreadable):
                    skipped.append(found)
                else:
                    files.append(found)
                    restamped += isinstance(found, Unchanged) and found.facts.stat != entry
        step(done, len(listed))
    gone = before.keys() - {file.stat.path for file in files}
    stirred = {before[path].source for path in gone}
    for file in files:
        if isinstance(file, Fresh):
            stirred.add(file.document.metadata.source)
            if file.known:
                stirred.add(before[file.stat.path].source)
    return Survey(tuple(files), tuple(skipped), files_read, len(gone), restamped, frozenset(stirred))


def _trusted(entry: FileStat, facts: FileFacts, max_bytes: int, since_ns: int) -> bool:
    if entry != facts.stat or entry.size > max_bytes:
        return False
    return max(entry.mtime_ns, entry.ctime_ns) < since_ns - _RACY_NS


def _look(folder: Path, entry: FileStat, facts: FileFacts | None, max_bytes: int) -> Unchanged | Fresh | Unreadable:
    data = read_bytes(folder, entry.path, max_bytes)
    if isinstance(data, Unreadable):
        return data
    file_digest = hashlib.sha256(data).hexdigest()
    if facts is not None and facts.file_digest == file_digest:
        return Unchanged(entry, facts)
    document = parse_file(entry.path, data)
    if isinstance(document, Unreadable):
        return document
    return Fresh(replace(entry, size=len(data)), file_digest, document, facts is not None)
