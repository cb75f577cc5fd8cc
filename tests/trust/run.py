"""Runs every trial at its full count, one after another, and prints what each found.

    python tests/trust/run.py [--only kills,flips] [--minutes 30]

Some two hours on two cores. The exit code is 1 if one of them lost, leaked or let in anything. What a trial prints goes
to standard error as it comes; a failure names what makes it again.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
TRIALS = {
    "kills": "builds and servers killed at random moments",
    "fs_faults": "every call to the file system failed once, full and closed disks",
    "flips": "bits flipped and files cut in an index",
    "races": "builds, readers and changing files at once",
    "mutants": "mutated articles",
    "fuzz": "coverage-guided fuzzing of what reads articles",
    "expressions": "every regular expression attacked",
    "plants": "words planted to steer answers",
    "strangers": "hostile requests to every route",
    "soak": "questions, rebuilds and edits at once for half an hour",
}


def main() -> int:
    """The exit code."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--only", default=",".join(TRIALS), help=f"of {', '.join(TRIALS)}")
    options.add_argument("--minutes", type=int, default=30, help="of the soak")
    chosen = options.parse_args()
    names = chosen.only.split(",")
    if unknown := set(names) - TRIALS.keys():
        options.error(f"no such trial: {', '.join(sorted(unknown))}")
    failed = [name for name in names if not went_well(name, chosen.minutes)]
    print(f"failed: {', '.join(failed)}" if failed else "all went well")
    return 1 if failed else 0


def went_well(name: str, minutes: int) -> bool:
    """Whether one trial, run in a process of its own, found nothing; its last line is printed."""
    command = [sys.executable, str(HERE / f"{name}.py"), *(["--minutes", str(minutes)] if name == "soak" else [])]
    print(f"\n== {name}: {TRIALS[name]}", flush=True)
    begun, last = time.monotonic(), ""
    with subprocess.Popen(command, cwd=HERE.parents[1], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        for line in running.stdout:
            sys.stderr.write(line)
            last = line.strip() or last
    print(
        f"-- {last}\n-- {'well' if running.returncode == 0 else 'FAILED'}, {time.monotonic() - begun:.0f} s", flush=True
    )
    return running.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
