"""Where an index lies, whose it is, who may build in it, and when its files were last looked at."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from corpus.errors import IndexFault
from index.faults import unwritable
from index.store import Manifest


def index_place(folder: Path, index_dir: Path | None = None, *, to_build: bool = False) -> Path:
    """The folder that holds the index of a folder of articles: `index_dir`, else `.copydesk` inside it.

    Where the articles are read-only it is a folder in the user's cache, named by the digest of the articles' address.
    An index inside a folder that has become read-only is read until one is built in the cache, and never built in.
    """
    if index_dir is not None:
        return index_dir
    inside = folder / ".copydesk"
    cached = _cached_place(folder)
    try:
        held = (inside / "current").exists()
        writable = os.access(inside if inside.exists() else folder, os.W_OK)
    except PermissionError:  # not even to be looked into; list_files tells the user
        return cached
    in_cache = (cached / "current").exists()
    if writable:
        return inside if held or not in_cache else cached
    return inside if held and not in_cache and not to_build else cached


def _cached_place(folder: Path) -> Path:
    name = hashlib.sha256(str(folder.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return Path(platformdirs.user_cache_path("copydesk")) / "indexes" / name


@contextmanager
def one_build(place: Path) -> Iterator[None]:
    """Hold the right to build in `place`; the system frees it when the process ends, however it ends.

    Raises IndexFault where another build holds it or the place can't be written.
    """
    try:
        place.mkdir(parents=True, exist_ok=True)
        (place / "generations").mkdir(exist_ok=True)
        lock = FileLock(place / "lock")
        lock.acquire(timeout=0)
    except Timeout:
        raise IndexFault(f"{place}: another build is running on this index; wait for it and try again") from None
    except OSError as error:
        raise unwritable(place, error) from error
    try:
        yield
    finally:
        lock.release()


def looked_ns(place: Path, manifest: Manifest) -> int:
    """When the files were last looked at and found as the generation has them, in nanoseconds since the epoch."""
    try:
        name, stamp = (place / "looked").read_text(encoding="utf-8").split()
        return max(int(stamp), manifest.looked_ns) if name == manifest.generation else manifest.looked_ns
    except (OSError, ValueError):  # only a hint: without it some files are read once more
        return manifest.looked_ns


def note_look(place: Path, manifest: Manifest, at_ns: int) -> None:
    """Note that the files were found unchanged at that time."""
    with suppress(OSError):
        new = place / "looked.new"
        new.write_text(f"{manifest.generation} {at_ns}\n", encoding="utf-8")
        new.replace(place / "looked")


def check_owner(place: Path, folder: Path, owner: str) -> None:
    """Nothing, where an index in `place` made for the folder `owner` may serve `folder`.

    It may inside the folder itself, and where the other folder is gone (it was moved). Raises IndexFault otherwise.
    """
    other = Path(owner)
    if place != folder / ".copydesk" and other != folder.resolve() and other.exists():
        raise IndexFault(f"{place}: this is the index of {other}, not of {folder}; name another with --index DIR")
