"""An index is checked to the last byte, and what is wrong is named; what was removed can be had out of it."""

import json
import os
import shutil
import sqlite3
import time
from pathlib import Path

import numpy as np
import pytest
from manifests import reseal
from running import complaint, copydesk, json_of, write_corpus

import index.merging
from corpus.errors import IndexFault
from index.audit import Audit, audit, left_behind
from index.build import build
from index.dense import read_dense, write_dense
from index.encode import Encoder
from index.rows import read_rows, write_rows
from index.search import open_index
from index.store import current_name

LIMIT = 20_000_000


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    """A folder of articles with its index, to be copied."""
    folder = write_corpus(tmp_path_factory.mktemp("pristine") / "news")
    build(folder, encoder=encoder)
    return folder


@pytest.fixture
def folder(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine, tmp_path / "news"))


def home_of(folder: Path) -> Path:
    place = folder / ".copydesk"
    return place / "generations" / (current_name(place) or "")


def audited(folder: Path) -> Audit:
    return audit(folder, folder / ".copydesk", LIMIT)


def segment_of(folder: Path) -> Path:
    [segment] = (home_of(folder) / "segments").iterdir()
    return segment


def test_a_sound_index_has_no_faults_and_every_span_is_counted(folder):
    found = audited(folder)
    held = open_index(folder)
    texts = [held.text(article.row) for article in held.articles]
    assert found.spans == len(held.table) + sum(len(each.sentences) + len(each.furniture) for each in texts)
    assert (found.faults, found.left, found.articles, found.passages) == ((), (), 3, len(held.table))
    assert found.bytes == sum(p.stat().st_size for p in home_of(folder).rglob("*") if p.is_file()) - (
        (home_of(folder) / "manifest.json").stat().st_size
        + sum(p.stat().st_size for p in home_of(folder).rglob("*.lock"))
    )


def test_files_of_articles_that_are_others_now_are_counted_and_are_no_fault(folder):
    (folder / "choir.txt").unlink()
    (folder / "lighthouse.md").write_text("Another story of the harbour board, told at length.\n", encoding="utf-8")
    (folder / "new.txt").write_text("A new story\n\nThe harbour board met on Monday.\n", encoding="utf-8")
    found = audited(folder)
    assert found.sources is not None
    assert (found.sources.changed, found.sources.gone, found.sources.added, found.faults) == (1, 1, 1, ())


def test_every_file_that_lost_a_bit_is_named_whatever_was_noted_of_it(folder):
    open_index(folder)
    names = []
    for path in sorted(p for p in home_of(folder).rglob("*") if p.is_file() and p.suffix != ".lock"):
        if path.name == "manifest.json" or path.stat().st_size == 0:
            continue
        flip(path, path.stat().st_size // 2)
        names.append(str(path))
    assert len(names) >= 10
    assert [fault.partition(":")[0] for fault in audited(folder).faults] == names
    assert not (folder / ".copydesk" / "verified").exists()


def flip(path: Path, at: int) -> None:
    """Change a bit as a failing disk does: the file's size, times and place stay."""
    status = path.stat()
    with path.open("r+b") as file:
        file.seek(at)
        [byte] = file.read(1)
        file.seek(at)
        file.write(bytes([byte ^ 1]))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_a_damaged_manifest_is_named_with_the_command_that_mends_it(folder):
    flip(home_of(folder) / "manifest.json", 300)
    with pytest.raises(IndexFault, match=r"manifest\.json.*damaged.*copydesk index"):
        audited(folder)


def move_passage(folder: Path) -> None:
    table = read_rows(segment_of(folder) / "passages.bin")
    table["start"][1] += 1
    write_rows(table, segment_of(folder) / "passages.bin")


def lose_vector(folder: Path) -> None:
    path = segment_of(folder) / "vectors.faiss"
    part = read_dense(path)
    vectors = part.reconstruct_n(0, part.ntotal - 1)
    path.unlink()
    write_dense(vectors, path)


def blank_vector(folder: Path) -> None:
    path = segment_of(folder) / "vectors.faiss"
    part = read_dense(path)
    vectors = np.array(part.reconstruct_n(0, part.ntotal))
    vectors[1] = 0
    path.unlink()
    write_dense(vectors, path)


def change(statement: str):
    def do(folder: Path) -> None:
        database = sqlite3.connect(segment_of(folder) / "articles.sqlite")
        database.execute(statement)
        database.commit()
        database.close()

    return do


def lose_a_file_of_the_list(folder: Path) -> None:
    database = sqlite3.connect(home_of(folder) / "files.sqlite")
    database.execute("DELETE FROM files WHERE path = 'choir.txt'")
    database.commit()
    database.close()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (move_passage, "than the passage that was embedded"),
        (lose_vector, "vectors of"),
        (blank_vector, "the vector of passage 1 is none"),
        (change("UPDATE texts SET text = replace(text, 'October', 'January')"), "another text than was stored"),
        (change("UPDATE articles SET source = 'The Quai' WHERE source = 'The Quay'"), "another text than was stored"),
        (change("UPDATE texts SET body_end = body_end - 1"), "another text than was stored"),
        (change("DELETE FROM articles WHERE row = 2"), "passages of articles that it does not hold"),
        (lose_a_file_of_the_list, "holds 2 articles, not 3"),
    ],
)
def test_parts_that_contradict_each_other_are_told_though_every_file_is_as_its_manifest_says(folder, damage, said):
    damage(folder)
    reseal(folder / ".copydesk")
    assert any(said in fault for fault in audited(folder).faults), audited(folder).faults


@pytest.mark.parametrize("name", ["current.new", "generations/.new-0a1b", "generations/999999", "more.bin"])
def test_what_a_stopped_build_left_is_told_and_gone_after_the_next(folder, name, encoder):
    place = folder / ".copydesk"
    left = place / name
    left.mkdir() if "generations" in name else left.write_bytes(b"x")
    assert audited(folder).left == (name,)
    assert audited(folder).faults == ()
    if name != "more.bin":  # not ours to remove
        build(folder, encoder=encoder)
        assert list(left_behind(place)) == []


def test_a_lost_bit_found_by_verify_is_mended_by_the_command_that_it_names(folder, tmp_path):
    time.sleep(2.2)  # past the clock's grain, so that the files are known by their times
    ask = ("ask", "How many years did Tom Garrow light the lamp?", "--corpus", folder, "--json")
    before = json_of(copydesk(tmp_path, *ask))["statements"]
    flip(segment_of(folder) / "vectors.faiss", 1_000)
    json_of(copydesk(tmp_path, *ask))  # no more than another order of passages
    done = copydesk(tmp_path, "verify", folder, "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert told["sound"] is False
    assert [fault.partition(":")[0].rpartition("/")[2] for fault in told["faults"]] == ["vectors.faiss"]
    assert told["mend"] == f"copydesk index {folder}"
    assert f"the index is damaged (1 fault); run: copydesk index {folder}" in done.stderr
    assert "vectors.faiss" in json_of(copydesk(tmp_path, "index", folder, "--json"))["rebuilt_because"]
    assert json_of(copydesk(tmp_path, "verify", folder, "--json"))["faults"] == []
    assert json_of(copydesk(tmp_path, *ask))["statements"] == before


def test_verify_tells_a_sound_index_in_two_lines_and_an_absent_one_in_one(folder, tmp_path):
    done = copydesk(tmp_path, "verify", folder)
    assert (done.returncode, done.stderr) == (0, "")
    first, second = done.stdout.splitlines()
    assert first.startswith("Sound: generation 000001, 3 articles in ")
    assert second == "The files of articles are as they were read."
    shutil.rmtree(folder / ".copydesk")
    assert f"there is no index here; run: copydesk index {folder}" in complaint(copydesk(tmp_path, "verify", folder), 1)


SECRET = "Vexworthy"


def holds(place: Path, words: str) -> list[str]:
    """The files of an index that hold these words, as they were written or as terms."""
    return [
        path.relative_to(place).as_posix()
        for path in sorted(place.rglob("*"))
        if path.is_file() and words.lower().encode() in path.read_bytes().lower()
    ]


def write_many(folder: Path) -> None:
    folder.mkdir()
    for n in range(40):
        about = f"The council of Merrow heard on Monday that berth{n} needs {n} new piles by spring."
        (folder / f"{n:02d}.md").write_text(f"---\ntitle: Notice {n}\n---\n\n{about}\n", encoding="utf-8")
    secret = f"A source named {SECRET} said on Friday that the piles are rotten.\n"
    (folder / "secret.md").write_text(f"---\ntitle: {SECRET} speaks\n---\n\n{secret}", encoding="utf-8")


def test_what_was_removed_from_a_large_index_is_nowhere_in_it_once_it_is_compacted(tmp_path, encoder, monkeypatch):
    monkeypatch.setattr(index.merging, "TOGETHER", 0)  # however few the passages are, a change becomes a segment
    folder = tmp_path / "news"
    write_many(folder)
    build(folder, encoder=encoder)
    (folder / "secret.md").unlink()
    (folder / "00.md").write_text("Another notice\n\nThe council of Merrow met on Tuesday.\n", encoding="utf-8")
    for _ in range(3):
        (folder / "01.md").touch()
        build(folder, encoder=encoder)
    place = folder / ".copydesk"
    assert any("articles.sqlite" in name for name in holds(place, SECRET))
    before = open_index(folder, encoder=encoder)
    report = build(folder, encoder=encoder, compact=True)
    assert (report.published, report.embedded, report.articles) == (True, 0, 40)
    assert holds(place, SECRET) == []
    after = open_index(folder, encoder=encoder)
    assert (len(after.info.segments), len(list((place / "generations").iterdir()))) == (1, 1)
    assert audited(folder).faults == ()
    question = "How many new piles does berth7 need?"
    assert [h.text for h in after.search(question)][:3] == [h.text for h in before.search(question)][:3]
    assert before.text(before.search(question)[0].article.row).text  # who read the one before goes on reading it


def test_what_was_removed_from_a_small_index_leaves_with_the_generation_before(tmp_path, encoder):
    folder = tmp_path / "news"
    write_many(folder)
    build(folder, encoder=encoder)
    place = folder / ".copydesk"
    (folder / "secret.md").unlink()
    assert build(folder, encoder=encoder).removed == 1
    home = home_of(folder)
    assert holds(home, SECRET) == []
    (folder / "02.md").write_text("One more notice\n\nThe council of Merrow met on Thursday.\n", encoding="utf-8")
    build(folder, encoder=encoder)
    assert holds(place, SECRET) == []
