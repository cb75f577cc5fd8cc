"""The files behind one generation: what each was when it was read, which article it is, and what was skipped.

    files       path, size, times and digest of each file, the row of its article, the number of its outlet
    outlets     the number that the words index knows each outlet by
    skipped     the files that are no articles, with their reasons

Every generation has its own: of all that a generation holds it alone changes when a file is only touched. Where little
has changed it is a copy of the one before with the change put in.
"""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from corpus.document import Unreadable
from corpus.listing import FileStat
from index.database import Database, change_database, new_database, open_database

_SCHEMA = """
CREATE TABLE files (path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL,
  file_digest TEXT NOT NULL, article INTEGER NOT NULL, outlet INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE outlets (number INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL);
CREATE TABLE skipped (number INTEGER PRIMARY KEY, path TEXT NOT NULL, reason TEXT NOT NULL);
"""
_PUT_IN = 8
"""A list is copied where at most one file in so many is another: to write every file again takes longer then."""


class FileFacts(NamedTuple):
    """What the index remembers of a file, to tell whether it has changed; `row` is its article's."""

    row: int
    stat: FileStat
    file_digest: str
    source: str | None


_Stat = tuple[str, int, int, int]


@dataclass(frozen=True)
class FileList:
    """The files of a generation by path, those that were skipped, and the outlets with their numbers (unknown: 0).

    What is asked of the files is read when it is asked for: to answer questions needs their `places`, to see that
    nothing has changed their `stats`.
    """

    path: Path
    skipped: tuple[Unreadable, ...]
    outlets: Mapping[str | None, int]
    _database: Database

    @cached_property
    def places(self) -> list[tuple[int, str, int]]:
        """The row of each file's article, its path, and the number of its outlet."""
        return self._read("article, path, outlet")

    @cached_property
    def stats(self) -> list[_Stat]:
        """Path, size and times of each file: what a FileStat holds."""
        return self._read("path, size, mtime_ns, ctime_ns")

    @cached_property
    def files(self) -> tuple[FileFacts, ...]:
        """All that is known of the files."""
        names = {number: name for name, number in self.outlets.items()}
        return tuple(
            FileFacts(row, FileStat._make(stat), digest, names.get(outlet))
            for stat, (row, digest, outlet) in zip(self.stats, self._read("article, file_digest, outlet"), strict=True)
        )

    def _read(self, columns: str) -> list[Any]:
        # Opened once and for good: the file may be removed by a later build while questions are still answered.
        return self._database.execute(f"SELECT {columns} FROM files ORDER BY path").fetchall()


def numbered(outlets: Iterable[str | None], before: Mapping[str | None, int]) -> dict[str | None, int]:
    """The outlets' numbers: those of `before`, and the next for each that is new, in order of name."""
    numbers = {None: 0} | dict(before)
    for name in sorted({name for name in outlets if name is not None} - numbers.keys()):
        numbers[name] = max(numbers.values()) + 1
    return numbers


def write_files(
    path: Path,
    files: Sequence[FileFacts],
    skipped: Iterable[Unreadable],
    outlets: Mapping[str | None, int],
    before: FileList | None = None,
) -> None:
    """Write a file list as a database of its own, or a copy of the one `before`, which gives these outlets the same
    numbers, where few files are others."""
    if before is not None:
        known = {facts.stat.path: facts for facts in before.files}
        put = [file for file in files if known.pop(file.stat.path, None) != file]
        gone = known.keys() - {file.stat.path for file in put}
        if (len(put) + len(gone)) * _PUT_IN <= len(files):
            shutil.copyfile(before.path, path)
            with change_database(path) as database:
                database.executemany("DELETE FROM files WHERE path = ?", [(path,) for path in gone])
                database.execute("DELETE FROM outlets")
                database.execute("DELETE FROM skipped")
                _insert(database, put, skipped, outlets)
            return
    with new_database(path, _SCHEMA) as database:
        _insert(database, files, skipped, outlets)


def _insert(
    database: Database, files: Iterable[FileFacts], skipped: Iterable[Unreadable], outlets: Mapping[str | None, int]
) -> None:
    rows = ((*f.stat, f.file_digest, f.row, outlets[f.source]) for f in files)
    database.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    named = [(number, name) for name, number in outlets.items() if name is not None]
    database.executemany("INSERT INTO outlets VALUES (?, ?)", named)
    database.executemany("INSERT INTO skipped (path, reason) VALUES (?, ?)", [(s.path, s.reason) for s in skipped])


def read_files(path: Path) -> FileList:
    """The file list that `write_files` wrote. Raises StoreFault where the file is something else."""
    database = open_database(path)
    skipped = database.execute("SELECT path, reason FROM skipped ORDER BY number")
    numbers: dict[str | None, int] = {None: 0}
    numbers.update(database.execute("SELECT name, number FROM outlets ORDER BY number"))
    return FileList(path, tuple(Unreadable(*row) for row in skipped), numbers, database)
