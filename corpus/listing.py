"""Finds the files in a folder that may be articles: their paths, sizes and times. Loads nothing that reads one."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from corpus.document import Unreadable
from corpus.errors import CorpusError

FORMATS = {".txt": "text", ".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html"}
"""The kind of article that a file holds, by the ending of its name in small letters."""
_ENDINGS = tuple(FORMATS)
_OTHER_KINDS = {
    ".pdf": "a PDF",
    ".doc": "a Word document",
    ".docx": "a Word document",
    ".odt": "an OpenDocument text",
    ".rtf": "rich text",
    ".epub": "an e-book",
    ".eml": "an e-mail",
    ".msg": "an e-mail",
    ".mht": "a web archive",
    ".mhtml": "a web archive",
    ".webarchive": "a web archive",
}
"""Kinds of file that may hold an article and are not read: they are told, all others are passed over in silence."""
_OF_A_FOLDER = frozenset(
    [errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.EINVAL]
)
"""Why a folder inside may be passed over and told. Any other error is the disk's or the system's, as when a network
drive is away: the articles are not gone, and no index must be made without them."""
NOT_ORDINARY = "is not an ordinary file; put the article in one"


_Entry = tuple[str, "FileStat | Unreadable | None"]
"""A path and the file that stands there; None for a folder, whose path ends in a slash, and for a link."""


class FileStat(NamedTuple):
    """A file that may be an article: its path relative to the folder, its size, and its times.

    `mtime_ns` is when its content was last written, as far as it says itself; `ctime_ns` is when anything about it last
    changed, a rename included, which no program can set back (on Windows, when it was made). A tuple, since a hundred
    thousand of them are made and compared whenever a large folder is looked at.
    """

    path: str
    size: int
    mtime_ns: int
    ctime_ns: int


def list_files(folder: Path) -> Iterator[FileStat | Unreadable]:
    """The files of a folder and its subfolders that may be articles, and what can't be listed, in the order of paths.

    Hidden files and folders, and files of other kinds, aren't there; of a kind that often holds an article, as a PDF,
    it is told that it can't be read. A link to a file inside the folder counts as a
    file; one to a subfolder is passed over, for its files are listed where they are. Raises CorpusError at once where
    the folder is missing, can't be opened or holds no article, and later where the disk fails to list one inside.
    """
    root = _root(folder)
    listing = _walk(root)
    first = next(listing, None)
    if first is None:
        kinds = ", ".join(FORMATS)
        raise CorpusError(f"{folder} holds no article: put files ending in {kinds} in it, or name another folder.")
    return chain([first], listing)


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
        raise CorpusError(f"{str(folder)!r} {why(error)}; name another folder.") from None
    return root


def _walk(root: str) -> Iterator[FileStat | Unreadable]:
    """Depth first on a stack of its own, in the order of whole paths."""
    todo: list[Iterator[_Entry]] = []
    folder, prefix = root, ""
    while True:
        try:
            todo.append(iter(_entries(folder, prefix)))
        except OSError as error:
            if error.errno not in _OF_A_FOLDER:
                reason = error.strerror or error
                raise CorpusError(
                    f"{_printable(folder)} can't be listed ({reason}); mend that and index again: nothing was changed."
                ) from error
            yield Unreadable(_printable(prefix), why(error))
        inner = None
        while todo and inner is None:
            for path, found in todo[-1]:
                if found is None and path.endswith("/"):
                    inner = path
                    break
                if found is None:
                    yield from _link(root, str(Path(root, path)), path)
                else:
                    yield found
            else:
                todo.pop()
        if inner is None:
            return
        folder, prefix = str(Path(root, inner)), inner


def _entries(folder: str, prefix: str) -> list[_Entry]:
    """The folders, the links and the files that may be articles, in the order of paths: a folder's ends in a slash."""
    found: list[_Entry] = []
    with _opened(folder) as at, os.scandir(at) as listing:
        for entry in listing:
            name = entry.name
            if name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                found.append((f"{prefix}{name}/", None))
            elif entry.is_symlink():
                found.append((prefix + name, None))
            elif name.endswith(_ENDINGS) or _ending(name) in FORMATS:
                found.append((prefix + name, _file(entry, prefix + name)))
            elif kind := _OTHER_KINDS.get(_ending(name)):
                reason = f"is {kind}, which is not read; save its text as .txt, .md or .html"
                found.append((prefix + name, Unreadable(_printable(prefix + name), reason)))
    found.sort(key=itemgetter(0))
    return found


@contextmanager
def _opened(folder: str) -> Iterator[int | str]:
    """A folder to be listed: open where the system can, for its files are then looked at without their whole paths."""
    if os.scandir not in os.supports_fd:
        yield folder
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _ending(path: str) -> str:
    """A file's name from its last dot on, in small letters, "" for none. What pathlib does takes ten times as long."""
    name = path[path.rfind("/") + 1 :]
    dot = name.rfind(".")
    return name[dot:].lower() if 0 < dot < len(name) - 1 else ""


def _link(root: str, link: str, path: str) -> Iterator[FileStat | Unreadable]:
    wanted = _ending(path) in FORMATS
    try:
        real = os.path.realpath(link, strict=True)
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
        yield _file(Path(link), path)


def _hidden(root: str, real: str) -> bool:
    return any(part.startswith(".") for part in Path(real).relative_to(root).parts)


def _file(entry: "os.DirEntry[str] | Path", path: str) -> FileStat | Unreadable:
    try:
        _ = path.isascii() or path.encode("utf-8")
    except UnicodeEncodeError:
        return Unreadable(_printable(path), "has a name that isn't valid Unicode; rename it")
    try:
        status = entry.stat()
    except OSError as error:
        return Unreadable(path, why(error))
    if not stat.S_ISREG(status.st_mode):
        return Unreadable(path, NOT_ORDINARY)
    return FileStat(path, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _printable(path: str) -> str:
    return path.encode("utf-8", "backslashreplace").decode("utf-8")


def why(error: OSError | ValueError) -> str:
    """The reason that a file can't be read, for the user."""
    if isinstance(error, PermissionError):
        return "can't be read: you lack permission; ask its owner for it"
    if isinstance(error, FileNotFoundError):
        return "is gone: it was moved or deleted since it was listed"
    return f"can't be read: {getattr(error, 'strerror', None) or error}"
