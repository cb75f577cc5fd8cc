"""Generations on disk: complete, immutable indexes beside one pointer to the current one.

    <index>/current                  the name of the generation that serves and the SHA-256 of its manifest, written
                                     last and swapped in whole
    <index>/lock                     held by the one build that may run
    <index>/looked                   when the files were last found to be as the current generation has them
    <index>/unfinished               vectors of a build that runs or was stopped; gone once it has published
    <index>/verified                 when each file of the current generation was last found to be as it was written
    <index>/generations/000007/
        manifest.json                format, model, settings, counts, and size and SHA-256 of every other file
        files.sqlite                 the files as they were, and those that were skipped
        segments/000003/             articles that were written together (index/segment.py)
        segments/000007/
        words/                       the BM25 index of all passages

Generations share the files that they have in common, as hard links; each is complete without the others. One is written
beside the others under a hidden name, flushed to disk, renamed, and only then pointed to. What a killed build leaves is
cleared by the next one, whatever that finds to do.
"""

import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from corpus.errors import IndexFault
from index.checksum import file_digest
from index.faults import damaged, rebuild_hint, writing
from index.verify import NAME, Stamp, is_known, note, noted_in, stamp_of

FORMAT = 3
FILES = "files.sqlite"
SEGMENTS = "segments"
WORDS = "words"
UNFINISHED = "unfinished"
OLDER = (2,)  # formats whose passages and vectors are written as they are now
KEEP = 2  # generations kept: the current one, and the one before it, which requests in flight may be reading
_FLUSHED_TOGETHER = 8
_OLD = ".old-"  # of what is being removed
_NEW = ".new-"  # and some letters of its own, so that no two builds ever write into one folder


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation says of itself.

    `embedded` is False for what a first build publishes before it embeds. `segments` are in the order of their rows.
    `files` gives (size in bytes, SHA-256) by relative name.
    """

    format: int
    generation: str
    built_at: str
    looked_ns: int
    folder: str
    model: str
    model_digest: str
    dim: int
    passage_tokens: int
    cutting: str
    articles: int
    passages: int
    skipped: int
    embedded: bool
    segments: tuple[str, ...]
    files: dict[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Pointer:
    """Which generation serves, and the SHA-256 of its manifest: "" in what a Copydesk before format 3 wrote."""

    name: str
    digest: str


def read_pointer(place: Path) -> Pointer | None:
    """What points to the generation that serves, or None where no index has been built."""
    try:
        written = (place / "current").read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        reason = error.strerror or str(error)
        raise IndexFault(f"{place / 'current'}: can't be read ({reason}); {rebuild_hint(place)}") from error
    found = re.fullmatch(rb"([0-9]+)(?: ([0-9a-f]{64}))?\n", written)
    if found is None:
        raise IndexFault(f"{place / 'current'}: does not name a generation; {rebuild_hint(place)}")
    return Pointer(found[1].decode(), (found[2] or b"").decode())


def current_name(place: Path) -> str | None:
    """The name of the generation that serves, or None where no index has been built."""
    pointer = read_pointer(place)
    return pointer.name if pointer else None


def read_manifest(place: Path, name: str, digest: str | None = None, formats: Collection[int] = (FORMAT,)) -> Manifest:
    """The manifest of a generation in one of these formats, compared with its digest where that is given.

    Raises IndexFault where it is missing, damaged or of another format.
    """
    path = place / "generations" / name / "manifest.json"
    try:
        written = path.read_bytes()
        raw = json.loads(written)
        found = raw["format"]
        if found in formats:
            if found == FORMAT and digest is not None and hashlib.sha256(written).hexdigest() != digest:
                raise damaged(place, path, f"is not the manifest that {place / 'current'} was written for")
            files = {str(key): (int(size), str(digest)) for key, (size, digest) in raw["files"].items()}
            return Manifest(**{**raw, "files": files, "segments": tuple(map(str, raw["segments"]))})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexFault(f"{path}: the index is damaged (its manifest can't be read); {rebuild_hint(place)}") from error
    age = "a newer" if isinstance(found, int) and found > FORMAT else "an older"
    raise IndexFault(
        f"{path}: the index was written in format {found} by {age} Copydesk, this one reads format {FORMAT}; "
        f"{rebuild_hint(place)}"
    )


@contextmanager
def new_generation(place: Path) -> Iterator[Path]:
    """An empty folder to write a generation into; gone again unless `publish` moved it."""
    folder = place / "generations" / f"{_NEW}{secrets.token_hex(4)}"
    try:
        with writing(place):
            folder.mkdir()
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def link_files(folder: Path, into: Path, leave: Collection[str] = ()) -> None:
    """Put a folder's files, but for those named in `leave` and locks, into another; they share their place on disk."""
    folders, files = _inside(folder)
    into.parent.mkdir(exist_ok=True)  # not its parents too: a generation that somebody removed is not begun again
    into.mkdir(exist_ok=True)
    for path in folders:
        (into / path.relative_to(folder)).mkdir(exist_ok=True)
    for path in (each for each in files if each.name not in leave):
        target = into / path.relative_to(folder)
        try:
            os.link(path, target)
        except OSError:  # a file system without links
            shutil.copy2(path, target)


def publish(place: Path, folder: Path, manifest: Manifest, before: Manifest | None = None) -> Path:
    """The folder of the generation written in `folder`, now the one that serves: flushed, renamed, then pointed to.

    What is the same file as in the generation `before` is on disk already, and its digest is known if nobody has
    written to it since it was found sound. Raises IndexFault where somebody has.
    """
    files: dict[str, tuple[int, str]] = {}
    stamps: dict[str, Stamp] = {}
    noted = noted_in(place)
    new: list[tuple[Path, str, tuple[int, str] | None]] = []
    folders, written = _inside(folder)
    for path in written:
        name = path.relative_to(folder).as_posix()
        shared = before.files.get(name) if before and _same_file(path, place, before.generation, name) else None
        if shared is not None and is_known(stamp_of(path, shared[1]), noted.get(name)):
            files[name], stamps[name] = shared, noted[name]
        else:
            new.append((path, name, shared))
    _flush_all([path for path, _, _ in new])
    for path, name, shared in new:
        unread = stamp_of(path, "")
        files[name] = (path.stat().st_size, file_digest(path))
        stamps[name] = (files[name][1], *unread[1:])
        if shared not in (None, files[name]):
            raise damaged(place, path, "does not match the manifest of the generation before")
    text = json.dumps(asdict(manifest) | {"files": dict(sorted(files.items()))}, indent=1, ensure_ascii=False).encode(
        "utf-8"
    )
    (folder / "manifest.json").write_bytes(text)
    _flush_all([folder / "manifest.json", *folders, folder])
    published = place / "generations" / manifest.generation
    folder.rename(published)
    _flush(place / "generations")
    pointer = place / "current.new"
    pointer.write_bytes(f"{manifest.generation} {hashlib.sha256(text).hexdigest()}\n".encode())
    _flush(pointer)
    pointer.replace(place / "current")
    _flush(place)
    note(place, stamps)
    return published


def next_name(place: Path) -> str:
    """The name for the next generation: one more than any that is there."""
    taken = [int(p.name) for p in (place / "generations").iterdir() if p.name.isdigit()]
    return f"{max(taken, default=0) + 1:06d}"


def clear_leftovers(place: Path, keep: int = KEEP, serving: str | None = None) -> None:
    """Remove what killed builds left and the generations that nothing needs any more, all but the last few.

    `serving` is the one that serves, where the caller has just published it; else the pointer tells.
    """
    for path in (place / "current.new", place / "looked.new", *place.glob(f"{NAME}.*")):
        with suppress(OSError):
            path.unlink(missing_ok=True)
    folders = sorted(p for p in (place / "generations").iterdir() if p.is_dir())
    numbered = [p.name for p in folders if p.name.isdigit()]
    try:
        serving = serving or current_name(place)
    except IndexFault:  # which one serves can't be told now, so none is taken away; the next look knows more
        kept = numbered
    else:
        before = [name for name in numbered if serving is None or int(name) < int(serving)]
        kept = [*before[max(0, len(before) - keep + 1) :], serving or ""]
    for path in folders:
        if path.name not in kept:
            _remove(path)


def forget_unfinished(place: Path) -> None:
    """Remove the vectors that a build kept, once it has published. What can't be removed now does no harm."""
    with suppress(OSError):
        (place / UNFINISHED).unlink(missing_ok=True)


def _remove(folder: Path) -> None:
    """Remove a generation's folder, first of all its name: half of one never stands where a whole one is looked for."""
    hidden = folder.with_name(f"{_OLD}{folder.name}") if folder.name.isdigit() else folder
    with suppress(OSError):
        folder.rename(hidden)
        shutil.rmtree(hidden, ignore_errors=True)


def _inside(folder: Path) -> tuple[list[Path], list[Path]]:
    """The folders inside a folder, at any depth and the outer before the inner, and its files but for locks.

    Raises OSError where one can't be listed; `rglob` passes over what it may not list, and a file would be forgotten.
    """
    folders: list[Path] = []
    files: list[Path] = []
    for at, inner, held in os.walk(folder, onerror=_raise):
        inner.sort()
        folders += [Path(at, name) for name in inner]
        files += [Path(at, name) for name in held if not name.endswith(".lock")]
    return folders, sorted(files)


def _raise(error: OSError) -> None:
    raise error


def _same_file(path: Path, place: Path, generation: str, name: str) -> bool:
    try:
        return path.samefile(place / "generations" / generation / name)
    except OSError:
        return False


def _flush_all(paths: Sequence[Path]) -> None:
    """Flush files and folders of which none needs another to be flushed before: the disk takes them together."""
    with ThreadPoolExecutor(_FLUSHED_TOGETHER, thread_name_prefix="flush") as pool:
        for done in [pool.submit(_flush, path) for path in paths]:
            done.result()


def _flush(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return  # Windows gives no handle on a folder to flush
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)  # Windows flushes only what it may write to
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
