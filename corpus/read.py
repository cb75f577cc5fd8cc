"""Reads the articles of a folder; a file that can't be read is a value with its reason."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from corpus.document import Document, Unreadable
from corpus.formats import NotText, parse
from corpus.listing import NOT_ORDINARY, list_files, why

DEFAULT_MAX_BYTES = 20_000_000  # of one file; a novel is 1 MB


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
        return Unreadable(path, why(error))


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
        return Unreadable(path, NOT_ORDINARY)
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


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB"
