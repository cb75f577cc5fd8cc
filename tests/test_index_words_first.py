"""A first build is searched by words before it has embedded, and one that was stopped then is finished by the next."""

import shutil
from pathlib import Path

import pytest

import index.write
from index.ahead import words_ahead
from index.build import build
from index.generation import load_generation
from index.hits import Where
from index.search import NewsIndex, open_index
from index.store import UNFINISHED
from qa.answer import ask

SUBJECTS = ["ferry", "bridge", "mill", "choir", "museum", "harbour", "library", "station"]


class Watching:
    """The real encoder, which calls `seen` before it embeds passages."""

    def __init__(self, encoder, seen):
        self._encoder = encoder
        self._seen = seen

    def __getattr__(self, name):
        return getattr(self._encoder, name)

    def encode(self, texts, progress=None):
        if progress is not None:
            self._seen()
        return self._encoder.encode(texts, progress)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(index.write, "WORDS_FIRST", 4)
    for n, subject in enumerate(SUBJECTS):
        closed = f"The {subject} of Merrow will close for {n + 2} weeks, the council said."
        (tmp_path / f"{subject}.txt").write_text(f"{closed}\n\nIts {n + 20} workers were told.\n", encoding="utf-8")
    article = "---\nsource: The Quay\n---\n\nThe old mill on Merrow quay will close for good in June.\n"
    (tmp_path / "quay.md").write_text(article, encoding="utf-8")
    return tmp_path


def answer(held: NewsIndex, question: str):
    *_, last = ask(question, held)
    return last


def stop():
    raise KeyboardInterrupt


def test_questions_are_answered_by_words_while_the_first_build_embeds(folder, encoder):
    seen = []

    def look():
        held = open_index(folder, encoder=encoder)
        assert held.search("Xyzzy?") == []
        [hit] = held.search("Which mill will close, as The Quay reports?", where=Where(frozenset({"The Quay"})))
        assert hit.article.path == "quay.md"
        seen.append((held.has_vectors, answer(held, "How many weeks will the choir of Merrow close?")))

    report = build(folder, encoder=Watching(encoder, look))
    [(has_vectors, by_words)] = seen
    assert not has_vectors
    assert by_words.answered
    assert by_words.citations[0].quote == "The choir of Merrow will close for 5 weeks, the council said."
    assert by_words.passages[0].cosine > 0.3
    held = open_index(folder, encoder=encoder)
    assert held.has_vectors
    assert report.generation == held.info.generation == "000002"
    assert report.embedded == report.passages == held.info.passages
    assert not (folder / ".copydesk" / UNFINISHED).exists()


def test_what_comes_of_it_is_what_a_build_in_one_go_makes(folder, encoder, tmp_path_factory, monkeypatch):
    build(folder, encoder=encoder)
    other = tmp_path_factory.mktemp("other")
    for path in folder.glob("[!.]*"):
        shutil.copy(path, other)
    monkeypatch.setattr(index.write, "WORDS_FIRST", 1_000)
    assert build(other, encoder=encoder).generation == "000001"
    for question in ("Which library will close?", "How many workers has the mill?", "museum"):
        ours, theirs = (
            [
                (hit.article.path, hit.start, hit.score)
                for hit in open_index(place, encoder=encoder).search(question, 20)
            ]
            for place in (folder, other)
        )
        assert ours == theirs


def test_which_terms_stand_together_is_told_alike_before_and_after_that_is_stored(folder, encoder):
    before = []

    def look():
        held = load_generation(folder / ".copydesk").opened()
        assert {path.name for path in held.segments[0].folder.iterdir()} == {
            "articles.sqlite",
            "passages.bin",
            "lines.npy",
            "line_edges.npy",
        }
        terms = held.sentence_terms
        before.extend(terms.of(row).tolist() for row in range(terms.size))

    build(folder, encoder=Watching(encoder, look))
    after = load_generation(folder / ".copydesk").opened().sentence_terms
    assert before == [after.of(row).tolist() for row in range(after.size)] != []


def test_words_that_a_killed_first_build_left_are_not_those_of_the_next(folder, encoder):
    left = folder / ".copydesk" / "generations" / ".new-0a1b2c3d"
    left.mkdir(parents=True)
    (left / "meta.json").write_text("what a killed build had written")
    build(folder, encoder=encoder)
    assert not left.exists()
    assert open_index(folder, encoder=encoder).search("Which mill will close?", 1)[0].article.path in (
        "mill.txt",
        "quay.md",
    )


def test_a_first_build_that_fails_leaves_no_words_behind(folder, encoder):
    def fail(progress):
        if progress.stage == "cutting":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(folder, encoder=encoder, progress=fail)
    assert list((folder / ".copydesk" / "generations").iterdir()) == []


def writers() -> list[str]:
    """The threads of this process that write words."""
    names = (Path(task, "comm").read_text() for task in Path("/proc/self/task").iterdir())
    return [name for name in names if name.startswith("thrd-tantivy")]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc/self/task, which tells threads' names")
def test_the_words_of_a_first_build_that_fails_are_written_by_nobody_any_more(tmp_path):
    (tmp_path / "generations").mkdir()
    before = len(writers())

    def failing():
        with words_ahead(tmp_path, [None]) as ahead:
            assert len(writers()) > before
            assert ahead.outlets
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as told:
        failing()
    assert told.value.__traceback__ is not None  # which holds all that the frames held
    assert len(writers()) == before
    assert list((tmp_path / "generations").iterdir()) == []


def test_a_build_stopped_while_it_embeds_is_finished_by_the_next_though_no_file_changed(folder, encoder):
    with pytest.raises(KeyboardInterrupt):
        build(folder, encoder=Watching(encoder, stop))
    held = open_index(folder, encoder=encoder)
    assert not held.has_vectors
    assert answer(held, "How many weeks will the choir of Merrow close?").answered
    report = build(folder, encoder=encoder)
    assert report.published
    assert (report.added, report.changed, report.embedded) == (0, 0, report.passages)
    assert open_index(folder, encoder=encoder).has_vectors
    assert not build(folder, encoder=encoder).published


def test_files_that_change_before_the_next_build_are_read_and_the_rest_is_embedded(folder, encoder):
    with pytest.raises(KeyboardInterrupt):
        build(folder, encoder=Watching(encoder, stop))
    (folder / "mill.txt").unlink()
    (folder / "quay.txt").write_text("The quay of Merrow was sold on Monday to its fishermen.\n", encoding="utf-8")
    report = build(folder, encoder=encoder)
    assert (report.added, report.removed) == (1, 1)
    held = open_index(folder, encoder=encoder)
    assert held.search("To whom was the quay sold?", 1)[0].article.path == "quay.txt"
    assert "mill.txt" not in {article.path for article in held.articles}


def test_an_index_that_serves_is_never_replaced_by_one_without_vectors(folder, encoder):
    build(folder, encoder=encoder)
    (folder / "quay.txt").write_text("The quay of Merrow was sold on Monday to its fishermen.\n", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        build(folder, encoder=Watching(encoder, stop))
    held = open_index(folder, encoder=encoder)
    assert held.has_vectors
    assert "quay.txt" not in {article.path for article in held.articles}


def test_a_folder_without_a_passage_has_an_index_that_is_done(tmp_path, encoder):
    (tmp_path / "plug.txt").write_text("Read next\n\nShare this article\n", encoding="utf-8")
    assert build(tmp_path, encoder=encoder).passages == 0
    assert open_index(tmp_path, encoder=encoder).has_vectors
    assert not build(tmp_path, encoder=encoder).published
