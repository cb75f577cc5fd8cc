"""A file that nobody wrote to since it was found sound is not read again; any other is."""

import json
import os
import shutil
import time
from pathlib import Path

import pytest

from corpus.errors import IndexFault
from index.batch import file_digest
from index.build import build
from index.search import open_index
from index.verify import NAME, note, stamp_of, verify

Files = dict[str, tuple[int, str]]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "generations" / "000001" / "words"
    folder.mkdir(parents=True)
    (folder / "a.bin").write_bytes(b"what was written " * 1_000)
    an_hour_ago = time.time() - 3600
    os.utime(folder / "a.bin", (an_hour_ago, an_hour_ago))
    return tmp_path


def path_of(place: Path) -> Path:
    return place / "generations" / "000001" / "words" / "a.bin"


def files_of(place: Path) -> Files:
    return {"words/a.bin": (path_of(place).stat().st_size, file_digest(path_of(place)))}


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[5_000] ^= 1
    with path.open("r+b") as file:  # the same inode, the same size
        file.write(data)


def test_what_was_found_sound_is_known_by_size_inode_and_time(place, monkeypatch):
    files = files_of(place)
    verify(place, "000001", files)
    monkeypatch.setattr("index.verify.file_digest", lambda path: pytest.fail(f"{path} was read again"))
    verify(place, "000001", files)


def test_a_file_written_to_afterwards_is_read_and_refused(place):
    files = files_of(place)
    verify(place, "000001", files)
    flip(path_of(place))
    with pytest.raises(IndexFault, match="does not match its manifest"):
        verify(place, "000001", files)


def test_a_file_put_in_its_place_with_its_time_is_read_and_refused(place):
    files = files_of(place)
    verify(place, "000001", files)
    path, other = path_of(place), place / "other"
    shutil.copy2(path, other)
    flip(other)
    times = path.stat().st_atime_ns, path.stat().st_mtime_ns
    os.utime(other, ns=times)
    other.replace(path)
    with pytest.raises(IndexFault, match="does not match its manifest"):
        verify(place, "000001", files)


def test_a_file_written_just_now_is_not_trusted_yet(place):
    path = path_of(place)
    files = files_of(place)
    path.touch()
    note(place, {"words/a.bin": stamp_of(path, files["words/a.bin"][1])})
    times = path.stat().st_atime_ns, path.stat().st_mtime_ns
    flip(path)
    os.utime(path, ns=times)  # as a clock of coarse grain would leave it
    with pytest.raises(IndexFault, match="does not match its manifest"):
        verify(place, "000001", files)


@pytest.mark.parametrize("content", ["", "[]", '{"words/a.bin": 3}', '{"words/a.bin": ["x", 1]}', "\x00"])
def test_a_damaged_note_costs_one_more_reading_and_no_more(place, content):
    files = files_of(place)
    (place / NAME).write_text(content)
    verify(place, "000001", files)
    assert json.loads((place / NAME).read_text()).keys() == files.keys()


def test_a_note_on_another_index_says_nothing(place, tmp_path_factory):
    files = files_of(place)
    verify(place, "000001", files)
    copy = tmp_path_factory.mktemp("copy") / "index"
    shutil.copytree(place, copy)
    flip(path_of(copy))
    os.utime(path_of(copy), ns=(path_of(place).stat().st_atime_ns, path_of(place).stat().st_mtime_ns))
    with pytest.raises(IndexFault, match="does not match its manifest"):
        verify(copy, "000001", files)


def test_a_text_that_changed_under_a_file_nobody_wrote_to_is_not_quoted(tmp_path, encoder):
    (tmp_path / "quay.txt").write_text("The quay of Merrow was sold on Monday to its fishermen.\n", encoding="utf-8")
    build(tmp_path, encoder=encoder)
    [path] = (tmp_path / ".copydesk" / "generations").glob("*/segments/*/articles.sqlite")
    an_hour_ago = time.time() - 3600
    os.utime(path, (an_hour_ago, an_hour_ago))
    open_index(tmp_path, encoder=encoder)  # found sound, and noted so
    data = path.read_bytes()
    with path.open("r+b") as file:
        file.write(data.replace(b"fishermen", b"fishermon"))
    os.utime(path, (an_hour_ago, an_hour_ago))
    held = open_index(tmp_path, encoder=encoder)
    with pytest.raises(IndexFault, match=r"articles.sqlite.*damaged.*copydesk index"):
        held.search("Who bought the quay?")
