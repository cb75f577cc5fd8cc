import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from manifests import as_format_2, change_manifest

import index.rows
from corpus.errors import CorpusError, IndexFault, ModelError
from index.build import build
from index.encode import MiniLM
from index.progress import Progress
from index.rows import ROW
from index.search import open_index
from index.store import current_name

ARTICLES = {
    "wire/flood.md": """---
title: River tops its banks at Merrow
source: Harbour Wire
published: 2024-03-02
---

The river Tolle rose above its banks at Merrow on Saturday, flooding 212 homes, the county council said.

Fire crews took 34 people out by boat. No one was hurt.
""",
    "quay/bridge.md": """---
title: Toll bridge to close for a year
source: The Quay
published: 2024-05-20
---

The toll bridge at Merrow will close for a year from June while its deck is replaced, its owner said on Monday.

Drivers face a detour of eleven miles. The work will cost nine million pounds.
""",
    "notes.txt": """Choir wins at last

The Merrow choir won the national cup on its fourteenth try, with a song about the river.

Its conductor, Ada Finch, said she would now retire.
""",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in ARTICLES.items():
        path = tmp_path / "articles" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        an_hour_ago = time.time() - 3600
        os.utime(path, (an_hour_ago, an_hour_ago))
    return tmp_path / "articles"


def test_a_first_build_indexes_every_article_and_can_be_searched(folder, encoder):
    report = build(folder, encoder=encoder)
    assert (report.articles, report.added, report.changed, report.removed) == (3, 3, 0, 0)
    assert report.published
    assert report.embedded == report.passages > 0
    index = open_index(folder, encoder=encoder)
    hit = index.search("How many homes were flooded?", 1)[0]
    assert hit.article.path == "wire/flood.md"
    assert index.text(hit.article.row).text[hit.start : hit.end] == hit.text
    assert (folder / "wire/flood.md").read_text(encoding="utf-8")[hit.start : hit.end] == hit.text


def past_the_grain() -> None:
    """Wait until a file's times are old enough to be trusted."""
    time.sleep(2.1)


def test_a_second_build_with_nothing_changed_reads_and_encodes_nothing(folder, encoder):
    past_the_grain()
    first = build(folder, encoder=encoder)
    second = build(folder, encoder=encoder)
    assert (second.files_read, second.embedded, second.published) == (0, 0, False)
    assert (second.generation, second.passages) == (first.generation, first.passages)


def test_one_changed_file_encodes_that_files_new_passages_only(folder, encoder):
    past_the_grain()
    build(folder, encoder=encoder)
    path = folder / "quay/bridge.md"
    path.write_text(path.read_text(encoding="utf-8").replace("nine million", "twelve million"), encoding="utf-8")
    report = build(folder, encoder=encoder)
    assert (report.changed, report.files_read, report.embedded) == (1, 1, 1)
    text = " ".join(
        hit.text for hit in open_index(folder, encoder=encoder).search("What will the bridge work cost?", 9)
    )
    assert "twelve million" in text
    assert "nine million" not in text


def test_an_update_gives_the_same_vectors_and_hits_as_a_build_from_nothing(folder, encoder, tmp_path):
    build(folder, encoder=encoder)
    (folder / "wire/more.txt").write_text("Merrow dries out\n\nThe water was gone by Tuesday, residents said.\n")
    (folder / "notes.txt").unlink()
    build(folder, encoder=encoder)
    build(folder, tmp_path / "anew", encoder=encoder)
    updated, anew = open_index(folder, encoder=encoder), open_index(folder, tmp_path / "anew", encoder=encoder)
    for question in ("Who was rescued by boat?", "When does the bridge close?", "choir"):
        got = [(h.article.path, h.start, h.end, h.score) for h in updated.search(question)]
        assert got == [(h.article.path, h.start, h.end, h.score) for h in anew.search(question)]
    files = [next((place / "generations").glob(f"{index.info.generation}/segments/*/vectors.faiss")).read_bytes()
             for place, index in ((folder / ".copydesk", updated), (tmp_path / "anew", anew))]  # fmt: skip
    assert files[0] == files[1]


def test_a_removed_file_is_gone_from_hits(folder, encoder):
    build(folder, encoder=encoder)
    (folder / "wire/flood.md").unlink()
    report = build(folder, encoder=encoder)
    assert (report.removed, report.articles, report.embedded) == (1, 2, 0)
    index = open_index(folder, encoder=encoder)
    assert all(hit.article.path != "wire/flood.md" for hit in index.search("flooded homes by the river", 9))
    [stored] = (folder / ".copydesk/generations" / index.info.generation).glob("segments/*/articles.sqlite")
    assert b"212 homes" not in stored.read_bytes()


def test_a_renamed_file_encodes_nothing(folder, encoder):
    build(folder, encoder=encoder)
    (folder / "wire/flood.md").rename(folder / "wire/river.md")
    report = build(folder, encoder=encoder)
    assert (report.removed, report.added, report.embedded) == (1, 1, 0)
    assert open_index(folder, encoder=encoder).search("flooded homes", 1)[0].article.path == "wire/river.md"


def test_files_written_just_before_a_build_are_read_once_more_and_then_trusted(folder, encoder):
    build(folder, encoder=encoder)
    past_the_grain()
    again = build(folder, encoder=encoder)
    assert (again.files_read, again.published) == (3, False)
    assert build(folder, encoder=encoder).files_read == 0


def test_what_a_stopped_build_left_goes_though_the_next_finds_nothing_to_do(folder, encoder):
    build(folder, encoder=encoder)
    left = [folder / ".copydesk" / name for name in ("generations/.new-0a1b2c3d", "looked.new", "verified.77")]
    left[0].mkdir()
    for path in left[1:]:
        path.write_text("half")
    assert not build(folder, encoder=encoder).published
    assert not any(path.exists() for path in left)


def test_two_files_of_one_size_and_time_that_change_places_are_noticed(folder, encoder):
    one, two = folder / "one.txt", folder / "two.txt"
    one.write_text("Pier open\n\nThe pier opened on Monday, the owner said.\n")
    two.write_text("Pier shut\n\nThe pier closed on Friday, the owner said.\n")
    for path in (one, two):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    past_the_grain()
    build(folder, encoder=encoder)
    one.rename(folder / "three.txt")
    two.rename(one)
    (folder / "three.txt").rename(two)
    assert build(folder, encoder=encoder).changed == 2
    index = open_index(folder, encoder=encoder)
    for article in index.articles:
        assert index.text(article.row).text == (folder / article.path).read_text(encoding="utf-8")


def test_the_index_of_another_folder_is_refused_and_left_as_it_was(folder, encoder, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    place = tmp_path / "place"
    build(folder, place, encoder=encoder)
    for attempt in (build, open_index):
        with pytest.raises(IndexFault, match=f"this is the index of {folder}, not of {other}"):
            attempt(other, place, encoder=encoder)
    assert open_index(folder, place, encoder=encoder).info.generation == "000001"


def test_a_copied_or_moved_folder_keeps_the_index_inside_it(folder, encoder, tmp_path):
    build(folder, encoder=encoder)
    shutil.copytree(folder, tmp_path / "copy")
    folder.rename(tmp_path / "moved")
    for place in (tmp_path / "copy", tmp_path / "moved"):
        assert open_index(place, encoder=encoder).search("choir", 1)
        assert build(place, encoder=encoder).embedded == 0


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="file names there are always Unicode")
def test_files_with_names_that_are_not_unicode_are_skipped_once_and_stop_nothing(folder, encoder):
    for name in (b"\xff.txt", b"\\udcff.txt", b"z.txt"):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(b"")
    first = build(folder, encoder=encoder)
    assert len(first.skipped) == 3
    assert not build(folder, encoder=encoder).published


def test_a_touched_file_is_read_once_and_then_left_alone(folder, encoder):
    past_the_grain()
    build(folder, encoder=encoder)
    half_an_hour_ago = time.time() - 1800
    os.utime(folder / "notes.txt", (half_an_hour_ago, half_an_hour_ago))
    report = build(folder, encoder=encoder)
    assert (report.files_read, report.changed, report.embedded) == (1, 0, 0)
    past_the_grain()
    assert build(folder, encoder=encoder).files_read == 1
    assert build(folder, encoder=encoder).files_read == 0


def test_a_file_changed_within_the_clocks_grain_is_noticed_though_size_and_time_are_the_same(folder, encoder):
    path = folder / "notes.txt"
    now = time.time()
    os.utime(path, (now, now))
    build(folder, encoder=encoder)
    path.write_text(path.read_text(encoding="utf-8").replace("fourteenth", "thirteenth"), encoding="utf-8")
    os.utime(path, (now, now))
    assert build(folder, encoder=encoder).changed == 1


def test_the_same_text_in_two_files_is_encoded_once_and_kept_as_two_articles(folder, encoder):
    shutil.copy(folder / "notes.txt", folder / "copy.txt")
    report = build(folder, encoder=encoder)
    assert report.articles == 4
    assert report.embedded < report.passages
    hit = open_index(folder, encoder=encoder).search("Who conducts the choir?", 1)[0]
    paths = {hit.article.path, *(copy.article.path for copy in hit.copies)}
    assert paths == {"notes.txt", "copy.txt"}


def test_a_changed_passage_size_rebuilds_and_says_why(folder, encoder):
    before = build(folder, encoder=encoder)
    report = build(folder, encoder=encoder, passage_tokens=40)
    assert report.rebuilt_because == "the passage size changed from 200 to 40 tokens"
    assert report.files_read == 3
    assert report.passages > before.passages


def test_an_index_cut_by_other_rules_is_cut_anew_without_encoding_the_same_text_again(folder, encoder):
    first = build(folder, encoder=encoder)
    change_manifest(folder / ".copydesk", cutting="0" * 16)
    report = build(folder, encoder=encoder)
    assert "cuts articles differently" in (report.rebuilt_because or "")
    assert (report.files_read, report.embedded, report.passages) == (3, 0, first.passages)


def test_an_index_of_the_format_before_is_refused_by_search_and_built_anew_with_its_vectors(folder, encoder):
    first = build(folder, encoder=encoder)
    as_format_2(folder / ".copydesk")
    with pytest.raises(IndexFault, match=r"written in format 2 by an older Copydesk.*run: copydesk index"):
        open_index(folder, encoder=encoder)
    report = build(folder, encoder=encoder)
    assert "written in format 2 by an older Copydesk" in (report.rebuilt_because or "")
    assert (report.files_read, report.embedded, report.passages) == (3, 0, first.passages)
    assert open_index(folder, encoder=encoder).search("choir", 1)


def test_a_damaged_index_is_rebuilt_and_the_report_says_why(folder, encoder):
    build(folder, encoder=encoder)
    vectors = next((folder / ".copydesk/generations").glob("*/segments/*/vectors.faiss"))
    vectors.write_bytes(vectors.read_bytes()[:-8])
    with pytest.raises(IndexFault, match="damaged"):
        open_index(folder, encoder=encoder)
    assert "damaged" in (build(folder, encoder=encoder).rebuilt_because or "")
    assert open_index(folder, encoder=encoder).search("choir", 1)


def test_a_file_of_the_index_that_may_not_be_read_is_told_and_nothing_is_embedded_again(folder, encoder, monkeypatch):
    def refused(folder):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder / "lines.npy"))

    build(folder, encoder=encoder)
    (folder / "new.txt").write_text("A new school\n\nThe school opens on Monday.\n", encoding="utf-8")
    monkeypatch.setattr("index.line_keys.read_line_keys", refused)
    with pytest.raises(IndexFault, match=r"the index can't be read or written \(Permission denied\)"):
        build(folder, encoder=encoder)
    assert open_index(folder, encoder=encoder).search("choir", 1)
    monkeypatch.undo()
    report = build(folder, encoder=encoder)
    assert (report.added, report.embedded, report.rebuilt_because) == (1, 1, None)


def test_a_reader_that_has_gone_is_no_fault_of_the_index(folder, encoder):
    def gone(_progress):
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        build(folder, encoder=encoder, progress=gone)


def test_an_index_that_is_removed_while_a_build_reads_it_is_told_in_one_sentence(folder, encoder, monkeypatch):
    ordinary = index.rows.read_rows

    def removed(path):
        shutil.rmtree(folder / ".copydesk")
        return ordinary(path)

    build(folder, encoder=encoder)
    (folder / "new.txt").write_text("A new school\n\nThe school opens on Monday.\n", encoding="utf-8")
    monkeypatch.setattr("index.rows.read_rows", removed)
    with pytest.raises(IndexFault) as told:
        build(folder, encoder=encoder)
    assert "\n" not in str(told.value)
    monkeypatch.undo()
    assert build(folder, encoder=encoder).articles == 4


def test_an_index_of_another_model_is_refused_by_search_and_rebuilt_by_build(folder, encoder):
    class Other:
        name, digest, dim, max_tokens = "some-other-model", "0" * 64, encoder.dim, encoder.max_tokens
        count_tokens, encode = staticmethod(encoder.count_tokens), staticmethod(encoder.encode)

    build(folder, encoder=encoder)
    with pytest.raises(IndexFault, match=r"was built with the model .*copydesk index"):
        open_index(folder, encoder=Other())
    assert "the model changed" in (build(folder, encoder=Other()).rebuilt_because or "")


def test_bad_files_are_reported_with_their_reasons_and_the_rest_is_indexed(folder, encoder):
    (folder / "empty.txt").write_bytes(b"")
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 40)
    (folder / "large.txt").write_text("A long line of words. " * 50_000)
    report = build(folder, encoder=encoder, max_file_bytes=100_000)
    assert {s.path for s in report.skipped} == {"empty.txt", "binary.txt", "large.txt"}
    assert all(s.reason for s in report.skipped)
    assert report.articles == 3
    assert open_index(folder, encoder=encoder).skipped == report.skipped


def test_a_build_that_fails_leaves_the_old_index_serving(folder, encoder):
    class Failing:
        name, digest, dim, max_tokens = encoder.name, encoder.digest, encoder.dim, encoder.max_tokens
        count_tokens = staticmethod(encoder.count_tokens)

        @staticmethod
        def encode(*_):
            raise KeyboardInterrupt

    build(folder, encoder=encoder)
    (folder / "new.txt").write_text("News\n\nSomething else happened at Merrow on Sunday, the council said.\n")
    with pytest.raises(KeyboardInterrupt):
        build(folder, encoder=Failing())
    assert open_index(folder, encoder=encoder).info.articles == 3
    assert build(folder, encoder=encoder).added == 1


@pytest.mark.parametrize("kind", ["missing", "file", "empty", "all skipped"])
def test_a_folder_that_cant_be_used_is_told_in_one_sentence(tmp_path, encoder, kind):
    place = tmp_path / "place"
    if kind == "file":
        place.write_text("x")
    elif kind != "missing":
        place.mkdir()
    if kind == "all skipped":
        (place / "empty.txt").write_bytes(b"")
    words = {
        "missing": "no such|not there|does not exist|missing",
        "file": "is a file",
        "empty": "holds no article",
        "all skipped": r"empty\.txt",
    }
    with pytest.raises(CorpusError, match=words[kind]):
        build(place, encoder=encoder)


def test_progress_tells_files_passages_rate_and_time_left(folder, encoder):
    told: list[Progress] = []
    build(folder, encoder=encoder, progress=told.append)
    assert [p.stage for p in told if p.done == p.total] == ["reading", "embedding", "writing"]
    last = [p for p in told if p.stage == "embedding"][-1]
    assert last.done == last.total > 0
    assert last.rate is not None
    assert last.rate > 0


def test_rows_on_disk_are_plain_records_that_anyone_can_read(folder, encoder):
    report = build(folder, encoder=encoder)
    table = np.fromfile(next((folder / ".copydesk/generations").glob("*/segments/*/passages.bin")), ROW)
    assert len(table) == report.passages
    text = open_index(folder, encoder=encoder).text(int(table["article"][-1])).text
    passage = text[table["start"][-1] : table["end"][-1]]
    assert table["digest"][-1].tobytes() == hashlib.sha256(passage.encode()).digest()


def test_a_build_that_finds_nothing_changed_loads_neither_the_model_nor_what_reads_articles(folder, encoder):
    build(folder, encoder=encoder)
    time.sleep(2.1)
    build(folder, encoder=encoder)  # noted as looked at
    code = (
        "import sys; from qa.cli import main; main(sys.argv[1:]); "
        "print([n for n in ('numpy', 'yaml', 'tantivy', 'faiss', 'onnxruntime', 'tokenizers', 'corpus.furniture', "
        "'multiprocessing.connection') if n in sys.modules])"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, "index", str(folder)], capture_output=True, text=True, check=True
    )
    assert told.stdout.startswith("Nothing changed")
    assert told.stdout.splitlines()[-1] == "[]"


def test_what_is_wrong_with_the_model_is_told_before_anything_is_written(folder):
    class Missing(MiniLM):
        @property
        def digest(self) -> str:
            raise ModelError("The default model is missing")

    with pytest.raises(ModelError, match="missing"):
        build(folder, encoder=Missing(folder))
    assert not (folder / ".copydesk").exists()


def test_an_index_without_numbers_of_lines_is_changed_as_one_with_them(folder, encoder, tmp_path):
    for n in range(8):
        (folder / f"plug{n}.md").write_text(
            f"---\nsource: The Ledger\n---\n\nStory {n} of the tannery that burned in the year {1900 + n}.\n\n"
            + ("Sign up for our letter\n" if n < 5 else ""),
            encoding="utf-8",
        )
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    for each in (folder, other):
        build(each, encoder=encoder)
    place = other / ".copydesk"
    home = place / "generations" / (current_name(place) or "")
    files = json.loads((home / "manifest.json").read_text(encoding="utf-8"))["files"]
    lost = [name for name in files if name.rsplit("/", 1)[-1] in ("lines.npy", "line_edges.npy")]
    assert len(lost) == 2
    for name in lost:
        (home / name).unlink()
    change_manifest(place, files={name: files[name] for name in files if name not in lost})
    reports = []
    for each in (folder, other):
        (each / "plug0.md").unlink()
        reports.append(build(each, encoder=encoder))
    assert [r.removed for r in reports] == [1, 1]
    one, two = (open_index(each) for each in (folder, other))
    assert [one.text(a.row) for a in one.articles] == [two.text(a.row) for a in two.articles]
