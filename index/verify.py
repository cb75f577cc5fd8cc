"""Whether a generation's files are as they were written: by their digests, or by having been left alone since then.

A file's digest is compared once; <index>/verified then holds its size, its inode and when it was last written to, and
while these stay the file is not read again: to load an index of gigabytes takes no longer than a small one. What fails
under a file that nobody has written to, as on a disk that loses a bit, is caught where it is used: an article's text,
headline, outlet, date and spans have their digest beside them. `copydesk verify` reads every file.

    <index>/verified    JSON: {file's name in its generation: [digest, size, inode, time of last write in nanoseconds]}
"""

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from corpus.errors import CopydeskError
from index.checksum import file_digest
from index.faults import DamagedIndex, damaged

NAME = "verified"
ALWAYS = ("files.sqlite",)
"""Compared at every load: it tells which file is cited, and nothing that is used stands against it. It is small."""
_GRAIN_NS = 2_100_000_000
"""A file written to so shortly before it was looked at may have been written to since, by the clocks of some disks."""
_UNSETTLED = -1  # in place of such a time: the file is read once more

Stamp = tuple[str, int, int, int]
"""A file's digest, size, inode and time of last write."""


def verify(place: Path, generation: str, files: Mapping[str, tuple[int, str]]) -> Path:
    """The folder of a generation, every file checked against size and digest. Raises IndexFault where one differs."""
    folder = place / "generations" / generation
    before = noted_in(place)
    seen: dict[str, Stamp] = {}
    for name, (size, digest) in files.items():
        path = folder / name
        try:
            stamp = stamp_of(path, digest)
            known = is_known(stamp, before.get(name)) and name not in ALWAYS
            if not known and (stamp[1] != size or file_digest(path) != digest):
                raise damaged(place, path, "does not match its manifest")
        except OSError as error:
            raise damaged(place, path, f"can't be read ({error.strerror})") from error
        seen[name] = stamp
    if seen != before:
        note(place, seen)
    return folder


def distrust(place: Path, path: Path, reason: str) -> DamagedIndex:
    """The error for a file that was found damaged where it is used. Every file is read again when next loaded."""
    with suppress(OSError):
        (place / NAME).unlink(missing_ok=True)
    return damaged(place, path, reason)


@contextmanager
def suspecting(folder: Path, files: Mapping[str, tuple[int, str]]) -> Iterator[None]:
    """A block that reads a generation: what fails there is told as damage, where a file is not as it was written.

    All files are then read, whatever was noted of them. Where all are sound, or gone with a generation that is no
    longer needed, the failure stays what it was.
    """
    try:
        yield
    except (CopydeskError, OSError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException:  # tantivy's panics are no Exceptions
        for name, (size, digest) in files.items():
            path = folder / name
            with suppress(OSError):
                if path.stat().st_size != size or file_digest(path) != digest:
                    raise distrust(folder.parents[1], path, "does not match its manifest") from None
        raise


def stamp_of(path: Path, digest: str) -> Stamp:
    """What stands for a file of this digest while nobody writes to it."""
    status = path.stat()
    settled = status.st_mtime_ns < time.time_ns() - _GRAIN_NS
    return digest, status.st_size, status.st_ino, status.st_mtime_ns if settled else _UNSETTLED


def is_known(stamp: Stamp, before: Stamp | None) -> bool:
    """Whether nobody has written to a file since it was found sound and stamped `before`."""
    return stamp == before and stamp[3] != _UNSETTLED


def note(place: Path, stamps: Mapping[str, Stamp]) -> None:
    """Note that these files were found to be as they were written."""
    with suppress(OSError):
        new = place / f"{NAME}.{os.getpid()}"
        new.write_text(json.dumps(stamps), encoding="utf-8")
        new.replace(place / NAME)


def noted_in(place: Path) -> dict[str, Stamp]:
    """The stamps of the files that were found to be as they were written, by name; empty where none is noted."""
    try:
        raw = json.loads((place / NAME).read_text(encoding="utf-8"))
        return {str(name): (str(a), int(b), int(c), int(d)) for name, (a, b, c, d) in raw.items()}
    except (OSError, ValueError, AttributeError, TypeError):  # only a hint: without it the files are read once more
        return {}
