"""A watched folder: what is added, changed and removed is answered from, in few builds; failures are told."""

import hashlib
import json
import resource
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from running import command, environment, write_corpus

from index.build import build
from index.encode import Encoder
from qa import watch
from qa.desk import Built, Desk, Failed
from qa.watch import keep_up

STORY = "The bakery burns\n\nThe bakery on Tanner Street burned down on Monday night, and {} ovens were lost.\n"
SECONDS = 30


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "QUIET_SECONDS", 0.6)


@contextmanager
def watched(folder: Path, encoder: Encoder, told: list[str] | None = None) -> Iterator[Desk]:
    """A desk whose folder is watched, once the watching has begun, or has ended with a word on why."""
    said = [] if told is None else told
    with Desk(folder, encoder=encoder) as desk:
        desk.start()
        desk.wait()
        desk.watch(partial(keep_up, desk, said.append))
        time.sleep(1.5)  # it looks for what changed before the start
        yield desk


def until(reached: Callable[[], bool]) -> bool:
    """Whether it was reached, soon enough."""
    deadline = time.monotonic() + SECONDS
    while not reached() and time.monotonic() < deadline:
        time.sleep(0.05)
    return reached()


def texts(desk: Desk) -> dict[str, str]:
    """What is served, by path."""
    index = desk.index()
    return {article.path: index.text(article.row).text for article in index.articles} if index else {}


@pytest.fixture
def folder(tmp_path: Path, encoder: Encoder) -> Path:
    """A folder of articles with an index that is up to date."""
    build(write_corpus(tmp_path), encoder=encoder)
    return tmp_path


def test_what_is_added_changed_moved_and_removed_is_taken_up(folder: Path, encoder: Encoder) -> None:
    with watched(folder, encoder) as desk:
        assert desk.is_watched
        assert desk.builds == 0
        (folder / "bakery.txt").write_text(STORY.format(14), encoding="utf-8")
        assert until(lambda: "14 ovens" in texts(desk).get("bakery.txt", ""))
        (folder / "bakery.txt").write_text(STORY.format(15), encoding="utf-8")
        assert until(lambda: "15 ovens" in texts(desk)["bakery.txt"])
        (folder / "bakery.txt").unlink()
        assert until(lambda: "bakery.txt" not in texts(desk))
        (folder / "ferry").rename(folder / "boats")
        assert until(lambda: "boats/fares.md" in texts(desk) and "ferry/fares.md" not in texts(desk))
        assert until(lambda: desk.builds == 4)


def test_what_changed_before_the_start_is_taken_up_too(folder: Path, encoder: Encoder) -> None:
    (folder / "bakery.txt").write_text(STORY.format(14), encoding="utf-8")
    with watched(folder, encoder) as desk:
        assert until(lambda: "bakery.txt" in texts(desk))


def test_a_burst_of_files_gives_few_builds(folder: Path, encoder: Encoder) -> None:
    with watched(folder, encoder) as desk:
        for number in range(50):
            (folder / f"bakery-{number}.txt").write_text(STORY.format(number), encoding="utf-8")
            time.sleep(0.02)
        assert until(lambda: len(texts(desk)) == 53)
        time.sleep(2)
        assert desk.builds <= 2


def test_changes_that_never_pause_are_taken_up_all_the_same(
    folder: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "PATIENCE_SECONDS", 2.0)
    done = threading.Event()

    def change() -> None:
        for number in range(10**6):
            (folder / "bakery.txt").write_text(STORY.format(number), encoding="utf-8")
            if done.wait(0.1):
                return

    with watched(folder, encoder) as desk:
        writer = threading.Thread(target=change)
        writer.start()
        try:
            assert until(lambda: desk.builds > 0)
            assert "bakery.txt" in texts(desk)
        finally:
            done.set()
            writer.join()


def test_a_change_during_a_build_leads_to_one_more_and_not_to_two_at_once(folder: Path, encoder: Encoder) -> None:
    with watched(folder, encoder) as desk:
        go = threading.Event()
        tell = desk._tell

        def hold(progress: object) -> None:
            assert go.wait(SECONDS)
            tell(progress)  # type: ignore[arg-type]

        desk._tell = hold  # type: ignore[method-assign, assignment]
        (folder / "bakery.txt").write_text(STORY.format(14), encoding="utf-8")
        assert desk.rebuild()
        (folder / "late.txt").write_text(STORY.format(15), encoding="utf-8")
        time.sleep(2)
        assert desk.builds == 0
        (folder / "later.txt").write_text(STORY.format(16), encoding="utf-8")
        go.set()
        assert until(lambda: texts(desk).keys() >= {"bakery.txt", "late.txt", "later.txt"})
        time.sleep(2)
        assert desk.builds <= 2


def test_hidden_files_files_of_other_kinds_and_the_index_itself_start_nothing(folder: Path, encoder: Encoder) -> None:
    with watched(folder, encoder) as desk:
        (folder / ".hidden.txt").write_text("Hidden", encoding="utf-8")
        (folder / ".cache").mkdir()
        (folder / ".cache" / "kept.txt").write_text("Kept", encoding="utf-8")
        (folder / "picture.png").write_bytes(b"\x89PNG")
        (folder / "notes.tmp").write_text("Notes", encoding="utf-8")
        (folder / "notes.tmp").unlink()
        (folder / "empty").mkdir()
        (folder / ".copydesk" / "looked").touch()
        time.sleep(3)
        assert desk.builds == 0


def test_a_build_that_someone_pressed_for_is_not_done_twice(folder: Path, encoder: Encoder) -> None:
    with watched(folder, encoder) as desk:
        (folder / "bakery.txt").write_text(STORY.format(14), encoding="utf-8")
        desk.rebuild()
        assert isinstance(desk.wait(), Built)
        time.sleep(3)
        assert desk.builds == 1


def test_a_skipped_file_is_read_once_it_is_mended_and_not_before(folder: Path, encoder: Encoder) -> None:
    (folder / "empty.txt").write_text("", encoding="utf-8")
    build(folder, encoder=encoder)
    with watched(folder, encoder) as desk:
        assert desk.builds == 0
        (folder / "empty.txt").write_text(STORY.format(14), encoding="utf-8")
        assert until(lambda: "empty.txt" in texts(desk))


def test_no_article_left_is_told_as_the_button_tells_it_and_watching_goes_on(folder: Path, encoder: Encoder) -> None:
    with watched(folder, encoder) as desk:
        for path in folder.rglob("*.*"):
            if path.is_file() and ".copydesk" not in path.parts:
                path.unlink()
        assert until(lambda: isinstance(desk.job, Failed))
        (folder / "bakery.txt").write_text(STORY.format(14), encoding="utf-8")
        assert until(lambda: list(texts(desk)) == ["bakery.txt"])


def test_a_folder_put_in_the_place_of_the_watched_one_is_watched(folder: Path, encoder: Encoder) -> None:
    other = folder / "other"
    news = write_corpus(folder / "news")
    build(news, encoder=encoder)
    write_corpus(other)
    with watched(news, encoder) as desk:
        news.rename(folder / "old")
        other.rename(news)
        time.sleep(1.5)
        (news / "bakery.txt").write_text(STORY.format(14), encoding="utf-8")
        assert until(lambda: "bakery.txt" in texts(desk))


def test_a_folder_that_goes_is_told_once_and_its_index_goes_on_answering(folder: Path, encoder: Encoder) -> None:
    told: list[str] = []
    elsewhere = folder.with_name("elsewhere")
    with watched(folder, encoder, told) as desk:
        folder.rename(elsewhere)
        assert until(lambda: not desk.is_watched)
        assert len(told) == 1
        assert str(folder) in told[0]
        assert desk.builds == 0
        assert len(texts(desk)) == 3
    shutil.rmtree(elsewhere)


def test_what_can_t_be_watched_is_told_once_and_served_all_the_same(folder: Path, encoder: Encoder) -> None:
    told: list[str] = []
    import watchfiles  # here: with no handle left it could not be imported

    assert watchfiles.__name__
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with Desk(folder, encoder=encoder) as desk:
        desk.start()
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
        try:
            desk.watch(partial(keep_up, desk, told.append))
            assert until(lambda: not desk.is_watched)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert len(told) == 1
        assert f"{folder}: can't be watched" in told[0]
        assert "Too many open files" in told[0]
        assert len(texts(desk)) == 3


def test_a_file_system_that_does_not_notify_is_looked_through(
    folder: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHFILES_FORCE_POLLING", "1")
    with watched(folder, encoder) as desk:
        (folder / "bakery.txt").write_text(STORY.format(14), encoding="utf-8")
        assert until(lambda: "bakery.txt" in texts(desk))


def test_closing_ends_the_thread_soon(folder: Path, encoder: Encoder) -> None:
    with watched(folder, encoder):
        begun = time.monotonic()
    assert time.monotonic() - begun < 2
    assert [each.name for each in threading.enumerate() if each.name == "copydesk-watch"] == []


def test_the_command_watches_answers_and_ends(tmp_path: Path) -> None:
    folder, home = write_corpus(tmp_path / "news"), tmp_path / "home"
    home.mkdir()
    process = subprocess.Popen(
        command("serve", folder, "--no-browser", "--port", "0", "--json"),
        env=environment(home, COPYDESK_WATCH="yes"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        address = json.loads(process.stdout.readline())["address"]
        assert until(lambda: (folder / ".copydesk" / "current").exists())
        story = STORY.format(14)
        (folder / "bakery.txt").write_text(story, encoding="utf-8")
        link = f"{address}/article/{hashlib.sha256(story.encode()).hexdigest()}"
        assert until(lambda: is_there(link))
        (folder / "bakery.txt").unlink()
        pointer = folder / ".copydesk" / "current"
        before = pointer.read_text(encoding="utf-8")
        assert until(lambda: pointer.read_text(encoding="utf-8") != before)
        process.terminate()
        _, err = process.communicate(timeout=30)
        assert "Traceback" not in err
    finally:
        process.kill()
        process.communicate()


def is_there(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=10) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def test_neither_the_desk_nor_the_command_loads_what_watches_before_it_is_asked_to() -> None:
    code = "import sys, qa.desk, qa.commands, qa.watch; sys.exit('watchfiles' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env=environment(Path.home())).returncode == 0
