"""A file that nobody wrote to since it was found sound is not read again; any other is."""

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.errors import IndexFault
from index.build import build
from index.checksum import file_digest
from index.encode import Encoder
from index.search import open_index
from index.store import read_manifest
from index.verify import NAME, note, stamp_of, suspecting, verify

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


STORY = """---
title: Quay sold
source: Harbour Wire
---

The quay of Merrow was sold on Monday to its fishermen.
"""


@pytest.fixture
def folder(tmp_path: Path, encoder: Encoder) -> Path:
    """A folder whose index was found sound an hour after it was written, and noted so."""
    (tmp_path / "quay.md").write_text(STORY, encoding="utf-8")
    (tmp_path / "pier.txt").write_text("The pier of Ostrand opened on Friday, its owner said.\n", encoding="utf-8")
    build(tmp_path, encoder=encoder)
    an_hour_ago = time.time() - 3600
    for path in (tmp_path / ".copydesk" / "generations").rglob("*"):
        os.utime(path, (an_hour_ago, an_hour_ago))
    open_index(tmp_path, encoder=encoder)
    return tmp_path


def lose_bits(folder: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    """Change a file as a disk does that loses bits: nothing tells that somebody wrote to it."""
    [path] = (folder / ".copydesk" / "generations").glob(f"*/{name}")
    status, data = path.stat(), path.read_bytes()
    changed = change(data)
    assert len(changed) == len(data)
    assert changed != data
    with path.open("r+b") as file:
        file.write(changed)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


ARTICLES, PASSAGES = "segments/*/articles.sqlite", "segments/*/passages.bin"
LOSSES: list[tuple[str, Callable[[bytes], bytes]]] = [
    (ARTICLES, lambda data: data.replace(b"fishermen", b"fishermon")),
    (ARTICLES, lambda data: data.replace(b"Quay sold", b"Quai sold")),
    (ARTICLES, lambda data: data.replace(b"Harbour Wire", b"Harbour Fire")),
    (ARTICLES, lambda data: data[:4096] + bytes(len(data) - 4096)),
    (PASSAGES, lambda data: data[:4] + bytes([data[4] ^ 2]) + data[5:52] + bytes([data[52] ^ 2]) + data[53:]),  # starts
]


@pytest.mark.parametrize(("name", "change"), LOSSES)
def test_what_changed_under_a_file_nobody_wrote_to_is_not_shown_and_the_command_named_mends_it(
    folder, encoder, name, change
):
    lose_bits(folder, name, change)
    with pytest.raises(IndexFault, match=rf"the index is damaged .*copydesk index {folder}"):
        open_index(folder, encoder=encoder).search("Who bought the quay of Merrow?")
    assert "damaged" in (build(folder, encoder=encoder).rebuilt_because or "")
    best = open_index(folder, encoder=encoder).search("Who bought the quay of Merrow?")[0]
    assert "sold on Monday to its fishermen" in best.text
    assert best.article.metadata.source == "Harbour Wire"


def test_a_file_list_that_lost_a_bit_is_noticed_at_once_as_it_names_the_files_that_are_cited(folder, encoder):
    lose_bits(folder, "files.sqlite", lambda data: data.replace(b"quay.md", b"quai.md"))
    with pytest.raises(IndexFault, match=r"files\.sqlite: the index is damaged"):
        open_index(folder, encoder=encoder)


def test_a_text_that_lost_a_bit_is_never_cut_anew_into_an_article_of_its_own(folder, encoder):
    lose_bits(folder, ARTICLES, LOSSES[0][1])
    (folder / "more.md").write_text(STORY.replace("Monday", "Tuesday"), encoding="utf-8")  # stirs the outlet
    report = build(folder, encoder=encoder)
    assert "articles.sqlite: the index is damaged" in (report.rebuilt_because or "")
    held = open_index(folder, encoder=encoder)
    assert {a.path: held.text(a.row).text for a in held.articles} == {
        path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.is_file()
    }


def test_what_fails_though_every_file_is_sound_is_told_as_it_is(folder):
    [home] = (folder / ".copydesk" / "generations").iterdir()
    files = read_manifest(folder / ".copydesk", home.name).files
    with pytest.raises(ZeroDivisionError), suspecting(home, files):
        raise ZeroDivisionError
    assert (folder / ".copydesk" / NAME).exists()
    lose_bits(folder, "words/*.term", lambda data: bytes([data[0] ^ 1]) + data[1:])
    with pytest.raises(IndexFault, match=r"\.term: the index is damaged"), suspecting(home, files):
        raise ZeroDivisionError
