"""The files behind one generation: what each was when it was read, which article it is, and what was skipped.

    files       path, size, times and digest of each file, the row of its article, the number of its outlet
    outlets     the number that the words index knows each outlet by
    skipped     the files that are no articles, with their reasons

Written anew with every generation: of all that a generation holds it alone changes when a file is only touched.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
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


@dataclass(frozen=True)
class FileList:
    """The files of a generation by path, those that were skipped, and the outlets with their numbers (unknown: 0).

    Of the files an opened index needs no more than their `places`, rows and paths; the rest is made when asked for.
    """

    skipped: tuple[Unreadable, ...]
    outlets: Mapping[str | None, int]
    _held: Sequence[tuple[int, str, int, int, int, str, int]]

    @cached_property
    def places(self) -> list[tuple[int, str]]:
        """The row of each file's article, and its path."""
        return [held[:2] for held in self._held]

    @cached_property
    def files(self) -> tuple[FileFacts, ...]:
        """All that is known of the files."""
        names = {number: name for name, number in self.outlets.items()}
        return tuple(
            FileFacts(row, FileStat(path, size, mtime, ctime), digest, names.get(outlet))
            for row, path, size, mtime, ctime, digest, outlet in self._held
        )


def numbered(outlets: Iterable[str | None], before: Mapping[str | None, int]) -> dict[str | None, int]:
    """The outlets' numbers: those of `before`, and the next for each that is new, in order of name."""
    numbers = {None: 0} | dict(before)
    for name in sorted({name for name in outlets if name is not None} - numbers.keys()):
        numbers[name] = max(numbers.values()) + 1
    return numbers


def write_files(
    path: Path, files: Iterable[FileFacts], skipped: Iterable[Unreadable], outlets: Mapping[str | None, int]
) -> None:
    """Write a file list as a database of its own."""
    with new_database(path, _SCHEMA) as database:
        rows = (
            # dataclasses.astuple copies deeply: of a hundred thousand files in a second
            (f.stat.path, f.stat.size, f.stat.mtime_ns, f.stat.ctime_ns, f.file_digest, f.row, outlets[f.source])
            for f in files
        )
        database.executemany("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        named = [(number, name) for name, number in outlets.items() if name is not None]
        database.executemany("INSERT INTO outlets VALUES (?, ?)", named)
        database.executemany("INSERT INTO skipped (path, reason) VALUES (?, ?)", [(s.path, s.reason) for s in skipped])


def read_files(path: Path) -> FileList:
    """The file list that `write_files` wrote. Raises StoreFault where the file is something else."""
    with closing(open_database(path)) as database:
        held = database.execute(
            "SELECT article, path, size, mtime_ns, ctime_ns, file_digest, outlet FROM files ORDER BY path"
        ).fetchall()
        skipped = database.execute("SELECT path, reason FROM skipped ORDER BY number")
        numbers: dict[str | None, int] = {None: 0}
        numbers.update(database.execute("SELECT name, number FROM outlets ORDER BY number"))
        return FileList(tuple(Unreadable(*row) for row in skipped), numbers, held)
