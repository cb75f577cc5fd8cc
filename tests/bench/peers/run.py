"""Prints a table of Copydesk beside what people would otherwise use: one run, same articles, same model, two cores.

    python tests/bench/peers/run.py --scratch DIR --out table.md [--set ../shared/data/multihop_rag] [--articles N]
        [--peers a,b] [--scale 123879] [--scale-set ../shared/data/scale_news] [--copydesk-scale FOLDER]

Run it by the Python of Copydesk's own environment. Every peer gets an environment and a copy of the articles under
--scratch, and does each phase in a process of its own, so start-up counts; all of them are held to two cores. What is
done stands in a .json beside --out: a run that was stopped goes on there, and a phase that failed is tried again.

Queries at scale are over passages of another set, --scale of them, whose vectors are computed once and given to every
peer by its own way in for vectors made elsewhere; --copydesk-scale names a folder of the same passages that Copydesk
has indexed already. Nothing is fetched but the packages.
"""

import argparse
import itertools
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from installs import PEERS, Install, python_of
from table import write_table

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
DATA = ROOT.parent / "shared/data"
CORES = 2
COLD_STARTS = 3
LIMIT_SECONDS = 3 * 3600
ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "OMP_NUM_THREADS": str(CORES),
    "MKL_NUM_THREADS": str(CORES),
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "ANONYMIZED_TELEMETRY": "False",
}
ADDED = (
    "The harbour council will sell four hundred and twelve brass telescopes that a lighthouse keeper had counted in "
    "the old customs house. The auction in April is to pay for a new lamp."
)
ADDED_QUESTION = "How many brass telescopes did the lighthouse keeper count in the old customs house?"
QUALITY = ("hits@10", "hits@4", "mrr@10", "fact_recall@10", "all_facts@10")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--set", type=Path, default=DATA / "multihop_rag")
    options.add_argument("--articles", type=int, help="only the first so many (default: all)")
    options.add_argument("--peers", default=",".join(PEERS), help=f"of {','.join(PEERS)}")
    options.add_argument("--scratch", type=Path, required=True, help="environments, copies of articles and stores")
    options.add_argument("--out", type=Path, required=True, help="the table; its .json stands beside it")
    options.add_argument("--scale-set", type=Path, default=DATA / "scale_news")
    options.add_argument("--scale", type=int, default=123_879, help="passages for queries at scale; 0 leaves them out")
    options.add_argument("--copydesk-scale", type=Path, help="a folder of those passages that Copydesk has indexed")
    chosen = options.parse_args()
    peers = chosen.peers.split(",")
    if unknown := set(peers) - set(PEERS):
        options.error(f"no such peer: {', '.join(sorted(unknown))}")
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    chosen.scratch = chosen.scratch.resolve()
    run = Run(chosen)
    for name in peers:
        python_of(PEERS[name], chosen.scratch / "envs")
    run.prepare()
    for name in peers:
        run.measure(name, PEERS[name])
    print(chosen.out.read_text(encoding="utf-8"))


class Run:
    """The results so far, and the folders that the phases work on."""

    def __init__(self, chosen: argparse.Namespace) -> None:
        self.chosen = chosen
        self.results_file = chosen.out.with_suffix(".json")
        asked = {"set": chosen.set.name, "articles": chosen.articles, "scale": chosen.scale}
        self.results: dict[str, Any] = {"asked": asked, "machine": machine(), "peers": {}}
        if self.results_file.exists():
            self.results = json.loads(self.results_file.read_text(encoding="utf-8"))
            if self.results["asked"] != asked:
                sys.exit(f"{self.results_file} is of another run: {self.results['asked']}; name another --out")
        self.work = chosen.scratch / f"{chosen.set.name}-{chosen.articles or 'all'}"
        self.stores = chosen.scratch / f"scale-{chosen.scale}"
        self.vectors = chosen.scratch / f"vectors-{chosen.scale}"
        self.articles = self.work / "articles"
        self.questions = self.work / "questions.jsonl"

    def prepare(self) -> None:
        """Writes the folder of articles, the questions that they answer, and the vectors for the scale."""
        shutil.rmtree(self.articles, ignore_errors=True)
        writer = [sys.executable, self.chosen.set.parents[1] / "tools/as_folder.py", self.chosen.set, self.articles]
        limit = ["--limit", str(self.chosen.articles)] if self.chosen.articles else []
        subprocess.run([*writer, *limit], check=True)
        with (self.chosen.set / "corpus.jsonl").open(encoding="utf-8") as lines:
            ids = {json.loads(line)["id"] for line in itertools.islice(lines, self.chosen.articles)}
        lines = (self.chosen.set / "queries_dev.jsonl").read_text(encoding="utf-8").splitlines()
        answered = [line for line in lines if (wanted := set(json.loads(line)["relevant"])) and wanted <= ids]
        self.questions.write_text("".join(f"{line}\n" for line in answered), encoding="utf-8")
        self.results["articles"], self.results["questions"] = len(ids), len(answered)
        if self.chosen.scale and not (self.vectors / "vectors.npy").exists():
            command = [sys.executable, HERE / "scale_vectors.py", self.chosen.scale_set, self.vectors]
            subprocess.run([*command, "--count", str(self.chosen.scale)], check=True)

    def measure(self, name: str, peer: Install) -> None:
        """Does the phases of a peer that are not done yet, in the order in which they build on each other."""
        folder, store = self.work / name / "articles", self.work / name / "store"
        if "index" not in self.done(name):
            shutil.rmtree(folder.parent, ignore_errors=True)
            shutil.copytree(self.articles, folder)
        file = sorted(folder.glob("*.md"))[0]
        first_question = json.loads(self.questions.read_text(encoding="utf-8").splitlines()[0])["query"]
        hits = folder.parent / "hits.jsonl"
        self.phase(name, peer, "index", folder, store)
        if "index" not in self.done(name):
            return
        self.phase(name, peer, "quality", folder, store, "--questions", self.questions, "--hits", hits)
        self.score(name, hits)
        self.phase(name, peer, "cold", folder, store, "--question", first_question, times=COLD_STARTS)
        time.sleep(3)  # past the clock's grain, so that unchanged files can be known by size and time alone
        self.phase(name, peer, "unchanged", folder, store)
        change(self.articles / file.name, file)
        self.phase(name, peer, "changed", folder, store, "--file", file.name)
        if "changed" in self.done(name):
            self.phase(name, peer, "found", folder, store, "--question", ADDED_QUESTION)
        if self.chosen.scale:
            self.scale(name, peer)

    def scale(self, name: str, peer: Install) -> None:
        folder, store = self.chosen.copydesk_scale or self.work, self.stores / name
        if peer.has_scale_build:
            given = ("--corpus", self.chosen.scale_set / "corpus.jsonl.gz", "--vectors", self.vectors)
            if "scale_build" not in self.done(name):
                shutil.rmtree(store, ignore_errors=True)
                store.parent.mkdir(parents=True, exist_ok=True)
            self.phase(name, peer, "scale_build", folder, store, *given, "--count", self.chosen.scale)
            if "scale_build" not in self.done(name):
                return
        elif not self.chosen.copydesk_scale:
            return
        self.phase(name, peer, "scale", folder, store, "--questions", self.chosen.set / "queries_dev.jsonl")

    def done(self, name: str) -> dict[str, Any]:
        """The phases of a peer that went well."""
        return {phase: got for phase, got in self.results["peers"].get(name, {}).items() if "error" not in got}

    def phase(self, name: str, peer: Install, phase: str, *arguments: Any, times: int = 1) -> None:
        """Runs a phase, or does nothing where it is done; of several times, the middle one by its first line counts."""
        if phase in self.done(name):
            return
        log = self.chosen.scratch / "logs" / f"{name}-{phase}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        command = [python_of(peer, self.chosen.scratch / "envs"), HERE / peer.script, phase, *arguments]
        load = os.getloadavg()[0]
        got = [one_process([str(part) for part in command], log) for _ in range(times)]
        failed = next((one for one in got if "error" in one), None)
        result = failed or min(got, key=lambda one: abs(one["first_s"] - statistics.median(o["first_s"] for o in got)))
        result |= {"load_before": load, "load_after": os.getloadavg()[0]}
        told = result.get("error") or f"{result['seconds']:.1f} s, {result['peak_mb']:.0f} MB at most"
        print(f"{name} {phase}: {told}; load {load:.1f} before, {result['load_after']:.1f} after", flush=True)
        self.results["peers"].setdefault(name, {})[phase] = result
        self.save()

    def score(self, name: str, hits: Path) -> None:
        """Adds the scorer's figures to what the quality phase gave."""
        quality = self.done(name).get("quality")
        if quality is None or "hits@10" in quality:
            return
        scorer = self.chosen.set.parents[1] / "tools/multihop_score.py"
        command = [sys.executable, scorer, self.questions, hits]
        scored = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        quality |= {key: scored[key] for key in QUALITY}
        self.save()

    def save(self) -> None:
        self.results_file.write_text(json.dumps(self.results, indent=1) + "\n", encoding="utf-8")
        self.chosen.out.write_text(write_table(self.results), encoding="utf-8")


def one_process(command: list[str], log: Path) -> dict[str, Any]:
    """What a phase printed, when its first line came, how long it took in all, and the most memory it held."""
    lines: list[str] = []
    first = None
    begun = time.perf_counter()
    with log.open("w", encoding="utf-8") as errors:
        running = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, env=os.environ | ENVIRONMENT, cwd=ROOT
        )
        watch = threading.Timer(LIMIT_SECONDS, running.kill)
        watch.start()
        assert running.stdout
        for line in running.stdout:
            first = first or time.perf_counter() - begun
            lines.append(line)
        _, status, usage = os.wait4(running.pid, 0)  # of this process alone, unlike RUSAGE_CHILDREN
        running.returncode = os.waitstatus_to_exitcode(status)
        watch.cancel()
    seconds = time.perf_counter() - begun
    if running.returncode or not lines:
        last = [line for line in log.read_text(encoding="utf-8").splitlines() if line.strip()][-1:]
        told = "".join(last).strip()[:200] or "no word"  # the last line of a traceback; killed for memory: none
        return {"error": f"{told} (exit {running.returncode})", "seconds": seconds}
    result: dict[str, Any] = {"seconds": seconds, "first_s": first, "peak_mb": usage.ru_maxrss / 1024}
    for line in lines:
        result |= json.loads(line) or {"full": True}
    return result


def change(original: Path, file: Path) -> None:
    """Puts a paragraph behind the first one of an article, so that all its later passages begin elsewhere."""
    head, first, *rest = original.read_text(encoding="utf-8").split("\n\n")
    file.write_text("\n\n".join([head, first, ADDED, *rest]), encoding="utf-8", newline="\n")


def machine() -> str:
    """The processor, as the system names it."""
    with Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else platform.machine()}, {CORES} cores"


if __name__ == "__main__":
    main()
