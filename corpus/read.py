"""Finds the articles in a folder and reads them; a file that can't be read is a value with its reason."""

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from corpus.document import Document, Unreadable
from corpus.errors import CorpusError
from corpus.formats import FORMATS, NotText, parse

DEFAULT_MAX_BYTES = 20_000_000  # of one file; a novel is 1 MB

_NOT_ORDINARY = "is not an ordinary file; put the article in one"


@dataclass(frozen=True, slots=True)
class FileStat:
    """A file that may be an article: its path relative to the folder, its size, and its times.

    `mtime_ns` is when its content was last written, as far as it says itself; `ctime_ns` is when anything about it last
    changed, a rename included, which no program can set back (on Windows, when it was made).
    """

    path: str
    size: int
    mtime_ns: int
    ctime_ns: int


def list_files(folder: Path) -> Iterator[FileStat | Unreadable]:
    """The files of a folder and its subfolders that may be articles, and what can't be listed, in the order of paths.

    Hidden files and folders, and files of other kinds, aren't there. A link to a file inside the folder counts as a
    file; one to a subfolder is passed over, for its files are listed where they are. Raises CorpusError at once where
    the folder is missing, can't be opened or holds no article.
    """
    root = _root(folder)
    listing = _walk(root)
    first = next(listing, None)
    if first is None:
        kinds = ", ".join(FORMATS)
        raise CorpusError(f"{folder} holds no article: put files ending in {kinds} in it, or name another folder.")
    return chain([first], listing)


def read_bytes(folder: Path, path: str, max_bytes: int = DEFAULT_MAX_BYTES) -> bytes | Unreadable:
    """The bytes of one listed file; Unreadable where it is gone, too large, no ordinary file, or outside the folder."""
    try:
        root = os.path.realpath(folder)
        real = os.path.realpath(Path(root, path))
        if os.path.commonpath([root, real]) != root:
            return Unreadable(path, "is a link that leaves the folder; put the file itself in the folder")
        # no waiting for a writer of a pipe, no following of a link put there since
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        descriptor = os.open(real, flags)
        try:
            return _read(descriptor, path, max_bytes)
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        return Unreadable(path, _why(error))


def parse_file(path: str, data: bytes) -> Document | Unreadable:
    """The article in a file's bytes, or why there is none."""
    try:
        return parse(path, data)
    except NotText as finding:
        return Unreadable(path, finding.reason)


def read_file(folder: Path, path: str, max_bytes: int = DEFAULT_MAX_BYTES) -> Document | Unreadable:
    """One listed file as an article, or why it isn't one."""
    data = read_bytes(folder, path, max_bytes)
    return data if isinstance(data, Unreadable) else parse_file(path, data)


def read_folder(folder: Path, max_bytes: int = DEFAULT_MAX_BYTES) -> Iterator[Document | Unreadable]:
    """Every file of a folder that may be an article, read, in the order of paths. Raises CorpusError as list_files."""
    for found in list_files(folder):
        yield found if isinstance(found, Unreadable) else read_file(folder, found.path, max_bytes)


def _read(descriptor: int, path: str, max_bytes: int) -> bytes | Unreadable:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        return Unreadable(path, _NOT_ORDINARY)
    size = status.st_size
    if size <= max_bytes:
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(max_bytes + 1)  # it may have grown meanwhile
        if len(data) <= max_bytes:
            return data
        size = len(data)
    limit = _megabytes(max_bytes)
    return Unreadable(
        path, f"is {_megabytes(size)}, over the limit of {limit}; split it, or raise max_file_mb in the settings"
    )


def _root(folder: Path) -> str:
    try:
        root = os.path.realpath(folder, strict=True)
        if not Path(root).is_dir():
            raise CorpusError(f"{folder} is a file: name the folder that it is in.")
        os.scandir(root).close()
    except FileNotFoundError:
        raise CorpusError(
            f"{folder} does not exist: check the path, or make the folder and put articles in it."
        ) from None
    except PermissionError:
        raise CorpusError(f"{folder} can't be opened: you lack permission to read it; ask its owner for it.") from None
    except (OSError, ValueError) as error:
        raise CorpusError(f"{str(folder)!r} {_why(error)}; name another folder.") from None
    return root


def _walk(root: str) -> Iterator[FileStat | Unreadable]:
    """Depth first on a stack of its own, in the order of whole paths."""
    todo: list[Iterator[tuple[os.DirEntry[str], str, bool]]] = []
    folder, prefix = root, ""
    while True:
        try:
            todo.append(_entries(folder, prefix))
        except OSError as error:
            yield Unreadable(_printable(prefix), _why(error))
        inner = None
        while todo and inner is None:
            for entry, path, is_folder in todo[-1]:
                if is_folder:
                    inner = entry.path, path + "/"
                    break
                if entry.is_symlink():
                    yield from _link(root, entry, path)
                elif _ending(path) in FORMATS:
                    yield _file(entry, path)
            else:
                todo.pop()
        if inner is None:
            return
        folder, prefix = inner


def _entries(folder: str, prefix: str) -> Iterator[tuple[os.DirEntry[str], str, bool]]:
    with os.scandir(folder) as listing:
        entries = [(e, prefix + e.name, e.is_dir(follow_symlinks=False)) for e in listing if not e.name.startswith(".")]
    # in a whole path a slash follows a folder's name
    return iter(sorted(entries, key=lambda entry: entry[1] + "/" * entry[2]))


def _ending(path: str) -> str:
    """A file's name from its last dot on, in small letters, "" for none. What pathlib does takes ten times as long."""
    name = path[path.rfind("/") + 1 :]
    dot = name.rfind(".")
    return name[dot:].lower() if 0 < dot < len(name) - 1 else ""


def _link(root: str, entry: os.DirEntry[str], path: str) -> Iterator[FileStat | Unreadable]:
    wanted = _ending(path) in FORMATS
    try:
        real = os.path.realpath(entry.path, strict=True)
        is_folder = Path(real).is_dir()
    except OSError as error:
        if wanted:
            loop = error.errno == errno.ELOOP
            yield Unreadable(_printable(path), "is a link to itself" if loop else "is a link to a file that is gone")
        return
    inside = os.path.commonpath([root, real]) == root
    if not inside and (wanted or is_folder):
        kind = "folder" if is_folder else "file"
        yield Unreadable(_printable(path), f"is a link that leaves the folder; put the {kind} itself in the folder")
    elif is_folder and _hidden(root, real):
        yield Unreadable(_printable(path), "is a link to a hidden folder; name the folder without a dot")
    elif wanted and not is_folder:
        yield _file(entry, path)


def _hidden(root: str, real: str) -> bool:
    return any(part.startswith(".") for part in Path(real).relative_to(root).parts)


def _file(entry: os.DirEntry[str], path: str) -> FileStat | Unreadable:
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return Unreadable(_printable(path), "has a name that isn't valid Unicode; rename it")
    try:
        status = entry.stat()
    except OSError as error:
        return Unreadable(path, _why(error))
    if not stat.S_ISREG(status.st_mode):
        return Unreadable(path, _NOT_ORDINARY)
    return FileStat(path, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _printable(path: str) -> str:
    return path.encode("utf-8", "backslashreplace").decode("utf-8")


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, PermissionError):
        return "can't be read: you lack permission; ask its owner for it"
    if isinstance(error, FileNotFoundError):
        return "is gone: it was moved or deleted since it was listed"
    return f"can't be read: {getattr(error, 'strerror', None) or error}"


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB"
