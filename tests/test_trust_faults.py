"""A short subset of the trials in tests/trust, and the faults that a person meets, by the real command."""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from manifests import change_manifest
from running import ROOT, can_be_weak, command, complaint, copydesk, environment, json_of, write_corpus
from trust import flips, kills
from trust.races import Races

from index.build import build
from index.place import index_place
from index.search import open_index
from index.store import current_name

ASK = "How many years did Tom Garrow light the lamp?"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def built(tmp_path: Path, encoder) -> Path:
    folder = write_corpus(tmp_path / "news")
    build(folder, encoder=encoder)
    return folder


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 12 KB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=12k", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("only root may mount a small disk")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def answers(home: Path, folder: Path, *more: str | Path) -> bool:
    return bool(json_of(copydesk(home, "ask", ASK, "--corpus", folder, "--json", *more))["answered"])


# --- the trials, a few of each ---


def test_a_few_faults_of_the_file_system_lose_nothing(tmp_path):
    typed = [sys.executable, str(ROOT / "tests" / "trust" / "fs_faults.py"), "--times", "16", "--seed", "3"]
    done = subprocess.run(typed, env=environment(tmp_path), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "16 faults" in done.stdout
    assert ", 0 lost" in done.stdout


def test_a_few_kills_lose_nothing(tmp_path, encoder):
    found = kills.run(tmp_path, encoder, range(4), seed=2)
    assert (found.tried, found.lost) == (4, [])
    assert found.fired >= 1


def test_a_few_lost_bits_cost_no_right_citation(tmp_path):
    ended = flips.run(tmp_path, range(24), seed=2)
    assert [each for each in ended if each.startswith("LOST")] == []
    assert ended["named"] >= 8


@pytest.mark.parametrize("race", ["builders", "readers", "replaced", "killed_holder", "changing_files"])
def test_what_happens_at_once_tears_nothing(tmp_path, encoder, race):
    races = Races(tmp_path, encoder, random.Random(2))
    races.go(race)
    assert races.lost == []


# --- disks and folders ---


def test_a_full_disk_is_told_in_one_line_and_what_served_serves(home, built, small_disk):
    (built / "more.md").write_text("More\n\nThe harbour board met once more on Monday.\n", encoding="utf-8")
    message = complaint(copydesk(home, "index", built, "--index", small_disk / "index"), 1)
    assert "the index can't be read or written (" in message
    assert "--index DIR" in message
    assert answers(home, built)


@pytest.mark.parametrize("kilobytes", [0, 1, 4, 8])
def test_files_that_may_not_grow_are_told_in_one_line_and_what_served_serves(home, built, kilobytes):
    (built / "more.md").write_text("More\n\nThe harbour board met once more on Monday.\n", encoding="utf-8")
    typed = ["bash", "-c", f'ulimit -f {kilobytes} && exec "$@"', "-", *command("index", built)]
    done = subprocess.run(typed, env=environment(home), capture_output=True, text=True)
    assert "can't be read or written (" in complaint(done, 1)
    assert current_name(built / ".copydesk") == "000001"
    assert answers(home, built)
    assert json_of(copydesk(home, "index", built, "--json"))["articles"] == 4
    assert json_of(copydesk(home, "verify", built, "--json"))["left"] == []


needs_permissions = pytest.mark.skipif(not can_be_weak(), reason="this root can't lay its powers down")


@needs_permissions
def test_an_index_in_a_folder_that_became_read_only_is_read_there_and_built_in_the_cache(home, built):
    for path in [built, *built.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        ask = ("ask", ASK, "--corpus", built, "--json")
        assert json_of(copydesk(home, *ask, weak=True))["answered"]
        assert not (home / ".cache" / "copydesk" / "indexes").exists()
        report = json_of(copydesk(home, "index", built, "--json", weak=True))
        assert (report["published"], report["embedded"]) == (True, 0)
        assert json_of(copydesk(home, *ask, weak=True))["answered"]
        assert not json_of(copydesk(home, "index", built, "--json", weak=True))["published"]
        assert current_name(built / ".copydesk") == "000001"
        [cached] = (home / ".cache" / "copydesk" / "indexes").iterdir()
        assert current_name(cached) == "000001"
    finally:
        for path in [built, *built.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert index_place(built) == index_place(built, to_build=True) == built / ".copydesk"


def test_an_index_that_was_taken_away_during_a_build_is_told_and_built_by_the_next(built, encoder):
    class Removing:
        name, digest, dim, max_tokens = encoder.name, encoder.digest, encoder.dim, encoder.max_tokens
        count_tokens = staticmethod(encoder.count_tokens)

        def encode(self, texts, progress=None):
            shutil.rmtree(built / ".copydesk")
            return encoder.encode(texts, progress)

    (built / "more.md").write_text("More\n\nThe harbour board met once more on Monday.\n", encoding="utf-8")
    with pytest.raises(Exception, match=r"the index can't be read or written \(No such file or directory\)"):
        build(built, encoder=Removing())
    assert build(built, encoder=encoder).articles == 4
    assert open_index(built, encoder=encoder).search(ASK)


# --- formats ---


@pytest.mark.parametrize(("written", "age"), [(2, "an older"), (99, "a newer")])
def test_an_index_of_another_format_is_refused_by_name_and_rebuilt(home, built, written, age):
    place = built / ".copydesk"
    change_manifest(place, format=written)
    if written == 2:
        (place / "current").write_text("000001\n")  # as it was written then
    for typed in (("ask", ASK, "--corpus", built), ("verify", built)):
        message = complaint(copydesk(home, *typed), 1)
        assert f"was written in format {written} by {age} Copydesk" in message
        assert message.endswith(f"run: copydesk index {built}")
    report = json_of(copydesk(home, "index", built, "--json"))
    assert f"format {written} by {age} Copydesk" in report["rebuilt_because"]
    assert json_of(copydesk(home, "verify", built, "--json"))["sound"]
