"""Mutated articles through the real reading, furniture, sentences and passages: no crash, no hang, nothing amiss.

    python tests/trust/mutants.py [--count 10000] [--seed 1] [--only 4711]

Each is read in a process beside this one, which is given so many seconds a file; what it makes of a file is looked
through. Printed are failures with what makes them again, and at the end counts, times and the memory used at most.
"""

import argparse
import multiprocessing
import resource
import signal
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from trust.invariants import broken, encoder  # noqa: E402
from trust.mutations import mutant  # noqa: E402

MOST_SECONDS = 90.0
"""Of one file, on a machine that does other things too; what is read at all takes a third of it."""
_AT_A_TIME = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a mutant: why it was skipped, if it was; what is wrong, if anything; and how long it took."""

    number: int
    how: str
    size: int
    skipped: str | None
    wrong: str | None
    seconds: float
    peak_mb: float


def look(number: int, seed: int) -> Outcome:
    """The outcome of one mutant, read in this process."""
    one = mutant(number, seed)
    begun = time.process_time()
    skipped, wrong = broken(one.name, one.data)
    seconds = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Outcome(number, one.how, len(one.data), skipped, wrong, seconds, peak)


def outcomes(numbers: list[int], seed: int) -> Iterator[Outcome]:
    """Those of the mutants in order; one whose process ends or takes too long is wrong, and the next goes on."""
    context = multiprocessing.get_context("spawn")
    todo = list(numbers)
    while todo:
        here, there = context.Pipe()
        some = todo[:_AT_A_TIME]
        process = context.Process(target=_work, args=(some, seed, there))
        process.start()
        there.close()
        done = 0
        for number in some:
            what = _received(here)
            done += 1
            if what is not None:
                yield what
                continue
            process.join(5)
            process.kill()
            process.join()
            one = mutant(number, seed)
            late = process.exitcode in (-signal.SIGVTALRM, -signal.SIGKILL)
            wrong = f"took more than {MOST_SECONDS:.0f} s" if late else f"ended its process: {process.exitcode}"
            yield Outcome(number, one.how, len(one.data), None, wrong, MOST_SECONDS, 0)
            break
        process.join()
        todo = todo[done:]


def _received(pipe: Connection) -> Outcome | None:
    """What the process made of its next mutant; None where it ended, or waits for something."""
    try:
        return pipe.recv() if pipe.poll(20 * MOST_SECONDS) else None
    except EOFError:
        return None


def _work(numbers: list[int], seed: int, pipe: Connection) -> None:
    encoder()
    for number in numbers:
        signal.setitimer(signal.ITIMER_VIRTUAL, MOST_SECONDS)  # of the processor; ends the process, whatever it does
        try:
            pipe.send(look(number, seed))
        except Exception as error:  # what reading raises is what is looked for
            pipe.send(Outcome(number, mutant(number, seed).how, 0, None, f"raised {error!r}"[:500], 0, 0))


def main() -> None:
    """Reads them all, prints what was wrong and the figures, and exits 1 if anything was."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--count", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", type=int)
    chosen = options.parse_args()
    found = []
    for one in outcomes([chosen.only] if chosen.only is not None else list(range(chosen.count)), chosen.seed):
        found.append(one)
        if one.wrong:
            print(f"--only {one.number} --seed {chosen.seed} ({one.how}): {one.wrong}", flush=True)
        if len(found) % 500 == 0:
            print(f"{len(found):,} read", flush=True)
    print_figures(found)
    sys.exit(1 if any(one.wrong for one in found) else 0)


def print_figures(found: list[Outcome]) -> None:
    """The slowest kinds, the reasons for skipping, and the totals."""
    for one in sorted(found, key=lambda one: -one.seconds)[:8]:
        print(f"{one.seconds:6.2f} s  {one.size:>10,} bytes  --only {one.number} ({one.how}): {one.skipped or 'read'}")
    for reason, times in Counter(one.skipped[:70] for one in found if one.skipped).most_common(12):
        print(f"{times:>6}  {reason}")
    times = [one.seconds for one in found]
    last = statistics.quantiles(times, n=100)[98] if len(times) > 1 else times[0]
    read, wrong = sum(not one.skipped and not one.wrong for one in found), sum(bool(one.wrong) for one in found)
    print(
        f"{len(found):,} mutants: {read:,} read, {sum(bool(one.skipped) for one in found):,} skipped with a reason, "
        f"{wrong} wrong; p99 {last:.2f} s, longest {max(times):.2f} s, {max(o.peak_mb for o in found):,.0f} MB at most"
    )


if __name__ == "__main__":
    main()
