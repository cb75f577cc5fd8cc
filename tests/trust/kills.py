"""The real `copydesk index` and `copydesk serve`, killed at random moments with SIGKILL.

`python tests/trust/kills.py` kills 300 of them: some after a time drawn from what an undisturbed run takes, counted
from when it took the lock, some at a call to the file system drawn from those that such a run makes; first builds and
rebuilds after edits, of few passages and of many (words are published first, segments are shared), builds within a
server, and single worker processes. Each time what is on disk has to serve whole, as before or as after; what was
embedded has to be used; and the next build has to leave nothing behind. `--only N` repeats one trial.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from running import ROOT, START, command, environment
from trust.folders import (
    LostError,
    copied,
    edit,
    must_be_clean,
    must_serve,
    place_of,
    serves,
    truth_of,
    write_notices,
)
from trust.fs_faults import Fault, listen, stay_in_force

from index.build import build
from index.encode import Encoder, load_encoder
from index.store import UNFINISHED

FEW, MANY, SEGMENTS = 30, 540, 2_100
"""Notices: one segment; enough for words to be published first; enough for an edit to be a segment of its own."""
_HEAD, _RECORD = 64, 1_572  # of <index>/unfinished
_DIES = "import sys; sys.path[:0] = {paths}; from trust.kills import die_at; die_at({place!r}, {number}, {told!r}); "
_HOW = ("call", "time")
KINDS = (
    *((kind, how) for kind in ("first few", "edit few", "first many", "edit many") for how in _HOW),
    ("first many", "serve"),
    ("first many", "worker"),
)


@dataclass
class _Death(Fault):
    """Kills the process and all of its group at the n-th call; without a number it tells how many there were."""

    told: str = ""

    def passed(self, what: str) -> None:  # noqa: ARG002
        """Count one call, and die if its turn has come."""
        self.count += 1
        if self.count == self.number:
            os.killpg(0, signal.SIGKILL)
        if not self.number:
            self.armed = False
            Path(self.told).write_text(str(self.count))
            self.armed = True


def die_at(place: str, number: int, told: str) -> None:
    """Have this process die at the n-th call that it makes in an index folder. For the rest of its life."""
    listen()
    stay_in_force(_Death(Path(place), number, told=told))


@dataclass
class Begun:
    """What a kind of build begins with: its folder, how long it takes, how many calls, how many texts it embeds."""

    folder: Path
    turn: int
    seconds: float = 0.0
    calls: int = 0
    embedded: int = 0


@dataclass
class Kills:
    """Builds that were killed: what was tried, and what was lost."""

    work: Path
    encoder: Encoder
    seed: int
    tried: int = 0
    fired: int = 0
    reused: int = 0
    lost: list[str] = field(default_factory=list)
    begun: dict[str, Begun] = field(default_factory=dict)

    def trial(self, number: int) -> None:
        """One build, killed; what it left and what the next build makes of that held to the promise."""
        dice = random.Random(f"{self.seed} {number}")
        kind, how = KINDS[number % len(KINDS)]
        start = self._start(kind)
        folder = self._fresh(start)
        after = truth_of(folder)
        before = truth_of(start.folder)
        told = self._kill(kind, how, folder, dice)
        self.tried += 1
        try:
            if serves(folder):
                must_serve(folder, self.encoder, [after, before] if start.turn else [after])
            elif start.turn:
                raise LostError("the index is gone")
            kept = self._kept(folder)
            report = build(folder, encoder=self.encoder)
            if report.embedded > start.embedded - kept:
                raise LostError(f"{report.embedded} embedded though {kept} of {start.embedded} were kept")
            self.reused += kept
            must_serve(folder, self.encoder, [after])
            must_be_clean(folder)
        except Exception as error:
            self.lost.append(f"trial {number}, {kind}, {told}: {type(error).__name__}: {error}")
            print("LOST", self.lost[-1], flush=True)

    def _start(self, kind: str) -> Begun:
        if kind not in self.begun:
            edits = kind.startswith("edit")
            folder = self.work / kind.replace(" ", "-")
            write_notices(folder, {"few": FEW, "many": SEGMENTS if edits else MANY}[kind.split()[1]])
            if edits:
                build(folder, encoder=self.encoder)
            start = self.begun[kind] = Begun(folder, int(edits))
            tried = self._fresh(start)
            start.embedded = build(tried, encoder=self.encoder).embedded
            tried = self._fresh(start)
            self._undisturbed(start, tried)
            print(f"{kind}: {start.seconds:.1f} s from the lock on, {start.calls} calls, {start.embedded} embedded")
        return self.begun[kind]

    def _undisturbed(self, start: Begun, folder: Path) -> None:
        told = self.work / "told"
        process = self._popen(folder, self._dying(folder, 0, told))
        self._until_locked(process, folder)
        locked = time.monotonic()
        if process.wait() != 0:
            raise LostError("an undisturbed build failed")
        start.seconds, start.calls = time.monotonic() - locked, int(told.read_text())

    def _fresh(self, start: Begun) -> Path:
        folder = copied(start.folder, self.work / "tried")
        if start.turn:
            edit(folder, start.turn)
        return folder

    def _kept(self, folder: Path) -> int:
        path = place_of(folder) / UNFINISHED
        return max(0, (path.stat().st_size - _HEAD) // _RECORD) if path.exists() else 0

    def _kill(self, kind: str, how: str, folder: Path, dice: random.Random) -> str:
        start = self.begun[kind]
        if how == "call":
            number = dice.randint(1, start.calls)
            process = self._popen(folder, self._dying(folder, number, self.work / "told"))
            self.fired += process.wait() == -signal.SIGKILL
            return f"killed at call {number} of {start.calls}"
        typed = ("serve", folder, "--no-browser", "--port", "0") if how == "serve" else ("index", folder)
        process = self._popen(folder, command(*typed))
        self._until_locked(process, folder)
        delay = dice.uniform(0, start.seconds)
        if how == "worker":
            return self._kill_worker(process, delay / 4)
        _wait(process, delay)
        if process.poll() is None:
            self.fired += 1
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return f"killed after {delay:.2f} s ({how})"

    def _kill_worker(self, process: "subprocess.Popen[bytes]", delay: float) -> str:
        """A worker dies and its build does not."""
        deadline = time.monotonic() + delay + 5
        while time.monotonic() < deadline and process.poll() is None:
            workers = [pid for pid in _children(process.pid) if b"spawn_main" in _called(pid)]
            if workers:
                os.kill(workers[-1], signal.SIGKILL)
                self.fired += 1
                break
            time.sleep(0.01)
        if process.wait() != 0:
            raise LostError(f"a build whose worker was killed ended with {process.returncode}")
        return "a worker killed"

    def _dying(self, folder: Path, number: int, told: Path) -> list[str]:
        paths = [str(ROOT), str(ROOT / "tests")]
        code = _DIES.format(paths=paths, place=str(place_of(folder)), number=number, told=str(told))
        return [sys.executable, "-c", f"{code}{START}", "index", str(folder)]

    def _popen(self, folder: Path, typed: list[str]) -> "subprocess.Popen[bytes]":
        home = self.work / "home"
        home.mkdir(exist_ok=True)
        return subprocess.Popen(
            typed,
            env=environment(home),
            cwd=folder.parent,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _until_locked(self, process: "subprocess.Popen[bytes]", folder: Path) -> None:
        lock = str(place_of(folder) / "lock")
        while process.poll() is None and lock not in _open_files(process.pid):
            time.sleep(0.005)


def _wait(process: "subprocess.Popen[bytes]", seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return


def _open_files(pid: int) -> Iterator[str]:
    try:
        names = list(Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return
    for name in names:
        try:
            yield str(name.readlink())
        except OSError:  # closed meanwhile
            continue


def _children(pid: int) -> list[int]:
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _called(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def run(work: Path, encoder: Encoder, numbers: range, seed: int) -> Kills:
    """The trials of these numbers."""
    kills = Kills(work, encoder, seed)
    for number in numbers:
        kills.trial(number)
        if kills.tried % 20 == 0:
            print(f"{kills.tried:,} of {len(numbers):,}", flush=True)
    return kills


def main() -> int:
    """0 where nothing was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="the one trial of this number")
    chosen = parser.parse_args()
    numbers = range(chosen.times) if chosen.only is None else range(chosen.only, chosen.only + 1)
    with tempfile.TemporaryDirectory() as work:
        kills = run(Path(work).resolve(), load_encoder(), numbers, chosen.seed)
    for each in kills.lost:
        print(f"lost (seed {chosen.seed}): {each}")
    print(
        f"{kills.tried:,} builds, {kills.fired:,} killed before they ended, {kills.reused:,} embedded passages used "
        f"again, {len(kills.lost):,} lost"
    )
    return 1 if kills.lost else 0


if __name__ == "__main__":
    sys.exit(main())
