import errno
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.errors import IndexFault
from index.generation import load_generation
from index.place import index_place, one_build
from index.store import (
    FORMAT,
    Manifest,
    clear_leftovers,
    current_name,
    link_files,
    new_generation,
    next_name,
    publish,
    read_manifest,
)
from index.verify import verify

BLANK = Manifest(
    FORMAT, "000001", "2025-02-12T10:00:00+00:00", 0, "/articles", "m", "d", 3, 200, "c", 1, 1, 0, True, ("000001",), {}
)


def write(place: Path, content: bytes = b"one") -> Manifest:
    with one_build(place):
        clear_leftovers(place)
        manifest = replace(BLANK, generation=next_name(place))
        with new_generation(place) as folder:
            (folder / "words").mkdir()
            (folder / "words" / "a.bin").write_bytes(content)
            (folder / "rows.bin").write_bytes(b"two")
            publish(place, folder, manifest)
    return manifest


def half_a_build(place: Path) -> None:
    with new_generation(place) as folder:
        (folder / "half").write_text("half")
        raise ZeroDivisionError


def test_a_published_generation_is_the_current_one_and_verifies(tmp_path):
    write(tmp_path)
    manifest = read_manifest(tmp_path, current_name(tmp_path) or "")
    folder = verify(tmp_path, manifest.generation, manifest.files)
    assert (folder / "words" / "a.bin").read_bytes() == b"one"
    assert set(manifest.files) == {"words/a.bin", "rows.bin"}


def test_a_failed_build_leaves_the_old_generation_and_nothing_else(tmp_path):
    write(tmp_path)
    with pytest.raises(ZeroDivisionError), one_build(tmp_path):
        half_a_build(tmp_path)
    assert current_name(tmp_path) == "000001"
    assert [p.name for p in (tmp_path / "generations").iterdir()] == ["000001"]


def test_a_folder_that_can_not_be_listed_is_not_published_without_its_files(tmp_path, monkeypatch):
    write(tmp_path)
    ordinary = os.scandir

    def failing(at="."):
        if str(at).endswith("words") and ".new-" in str(at):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(at))
        return ordinary(at)

    monkeypatch.setattr(os, "scandir", failing)
    with pytest.raises(IndexFault, match="can't be read or written"):
        write(tmp_path, b"other")
    monkeypatch.undo()
    assert current_name(tmp_path) == "000001"
    assert (tmp_path / "generations" / "000001" / "words" / "a.bin").read_bytes() == b"one"


def test_a_generation_that_is_removed_while_it_is_written_is_not_begun_again(tmp_path):
    write(tmp_path)
    held = tmp_path / "generations" / "000001" / "words"
    gone = tmp_path / "generations" / ".new-gone"
    with pytest.raises(FileNotFoundError):
        link_files(held, gone / "segments" / "000002")
    assert not gone.exists()


def test_what_a_killed_build_leaves_is_cleared_by_the_next(tmp_path):
    write(tmp_path)
    left = tmp_path / "generations" / ".new-0123"
    left.mkdir()
    (left / "half").write_text("half")
    never_pointed_to = tmp_path / "generations" / "000002"
    never_pointed_to.mkdir()
    (tmp_path / "current.new").write_text("000002")
    write(tmp_path)
    assert current_name(tmp_path) in {"000002", "000003"}
    assert not left.exists()
    assert not (tmp_path / "current.new").exists()
    serving = current_name(tmp_path) or ""
    verify(tmp_path, serving, read_manifest(tmp_path, serving).files)


def test_the_generation_before_is_kept_and_older_ones_go(tmp_path):
    for _ in range(4):
        write(tmp_path)
    clear_leftovers(tmp_path)
    assert sorted(p.name for p in (tmp_path / "generations").iterdir()) == ["000003", "000004"]


@pytest.mark.parametrize("name", ["rows.bin", "words/a.bin"])
@pytest.mark.parametrize("damage", ["flip", "cut", "remove"])
def test_damage_to_any_file_is_named_with_the_command_that_mends_it(tmp_path, name, damage):
    place = tmp_path / ".copydesk"
    write(place)
    path = place / "generations" / "000001" / name
    data = path.read_bytes()
    if damage == "flip":
        path.write_bytes(bytes([data[0] ^ 1]) + data[1:])
    elif damage == "cut":
        path.write_bytes(data[:-1])
    else:
        path.unlink()
    with pytest.raises(IndexFault, match=rf"{name}.*damaged.*copydesk index {tmp_path}"):
        verify(place, "000001", read_manifest(place, "000001").files)


@pytest.mark.parametrize("content", ["", "{", "[]", "null", f'{{"format": {FORMAT}}}', "\x00\xff"])
def test_a_damaged_manifest_is_told_in_one_sentence(tmp_path, content):
    write(tmp_path)
    (tmp_path / "generations" / "000001" / "manifest.json").write_text(content, encoding="latin-1")
    with pytest.raises(IndexFault, match="manifest can't be read"):
        read_manifest(tmp_path, "000001")


@pytest.mark.parametrize(("found", "age"), [(FORMAT + 1, "newer"), (0, "older")])
def test_an_index_of_another_format_is_refused_by_name(tmp_path, found, age):
    write(tmp_path)
    path = tmp_path / "generations" / "000001" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": found, "more": 1}))
    with pytest.raises(IndexFault, match=rf"format {found} by an? {age} Copydesk"):
        read_manifest(tmp_path, "000001")


def test_while_the_pointer_can_not_be_read_no_generation_is_taken_away(tmp_path, monkeypatch):
    for content in (b"one", b"two", b"three"):
        write(tmp_path, content)
    there = {path.name for path in (tmp_path / "generations").iterdir()}
    ordinary = Path.read_bytes

    def refused(path):
        if path.name == "current":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return ordinary(path)

    monkeypatch.setattr(Path, "read_bytes", refused)
    clear_leftovers(tmp_path, keep=1)
    assert {path.name for path in (tmp_path / "generations").iterdir()} == there
    monkeypatch.undo()
    clear_leftovers(tmp_path, keep=1)
    assert [path.name for path in (tmp_path / "generations").iterdir()] == [current_name(tmp_path)]


def test_a_generation_that_goes_loses_its_name_before_its_files(tmp_path, monkeypatch):
    for _ in range(3):
        write(tmp_path)
    generations = tmp_path / "generations"
    seen = []
    monkeypatch.setattr("shutil.rmtree", lambda path, **_: seen.append(path.name))
    clear_leftovers(tmp_path, keep=1)
    assert seen == [".old-000001", ".old-000002"]
    monkeypatch.undo()
    clear_leftovers(tmp_path)
    assert [path.name for path in generations.iterdir()] == ["000003"]


@pytest.mark.parametrize("bit", range(8))
@pytest.mark.parametrize("at", range(7))
def test_a_pointer_that_lost_a_bit_never_serves_the_generation_before(tmp_path, at, bit):
    for _ in range(3):
        write(tmp_path)
    written = bytearray((tmp_path / "current").read_bytes())
    written[at] ^= 1 << bit
    (tmp_path / "current").write_bytes(written)
    with pytest.raises(IndexFault, match="copydesk index"):
        load_generation(tmp_path)


@pytest.mark.parametrize("at", range(0, 900, 37))
def test_a_manifest_that_lost_a_bit_is_named(tmp_path, at):
    write(tmp_path)
    path = tmp_path / "generations" / "000001" / "manifest.json"
    written = bytearray(path.read_bytes())
    written[at % len(written)] ^= 1
    path.write_bytes(written)
    with pytest.raises(IndexFault, match=r"manifest\.json.*copydesk index"):
        load_generation(tmp_path)


@pytest.mark.parametrize("content", ["", "../../etc", "abc", "1 2"])
def test_a_damaged_pointer_is_told(tmp_path, content):
    write(tmp_path)
    (tmp_path / "current").write_text(content)
    with pytest.raises(IndexFault, match="does not name a generation"):
        current_name(tmp_path)


def test_a_second_build_in_another_process_is_refused_while_one_runs(tmp_path):
    script = (
        f"from pathlib import Path; from index.place import one_build\nwith one_build(Path({str(tmp_path)!r})): pass"
    )
    with one_build(tmp_path):
        second = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "another build is running" in second.stderr
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_a_killed_build_gives_the_lock_back(tmp_path):
    script = (
        "import os, signal; from pathlib import Path; from index.place import one_build\n"
        f"with one_build(Path({str(tmp_path)!r})): os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", script], check=False)
    with one_build(tmp_path):
        pass


def test_the_index_lies_in_the_folder_unless_told_otherwise(tmp_path):
    assert index_place(tmp_path) == tmp_path / ".copydesk"
    assert index_place(tmp_path, tmp_path / "elsewhere") == tmp_path / "elsewhere"


def test_an_index_place_that_is_a_file_is_told(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(IndexFault, match="can't be read or written"), one_build(tmp_path / "file"):
        pass
