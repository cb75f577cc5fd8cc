"""The results of a run as a Markdown table."""

from typing import Any

from installs import PEERS

NOTHING = "–"
Phases = dict[str, dict[str, Any]]
NOTES = """\
Seconds are of a whole process, start-up included; passages/s is over all of it, with the number of passages behind.
Cold: a new process until it has answered a question, the middle one of three, files in the system's cache. "full": no
way of its own to see what changed, so everything again; txtai and Chroma are told which file changed. Found: a question
about the paragraph put into the changed file has it in its ten passages; "no" may mean that others
rank before it."""


def write_table(results: dict[str, Any]) -> str:
    """A line a peer for building and what it finds, and a line a peer for queries at scale."""
    peers = {name: results["peers"][name] for name in PEERS if name in results["peers"]}
    loads = [got[key] for phases in peers.values() for got in phases.values() for key in ("load_before", "load_after")]
    lines = [
        f"{results['machine']}; {results['articles']} articles of {results['asked']['set']}, quality over "
        f"{results['questions']} questions that they answer; load {min(loads):.1f} to {max(loads):.1f}.",
        "",
        NOTES,
        "",
        *rows(
            ["", "passages", "index s", "passages/s", "peak MB", "unchanged s", "one changed s", "found", "cold s"],
            [[PEERS[name].title, PEERS[name].passages, *building(phases)] for name, phases in peers.items()],
        ),
        "",
        *rows(
            ["", "fact recall@10", "all facts@10", "hits@10", "hits@4", "MRR@10"],
            [[PEERS[name].title, *quality(phases)] for name, phases in peers.items()],
        ),
        "",
        *rows(
            [f"at {results['asked']['scale']:,} passages", "p50 ms", "p95 ms", "resident MB", "first answer s"],
            [[PEERS[name].title, *serving(phases)] for name, phases in peers.items() if "scale" in phases],
        ),
    ]
    return "\n".join(lines) + "\n"


def rows(head: list[str], body: list[list[str]]) -> list[str]:
    """The lines of a Markdown table."""
    return [f"| {' | '.join(cells)} |" for cells in [head, ["---"] * len(head), *body]]


def building(phases: Phases) -> list[str]:
    index = phases.get("index", {})
    passages = index.get("passages")
    return [
        seconds(index),
        f"{passages / index['seconds']:.1f} ({passages})" if passages else NOTHING,
        number(index.get("peak_mb"), 0),
        seconds(phases.get("unchanged", {})),
        seconds(phases.get("changed", {})),
        found(phases),
        number(phases.get("cold", {}).get("first_s"), 1),
    ]


def found(phases: Phases) -> str:
    """Whether the first ten passages hold what was put into the changed file."""
    changed = phases.get("changed", {})
    if "found" not in phases or "error" in changed or changed.get("full"):
        return NOTHING
    return "yes" if phases["found"].get("found") else "no"


def quality(phases: Phases) -> list[str]:
    got = phases.get("quality", {})
    return [number(got.get(key), 3) for key in ("fact_recall@10", "all_facts@10", "hits@10", "hits@4", "mrr@10")]


def serving(phases: Phases) -> list[str]:
    got = phases["scale"]
    if "error" in got:
        return [f"failed: {got['error']}", NOTHING, NOTHING, NOTHING]
    return [
        number(got[key], digits) for key, digits in (("p50_ms", 1), ("p95_ms", 1), ("resident_mb", 0), ("first_s", 1))
    ]


def seconds(got: dict[str, Any]) -> str:
    if "error" in got:
        return f"failed: {got['error']}"
    return "full" if got.get("full") else number(got.get("seconds"), 1)


def number(value: float | None, digits: int) -> str:
    return NOTHING if value is None else f"{value:.{digits}f}"
