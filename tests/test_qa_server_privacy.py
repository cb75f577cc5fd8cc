"""What is asked stays: it is not written, said or sent, even when answering fails; unless a log is asked for."""

import json
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from auditing import Audit, audited
from browsing import Site
from running import complaint, copydesk, write_corpus
from trust.strangers import Stranger, cookie_of

from qa.asked import no_log, question_log

SECRET = "zyzzogeton"
FAULTY = """
import sys
import qa.chat
from qa.answer import ask

def faulty(question, *more, **named):
    if "fault" in question:
        raise KeyError(question)
    return ask(question, *more, **named)

qa.chat.ask = faulty
from qa.cli import main
sys.exit(main())
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Audit, Path]]:
    root = tmp_path_factory.mktemp("private")
    for name in ("home", "tmp"):
        (root / name).mkdir()
    folder = write_corpus(root / "news")
    assert copydesk(root / "home", "index", folder).returncode == 0
    more = {"TMPDIR": str(root / "tmp")}
    with audited(folder, root / "home", root / "audit.txt", start=FAULTY, **more) as (site, audit):
        yield site, audit, root


def held(root: Path) -> dict[str, bytes]:
    paths = (path for name in ("home", "tmp", "news") for path in (root / name).rglob("*"))
    return {str(path): path.read_bytes() for path in paths if path.is_file()}


def ask(stranger: Stranger, cookie: str, function: int, question: str) -> str:
    assert stranger.call(function, [question, None, None], "mine", Cookie=cookie).status == 200
    return stranger.heard("mine", Cookie=cookie)


def test_asking_writes_nothing_says_nothing_and_sends_nothing(served: tuple[Site, Audit, Path]) -> None:
    site, audit, root = served
    stranger = Stranger(site.address)
    cookie = cookie_of(stranger.send("GET", "/"))
    function = stranger.function("question", "submit")
    assert "31 years" in ask(stranger, cookie, function, "How long has Tom Garrow lit the lamp?")  # all is loaded
    before = held(root)
    for question in (f"How long has {SECRET} lit the lamp?", f"And {SECRET}?", f"  {SECRET} " * 900, "?!"):
        ask(stranger, cookie, function, question)
    failed = ask(stranger, cookie, function, f"Is there a fault in {SECRET}?")
    assert "Copydesk itself failed on it" in failed
    assert held(root) == before
    assert SECRET not in site.said
    assert "a fault while answering" in site.said
    assert re.search(r"File .*chat\.py.*\n.*\n(?s:.*)builtins\.KeyError", site.said)
    assert SECRET not in audit.file.read_text(encoding="utf-8")
    assert audit.far() == []
    assert audit.of("subprocess.Popen") == []


def test_the_audit_hears_what_it_is_there_for(served: tuple[Site, Audit, Path]) -> None:
    _, audit, _ = served
    assert any(str(path).endswith("settings.py") or ".copydesk" in str(path) for path in audit.of("open"))


def test_a_log_that_was_asked_for_has_each_question_with_its_time_and_is_its_owner_s_alone(tmp_path: Path) -> None:
    file = tmp_path / "asked.jsonl"
    log = question_log(file)
    log("Who lit\nthe lamp?")
    log("Wer war’s? \ud800")
    lines = [json.loads(line) for line in file.read_text(encoding="ascii").splitlines()]
    assert [each["question"] for each in lines] == ["Who lit\nthe lamp?", "Wer war’s? \ud800"]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", each["time"]) for each in lines)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert no_log("anything") is None


def test_a_log_that_can_not_be_kept_is_told_at_the_start(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "news")
    typed = ("serve", folder, "--log-questions", tmp_path / "none" / "x.jsonl", "--no-browser", "--port", "0")
    assert "questions can't be logged there" in complaint(copydesk(tmp_path, *typed), 1)
