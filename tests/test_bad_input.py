"""Each mistake gets one sentence with the next step, and loses nothing. The real command, the real model."""

import json
import shutil
import socket
from pathlib import Path

import pytest
from manifests import change_manifest
from running import can_be_weak, complaint, copydesk, json_of, write_corpus

needs_permissions = pytest.mark.skipif(
    not can_be_weak(),
    reason="root can't lay its powers down here: run as another user, or install util-linux (setpriv)",
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def built(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of articles with its index; copied by those who mean to break it."""
    folder = write_corpus(tmp_path_factory.mktemp("built") / "news")
    json_of(copydesk(home, "index", folder, "--json"))
    return folder


@pytest.fixture
def mine(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "news"))


# --- folders ---


@pytest.mark.parametrize("typed", [["index"], ["ask", "Who?", "--corpus"], ["search", "fares", "--corpus"], ["serve"]])
def test_a_missing_folder_is_named(home: Path, tmp_path: Path, typed: list[str]) -> None:
    message = complaint(copydesk(home, *typed, tmp_path / "absent"), 1)
    assert "absent: there is no such folder; name the folder" in message


@pytest.mark.parametrize("typed", [["index"], ["ask", "Who?", "--corpus"], ["serve"]])
def test_a_file_where_a_folder_is_meant_is_named_with_its_folder(home: Path, built: Path, typed: list[str]) -> None:
    message = complaint(copydesk(home, *typed, built / "choir.txt"), 1)
    assert "choir.txt: this is a file, not a folder; name the folder" in message


def test_an_empty_folder_is_told_what_to_put_there(home: Path, tmp_path: Path) -> None:
    message = complaint(copydesk(home, "index", tmp_path), 1)
    assert str(tmp_path) in message
    assert ".txt" in message
    assert ".html" in message


def test_a_folder_whose_files_are_all_skipped_says_why_the_first_was(home: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"")
    (tmp_path / "b.txt").write_bytes(bytes(range(256)) * 8)
    message = complaint(copydesk(home, "index", tmp_path), 1)
    assert "none of its 2 files" in message
    assert "a.txt" in message


def test_a_folder_that_was_emptied_keeps_its_index(home: Path, mine: Path) -> None:
    for file in mine.rglob("*.*"):
        if file.is_file() and ".copydesk" not in file.parts:
            file.unlink()
    complaint(copydesk(home, "index", mine), 1)
    assert json_of(copydesk(home, "search", "fares", "--corpus", mine, "--json"))["passages"]


@needs_permissions
def test_a_folder_that_may_not_be_read_is_named(home: Path, mine: Path) -> None:
    mine.chmod(0)
    try:
        message = complaint(copydesk(home, "index", mine, weak=True), 1)
    finally:
        mine.chmod(0o755)
    assert str(mine) in message


@needs_permissions
def test_a_file_that_may_not_be_read_is_skipped_with_its_reason(home: Path, mine: Path) -> None:
    (mine / "choir.txt").chmod(0)
    (mine / "choir.txt").touch()
    report = json_of(copydesk(home, "index", mine, "--index", mine.parent / "index", "--json", weak=True))
    assert [each["file"] for each in report["skipped"]] == ["choir.txt"]
    assert report["articles"] == 2


@needs_permissions
def test_an_index_that_may_not_be_written_is_named_with_the_option_that_helps(home: Path, mine: Path) -> None:
    closed = mine.parent / "closed"
    closed.mkdir(mode=0o555)
    message = complaint(copydesk(home, "index", mine, "--index", closed / "index", weak=True), 1)
    assert "closed" in message
    assert "--index" in message


@needs_permissions
def test_articles_in_a_folder_that_may_not_be_written_are_indexed_in_the_cache(home: Path, tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "news")
    folder.chmod(0o555)
    found = json_of(copydesk(home, "search", "fares", "--corpus", folder, "--json", weak=True))
    assert found["passages"][0]["file"] == "ferry/fares.md"
    assert not (folder / ".copydesk").exists()


def test_an_index_of_another_folder_is_not_taken_for_this_ones(home: Path, built: Path, tmp_path: Path) -> None:
    other = write_corpus(tmp_path / "other")
    message = complaint(copydesk(home, "ask", "Who?", "--corpus", other, "--index", built / ".copydesk"), 1)
    assert f"this is the index of {built}" in message


# --- the index ---


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize(
    ("change", "said"),
    [({"model_digest": "0" * 64, "model": "some/other-model"}, "some/other-model"), ({"format": 99}, "format 99")],
)
def test_an_index_made_by_another_model_or_format_is_named_and_built_anew_on_demand(
    home: Path, mine: Path, command: str, change: dict[str, object], said: str
) -> None:
    change_manifest(mine / ".copydesk", **change)
    message = complaint(copydesk(home, command, "Who lit the lamp?", "--corpus", mine), 1)
    assert said in message
    assert f"copydesk index {mine}" in message
    report = json_of(copydesk(home, "index", mine, "--json"))
    assert report["rebuilt_because"]
    assert json_of(copydesk(home, command, "Who lit the lamp?", "--corpus", mine, "--json"))["passages"]


def test_a_damaged_index_is_named_and_built_anew_on_demand(home: Path, mine: Path) -> None:
    vectors = next((mine / ".copydesk").rglob("vectors.faiss"))
    data = bytearray(vectors.read_bytes())
    data[-1] ^= 1
    vectors.write_bytes(data)
    message = complaint(copydesk(home, "ask", "Who lit the lamp?", "--corpus", mine), 1)
    assert "damaged" in message
    assert f"copydesk index {mine}" in message
    json_of(copydesk(home, "index", mine, "--json"))
    assert json_of(copydesk(home, "ask", "Who lit the lamp?", "--corpus", mine, "--json"))["passages"]


def test_a_model_that_is_not_there_is_named(home: Path, mine: Path) -> None:
    message = complaint(copydesk(home, "ask", "Who?", "--corpus", mine, COPYDESK_MODEL="./absent"), 1)
    assert "absent" in message


# --- ports, options, settings ---


def test_a_port_in_use_is_named_with_another(home: Path, built: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        message = complaint(copydesk(home, "serve", built, "--port", str(port), "--no-browser"), 1)
    assert f"port {port}" in message
    assert "--port" in message


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["aks", "Who?"], "unknown command 'aks'; did you mean: copydesk ask?"),
        (["ask", "Who?", "--copus", "x"], "unknown option --copus; did you mean --corpus?"),
        (["ask", "--jsn", "Who?"], "unknown option --jsn; did you mean --json?"),
        (["--prot", "8000"], "unknown option --prot; did you mean --port?"),
        (["ask", "Who?", "--zzz"], "unknown option --zzz; run: copydesk ask --help"),
        (
            ["ask", "Who", "said", "that?"],
            "unexpected argument 'said' (put a question in quotes); run: copydesk ask --help",
        ),
        (["ask", "Who?", "--k", "0"], "'0' is not a whole number from 1 to 1000"),
        (["ask", "Who?", "--since", "February"], "--since 'February' is not a day; write it as 2025-02-12"),
        (["ask", "Who?", "--since", "2025-02-02", "--until", "2025-02-01"], "later than --until"),
        (["ask"], 'ask needs a question; run: copydesk ask "QUESTION"'),
        (["ask", "Who?", "--out", "x"], "--out goes with --batch"),
        (["ask", "Who?", "--batch", "x"], "give a question or --batch, not both"),
        (["index"], "index needs the folder of articles; run: copydesk index FOLDER"),
        (["measure"], "measure needs a file of questions"),
    ],
)
def test_a_wrong_call_is_told_what_is_wrong_and_what_to_run(home: Path, typed: list[str], said: str) -> None:
    assert said in complaint(copydesk(home, *typed), 2)


def test_an_unknown_outlet_is_named_with_the_nearest(home: Path, built: Path) -> None:
    message = complaint(copydesk(home, "ask", "Who?", "--corpus", built, "--outlet", "Harbor Wire"), 2)
    assert "did you mean 'Harbour Wire'?" in message


def test_an_unknown_settings_key_is_named_with_its_line_and_the_nearest(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("k = 3\nmodle = 'x'\n")
    message = complaint(copydesk(home, "ask", "Who?", "--settings", file), 2)
    assert "mine.toml, line 2" in message
    assert "did you mean 'model'?" in message


def test_a_broken_settings_file_is_named_with_its_line(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("k = 3\nhost = [\n\n")
    message = complaint(copydesk(home, "ask", "Who?", COPYDESK_SETTINGS=str(file)), 2)
    assert "mine.toml" in message
    assert "line" in message


# --- questions ---

TOO_LONG = "Who lit the lamp? " * 556


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize("question", ["", "   \n\t", "?!… —", "\u200b\ufeff", "🚢?", TOO_LONG])
def test_a_question_that_asks_nothing_or_too_much_is_refused(
    home: Path, built: Path, command: str, question: str
) -> None:
    assert len(TOO_LONG) > 10_000
    message = complaint(copydesk(home, command, question, "--corpus", built), 2)
    assert "question" in message


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize(
    "question",
    [
        "Хто запалював лампу?",
        "誰がランプを灯しましたか",
        "من أشعل المصباح؟",
        "<script>alert(1)</script><b>Who</b> lit the lamp? ${7*7} {{7*7}} %s",
        'title:"fares" AND (lamp OR *) ~2 ^9 [a TO b] \\',
    ],
)
def test_a_question_in_another_script_or_full_of_markup_is_an_ordinary_question(
    home: Path, built: Path, command: str, question: str
) -> None:
    found = json_of(copydesk(home, command, question, "--corpus", built, "--json"))
    assert found["question"] == question
    assert found["passages"]


@pytest.mark.parametrize("command", ["ask", "search"])
def test_a_question_of_bytes_that_are_not_utf8_is_asked_without_them(home: Path, built: Path, command: str) -> None:
    question = b"Who lit the lamp \xff?".decode("utf-8", "surrogateescape")
    found = json_of(copydesk(home, command, question, "--corpus", built, "--json"))
    assert found["question"] == "Who lit the lamp \ufffd?"
    assert found["passages"]


def test_batch_lines_that_hold_no_question_are_named_and_the_others_answered(
    home: Path, built: Path, tmp_path: Path
) -> None:
    lines = [
        b'{"id": "a", "question": "Who lit the lamp?"}',
        b"not json",
        b'{"id": "c", "question": "..."}',
        b'["a list"]',
        b'{"id": "e"}',
        b'{"id": "f", "question": "\xff"}',
        b"",
        b'{"id": "h", "question": "What will a return ticket cost?"}',
    ]
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(lines))
    done = copydesk(home, "ask", "--batch", "in.jsonl", "--out", "out.jsonl", "--corpus", built, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    told = [line for line in done.stderr.splitlines() if line.startswith("copydesk:")]  # a slow machine tells progress
    assert [line.split(":")[1].strip() for line in told[:-1]] == [f"in.jsonl, line {n}" for n in (2, 3, 4, 5, 6)]
    assert "not JSON" in told[0]
    assert "5 of 7 lines" in told[-1]
    answers = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [each["id"] for each in answers] == ["a", "h"]


def test_a_batch_file_that_is_missing_is_named(home: Path, built: Path) -> None:
    message = complaint(copydesk(home, "ask", "--batch", "absent.jsonl", "--corpus", built), 2)
    assert "absent.jsonl" in message


def test_answers_that_can_not_be_written_are_named_before_anything_is_asked(
    home: Path, built: Path, tmp_path: Path
) -> None:
    (tmp_path / "in.jsonl").write_text('{"question": "Who lit the lamp?"}\n')
    where = tmp_path / "absent" / "out.jsonl"
    message = complaint(copydesk(home, "ask", "--batch", tmp_path / "in.jsonl", "--out", where, "--corpus", built), 1)
    assert str(where) in message
