"""A folder of articles, file by file: what is there, and what each file holds or why it was skipped."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.document import Document, Unreadable
from corpus.errors import CorpusError
from corpus.formats import FORMATS, NotText, parse


@dataclass(frozen=True, slots=True)
class FileStat:
    """A file as the folder lists it: `path` relative with forward slashes, `size` in bytes, time of its last change."""

    path: str
    size: int
    mtime_ns: int


def list_files(folder: Path) -> Iterator[FileStat | Unreadable]:
    """The folder's files of the kinds we read, by path, at any depth; hidden files and folders are passed over.

    A link that leads out of the folder, and a folder that can't be opened, come as Unreadable. Raises CorpusError
    where the folder itself is missing, is a file or can't be opened.
    """
    check_folder(folder)
    try:
        root = folder.resolve()
        found = list(_listed(root, root, "", frozenset({_identity(root)})))
    except PermissionError as error:
        raise CorpusError(f"{folder}: you may not read this folder; ask for the right to, or copy it") from error
    return iter(sorted(found, key=lambda entry: entry.path))


def check_folder(folder: Path) -> None:
    """Nothing, where there is such a folder. Raises CorpusError where it is missing or is a file."""
    if not folder.exists():
        raise CorpusError(f"{folder}: there is no such folder; name the folder that holds your articles")
    if not folder.is_dir():
        raise CorpusError(f"{folder}: this is a file, not a folder; name the folder that holds it: {folder.parent}")


def read_bytes(folder: Path, path: str, max_bytes: int) -> bytes | Unreadable:
    """The bytes of one listed file, or why they can't be had; never more than `max_bytes`."""
    try:
        with (folder / path).open("rb") as file:
            data = file.read(max_bytes + 1)
    except FileNotFoundError:
        return Unreadable(path, "is gone: it was there when the folder was listed")
    except PermissionError:
        return Unreadable(path, "you may not read it")
    except OSError as error:
        return Unreadable(path, f"can't be read ({error.strerror or error})")
    if len(data) > max_bytes:
        return Unreadable(path, f"is larger than the limit of {_size(max_bytes)}; split it, or raise max_file_mb")
    return data


def parse_file(path: str, data: bytes) -> Document | Unreadable:
    """The article that a file's bytes hold, or why they hold none."""
    try:
        return parse(path, data)
    except NotText as error:
        return Unreadable(path, str(error))


def read_file(folder: Path, path: str, max_bytes: int) -> Document | Unreadable:
    """The article of one listed file, or why it can't be had."""
    data = read_bytes(folder, path, max_bytes)
    return data if isinstance(data, Unreadable) else parse_file(path, data)


def read_folder(folder: Path, max_bytes: int) -> Iterator[Document | Unreadable]:
    """Every article of a folder, by path, and every file that was skipped with its reason. Raises CorpusError."""
    for entry in list_files(folder):
        yield entry if isinstance(entry, Unreadable) else read_file(folder, entry.path, max_bytes)


def _listed(root: Path, at: Path, prefix: str, above: frozenset[tuple[int, int]]) -> Iterator[FileStat | Unreadable]:
    with os.scandir(at) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            path = prefix + entry.name
            try:
                path.encode("utf-8")
            except UnicodeEncodeError:
                if Path(entry.name).suffix.lower() in FORMATS:
                    shown = path.encode("utf-8", "replace").decode("utf-8")
                    yield Unreadable(shown, "has a name that is not Unicode; rename it")
                continue
            try:
                yield from _entry(root, entry, path, above)
            except OSError as error:
                if entry.is_dir(follow_symlinks=False) or Path(entry.name).suffix.lower() in FORMATS:
                    yield Unreadable(path, f"can't be opened ({error.strerror or error})")


def _entry(
    root: Path, entry: os.DirEntry[str], path: str, above: frozenset[tuple[int, int]]
) -> Iterator[FileStat | Unreadable]:
    wanted = Path(entry.name).suffix.lower() in FORMATS
    if entry.is_symlink():
        target = Path(entry.path).resolve()
        if not target.is_relative_to(root):
            if wanted or target.is_dir():
                yield Unreadable(path, "is a link that leads out of the folder; copy what it names into the folder")
            return
        if any(part.startswith(".") for part in target.relative_to(root).parts):
            return
    if entry.is_dir():
        identity = _identity(Path(entry.path))
        if identity not in above:  # a link to a folder above would go round for ever
            yield from _listed(root, Path(entry.path), f"{path}/", above | {identity})
    elif wanted:
        facts = entry.stat()
        if stat.S_ISREG(facts.st_mode):
            yield FileStat(path, facts.st_size, facts.st_mtime_ns)
        else:
            yield Unreadable(path, "is not an ordinary file")


def _identity(path: Path) -> tuple[int, int]:
    facts = path.stat()
    return facts.st_dev, facts.st_ino


def _size(count: int) -> str:
    return f"{count / 1e6:g} MB" if count >= 1e5 else f"{count} bytes"
