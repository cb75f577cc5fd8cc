"""The index being served: one rebuild at a time, the old one answering meanwhile, the new one for who comes after."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import index.write
from index.build import build
from index.encode import Encoder
from index.search import NewsIndex
from qa.desk import Building, Built, Desk, Failed, Idle

ONE = "The bridge opens\n\nThe bridge over the Merrow opened on Monday, the mayor said.\n"
TWO = "The ferry sails\n\nThe ferry to Skerry Head sails again from Friday, the company said.\n"


class Held:
    """The real encoder, made to wait for passages until it is let go."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.name, self.digest, self.dim, self.max_tokens = (
            encoder.name,
            encoder.digest,
            encoder.dim,
            encoder.max_tokens,
        )
        self.go = threading.Event()
        self.builds = 0

    def count_tokens(self, texts: list[str]) -> list[int]:
        return list(self._encoder.count_tokens(texts))

    def prepare(self) -> None:
        self._encoder.prepare()

    def encode(self, texts: list[str], progress: object = None) -> NDArray[np.float32]:
        if progress is None:
            return self._encoder.encode(texts)
        self.builds += 1
        assert self.go.wait(30)
        return self._encoder.encode(texts, progress)  # type: ignore[arg-type]


def write(folder: Path, **articles: str) -> Path:
    for name, text in articles.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


def served(desk: Desk) -> NewsIndex:
    index = desk.index()
    assert index is not None
    return index


def paths(desk: Desk) -> list[str]:
    return [article.path for article in served(desk).articles]


def test_a_folder_without_an_index_is_built_at_the_start(tmp_path: Path, encoder: Encoder) -> None:
    desk = Desk(write(tmp_path, one=ONE), encoder=encoder)
    assert desk.index() is None
    assert isinstance(desk.job, Idle)
    desk.start()
    done = desk.wait()
    assert isinstance(done, Built)
    assert done.report.articles == 1
    assert paths(desk) == ["one.txt"]


def test_an_index_on_disk_is_taken_up_without_a_build(tmp_path: Path, encoder: Encoder) -> None:
    build(write(tmp_path, one=ONE), encoder=encoder)
    desk = Desk(tmp_path, encoder=encoder)
    desk.start()
    assert isinstance(desk.job, Idle)
    assert paths(desk) == ["one.txt"]


def test_the_old_index_answers_while_a_new_one_is_built_and_in_flight_requests_keep_it(
    tmp_path: Path, encoder: Encoder
) -> None:
    build(write(tmp_path, one=ONE), encoder=encoder)
    held = Held(encoder)
    desk = Desk(tmp_path, encoder=held)  # type: ignore[arg-type]
    desk.start()
    write(tmp_path, two=TWO)
    assert desk.rebuild()
    assert isinstance(desk.job, Building)
    before = served(desk)
    assert [hit.article.path for hit in before.search("When does the ferry sail?", 5)] == ["one.txt"]
    held.go.set()
    assert isinstance(desk.wait(), Built)
    assert [article.path for article in before.articles] == ["one.txt"]
    assert before.search("Who opened the bridge?", 1)[0].article.path == "one.txt"
    assert paths(desk) == ["one.txt", "two.txt"]
    assert served(desk).search("When does the ferry sail?", 1)[0].article.path == "two.txt"


def test_two_who_press_at_once_get_one_build(tmp_path: Path, encoder: Encoder) -> None:
    held = Held(encoder)
    desk = Desk(write(tmp_path, one=ONE), encoder=held)  # type: ignore[arg-type]
    started: list[bool] = []
    ready = threading.Barrier(8)

    def press() -> None:
        ready.wait()
        started.append(desk.rebuild())

    people = [threading.Thread(target=press) for _ in range(8)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    held.go.set()
    done = desk.wait()
    assert sorted(started) == [False] * 7 + [True]
    assert isinstance(done, Built)
    assert done.number == 1
    assert held.builds == 1
    assert served(desk).info.generation == "000001"


def test_progress_is_told_while_building(tmp_path: Path, encoder: Encoder) -> None:
    held = Held(encoder)
    desk = Desk(write(tmp_path, one=ONE, two=TWO), encoder=held)  # type: ignore[arg-type]
    desk.rebuild()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        job = desk.job
        if isinstance(job, Building) and job.progress.total and held.builds:
            break
        time.sleep(0.01)
    assert isinstance(job, Building)
    assert job.progress.total == 2
    held.go.set()
    desk.wait()


def test_a_generation_that_another_process_published_is_taken_up(tmp_path: Path, encoder: Encoder) -> None:
    build(write(tmp_path, one=ONE), encoder=encoder)
    desk = Desk(tmp_path, encoder=encoder)
    desk.start()
    build(write(tmp_path, two=TWO), encoder=encoder)
    deadline = time.monotonic() + 20
    while paths(desk) != ["one.txt", "two.txt"] and time.monotonic() < deadline:
        time.sleep(0.1)
    assert paths(desk) == ["one.txt", "two.txt"]


def test_who_asks_before_the_first_index_is_there_waits_for_it_and_not_for_one_that_fails(
    tmp_path: Path, encoder: Encoder
) -> None:
    held = Held(encoder)
    desk = Desk(write(tmp_path, one=ONE), encoder=held)  # type: ignore[arg-type]
    assert list(desk.coming()) == []
    desk.start()
    coming = desk.coming()
    next(coming)
    next(coming)
    held.go.set()
    for _ in coming:
        pass
    assert paths(desk) == ["one.txt"]
    assert list(desk.coming()) == []
    empty = Desk(tmp_path / "empty", encoder=encoder)
    (tmp_path / "empty").mkdir()
    empty.start()
    for _ in empty.coming():
        pass
    assert isinstance(empty.wait(), Failed)


def test_a_failed_build_is_told_in_words_and_the_old_index_stays(tmp_path: Path, encoder: Encoder) -> None:
    build(write(tmp_path, one=ONE), encoder=encoder)
    desk = Desk(tmp_path, encoder=encoder)
    desk.start()
    (tmp_path / "one.txt").unlink()
    desk.rebuild()
    failed = desk.wait()
    assert isinstance(failed, Failed)
    assert str(tmp_path) in failed.reason
    assert paths(desk) == ["one.txt"]
    write(tmp_path, two=TWO)
    assert desk.rebuild()
    assert isinstance(desk.wait(), Built)
    assert paths(desk) == ["two.txt"]


def test_an_empty_folder_is_a_failed_build_and_no_index(tmp_path: Path, encoder: Encoder) -> None:
    desk = Desk(tmp_path, encoder=encoder)
    desk.start()
    assert isinstance(desk.wait(), Failed)
    assert desk.index() is None


def test_a_damaged_index_is_told_and_can_be_rebuilt(tmp_path: Path, encoder: Encoder) -> None:
    build(write(tmp_path, one=ONE), encoder=encoder)
    manifest = next((tmp_path / ".copydesk").glob("generations/*/manifest.json"))
    manifest.write_text("{", encoding="utf-8")
    desk = Desk(tmp_path, encoder=encoder)
    desk.start()
    told = desk.job
    assert isinstance(told, Failed)
    assert "damaged" in told.reason
    assert desk.index() is None
    desk.rebuild()
    assert isinstance(desk.wait(), Built)
    assert paths(desk) == ["one.txt"]


def test_what_was_served_and_is_gone_is_remembered_until_it_is_back(tmp_path: Path, encoder: Encoder) -> None:
    build(write(tmp_path, one=ONE, two=TWO), encoder=encoder)
    desk = Desk(tmp_path, encoder=encoder)
    desk.start()
    digest = served(desk).articles[1].digest
    assert desk.gone(digest) is None
    (tmp_path / "two.txt").unlink()
    desk.rebuild()
    desk.wait()
    gone = desk.gone(digest)
    assert gone is not None
    assert gone.path == "two.txt"
    write(tmp_path, two=TWO)
    desk.rebuild()
    desk.wait()
    assert desk.gone(digest) is None


def test_of_what_is_gone_only_the_last_is_remembered(
    tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.desk._GONE_KEPT", 1)
    desk = Desk(write(tmp_path, one=ONE), encoder=encoder)
    digests = []
    for text in (TWO, ONE.replace("Monday", "Tuesday"), TWO.replace("Friday", "Sunday")):
        desk.rebuild()
        desk.wait()
        digests.append(served(desk).articles[0].digest)
        write(tmp_path, one=text)
    desk.rebuild()
    desk.wait()
    assert [desk.gone(digest) is not None for digest in digests] == [False, False, True]


def test_closing_ends_a_build_and_leaves_what_served(tmp_path: Path, encoder: Encoder) -> None:
    build(write(tmp_path, one=ONE), encoder=encoder)
    held = Held(encoder)
    with Desk(tmp_path, encoder=held) as desk:  # type: ignore[arg-type]
        desk.start()
        write(tmp_path, two=TWO)
        desk.rebuild()
        closing = threading.Timer(0.2, held.go.set)
        closing.start()
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("copydesk-")] == []
    assert isinstance(desk.job, Idle)
    assert desk.builds == 0
    assert paths(desk) == ["one.txt"]
    with Desk(tmp_path, encoder=encoder) as after:
        after.rebuild()
        assert isinstance(after.wait(), Built)
        assert paths(after) == ["one.txt", "two.txt"]


def test_an_index_that_a_stopped_build_left_without_vectors_serves_and_is_finished(
    tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index.write, "WORDS_FIRST", 1)
    held = Held(encoder)
    with Desk(write(tmp_path, one=ONE, two=TWO), encoder=held) as desk:  # type: ignore[arg-type]
        desk.start()
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not desk.refresh():
            time.sleep(0.05)
        assert not served(desk).has_vectors
        assert served(desk).search("When does the ferry sail?", 1)[0].article.path == "two.txt"
        threading.Timer(0.2, held.go.set).start()
    with Desk(tmp_path, encoder=encoder) as after:
        after.start()
        after.wait()
        assert served(after).has_vectors


def test_examples_are_tried_once_someone_asks_for_them(tmp_path: Path, encoder: Encoder) -> None:
    build(write(tmp_path, one=ONE, two=TWO), encoder=encoder)
    with Desk(tmp_path, encoder=encoder) as desk:
        assert desk.examples() == ()
        desk.start()
        assert "copydesk-examples" not in [thread.name for thread in threading.enumerate()]
        assert desk._examples is None
        deadline = time.monotonic() + 20
        while desk.examples() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert desk.examples() is not None
