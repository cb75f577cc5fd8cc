"""A generation of several segments against one built from nothing out of the same files."""

import random
import re
from pathlib import Path

import numpy as np
import pytest

import index.build
import index.merging
from index.build import build
from index.encode import Encoder
from index.generation import Generation, load_generation
from index.hits import Where
from index.lexical import terms_of
from index.merging import GONE, TIMES, segments_kept
from index.search import open_index
from index.store import current_name, read_manifest
from index.verify import verify

TOWNS = ["Merrow", "Ostrand", "Callis", "Penhale", "Quarrel", "Dunmore"]
OUTLETS = ["The Quay", "Callis Courier", None, "Penhale Post"]


def write(folder: Path, number: int, turn: int) -> None:
    """One article whose words no other article has, and whose outlet may be new."""
    town, outlet = TOWNS[number % len(TOWNS)], OUTLETS[(number + turn) % len(OUTLETS)]
    head = f"---\ntitle: Notice {number} of {town}\n" + (f"source: {outlet}\n" if outlet else "") + "---\n"
    body = [
        f"The council of {town} heard on Monday that berth{number}x{turn} needs {number + turn} new piles by spring.",
        f"Divers counted {number * 7 + turn} cracks in it, said the harbour master of {town}, who asked for a survey.",
    ]
    (folder / f"notice-{number:02d}.md").write_text(head + "\n" + "\n\n".join(body) + "\n", encoding="utf-8")


@pytest.fixture
def in_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few the passages are, a change becomes a segment where the sizes allow."""
    monkeypatch.setattr(index.merging, "TOGETHER", 0)
    monkeypatch.setattr(index.merging, "TIMES", 2)
    monkeypatch.setattr(index.merging, "GONE", 0.5)


def passages(held: Generation) -> dict[tuple[str, int, int], tuple[str, bytes, bytes]]:
    """What is stored of each passage of an article that is there: its text, vector and sentences' terms."""
    by_row = {article.row: article for article in held.articles}
    found = {}
    for row, (number, start, end, _, _) in enumerate(held.table.tolist()):
        if number in by_row:
            vector = held.dense.vectors(np.asarray([row]))
            terms = held.sentence_terms.of(row)
            key = (by_row[number].path, start, end)
            found[key] = (held.text(number).text[start:end], vector.tobytes(), terms.tobytes())
    return found


def same(folder: Path, other: Path, encoder: Encoder) -> Generation:
    """The folder's generation, held to be the same as one from nothing in `other`."""
    build(folder, other, encoder=encoder)
    held, anew = load_generation(folder / ".copydesk").opened(), load_generation(other).opened()
    assert passages(held) == passages(anew)
    assert [(a.path, a.digest, a.metadata) for a in held.articles] == [
        (a.path, a.digest, a.metadata) for a in anew.articles
    ]
    assert (held.manifest.articles, held.manifest.passages) == (anew.manifest.articles, anew.manifest.passages)
    return held


@pytest.mark.usefixtures("in_segments")
def test_any_run_of_changes_leaves_what_a_build_from_nothing_makes(tmp_path, encoder):
    folder = tmp_path / "articles"
    folder.mkdir()
    dice = random.Random(7)
    for number in range(40):
        write(folder, number, 0)
    build(folder, encoder=encoder)
    most = 0
    for turn in range(1, 9):
        for number in dice.sample(range(60), dice.choice([1, 1, 2, 5])):
            path = folder / f"notice-{number:02d}.md"
            if path.exists() and dice.random() < 0.4:
                path.unlink()
            else:
                write(folder, number, turn)
        build(folder, encoder=encoder)
        held = same(folder, tmp_path / f"anew{turn}", encoder)
        most = max(most, len(held.segments))
        paths = {article.row: article.path for article in held.articles}
        for (path, start, end), (text, _, _) in passages(held).items():
            rows, _ = held.words.search(dict.fromkeys(terms_of(text), 1.0), 1)
            number, begin, stop, _, _ = held.table[rows[0]].item()
            assert (paths[number], begin, stop) == (path, start, end)
    assert most >= 3


@pytest.mark.usefixtures("in_segments")
def test_what_is_gone_is_found_neither_by_words_nor_by_meaning_nor_by_filter(tmp_path, encoder):
    for number in range(30):
        write(tmp_path, number, 0)
    build(tmp_path, encoder=encoder)
    (tmp_path / "notice-04.md").unlink()
    write(tmp_path, 5, 3)
    report = build(tmp_path, encoder=encoder)
    held = open_index(tmp_path, encoder=encoder)
    assert len(held.info.segments) == 2
    assert report.embedded == 1
    assert "berth4x0" not in " ".join(hit.text for hit in held.search("Which berth4x0 of Quarrel needs piles?", 40))
    found = held.search("What needs piles: berth5x0 or berth5x3?", 40)
    assert [hit.article.path for hit in found].count("notice-05.md") == 1
    assert "berth5x3" in found[0].text
    outlets = {hit.article.metadata.source for hit in held.search("piles", 40, Where(frozenset({"The Quay"})))}
    assert outlets == {"The Quay"}
    assert len(held.table) == held.info.passages
    assert "notice-04.md" not in {article.path for article in held.articles}


@pytest.mark.usefixtures("in_segments")
def test_a_change_shares_the_files_of_what_stays_and_leaves_the_generation_before_whole(tmp_path, encoder):
    for number in range(30):
        write(tmp_path, number, 0)
    first = build(tmp_path, encoder=encoder).generation
    write(tmp_path, 30, 1)
    build(tmp_path, encoder=encoder)
    place = tmp_path / ".copydesk"
    before, now = read_manifest(place, first), read_manifest(place, current_name(place) or "")
    for name in (f"segments/{first}/articles.sqlite", f"segments/{first}/vectors.faiss"):
        assert now.files[name] == before.files[name]
        assert (place / "generations" / first / name).samefile(place / "generations" / now.generation / name)
    (place / "verified").unlink()
    verify(place, first, before.files)
    verify(place, now.generation, now.files)


@pytest.mark.usefixtures("in_segments")
def test_a_touched_file_is_noted_without_a_new_segment(tmp_path, encoder):
    for number in range(30):
        write(tmp_path, number, 0)
    build(tmp_path, encoder=encoder)
    path = tmp_path / "notice-07.md"
    path.touch()
    report = build(tmp_path, encoder=encoder)
    assert (report.published, report.embedded, report.files_read >= 1) == (True, 0, True)
    assert len(load_generation(tmp_path / ".copydesk").segments) == 1


def test_small_indexes_are_one_segment():
    assert segments_kept([900], [890], 100) == 0


def test_nothing_new_and_nothing_gone_leaves_all():
    assert segments_kept([900, 20], [900, 20], 0) == 2


def test_a_small_change_stays_behind_a_large_segment():
    assert segments_kept([100_000], [100_000], 12) == 1


def test_segments_that_are_not_much_larger_than_what_is_new_are_written_with_it():
    assert segments_kept([100_000, 60], [100_000, 60], 12) == 1
    assert segments_kept([100_000, 60 * TIMES], [100_000, 60 * TIMES], 12) == 2
    assert segments_kept([100_000], [100_000], 100_000 // TIMES + 1) == 0


def test_a_segment_that_has_lost_much_is_written_anew_with_all_behind_it():
    lost = int(100_000 * (1 - GONE)) - 1
    assert segments_kept([1_000_000, 100_000, 1_000], [1_000_000, lost, 1_000], 0) == 1
    assert segments_kept([1_000_000, 100_000, 1_000], [1_000_000, lost + 1, 1_000], 0) == 3


def test_a_long_run_of_small_changes_keeps_few_segments_and_writes_each_passage_few_times():
    held, written = [100_000], 0
    for _ in range(1_000):
        kept = segments_kept(held, held, 12)
        held = [*held[:kept], 12 + sum(held[kept:])]
        written += held[-1]
        assert len(held) <= 6
    assert written < 12 * 1_000 * 40


@pytest.mark.usefixtures("in_segments")
def test_articles_without_a_passage_do_not_pile_up_segments(tmp_path, encoder):
    for number in range(30):
        write(tmp_path, number, 0)
    build(tmp_path, encoder=encoder)
    for number in range(6):
        (tmp_path / f"plug{number}.txt").write_text("Read next\n\nShare this article\n", encoding="utf-8")
        build(tmp_path, encoder=encoder)
    held = load_generation(tmp_path / ".copydesk").opened()
    assert len(held.segments) <= 4
    assert len(held.articles) == 36


@pytest.mark.usefixtures("in_segments")
def test_a_shared_file_that_somebody_wrote_to_is_not_taken_over(tmp_path, encoder):
    for number in range(30):
        write(tmp_path, number, 0)
    first = build(tmp_path, encoder=encoder).generation
    place = tmp_path / ".copydesk"
    path = place / "generations" / first / "segments" / first / "passages.bin"

    class Meddling:
        name, digest, dim, max_tokens = encoder.name, encoder.digest, encoder.dim, encoder.max_tokens
        count_tokens = staticmethod(encoder.count_tokens)

        def encode(self, texts, progress=None):
            with path.open("r+b") as file:
                file.seek(4)
                file.write(b"\x01")
            return encoder.encode(texts, progress)

    write(tmp_path, 31, 0)
    report = build(tmp_path, encoder=Meddling())
    assert re.search(r"passages.bin.*damaged", report.rebuilt_because or "")
    assert report.embedded == report.passages - 1  # the new one was, before the damage was found
    assert open_index(tmp_path, encoder=encoder).search("Which berth31x0 needs piles?", 1)[0].start > 1


def test_what_another_build_added_meanwhile_is_not_taken_for_gone(tmp_path, encoder, monkeypatch):
    for number in range(3):
        write(tmp_path, number, 0)
    build(tmp_path, encoder=encoder)
    listing = index.build.list_files
    turns = []

    def list_then_another_builds(folder):
        found = list(listing(folder))
        if not turns:
            turns.append(1)
            write(folder, 4, 0)
            build(folder, encoder=encoder)
        return found

    monkeypatch.setattr(index.build, "list_files", list_then_another_builds)
    report = build(tmp_path, encoder=encoder)
    assert (report.removed, report.articles) == (0, 4)


def test_a_pointer_that_names_nothing_is_mended_by_the_next_build(tmp_path, encoder):
    write(tmp_path, 1, 0)
    build(tmp_path, encoder=encoder)
    (tmp_path / ".copydesk" / "current").write_text("rubbish")
    assert "does not name a generation" in (build(tmp_path, encoder=encoder).rebuilt_because or "")
    assert open_index(tmp_path, encoder=encoder).search("berth1x0", 1)
