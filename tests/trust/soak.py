"""A server under everything at once for a long time: people asking, files edited, added and removed, and rebuilds.

    python tests/trust/soak.py [--minutes 30] [--people 8] [--articles 300]

`copydesk serve --watch` runs on a folder made for it; people ask through the page's own requests, each reading the
whole answer; a writer changes the folder; and the command rebuilds beside the server. Every five seconds the memory of
the server and its children, its open files and its threads are written down. Where an answer fails, memory grows by
more than a tenth from the first minute after the warm-up to the last, or handles are left open, the exit code is 1.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import httpx  # noqa: E402
from browsing import serving  # noqa: E402
from running import command, environment  # noqa: E402

MOST_GROWTH = 1.10
MORE_HANDLES = 12
"""A build in progress holds a few; what leaks comes to hundreds."""
_EVERY_SECONDS = 5
_TOWNS = "Merrow Velden Brodno Carrow Skerry Hollin Lisse Tarn Corvana Quandt Sorrel Weir".split()  # noqa: SIM905
_THINGS = "bridge harbour bakery lighthouse ferry windmill school market tram museum orchard quarry".split()  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Sample:
    """The server at one moment, its children with it."""

    seconds: float
    megabytes: float
    handles: int
    threads: int


@dataclass(slots=True)
class Record:
    """What happened."""

    asked: int = 0
    answered: int = 0
    edits: int = 0
    rebuilds: int = 0
    errors: list[str] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)


def soak(seconds: float, folder: Path, home: Path, people: int, articles: int, seed: int = 1) -> Record:
    """What came of so many seconds."""
    random, record = Random(seed), Record()
    for number in range(articles):
        _write(folder, number, random)
    with serving(folder, home, "--watch") as site:
        server = _listening(site.address)
        asyncio.run(_all_at_once(site.address, server, folder, home, record, seconds, people, random))
    return record


def _write(folder: Path, number: int, random: Random) -> None:
    town, thing = random.choice(_TOWNS), random.choice(_THINGS)
    count = random.randint(2, 900)
    text = (
        f"---\ntitle: {thing.capitalize()} of {town} number {number}\nsource: {town} Post\npublished: 2024-05-"
        f"{1 + number % 28:02}\n---\n\nThe {thing} of {town} was closed on Monday by {count} people, a mayor said.\n\n"
        f"Repairs will cost {count * 3} crowns. It had been open for {count % 90 + 2} years, and {number} is next.\n"
    )
    (folder / f"s{number % 7}").mkdir(exist_ok=True, parents=True)
    (folder / f"s{number % 7}" / f"a{number}.md").write_text(text, encoding="utf-8")


async def _all_at_once(
    page: str, server: int, folder: Path, home: Path, record: Record, seconds: float, people: int, random: Random
) -> None:
    until = time.monotonic() + seconds
    async with httpx.AsyncClient(timeout=120, limits=httpx.Limits(max_connections=None)) as client:
        shown = (await client.get(page)).text
        config = json.loads(shown.partition("window.gradio_config = ")[2].partition(";</script>")[0])
        function = next(d["id"] for d in config["dependencies"] if len(d["inputs"]) == 3 and len(d["targets"]) == 2)
        await asyncio.gather(
            *(_person(client, page, function, n, record, until, Random(n)) for n in range(people)),
            _writer(folder, record, until, random),
            _builder(folder, home, record, until),
            _watcher(server, record, until),
        )


async def _person(
    client: httpx.AsyncClient, page: str, function: int, number: int, record: Record, until: float, random: Random
) -> None:
    turn = 0
    while time.monotonic() < until:
        question = random.choice(
            ("Why was the {1} of {0} closed?", "What will repairs in {0} cost?", "Who closed {0}?")
        )
        question = question.format(random.choice(_TOWNS), random.choice(_THINGS))
        record.asked += 1
        turn += 1
        try:
            await ask(client, page, function, question, f"soak{number}x{turn}")
            record.answered += 1
        except (httpx.HTTPError, RuntimeError) as error:
            record.errors.append(repr(error)[:300])
            await asyncio.sleep(1)
        await asyncio.sleep(random.random())


async def ask(client: httpx.AsyncClient, page: str, function: int, question: str, session: str) -> None:
    """One question asked as the page asks it, its answer read to the end. Raises RuntimeError where there is none."""
    call = {"data": [question, None, None], "fn_index": function, "session_hash": session, "trigger_id": None}
    sent = await client.post(f"{page}/gradio_api/queue/join", json=call, headers={"Origin": page})
    if sent.status_code != 200:
        raise RuntimeError(f"{sent.status_code} {sent.text}")
    async with client.stream("GET", f"{page}/gradio_api/queue/data", params={"session_hash": session}) as answer:
        async for line in answer.aiter_lines():
            told = json.loads(line[5:]) if line.startswith("data:") else {"msg": ""}
            if told["msg"] == "process_completed" and told["success"]:
                return
            if told["msg"] in {"process_completed", "close_stream", "unexpected_error"}:
                raise RuntimeError(str(told)[:300])
    raise RuntimeError("the answer ended before its end")


async def _writer(folder: Path, record: Record, until: float, random: Random) -> None:
    """Edits, adds and removes a file every other second, so that the folder stays as large as it was."""
    added = 100_000
    while time.monotonic() < until:
        files = sorted(folder.glob("s*/a*.md"))  # not in the index, where folders come and go
        _write(folder, int(random.choice(files).stem[1:]), random)
        _write(folder, added, random)
        with suppress(FileNotFoundError):
            random.choice(files).unlink()
        added += 1
        record.edits += 3
        await asyncio.sleep(2)


async def _builder(folder: Path, home: Path, record: Record, until: float) -> None:
    """Runs `copydesk index` beside the server; that another build is running is no error."""
    while time.monotonic() < until:
        await asyncio.sleep(min(20, max(0, until - time.monotonic())))
        done = await asyncio.create_subprocess_exec(
            *command("index", folder, "--json"),
            env=environment(home),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        said = (await done.communicate())[1].decode()
        if done.returncode == 0:
            record.rebuilds += 1
        elif "another build" not in said:
            record.errors.append(f"copydesk index: {said[-300:]}")


async def _watcher(server: int, record: Record, until: float) -> None:
    begun = time.monotonic()
    while time.monotonic() < until:
        with suppress(FileNotFoundError, ProcessLookupError):
            record.samples.append(_sample(server, time.monotonic() - begun))
        await asyncio.sleep(_EVERY_SECONDS)


def _sample(server: int, seconds: float) -> Sample:
    family = [server, *_children(server)]
    pages = sum(int(Path(f"/proc/{each}/statm").read_text().split()[1]) for each in family)
    handles = sum(len(os.listdir(f"/proc/{each}/fd")) for each in family)  # noqa: PTH208
    threads = sum(len(os.listdir(f"/proc/{each}/task")) for each in family)  # noqa: PTH208
    return Sample(seconds, pages * os.sysconf("SC_PAGE_SIZE") / 1e6, handles, threads)


def _children(process: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{process}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            found += [child, *_children(child)]
    return found


def _listening(address: str) -> int:
    """The process that listens on the port of an address."""
    port = f":{int(address.rstrip('/').rpartition(':')[2]):04X}"
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    inode = next(row[9] for row in rows if row[1].endswith(port) and row[3] == "0A")
    for place in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):
            if str(place.readlink()) == f"socket:[{inode}]":
                return int(place.parts[2])
    raise LookupError(f"nobody listens at {address}")


def verdict(record: Record, seconds: float) -> tuple[str, bool]:
    """The last line, and whether all limits were kept."""
    warm = min(120.0, seconds / 4)
    window = min(60.0, seconds / 4)
    first = [s for s in record.samples if warm <= s.seconds < warm + window]
    last = [s for s in record.samples if s.seconds >= seconds - window]
    memory = [statistics.median(s.megabytes for s in some) for some in (first, last)]
    handles = [int(statistics.median(s.handles for s in some)) for some in (first, last)]
    threads = [int(statistics.median(s.threads for s in some)) for some in (first, last)]
    kept = memory[1] <= memory[0] * MOST_GROWTH and handles[1] <= handles[0] + MORE_HANDLES
    line = (
        f"{seconds / 60:.1f} minutes: {record.asked:,} questions asked, {record.answered:,} answered, {record.edits:,} "
        f"edits, {record.rebuilds} rebuilds beside the server's own, {len(record.errors)} errors; "
        f"memory {memory[0]:.0f} to "
        f"{memory[1]:.0f} MB ({memory[1] / memory[0] - 1:+.1%}), handles {handles[0]} to {handles[1]}, "
        f"threads {threads[0]} to {threads[1]}"
    )
    return line, kept and not record.errors and record.answered == record.asked and record.asked > 0


def main() -> None:
    """Soaks, prints the samples a minute apart and the verdict, and exits 1 where a limit was passed."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--minutes", type=float, default=30)
    options.add_argument("--people", type=int, default=8)
    options.add_argument("--articles", type=int, default=300)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "home").mkdir()
        folder = Path(place) / "news"
        record = soak(chosen.minutes * 60, folder, Path(place) / "home", chosen.people, chosen.articles)
    for one in record.samples[:: max(1, 60 // _EVERY_SECONDS)]:
        print(f"{one.seconds:6.0f} s  {one.megabytes:6.0f} MB  {one.handles:4} handles  {one.threads:3} threads")
    for error in record.errors[:10]:
        print(error)
    line, kept = verdict(record, chosen.minutes * 60)
    print(line)
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
