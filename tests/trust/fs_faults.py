"""Every call to the file system that a build makes in the index folder fails once, in turn.

`python tests/trust/fs_faults.py` counts the calls of a build that goes well, then fails the n-th, for every n, with
each of ENOSPC, EIO, EACCES and EROFS, and once takes the index folder away at that moment; it ends writes after so many
bytes (a limit on the size of files), and, as root, builds on disks of every size that is too small (a tmpfs). Each time
the build has to end well or with one sentence, what served has to serve on, and the next build has to end well and
clean.
"""

import argparse
import errno
import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from trust.folders import (
    LostError,
    Truth,
    copied,
    edit,
    must_be_clean,
    must_serve,
    place_of,
    serves,
    truth_of,
    write_notices,
)

import index.merging
import index.write
from corpus.errors import CopydeskError
from index.build import build
from index.encode import Encoder, load_encoder

ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS)
REMOVED = 0  # in place of an error: the index folder goes away
_ON_PATHS = {
    *("open", "os.mkdir", "os.rename", "os.link", "os.remove", "os.rmdir", "os.truncate"),
    *("os.scandir", "os.listdir", "sqlite3.connect"),
}


@dataclass
class Fault:
    """What fails the n-th call that names a path in `place`, or flushes a file; without a number it only counts."""

    place: Path
    number: int = 0
    error: int = REMOVED
    count: int = 0
    at: str = ""
    armed: bool = True

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        """Take note of one call."""
        if self.armed and event in _ON_PATHS and self._is_inside(event, args):
            self.passed(f"{event} {args[0]}")

    def passed(self, what: str) -> None:
        """Count one call, and fail it if its turn has come."""
        self.count += 1
        if self.count != self.number:
            return
        self.armed, self.at = False, what
        if self.error == REMOVED:
            shutil.rmtree(self.place, ignore_errors=True)
        elif what.startswith("sqlite3"):
            raise sqlite3.OperationalError("unable to open database file")
        else:
            raise OSError(self.error, os.strerror(self.error), what.partition(" ")[2])

    def _is_inside(self, event: str, args: tuple[Any, ...]) -> bool:
        """Whether a path in the index folder is named, or one beneath an open folder: so whole folders are removed."""
        if isinstance(args[0], int):
            return event.startswith("os.") and _path_of(args[0]).startswith(str(self.place))
        return not os.fsdecode(args[0]).startswith(("/", "file:")) or str(self.place) in os.fsdecode(args[0])


def _path_of(descriptor: int) -> str:
    """What an open folder's path is; that of anything where the system does not tell."""
    try:
        return str(Path(f"/proc/self/fd/{descriptor}").readlink())
    except OSError:
        return ""


_now: list[Fault] = []


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if _now:
        _now[-1](event, args)


_fsync = os.fsync


def _flush(descriptor: int) -> None:
    if _now and _now[-1].armed:
        _now[-1].passed(f"fsync {descriptor}")
    _fsync(descriptor)


def listen() -> None:
    """Have every call told to the fault that is in force. For the rest of the process."""
    sys.addaudithook(_hook)
    os.fsync = _flush


def stay_in_force(fault: Fault) -> None:
    """Have the fault in force for the rest of the process."""
    _now.append(fault)


@contextmanager
def in_force(fault: Fault) -> Iterator[Fault]:
    """A block in which the fault is in force."""
    _now.append(fault)
    try:
        yield fault
    finally:
        _now.pop()


@dataclass
class Trials:
    """Builds that meet faults: what was tried, and what was lost."""

    work: Path
    encoder: Encoder
    tried: int = 0
    told: int = 0
    lost: list[str] = field(default_factory=list)
    held: dict[str, tuple[Path, list[Truth], Callable[[Path], None]]] = field(default_factory=dict)

    def prepare(self) -> None:
        """Make the folders that builds begin with: none indexed yet, indexed in one segment and then edited."""
        new = self.work / "new"
        write_notices(new, 6)
        self.held["first build"] = new, [truth_of(new)], lambda _: None
        old = copied(new, self.work / "old")
        build(old, encoder=self.encoder)
        edited = copied(old, self.work / "edited")
        edit(edited, 1)
        truths = [truth_of(old), truth_of(edited)]
        self.held["rebuild"] = old, truths, lambda folder: edit(folder, 1)

    def calls(self, kind: str, *, compact: bool = False) -> int:
        """How many calls a build makes that goes well."""
        folder = self._begun(kind)
        with in_force(Fault(place_of(folder))) as fault:
            build(folder, encoder=self.encoder, compact=compact)
        return fault.count

    def fail_call(self, kind: str, number: int, error: int, *, compact: bool = False) -> None:
        """One build whose n-th call fails so."""
        folder = self._begun(kind)
        fault = Fault(place_of(folder), number, error)
        name = errno.errorcode.get(error, "folder removed")
        self._try(kind, folder, fault, f"{kind}, call {number}, {name}", compact)

    def limit_files(self, kind: str, size: int) -> None:
        """One build in which no file may grow beyond a size."""
        folder = self._begun(kind)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, -1))
        try:
            raised = self._raised(folder, False)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))
        self._judge(kind, folder, raised, f"{kind}, files of {size} bytes at most", False)

    def fill_disk(self, kind: str, kilobytes: int) -> None:
        """One build on a disk with so much room for the index, given more room for the build that follows."""
        folder = self._begun(kind)
        place = place_of(folder)
        disk = self.work / "disk"
        disk.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(disk)], check=True)
        try:
            home = Path(shutil.copytree(folder, disk / "news"))
            used = sum(path.stat().st_blocks * 512 for path in disk.rglob("*"))
            self._resize(disk, used // 1024 + kilobytes)
            raised = self._raised(home, False)
            self._resize(disk, 16 * 1024)
            self._judge(kind, home, raised, f"{kind}, a disk with {kilobytes} KB left", place == place_of(home))
        finally:
            subprocess.run(["umount", "--lazy", str(disk)], check=True)  # what was opened of it may still be held

    def _resize(self, disk: Path, kilobytes: int) -> None:
        subprocess.run(["mount", "-o", f"remount,size={kilobytes}k", str(disk)], check=True)

    def _begun(self, kind: str) -> Path:
        source, _, change = self.held[kind]
        folder = copied(source, self.work / "tried")
        change(folder)
        return folder

    def _try(self, kind: str, folder: Path, fault: Fault, told: str, compact: bool) -> None:
        with in_force(fault):
            raised = self._raised(folder, compact)
        self._judge(kind, folder, raised, f"{told} ({fault.at})", fault.error == REMOVED)

    def _raised(self, folder: Path, compact: bool) -> BaseException | None:
        try:
            build(folder, encoder=self.encoder, compact=compact)
        except BaseException as error:
            return error
        return None

    def _judge(self, kind: str, folder: Path, raised: BaseException | None, told: str, gone: bool) -> None:
        """Hold what is there now, and what the next build makes of it, to the promise."""
        truths = self.held[kind][1]
        self.tried += 1
        self.told += raised is not None
        try:
            if raised is not None and (not isinstance(raised, CopydeskError) or "\n" in str(raised)):
                raise LostError(f"ended with {raised!r}")
            if serves(folder):
                must_serve(folder, self.encoder, truths if raised else truths[-1:])
            elif kind != "first build" and not gone:
                raise LostError("the index is gone")
            build(folder, encoder=self.encoder)
            must_serve(folder, self.encoder, truths[-1:])
            must_be_clean(folder)
        except Exception as error:
            self.lost.append(f"{told}: {type(error).__name__}: {error}")
            print("LOST", self.lost[-1], flush=True)


@contextmanager
def small_sizes() -> Iterator[None]:
    """Few passages are handled as many: words are published first, a change becomes a segment."""
    before = index.write.WORDS_FIRST, index.merging.TOGETHER, index.merging.TIMES
    index.write.WORDS_FIRST, index.merging.TOGETHER, index.merging.TIMES = 1, 0, 2
    try:
        yield
    finally:
        index.write.WORDS_FIRST, index.merging.TOGETHER, index.merging.TIMES = before


def run(work: Path, encoder: Encoder, times: int | None, seed: int) -> Trials:
    """So many trials, drawn evenly from all, or all of them."""
    trials = Trials(work, encoder)
    with small_sizes():
        trials.prepare()
        todo: list[tuple[Callable[..., None], tuple[Any, ...], dict[str, Any]]] = []
        for kind, compact in (("first build", False), ("rebuild", False), ("rebuild", True)):
            calls = trials.calls(kind, compact=compact)
            print(f"{kind}{', compact' * compact}: {calls} calls", flush=True)
            for number in range(1, calls + 1):
                todo += [(trials.fail_call, (kind, number, each), {"compact": compact}) for each in (*ERRORS, REMOVED)]
        for kind in trials.held:
            todo += [(trials.limit_files, (kind, size), {}) for size in (0, 1, *range(64, 36_000, 509))]
            if os.geteuid() == 0 and shutil.which("mount"):
                todo += [(trials.fill_disk, (kind, room), {}) for room in range(0, 260, 4)]
        if times is not None:
            todo = random.Random(seed).sample(todo, min(times, len(todo)))
        for done, (do, args, more) in enumerate(todo, 1):
            do(*args, **more)
            if done % 50 == 0:
                print(f"{done:,} of {len(todo):,}", flush=True)
    return trials


def main() -> int:
    """0 where nothing was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, help="so many of the trials, drawn evenly (all)")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    listen()
    with tempfile.TemporaryDirectory() as work:
        trials = run(Path(work).resolve(), load_encoder(), chosen.times, chosen.seed)
    for each in trials.lost:
        print(f"lost (seed {chosen.seed}): {each}")
    print(f"{trials.tried:,} faults, {trials.told:,} builds ended by them, {len(trials.lost):,} lost")
    return 1 if trials.lost else 0


if __name__ == "__main__":
    sys.exit(main())
