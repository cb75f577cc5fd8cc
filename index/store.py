"""Generations on disk: complete, immutable indexes beside one pointer to the current one.

    <index>/current                  the name of the generation that serves, written last and swapped in whole
    <index>/lock                     held by the one build that may run
    <index>/looked                   when the files were last found to be as the current generation has them
    <index>/unfinished               vectors of a build that runs or was stopped; gone once it has published
    <index>/generations/000007/
        manifest.json                format, model, settings, counts, and size and SHA-256 of every other file
        articles.sqlite              articles with their texts and spans, and the files skipped
        passages.bin                 article, start, end, tokens, text digest of each row: fixed-size records
        vectors.faiss                the vectors, in row order; none in what a first build publishes to begin with
        words/                       the BM25 index
        sentences/                   which terms stand together in one sentence

A generation is written beside the others under a hidden name, flushed to disk, renamed, and only then pointed to. What
a killed build leaves is cleared by the next one.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from corpus.errors import IndexFault
from index.batch import file_digest

FORMAT = 1
VECTORS = "vectors.faiss"
_KEEP = 2  # generations kept: the current one, and the one before it, which requests in flight may be reading
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation says of itself. `files` gives (size in bytes, SHA-256) by relative name."""

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
    files: dict[str, tuple[int, str]]


def index_place(folder: Path, index_dir: Path | None = None) -> Path:
    """The folder that holds the index of a folder of articles: `index_dir`, else `.copydesk` inside it.

    Where the articles are read-only it is a folder in the user's cache, named by the digest of the articles' address.
    """
    if index_dir is not None:
        return index_dir
    inside = folder / ".copydesk"
    cached = _cached_place(folder)
    try:
        if (inside / "current").exists():
            return inside
        writable = os.access(inside if inside.exists() else folder, os.W_OK)
    except PermissionError:  # not even to be looked into; list_files tells the user
        return cached
    return cached if (cached / "current").exists() or not writable else inside


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


def current_name(place: Path) -> str | None:
    """The name of the generation that serves, or None where no index has been built."""
    try:
        name = (place / "current").read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise IndexFault(f"{place / 'current'}: can't be read ({error}); {_rebuild_hint(place)}") from error
    if not name.isdigit():
        raise IndexFault(f"{place / 'current'}: does not name a generation; {_rebuild_hint(place)}")
    return name


def read_manifest(place: Path, name: str) -> Manifest:
    """The manifest of a generation. Raises IndexFault where it is missing, damaged or of another format."""
    path = place / "generations" / name / "manifest.json"
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        found = raw["format"]
        if found == FORMAT:
            files = {str(key): (int(size), str(digest)) for key, (size, digest) in raw["files"].items()}
            return Manifest(**{**raw, "files": files})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexFault(
            f"{path}: the index is damaged (its manifest can't be read); {_rebuild_hint(place)}"
        ) from error
    age = "a newer" if isinstance(found, int) and found > FORMAT else "an older"
    raise IndexFault(
        f"{path}: the index was written in format {found} by {age} Copydesk, this one reads format {FORMAT}; "
        f"{_rebuild_hint(place)}"
    )


def verify(place: Path, manifest: Manifest) -> Path:
    """The folder of a generation, every file checked against the manifest. Raises IndexFault where one differs."""
    folder = place / "generations" / manifest.generation
    for name, (size, digest) in manifest.files.items():
        path = folder / name
        try:
            if path.stat().st_size == size and file_digest(path) == digest:
                continue
            reason = "does not match its manifest"
        except OSError as error:
            reason = f"can't be read ({error.strerror})"
        raise damaged(place, path, reason)
    return folder


def damaged(place: Path, path: Path, reason: str) -> IndexFault:
    """The error for a file or folder of a generation that is not as it was written."""
    return IndexFault(f"{path}: the index is damaged (it {reason}); {_rebuild_hint(place)}")


@contextmanager
def new_generation(place: Path) -> Iterator[Path]:
    """An empty folder to write a generation into; gone again unless `publish` moved it."""
    clear_leftovers(place)
    folder = place / "generations" / ".new"
    try:
        folder.mkdir(parents=True)
        yield folder
    except OSError as error:
        raise unwritable(place, error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def link_files(generation: Path, new: Path) -> None:
    """Put a generation's files, but for manifest and vectors, into an empty folder; they share their place on disk."""
    for path in sorted(p for p in generation.rglob("*") if p.is_file() and p.name not in ("manifest.json", VECTORS)):
        target = new / path.relative_to(generation)
        target.parent.mkdir(exist_ok=True)
        try:
            os.link(path, target)
        except OSError:  # a file system without links
            shutil.copy2(path, target)


def publish(place: Path, folder: Path, manifest: Manifest) -> Path:
    """The folder of the generation written in `folder`, now the one that serves: flushed, renamed, then pointed to."""
    files = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        _flush(path)
        files[path.relative_to(folder).as_posix()] = (path.stat().st_size, file_digest(path))
    text = json.dumps(asdict(manifest) | {"files": files}, indent=1, ensure_ascii=False)
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    _flush(folder / "manifest.json")
    for path in sorted(p for p in folder.rglob("*") if p.is_dir()):
        _flush(path)
    _flush(folder)
    published = place / "generations" / manifest.generation
    folder.rename(published)
    _flush(place / "generations")
    pointer = place / "current.new"
    pointer.write_text(manifest.generation + "\n", encoding="utf-8")
    _flush(pointer)
    pointer.replace(place / "current")
    _flush(place)
    return published


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


def next_name(place: Path) -> str:
    """The name for the next generation: one more than any that is there."""
    taken = [int(p.name) for p in (place / "generations").iterdir() if p.name.isdigit()]
    return f"{max(taken, default=0) + 1:06d}"


def clear_leftovers(place: Path) -> None:
    """Remove what killed builds left and the generations that nothing needs any more."""
    with suppress(OSError):
        (place / "current.new").unlink(missing_ok=True)
    try:
        serving = current_name(place)
    except IndexFault:
        serving = None
    folders = sorted(p for p in (place / "generations").iterdir() if p.is_dir())
    numbered = [p for p in folders if p.name.isdigit() and p.name != serving and (serving is None or p.name < serving)]
    kept = {p.name for p in numbered[-(_KEEP - 1) :]} | {serving}
    for path in folders:
        if path.name not in kept:
            shutil.rmtree(path, ignore_errors=True)


def _flush(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return  # Windows gives no handle on a folder to flush
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def unwritable(place: Path, error: OSError) -> IndexFault:
    """The error for an index folder that can't be written."""
    reason = error.strerror or str(error)
    return IndexFault(f"{place}: the index can't be written ({reason}); name a place you may write to with --index DIR")


def _rebuild_hint(place: Path) -> str:
    return f"run: copydesk index {place.parent if place.name == '.copydesk' else f'FOLDER --index {place}'}"
