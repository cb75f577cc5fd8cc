"""Work in other processes gives what work here gives, and outlives what processes meet."""

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from index.build import build
from index.crew import FEWEST, HEAVY, Crew
from index.encode import Encoder
from index.generation import load_generation
from index.search import open_index

ROOT = Path(__file__).parent.parent


def where(number: int) -> tuple[int, int]:
    return number, os.getpid()


def told(number: int, why: str) -> tuple[int, str]:
    return number, why


def end_once(mark: Path, number: int) -> int:
    if number == FEWEST // 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def end_or_never_end(asking: int, number: int) -> int:
    assert os.getpid() != asking
    if number == 3:
        os.kill(os.getpid(), signal.SIGSEGV)
    while number == FEWEST // 2:
        pass
    return number


def fail(number: int) -> int:
    if number == FEWEST - 1:
        raise ZeroDivisionError
    return number


def test_much_is_done_elsewhere_and_comes_in_order():
    with Crew(2) as crew:
        found = list(crew.map(where, range(4 * FEWEST), told))
    assert [number for number, _ in found] == list(range(4 * FEWEST))
    assert os.getpid() not in {process for _, process in found}


def test_little_is_done_here():
    with Crew(2) as crew:
        assert {process for _, process in crew.map(where, range(FEWEST - 1), told)} == {os.getpid()}


def test_a_crew_of_one_does_all_here():
    with Crew(1) as crew:
        assert {process for _, process in crew.map(where, range(4 * FEWEST), told)} == {os.getpid()}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no way to kill a process here")
def test_what_a_killed_process_left_is_done_by_another(tmp_path: Path):
    with Crew(2) as crew:
        assert list(crew.map(partial(end_once, tmp_path / "mark"), range(2 * FEWEST), told)) == list(range(2 * FEWEST))


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="limited by the clock on the wall here")
def test_what_ends_its_process_or_never_ends_is_told_and_the_rest_is_done():
    with Crew(2, seconds=2) as crew:
        found = list(crew.map(partial(end_or_never_end, os.getpid()), range(2 * FEWEST), told))
    lost = dict(filter(lambda each: isinstance(each, tuple), found))
    assert lost.keys() == {3, FEWEST // 2}
    assert all("more than 2 seconds" in why for why in lost.values())
    assert [each for each in found if not isinstance(each, tuple)] == [n for n in range(2 * FEWEST) if n not in lost]


def test_something_heavy_is_not_done_here():
    with Crew(2) as crew:
        found = list(crew.map(where, [HEAVY - 1, HEAVY, 0], told, abs))
    assert [number for number, _ in found] == [HEAVY - 1, HEAVY, 0]
    assert os.getpid() not in {process for _, process in found}


def test_a_fault_in_the_work_comes_back_as_it_is():
    with Crew(2) as crew, pytest.raises(ZeroDivisionError):
        list(crew.map(fail, range(FEWEST), told))


def children(process: int) -> Iterator[int]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == process and fields[0] != "Z":
            yield int(stat.parent.name)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_no_process_outlives_the_one_that_asked_when_that_is_killed():
    code = (
        "import time\nfrom index.crew import Crew\n"
        "if __name__ == '__main__':\n    with Crew(2) as crew:\n"
        "        print(len(list(crew.map(abs, range(1000), max))), flush=True)\n        time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as asking:
        assert asking.stdout is not None
        assert asking.stdout.readline() == "1000\n"
        theirs = list(children(asking.pid))
        assert len(theirs) >= 2
        asking.kill()
    until = time.monotonic() + 20
    while any(Path(f"/proc/{one}").exists() for one in theirs) and time.monotonic() < until:
        time.sleep(0.05)
    assert not [one for one in theirs if Path(f"/proc/{one}").exists()]


def test_what_is_sent_along_with_every_few_articles_is_small(encoder: Encoder):
    assert len(pickle.dumps(encoder.count_tokens)) < 1_000


@pytest.mark.skipif(not hasattr(os, "register_at_fork"), reason="semaphores are made otherwise here")
def test_where_no_process_may_be_made_all_is_done_here(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("multiprocessing.synchronize.SemLock.__init__", refuse)
    with Crew(2) as crew:
        assert {process for _, process in crew.map(where, range(2 * FEWEST), told)} == {os.getpid()}


def test_an_index_made_by_many_processes_is_the_one_that_one_makes(tmp_path: Path, encoder: Encoder):
    folder = tmp_path / "articles"
    folder.mkdir()
    for number in range(FEWEST + 10):
        plug = "Sign up to our newsletter for more of this.\n\n" if number % 3 else ""
        text = f"Berth {number} opens\n\n{plug}Berth {number} of Merrow opens on Monday, the council said.\n"
        (folder / f"{number:03d}.txt").write_text(text, encoding="utf-8")
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 40)
    reports = [build(folder, tmp_path / name, encoder, processes=count) for name, count in (("a", 1), ("b", 2))]
    assert reports[0].skipped == reports[1].skipped != ()
    one, two = (load_generation(tmp_path / name).opened() for name in ("a", "b"))
    assert one.table.tobytes() == two.table.tobytes()
    assert one.articles == two.articles
    assert all(one.text(article.row) == two.text(article.row) for article in one.articles)
    for name in ("passages.bin", "terms.npy", "edges.npy", "vectors.faiss"):
        assert (one.segments[0].folder / name).read_bytes() == (two.segments[0].folder / name).read_bytes()


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="limited by the clock on the wall here")
def test_an_article_that_takes_too_long_is_skipped_and_named(
    tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
):
    folder = tmp_path / "articles"
    folder.mkdir()
    for number in range(3):
        text = f"---\nsource: Merrow Post\n---\n\nBerth {number} of Merrow opens on Monday, the council said.\n"
        (folder / f"{number}.md").write_text(text, encoding="utf-8")
    lines = (f"Line {number} of the long list says that pier {number % 997} is open.\n\n" for number in range(70_000))
    (folder / "long.md").write_text("---\nsource: Aldport Sun\n---\n\n" + "".join(lines), encoding="utf-8")
    monkeypatch.setattr("index.build.Crew", partial(Crew, seconds=1.5))
    for _ in range(2):
        report = build(folder, encoder=encoder, processes=2)
        assert [each.path for each in report.skipped] == ["long.md"]
        assert "more than 1.5 seconds" in report.skipped[0].reason
        assert report.articles == 3
    sources = {each.metadata.source for each in open_index(folder, encoder=encoder).articles}
    assert sources == {"Merrow Post"}


def test_what_all_processes_hold_alike_is_made_ready_once():
    code = """
import index.held_by_all
from corpus.furniture_rules import _matcher, rules
print(_matcher.cache_info().currsize == len(rules()) > 200)
"""
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert told.stdout.strip() == "True", told.stderr
