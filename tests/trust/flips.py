"""Every file of an index loses a bit, or is cut, lengthened or blanked: it is noticed and named, or it changes nothing.

`python tests/trust/flips.py` does so 1,000 times. In half of the trials the file's times and place stay as they were,
as on a disk that loses bits by itself: what was noted of the file still holds, so that it may pass unread. Whatever is
then answered has to be what was answered before, or (only then) to cite the articles' very words under their own
headline and outlet. Whatever is not a mere hint is named by `copydesk verify`, and the build that the error names mends
it. `--only N` repeats one trial.
"""

import argparse
import os
import random
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from trust.folders import (
    LIMIT,
    QUESTION,
    LostError,
    copied,
    edit,
    held_truth,
    must_be_clean,
    must_serve,
    place_of,
    truth_of,
    write_notices,
)
from trust.fs_faults import small_sizes

from corpus.errors import IndexFault
from index.audit import audit
from index.build import build
from index.encode import Encoder, load_encoder
from index.search import NewsIndex, open_index
from index.store import current_name, read_manifest
from qa.answer import ask
from qa.show_json import answer_json

QUESTIONS = (
    QUESTION,
    "What will a return ticket cost?",
    "Who conducts the Merrow choir?",
    "How many new piles does berth7x0 need?",
)
HINTS = ("lock", "looked", "verified", "unfinished")
_OLD = 1_700_000_000  # when the files were last written to, as far as they say


def answers(index: NewsIndex) -> list[dict[str, Any]]:
    """What the index answers, but for how long it took."""
    return [{**answer_json(list(ask(question, index))[-1]), "seconds": 0} for question in QUESTIONS]


class Ground:
    """A folder with an index of two segments in which articles are gone, and what it answers."""

    def __init__(self, work: Path, encoder: Encoder) -> None:
        self.encoder, self.work = encoder, work
        self.folder = work / "pristine"
        write_notices(self.folder, 24)
        with small_sizes():
            build(self.folder, encoder=encoder)
            edit(self.folder, 1)
            build(self.folder, encoder=encoder)
        (place_of(self.folder) / "unfinished").write_bytes(b"0" * 4_000)
        self.truth = truth_of(self.folder)
        index = must_serve(self.folder, encoder, [self.truth])
        self.answers = answers(index)
        anew = copied(self.folder, work / "anew")
        (place_of(anew) / "current").write_bytes(b"")
        build(anew, encoder=encoder)
        self.anew = answers(must_serve(anew, encoder, [self.truth]))
        self.about = {article.path: article.metadata for article in index.articles}

    def trial(self, seed: int, number: int) -> str:
        """How one trial ended: "named", "no difference", "another order". Raises LostError where a promise broke."""
        dice = random.Random(f"{seed} {number}")
        folder = copied(self.folder, self.work / "tried")
        place = place_of(folder)
        for path in place.rglob("*"):
            os.utime(path, (_OLD, _OLD))
        open_index(folder, encoder=self.encoder)  # notes that every file is sound
        path = dice.choice(sorted(p for p in place.rglob("*") if p.is_file()))
        silent = dice.random() < 0.5
        before = path.read_bytes()
        what = _damage(path, silent, dice)
        if path.read_bytes() == before:
            return "no difference"
        try:
            return self._judged(folder, path, silent)
        except LostError as error:
            raise LostError(f"trial {number}, {path.relative_to(place)} {what}: {error}") from None

    def _judged(self, folder: Path, path: Path, silent: bool) -> str:
        place = place_of(folder)
        name = current_name_or_none(place)
        essential = _is_essential(place, name, path)
        try:
            index = open_index(folder, encoder=self.encoder)
            said = answers(index)
        except IndexFault as error:
            if str(place) not in str(error) or f"run: copydesk index {folder}" not in str(error):
                raise LostError(f"told without its place or its mend: {error}") from None
            ended = "named"
        else:
            ended = self._answered(index, said, essential and not silent)
            if essential:
                self._must_be_named(folder, path)
        with small_sizes():
            anew = build(folder, encoder=self.encoder).rebuilt_because is not None
        if answers(must_serve(folder, self.encoder, [self.truth])) != (self.anew if anew else self.answers):
            raise LostError("the build that should mend it did not")
        must_be_clean(folder)
        return ended

    def _answered(self, index: NewsIndex, said: list[dict[str, Any]], noticeable: bool) -> str:
        if noticeable:
            raise LostError("not noticed")
        if said == self.answers:
            return "no difference"
        for answer in said:
            for each in answer["citations"]:
                if self.truth[each["file"]][each["start"] : each["end"]] != each["quote"]:
                    raise LostError(f"a wrong citation of {each['file']}")
                known = self.about[each["file"]]
                if (known.title, known.source, known.published) != (each["title"], each["source"], each["published"]):
                    raise LostError(f"a citation of {each['file']} under another headline, outlet or date")
        if any(text != self.truth[path] for path, text in held_truth(index).items()):
            raise LostError("a text that is not the article's")
        return "another order"

    def _must_be_named(self, folder: Path, path: Path) -> None:
        try:
            faults = audit(folder, place_of(folder), LIMIT).faults
        except IndexFault as error:
            faults = (str(error),)
        if not any(str(path) in fault for fault in faults):
            raise LostError(f"verify does not name it: {faults}")


def current_name_or_none(place: Path) -> str | None:
    """The generation that the pointer names, None where that is what was damaged."""
    try:
        return current_name(place)
    except IndexFault:
        return None


def _is_essential(place: Path, name: str | None, path: Path) -> bool:
    """Whether an answer may come out of this file: not of a hint, a lock, or a generation that no longer serves."""
    inside = path.relative_to(place).as_posix()
    if inside in HINTS or inside.endswith(".lock"):
        return False
    if inside == "current" or name is None:
        return inside == "current"
    try:
        files = read_manifest(place, name).files
    except IndexFault:
        return True
    prefix = f"generations/{name}/"
    return inside.startswith(prefix) and inside.removeprefix(prefix) in {*files, "manifest.json"}


def _damage(path: Path, silent: bool, dice: random.Random) -> str:
    """Change a file, and tell how. Silently: in place, without another size or time."""
    data = bytearray(path.read_bytes())
    status = path.stat()
    kind = dice.choice(("flip", "flip", "blank") if silent else ("flip", "flip", "cut", "lengthen", "blank"))
    at = dice.randrange(len(data)) if data else 0
    if kind == "lengthen" or not data:
        data += dice.randbytes(dice.choice((1, 100)))
    elif kind == "flip":
        data[at] ^= 1 << dice.randrange(8)
    elif kind == "cut":
        del data[at:]
    else:
        end = min(len(data), at + dice.choice((1, 16, 512)))
        data[at:end] = bytes(end - at)
    if silent and len(data) != status.st_size:
        return "left as it was"
    with path.open("r+b") as file:
        file.write(data)
        file.truncate()
    if silent:
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    return f"{kind} at {at}{', its times kept' * silent}"


_ground: list[Ground] = []


def _prepare(work: str) -> None:
    _ground.append(Ground(Path(tempfile.mkdtemp(dir=work)).resolve(), load_encoder()))


def _trial(seed: int, number: int) -> str:
    try:
        return _ground[0].trial(seed, number)
    except Exception as error:
        return f"LOST trial {number} (seed {seed}): {type(error).__name__}: {error}"


def run(work: Path, numbers: range, seed: int) -> Counter[str]:
    """How the trials of these numbers ended, in a process of their own: what is damaged may take it down."""
    ended: Counter[str] = Counter()
    pool: ProcessPoolExecutor | None = None
    for number in numbers:
        pool = pool or ProcessPoolExecutor(1, get_context("spawn"), _prepare, (str(work),))
        try:
            told = pool.submit(_trial, seed, number).result()
        except BrokenProcessPool:
            told, pool = f"LOST trial {number} (seed {seed}): the process died", None
        ended[told] += 1
        if told.startswith("LOST"):
            print(told, flush=True)
        if ended.total() % 50 == 0:
            print(f"{ended.total():,} of {len(numbers):,}", flush=True)
    if pool is not None:
        pool.shutdown()
    return ended


def main() -> int:
    """0 where nothing was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="the one trial of this number")
    chosen = parser.parse_args()
    numbers = range(chosen.times) if chosen.only is None else range(chosen.only, chosen.only + 1)
    with tempfile.TemporaryDirectory() as work:
        ended = run(Path(work), numbers, chosen.seed)
    lost = sum(each.startswith("LOST") for each in ended.elements())
    counts = ", ".join(f"{count:,} {how}" for how, count in ended.items() if not how.startswith("LOST"))
    print(f"{ended.total():,} files damaged: {counts}, {lost:,} lost")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
