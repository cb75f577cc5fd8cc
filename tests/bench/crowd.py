"""Prints how long answers take while many people ask at once, each through a page of their own.

    python tests/bench/crowd.py FOLDER QUESTIONS.jsonl [--people 50] [--seconds 60] [--pause 0]

FOLDER has an index already; a line of QUESTIONS holds a "query", or a "title" to ask about. A server is started by the
real command; each person opens the page, asks what the browser would ask by the same requests, reads the whole answer
as it comes, waits `--pause` seconds, and asks the next question. Timed from pressing Ask to the last word.
"""

import argparse
import asyncio
import gzip
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
PORT = 7894
PAGE = f"http://127.0.0.1:{PORT}"
API = f"{PAGE}/gradio_api"


def main() -> None:
    """Starts the server, lets the people ask, and prints."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("questions", type=Path)
    options.add_argument("--people", type=int, default=50)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--pause", type=float, default=0)
    chosen = options.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the run")
    command = [sys.executable, "-c", "import sys; from qa.cli import main; sys.exit(main())", "serve"]
    server = subprocess.Popen(
        [*command, str(chosen.folder), "--port", str(PORT), "--no-browser"], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    try:
        wait_for_page()
        before = cpu_seconds(server.pid)
        begun = time.perf_counter()
        times, errors = asyncio.run(crowd(read_questions(chosen.questions), chosen))
        passed = time.perf_counter() - begun
        busy = (cpu_seconds(server.pid) - before) / passed
    finally:
        server.terminate()
        server.wait()
    cuts = statistics.quantiles(times, n=20)
    print(f"{chosen.people} people for {passed:.0f} s: {len(times)} answers, {len(errors)} errors {errors[:3]}")
    print(f"from Ask to the last word: p50 {cuts[9]:.2f} s, p95 {cuts[18]:.2f} s, longest {max(times):.2f} s")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"the server used {busy:.2f} cores and {peak:.0f} MB at most; load {os.getloadavg()[0]:.1f} after the run")


def read_questions(path: Path) -> list[str]:
    """Questions, in order."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    held = [json.loads(line) for line in raw.splitlines()]
    return [each.get("query") or f"What is known about {each['title']}?" for each in held]


def cpu_seconds(process: int) -> float:
    """Processor time of a process so far."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_for_page() -> None:
    """Returns once the page is served."""
    for _ in range(1_200):
        with suppress(httpx.HTTPError):
            if httpx.get(PAGE, timeout=5).status_code == 200:
                return
        time.sleep(0.1)
    raise SystemExit("the page was not ready within two minutes")


async def crowd(questions: list[str], chosen: argparse.Namespace) -> tuple[list[float], list[str]]:
    """The seconds of every answer, and what went wrong."""
    times: list[float] = []
    errors: list[str] = []
    until = time.perf_counter() + chosen.seconds
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=200)
    async with httpx.AsyncClient(timeout=60, limits=limits) as client:
        page = (await client.get(PAGE)).text
        config = json.loads(page.partition("window.gradio_config = ")[2].partition(";</script>")[0])
        asked = next(
            each["id"] for each in config["dependencies"] if len(each["inputs"]) == 3 and len(each["targets"]) == 2
        )

        async def person(number: int) -> None:
            await asyncio.sleep(chosen.pause * number / chosen.people)
            turn = 0
            while time.perf_counter() < until:
                question = questions[(number * 97 + turn) % len(questions)]
                begun = time.perf_counter()
                try:
                    await ask(client, asked, question, f"person{number}x{turn}")
                    times.append(time.perf_counter() - begun)
                except (httpx.HTTPError, RuntimeError) as error:
                    errors.append(repr(error)[:200])
                turn += 1
                await asyncio.sleep(chosen.pause)

        await asyncio.gather(*(person(number) for number in range(chosen.people)))
    return times, errors


async def ask(client: httpx.AsyncClient, function: int, question: str, session: str) -> None:
    """One question asked as the page asks it, its answer read to the end."""
    call = {"data": [question, None, None], "fn_index": function, "session_hash": session, "trigger_id": None}
    sent = await client.post(f"{API}/queue/join", json=call, headers={"Origin": PAGE})
    if sent.status_code != 200:
        raise RuntimeError(f"{sent.status_code} {sent.text}")
    async with client.stream("GET", f"{API}/queue/data", params={"session_hash": session}) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("data:"):
                told = json.loads(line[5:])
                if told["msg"] == "process_completed":
                    if not told["success"]:
                        raise RuntimeError(str(told)[:300])
                    return
                if told["msg"] in {"close_stream", "unexpected_error"}:
                    raise RuntimeError(str(told)[:300])


if __name__ == "__main__":
    main()
