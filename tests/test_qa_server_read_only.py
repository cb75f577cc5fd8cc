"""A page that reads only and asks for passwords: nothing builds, not the button, its own API, the start or a watch."""

import base64
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import Site, Visit, chromium, needs_chromium, serving
from playwright.sync_api import expect
from running import complaint, copydesk, write_corpus
from trust.strangers import Stranger

from corpus.errors import IndexFault
from index.encode import Encoder
from qa.desk import Desk
from qa.users import user_line

ANN = ("ann", "correct horse")
KNOWN = {"Authorization": "Basic " + base64.b64encode(b"ann:correct horse").decode()}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    root = tmp_path_factory.mktemp("read-only")
    folder, home = write_corpus(root / "news"), root / "home"
    home.mkdir()
    assert copydesk(home, "index", folder).returncode == 0
    (folder / "new.txt").write_text("A new article that no index holds yet, on a heron.\n", encoding="utf-8")
    users = root / "users"
    users.write_text(user_line(*ANN) + "\n", encoding="utf-8")
    users.chmod(0o600)
    with serving(folder, home, "--read-only", "--auth-file", users, "--log-questions", root / "asked.jsonl") as site:
        yield site


def files(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_nothing_is_served_before_the_password_was_given(site: Site) -> None:
    stranger = Stranger(site.address)
    for path in ("/", "/copydesk/page.js", "/gradio_api/app_id", "/article/x", "/assets/x.js", "/nowhere"):
        reply = stranger.send("GET", path)
        assert (reply.status, reply.text) == (401, "A name and a password are needed.\n"), path
    assert stranger.call(1, [], "abc").status == 401


def test_what_was_verified_once_is_not_hashed_again(site: Site) -> None:
    stranger = Stranger(site.address)
    assert stranger.send("GET", "/gradio_api/app_id", **KNOWN).status == 200
    begun = time.process_time()
    for _ in range(50):
        assert stranger.send("GET", "/gradio_api/app_id", **KNOWN).status == 200
    assert time.process_time() - begun < 5


def test_no_function_of_the_page_rebuilds(site: Site) -> None:
    stranger = Stranger(site.address)
    before = files(site.folder)
    config = stranger.config(**KNOWN)
    assert not [each for each in config["components"] if each["props"].get("elem_id") == "rebuild"]
    with pytest.raises(LookupError):
        stranger.function("rebuild", "click", **KNOWN)
    for function in range(max(each["id"] for each in config["dependencies"]) + 20):
        for data in ([], [0], ["", None, None], ["", 0, "", None]):
            reply = stranger.call(function, data, f"s{function}", **KNOWN)
            assert reply.status in (200, 400)
        if reply.status == 200:
            stranger.heard(f"s{function}", **KNOWN)
    time.sleep(2)
    assert files(site.folder) == before
    assert "Traceback" not in site.said


@pytest.mark.parametrize(
    "sent", [None, 0, [], {}, {"a": [None]}, "\ud800", "x" * 30_000, 1e308], ids=lambda v: repr(v)[:12]
)
def test_no_value_that_a_page_would_not_send_is_answered_by_a_fault_on_the_terminal(site: Site, sent: object) -> None:
    stranger, answered = Stranger(site.address), 0
    before = len(site.said)
    for each in stranger.config(**KNOWN)["dependencies"]:
        for event in (None, sent, {"question": sent}, "question", ["question"]):
            told = {"data": [sent] * len(each["inputs"]), "event_data": event, "fn_index": each["id"]}
            reply = stranger.post("/gradio_api/queue/join", {**told, "session_hash": "nonsense"}, **KNOWN)
            assert reply.status == (200 if each["backend_fn"] else 400)
            if reply.status == 200:
                answered += '"success":true' in stranger.heard("nonsense", **KNOWN)
    assert answered > 30
    assert site.said[before:] == ""


def test_a_read_only_desk_never_builds(tmp_path: Path, encoder: Encoder) -> None:
    folder = write_corpus(tmp_path / "news")
    with Desk(folder, encoder=encoder, read_only=True) as desk:
        with pytest.raises(IndexFault, match="run first: copydesk index"):
            desk.start()
        assert desk.rebuild() is False
        assert desk.builds == 0
    assert not (folder / ".copydesk").exists()


def test_without_an_index_it_says_what_to_run_and_with_watch_that_both_can_not_be(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "news")
    typed = ("serve", folder, "--read-only", "--no-browser", "--port", "0")
    assert f"copydesk index {folder}" in complaint(copydesk(tmp_path, *typed), 1)
    assert "--watch" in complaint(copydesk(tmp_path, *typed, "--watch"), 2)
    assert not (folder / ".copydesk").exists()


@pytest.mark.browser
@needs_chromium[1]
def test_the_page_says_that_it_reads_only_and_answers_who_is_known(site: Site) -> None:
    with chromium() as browser, Visit(browser, site, login=ANN) as visit:
        expect(visit.page.locator("#read-only")).to_have_text("Read-only")
        assert visit.page.locator("#rebuild").count() == 0
        turn = visit.ask("How long has Tom Garrow lit the lamp?")
        expect(turn.locator(".st").first).to_contain_text("31 years")
        turn.locator(".st .m").first.click()
        visit.page.locator(".src.on").get_by_text("Open in article").click()
        expect(visit.page.frame_locator("#reader iframe").locator("#cited")).to_contain_text("31 years")
        assert visit.complaints == []
        assert visit.foreign() == []
    logged = (site.folder.parent / "asked.jsonl").read_text(encoding="utf-8")
    assert "How long has Tom Garrow lit the lamp?" in logged
