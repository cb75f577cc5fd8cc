"""Prints how long a folder of articles takes: from nothing, unchanged, one file changed, one removed, asking, the page.

    python tests/bench/folder_times.py [--set ../shared/data/multihop_rag] [--questions 200]

The set is written as a folder of .md articles by the shared tool. Each command is the real one in a process of its own,
so start-up counts. Resident memory is the process's high-water mark. Asking is timed inside one process.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "import sys; from qa.cli import main; sys.exit(main())"]
PORT = 7893


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--set", type=Path, default=ROOT.parent / "shared/data/multihop_rag")
    options.add_argument("--questions", type=int, default=200)
    chosen = options.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the run")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "articles"
        writer = chosen.set.parents[1] / "tools/as_folder.py"
        subprocess.run([sys.executable, writer, chosen.set, folder], check=True)
        build("from nothing", folder)
        build("nothing changed", folder)
        time.sleep(3)  # past the clock's grain, so that unchanged files are known by size and time alone
        files = sorted(folder.glob("*.md"))
        with files[0].open("a", encoding="utf-8") as file:
            file.write("\nA sentence that was not there before stands here now.\n")
        build("one file changed", folder)
        files[1].unlink()
        build("one file removed", folder)
        asking(folder, chosen.set / "queries_dev.jsonl", chosen.questions)
        page(folder)
        shutil.rmtree(folder / ".copydesk")
        first_answer(folder)
    print(f"load {os.getloadavg()[0]:.1f} after the run")


def build(what: str, folder: Path) -> None:
    pointer = folder / ".copydesk" / "current"
    is_first, by_words = not pointer.exists(), None
    begun = time.perf_counter()
    command = [*COMMAND, "index", str(folder), "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
        while is_first and by_words is None and running.poll() is None:
            time.sleep(0.02)
            by_words = time.perf_counter() - begun if pointer.exists() else None
        printed, _ = running.communicate()
    seconds = time.perf_counter() - begun
    if by_words is not None:
        print(f"answered by words after {by_words:.2f} s")
    report = json.loads(printed)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    counts = ", ".join(f"{report[key]} {key.replace('_', ' ')}" for key in ("files_read", "passages", "embedded"))
    print(f"index, {what:16} {seconds:7.2f} s   {counts}, {peak:.0f} MB at most so far")


def asking(folder: Path, questions: Path, count: int) -> None:
    sys.path.insert(0, str(ROOT))
    from index.search import open_index
    from qa.answer import ask

    index = open_index(folder)
    texts = [json.loads(line)["query"] for line in questions.read_text(encoding="utf-8").splitlines()[:count]]
    for what, call in (("search", index.search), ("ask", lambda text: list(ask(text, index)))):
        times = []
        for text in texts:
            begun = time.perf_counter()
            call(text)
            times.append(1000 * (time.perf_counter() - begun))
        cuts = statistics.quantiles(times, n=20)
        print(f"{what:6} in a running process: p50 {cuts[9]:.1f} ms, p95 {cuts[18]:.1f} ms over {len(times)} questions")


def page(folder: Path) -> None:
    begun = time.perf_counter()
    server = subprocess.Popen(
        [*COMMAND, "serve", str(folder), "--port", str(PORT), "--no-browser"], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    try:
        while time.perf_counter() - begun < 60:
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{PORT}/", timeout=5) as answer:
                if answer.status == 200:
                    print(f"page ready in {time.perf_counter() - begun:.1f} s")
                    return
            time.sleep(0.05)
        print("page not ready within 60 s")
    finally:
        server.terminate()
        server.wait()


def first_answer(folder: Path) -> None:
    """From `copydesk serve` on a folder without an index: until the page is there, and until it answers."""
    begun = time.perf_counter()
    server = subprocess.Popen(
        [*COMMAND, "serve", str(folder), "--port", str(PORT), "--no-browser"], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{PORT}", timeout=60) as browser:
            while (asked := _asks(browser)) is None:
                time.sleep(0.05)
            print(f"first build: page there after {time.perf_counter() - begun:.1f} s")
            answered = _answers(browser, asked, "first")  # asked before there is anything to answer from, it waits
            print(
                f"first build: page {'answers' if answered else 'declines'} after {time.perf_counter() - begun:.1f} s"
            )
    finally:
        server.terminate()
        server.wait()


def _asks(browser: httpx.Client) -> int | None:
    """The number by which the page's server knows Ask, None while there is no page."""
    with suppress(OSError, ValueError, httpx.HTTPError):
        page = browser.get("/").text
        for each in json.loads(page.partition("window.gradio_config = ")[2].partition(";</script>")[0])["dependencies"]:
            if len(each["inputs"]) == 3 and len(each["targets"]) == 2:
                return int(each["id"])
    return None


def _answers(browser: httpx.Client, asked: int, session: str) -> bool:
    """Whether a question asked as the page asks it gets an answer with a citation."""
    call = {"data": ["What is Alameda Research?", None, None], "fn_index": asked, "session_hash": session}
    browser.post("/gradio_api/queue/join", json=call, headers={"Origin": str(browser.base_url)})
    with browser.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as told:
        for line in told.iter_lines():
            if "process_completed" in line:
                return "/article/" in line
    return False


if __name__ == "__main__":
    main()
