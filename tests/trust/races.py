"""Builds, readers and changing files at once: no torn read, no article that no file ever held.

`python tests/trust/races.py` goes through so many rounds of: real builds started at the same moment; searches that go
on through one publication after the other; a server's index put aside for another of the same name, and taken away; a
lock whose holder was killed; and files that are rewritten, cut, lengthened, closed and removed while they are read.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from running import ROOT, command, environment
from trust.folders import (
    LIMIT,
    LostError,
    Truth,
    edit,
    held_truth,
    must_answer,
    must_be_clean,
    must_serve,
    place_of,
    truth_of,
    write_notice,
    write_notices,
)

from corpus.errors import CopydeskError
from index.audit import audit
from index.build import build
from index.encode import Encoder, load_encoder
from index.search import open_index
from qa.desk import Built, Desk

_HOLDS = "from index.place import one_build; from pathlib import Path; import sys, time\n"


@dataclass
class Races:
    """Rounds of things that happen at once, each in a folder of its own."""

    work: Path
    encoder: Encoder
    dice: random.Random
    rounds: int = 0
    read: int = 0
    lost: list[str] = field(default_factory=list)

    def go(self, only: str | None = None) -> None:
        """One round of each, or of the one of this name."""
        races: list[Callable[[Path], None]] = [
            self.builders,
            self.readers,
            self.replaced,
            self.killed_holder,
            self.changing_files,
        ]
        for race in [each for each in races if only in (None, each.__name__)]:
            folder = self.work / f"{race.__name__}-{self.rounds}"
            try:
                write_notices(folder, 12)
                race(folder)
            except Exception as error:
                self.lost.append(f"round {self.rounds}, {race.__name__}: {type(error).__name__}: {error}")
                print("LOST", self.lost[-1], flush=True)
            shutil.rmtree(folder, ignore_errors=True)
        self.rounds += 1

    def builders(self, folder: Path) -> None:
        """Real builds of one folder at once: each ends well, or says that another runs."""
        home = self.work / "home"
        home.mkdir(exist_ok=True)
        running = []
        for _ in range(3):
            typed = command("index", folder)
            piped = subprocess.PIPE
            running.append(subprocess.Popen(typed, env=environment(home), stdout=piped, stderr=piped, text=True))
            time.sleep(self.dice.uniform(0, 0.2))
        ended = []
        for process in running:
            _, told = process.communicate()
            ended.append(process.returncode)
            if process.returncode not in (0, 1) or "Traceback" in told:
                raise LostError(f"a build beside another ended with {process.returncode}: {told}")
            if process.returncode == 1 and "another build is running" not in told:
                raise LostError(f"a build beside another said: {told}")
        if 0 not in ended:
            raise LostError("none of the builds went through")
        must_serve(folder, self.encoder, [truth_of(folder)])
        build(folder, encoder=self.encoder)
        must_be_clean(folder)

    def readers(self, folder: Path) -> None:
        """Searches that go on through publications, by indexes just opened and by those held for long."""
        build(folder, encoder=self.encoder)
        truths: list[Truth] = [truth_of(folder)]
        done = threading.Event()
        faults: list[str] = []

        def read() -> None:
            held = open_index(folder, encoder=self.encoder)
            while not done.is_set():
                try:
                    for index in (held, fresh := open_index(folder, encoder=self.encoder)):
                        must_answer(index)
                        if held_truth(index) not in truths:
                            raise LostError("what was read is no state that the folder was in")
                        self.read += 1
                    held = fresh if self.dice.random() < 0.3 else held
                except Exception as error:
                    faults.append(f"{type(error).__name__}: {error}")
                    return

        threads = [threading.Thread(target=read) for _ in range(2)]
        for thread in threads:
            thread.start()
        for turn in range(1, 7):
            edit(folder, turn)
            truths.append(truth_of(folder))
            build(folder, encoder=self.encoder, compact=turn % 3 == 0)
        done.set()
        for thread in threads:
            thread.join()
        if faults:
            raise LostError(faults[0])
        must_be_clean(folder)

    def replaced(self, folder: Path) -> None:
        """A server whose index another machine puts another in the place of, and then takes away."""
        place = place_of(folder)
        build(folder, encoder=self.encoder)
        with Desk(folder, encoder=self.encoder) as desk:
            desk.refresh()
            first = desk.index()
            edit(folder, 1)
            build(folder, place.with_name(".another"), encoder=self.encoder)
            place.rename(folder / ".before")
            place.with_name(".another").rename(place)
            desk.refresh()
            second = desk.index()
            if first is None or second is None or held_truth(second) != truth_of(folder):
                raise LostError("the index that was put there is not taken up")
            if first.info.generation != second.info.generation:
                raise LostError("this should try two generations of one name")
            must_answer(first)
            must_answer(second)
            shutil.rmtree(place)
            desk.refresh()
            must_answer(second)
            if desk.index() is not second:
                raise LostError("an index that was taken away is not served to the end")
            desk.rebuild()
            if not isinstance(desk.wait(), Built):
                raise LostError(f"no new index where one was taken away: {desk.job}")
        must_serve(folder, self.encoder, [truth_of(folder)])

    def killed_holder(self, folder: Path) -> None:
        """The lock is free at once where its holder was killed."""
        held = f"{_HOLDS}with one_build(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
        typed = [sys.executable, "-c", held, str(place_of(folder))]
        process = subprocess.Popen(typed, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        process.stdout.readline()
        try:
            build(folder, encoder=self.encoder)
            raise LostError("a build went through a lock that is held")
        except CopydeskError as error:
            if "another build is running" not in str(error):
                raise
        finally:
            process.send_signal(signal.SIGKILL)
            process.communicate()
        build(folder, encoder=self.encoder)
        must_serve(folder, self.encoder, [truth_of(folder)])
        must_be_clean(folder)

    def changing_files(self, folder: Path) -> None:
        """Files that change under the builds that read them: each index is whole, the last one as the files are."""
        done = threading.Event()
        seed = self.dice.random()
        thread = threading.Thread(target=lambda: _meddle(folder, done, random.Random(seed)))
        thread.start()
        try:
            for _ in range(5):
                build(folder, encoder=self.encoder)
                found = audit(folder, place_of(folder), LIMIT)
                if found.faults:
                    raise LostError(f"what was built of changing files is not whole: {found.faults[0]}")
                must_answer(open_index(folder, encoder=self.encoder))
        finally:
            done.set()
            thread.join()
        write_notices(folder, 12, turn=3)
        build(folder, encoder=self.encoder)
        must_serve(folder, self.encoder, [truth_of(folder)])


def _meddle(folder: Path, done: threading.Event, dice: random.Random) -> None:
    """Rewrite, cut, lengthen, close, remove and rename the notices, until told to stop; all can be read then."""
    turn = 0
    while not done.is_set():
        turn += 1
        number = dice.randrange(12)
        path = folder / f"notice-{number:03d}.md"
        what = dice.choice(("write", "cut", "lengthen", "close", "remove", "rename"))
        with suppress(FileNotFoundError):  # it is just gone
            if what == "write":
                write_notice(folder, number, turn)
            elif what == "cut":
                os.truncate(path, path.stat().st_size // 2)
            elif what == "lengthen":
                with path.open("a", encoding="utf-8") as file:
                    file.write(f"The mayor counted {turn} more.\n" * dice.randint(1, 2_000))
            elif what == "close":
                path.chmod(0)
            elif what == "remove":
                path.unlink()
            else:
                path.rename(folder / f"notice-{dice.randrange(12):03d}.md")
        time.sleep(0.002)
    for path in folder.glob("notice-*.md"):
        path.chmod(0o644)


def run(work: Path, encoder: Encoder, rounds: int, seed: int) -> Races:
    """So many rounds."""
    races = Races(work, encoder, random.Random(seed))
    for _ in range(rounds):
        races.go()
        print(f"{races.rounds:,} of {rounds:,}", flush=True)
    return races


def main() -> int:
    """0 where nothing was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=40, help="rounds")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        races = run(Path(work).resolve(), load_encoder(), chosen.times, chosen.seed)
    for each in races.lost:
        print(f"lost (seed {chosen.seed}): {each}")
    print(f"{races.rounds:,} rounds, {races.read:,} readings beside builds, {len(races.lost):,} lost")
    return 1 if races.lost else 0


if __name__ == "__main__":
    sys.exit(main())
