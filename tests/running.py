"""The real command in a process of its own, for the tests of the shell."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
START = "import sys; from qa.cli import main; sys.exit(main())"

ARTICLES = {
    "lighthouse.md": """---
title: Skerry Head light to be automated
source: Harbour Wire
published: 2024-03-02
---

The lighthouse on Skerry Head will be automated in October, the harbour board said on Saturday.

Its last keeper, Tom Garrow, has lit the lamp for 31 years. The board will pay £140,000 for the new lamp.
""",
    "ferry/fares.md": """---
title: Ferry fares rise again
source: The Quay
published: 2024-05-20
---

Ferry fares between Merrow and the islands will rise by nine percent in June, the company said on Monday.

A return ticket will cost 12 pounds. Islanders called the rise unfair.
""",
    "choir.txt": """Choir wins at last

The Merrow choir won the national cup on its fourteenth try, with a song about the river.

Its conductor, Ada Finch, said that she would now retire.
""",
}


def write_corpus(folder: Path) -> Path:
    """The folder, with the articles above in it."""
    for name, text in ARTICLES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of someone whose home is `home` and who has set nothing."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COPYDESK_", "XDG_"))}
    return kept | {"HOME": str(home), "PYTHONPATH": str(ROOT), "COLUMNS": "80"} | more


def command(*typed: str | Path, weak: bool = False) -> list[str]:
    """What to execute for `copydesk` with these arguments; `weak` takes from root the right to read everything."""
    prefix = []
    if weak and os.geteuid() == 0:
        prefix = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    return [*prefix, sys.executable, "-c", START, *map(str, typed)]


def can_be_weak() -> bool:
    """Whether permissions can be made to bind the command: always, but for a root that can't lay its powers down."""
    if os.geteuid() != 0:
        return True
    if shutil.which("setpriv") is None:
        return False
    return subprocess.run(["setpriv", "--bounding-set=-dac_override,-dac_read_search", "true"]).returncode == 0


def copydesk(
    home: Path, *typed: str | Path, weak: bool = False, stdin: str = "", cwd: Path | None = None, **more: str
) -> subprocess.CompletedProcess[str]:
    """What came of running `copydesk` with these arguments."""
    done = subprocess.run(
        command(*typed, weak=weak),
        input=stdin.encode(),
        env=environment(home, **more),
        cwd=cwd or home,
        capture_output=True,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def json_of(done: "subprocess.CompletedProcess[str]") -> dict[str, Any]:
    """What the command printed as JSON, once it is known that it went well and printed nothing else."""
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def complaint(done: "subprocess.CompletedProcess[str]", code: int) -> str:
    """The one line of complaint of a command that ended with this exit code and printed nothing."""
    assert done.returncode == code, (done.stdout, done.stderr)
    assert done.stdout == ""
    lines = [line for line in done.stderr.splitlines() if line.startswith("copydesk: ")]
    assert len(lines) == 1, done.stderr
    assert "Traceback" not in done.stderr
    return lines[0].removeprefix("copydesk: ")
