"""The files behind one generation: what each was when it was read, which article it is, and what was skipped.

    files       path, size, times and digest of each file, the row of its article, the number of its outlet
    outlets     the number that the words index knows each outlet by
    skipped     the files that are no articles, with their reasons

Written anew with every generation: of all that a generation holds it alone changes when a file is only touched.
"""

from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from corpus.document import Unreadable
from corpus.read import FileStat
from index.database import new_database, open_database

_SCHEMA = """
CREATE TABLE files (path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL,
  file_digest TEXT NOT NULL, article INTEGER NOT NULL, outlet INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE outlets (number INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL);
CREATE TABLE skipped (number INTEGER PRIMARY KEY, path TEXT NOT NULL, reason TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What the index remembers of a file, to tell whether it has changed; `row` is its article's."""

    row: int
    stat: FileStat
    file_digest: str
    source: str | None


@dataclass(frozen=True, slots=True)
class FileList:
    """The files of a generation by path, those that were skipped, and the outlets with their numbers (unknown: 0)."""

    files: tuple[FileFacts, ...]
    skipped: tuple[Unreadable, ...]
    outlets: Mapping[str | None, int]


def numbered(outlets: Iterable[str | None], before: Mapping[str | None, int]) -> dict[str | None, int]:
    """The outlets' numbers: those of `before`, and the next for each that is new, in order of name."""
    numbers = {None: 0} | dict(before)
    for name in sorted({name for name in outlets if name is not None} - numbers.keys()):
        numbers[name] = max(numbers.values()) + 1
    return numbers


def write_files(held: FileList, path: Path) -> None:
    """Write a file list as a database of its own."""
    with new_database(path, _SCHEMA) as database:
        rows = (
            # dataclasses.astuple copies deeply: of a hundred thousand files in a second
            (f.stat.path, f.stat.size, f.stat.mtime_ns, f.stat.ctime_ns, f.file_digest, f.row, held.outlets[f.source])
            for f in held.files
        )
        database.executemany("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        outlets = [(number, name) for name, number in held.outlets.items() if name is not None]
        database.executemany("INSERT INTO outlets VALUES (?, ?)", outlets)
        skipped = [(s.path, s.reason) for s in held.skipped]
        database.executemany("INSERT INTO skipped (path, reason) VALUES (?, ?)", skipped)


def read_files(path: Path) -> FileList:
    """The file list that `write_files` wrote. Raises StoreFault where the file is something else."""
    with closing(open_database(path)) as database:
        outlets = database.execute("SELECT name, number FROM outlets ORDER BY number").fetchall()
        names: dict[int, str | None] = {number: name for name, number in outlets}
        files = database.execute(
            "SELECT article, path, size, mtime_ns, ctime_ns, file_digest, outlet FROM files ORDER BY path"
        )
        facts = tuple(
            FileFacts(row, FileStat(name, size, mtime, ctime), digest, names.get(outlet))
            for row, name, size, mtime, ctime, digest, outlet in files
        )
        skipped = database.execute("SELECT path, reason FROM skipped ORDER BY number")
        numbers: dict[str | None, int] = {None: 0}
        numbers.update(outlets)
        return FileList(facts, tuple(Unreadable(*row) for row in skipped), numbers)
