"""The shell's contract, by the real command with the real model on a small folder."""

import hashlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from running import ARTICLES, command, copydesk, environment, json_of, write_corpus

from corpus.errors import CopydeskError
from index.progress import Progress
from qa.batch import BadLine, BatchQuestion, read_batch, write_lines
from qa.options import parse
from qa.settings import Settings
from qa.target import SAMPLE, find_target
from qa.terminal import CountLine, ProgressLine, as_json, progress_words, time_words

LAMP = "How many years did Tom Garrow light the lamp?"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def built(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of articles with its index."""
    folder = write_corpus(tmp_path_factory.mktemp("built") / "news")
    json_of(copydesk(home, "index", folder, "--json"))
    return folder


# --- what is typed ---


def test_options_may_stand_before_or_behind_the_question() -> None:
    assert parse(["ask", "--k", "3", "Who?"]) == parse(["ask", "Who?", "--k", "3"])


def test_no_command_means_the_page_with_its_options() -> None:
    options = parse(["--port", "8000", "--no-browser"])
    assert (options.command, options.port, options.no_browser) == (None, 8000, True)


def test_watching_can_be_asked_for_refused_and_left_to_the_settings() -> None:
    assert [parse(["serve", *typed]).watch for typed in (["--watch"], ["--no-watch"], [])] == [True, False, None]


def test_outlets_add_up_and_one_call_leaves_nothing_for_the_next() -> None:
    assert parse(["ask", "Who?", "--outlet", "A", "--outlet", "B"]).outlet == ["A", "B"]
    assert parse(["ask", "Who?"]).outlet == []


@pytest.mark.parametrize("name", ["", "index", "search", "ask", "serve", "measure", "verify", "password"])
def test_help_is_complete(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse([*name.split(), "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert "examples:" in said
    assert len(re.findall(r"^  -", said, re.MULTILINE)) >= 4
    bare = re.findall(r"^  -(?:(?!  ).)*$(?!\n {10,}\S)", said, re.MULTILINE)
    assert bare == [], "every option says what it does"


def test_a_folder_named_goes_before_that_of_the_settings_and_takes_its_own_index(tmp_path: Path) -> None:
    settings = Settings(folder=tmp_path / "a", index=tmp_path / "index")
    assert find_target(parse(["ask", "Who?"]), settings).index_dir == tmp_path / "index"
    named = find_target(parse(["ask", "Who?", "--corpus", str(tmp_path / "b")]), settings)
    assert (named.folder, named.index_dir) == (tmp_path / "b", None)


def test_without_any_folder_the_sample_is_meant_and_its_index_lies_outside_the_package() -> None:
    target = find_target(parse([]), Settings())
    assert target.is_sample
    assert target.index_dir is not None
    assert not target.index_dir.is_relative_to(SAMPLE)


# --- index ---


def test_index_reports_what_it_did_and_a_second_run_does_nothing(home: Path, tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "news")
    (folder / "empty.txt").touch()
    first = copydesk(home, "index", folder)
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("Indexed 3 articles in 3 passages, ")
    assert "4 files read (3 new, 0 changed), 0 removed, 3 passages embedded." in first.stdout
    assert "1 file skipped:\n  empty.txt: " in first.stdout
    second = copydesk(home, "index", folder)
    assert second.stdout.startswith("Nothing changed: 3 articles in 3 passages, ")
    assert " 0 passages embedded." in second.stdout


def test_index_json_counts_what_changed_was_removed_and_was_skipped(home: Path, built: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(built, tmp_path / "news"))
    (folder / "choir.txt").unlink()
    (folder / "lighthouse.md").write_text(ARTICLES["lighthouse.md"].replace("31", "32"), encoding="utf-8")
    (folder / "empty.txt").touch()
    report = json_of(copydesk(home, "index", folder, "--json"))
    assert (report["articles"], report["changed"], report["removed"], report["embedded"]) == (2, 1, 1, 1)
    assert [each["file"] for each in report["skipped"]] == ["empty.txt"]
    assert report["published"] is True
    assert report["rebuilt_because"] is None
    assert report["seconds"] > 0


def test_a_new_passage_size_rebuilds_and_says_why(home: Path, built: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(built, tmp_path / "news"))
    done = copydesk(home, "index", folder, COPYDESK_PASSAGE_TOKENS="30")
    assert "Built anew, because " in done.stdout
    assert "30" in done.stdout


def test_ctrl_c_leaves_the_old_index_as_it_was(home: Path, built: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(built, tmp_path / "news"))
    before = tree_digest(folder / ".copydesk" / "generations")
    for n in range(400):
        words = [hashlib.sha256(f"{n} {i}".encode()).hexdigest()[:8] for i in range(150)]
        (folder / f"long{n}.txt").write_text(". ".join(words), encoding="utf-8")
    process = subprocess.Popen(
        command("index", folder),
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=listen_to_ctrl_c,
    )
    assert process.stderr is not None
    told = ""
    while "Embedding" not in told:
        told = process.stderr.readline()
        assert told, "it ended before it could be stopped"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert [line for line in err.splitlines() if not line.startswith("Embedding")] == [
        "copydesk: stopped; an index that was there before is as it was"
    ]
    assert tree_digest(folder / ".copydesk" / "generations") == before
    assert json_of(copydesk(home, "search", "fares", "--corpus", folder, "--json"))["passages"]


def listen_to_ctrl_c() -> None:
    """What a terminal's programs do, and a shell's background jobs, this test run among them perhaps, do not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def tree_digest(folder: Path) -> dict[str, str]:
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


# --- search and ask ---


def test_search_json_holds_the_best_passages_in_order(home: Path, built: Path) -> None:
    found = json_of(copydesk(home, "search", "ferry fares", "--corpus", built, "--json", "--k", "2"))
    assert found["question"] == "ferry fares"
    assert [each["rank"] for each in found["passages"]] == [1, 2]
    first = found["passages"][0]
    assert (first["file"], first["source"], first["published"]) == ("ferry/fares.md", "The Quay", "2024-05-20")
    assert text_of(built / first["file"])[first["start"] : first["end"]] == first["text"]


def test_ask_json_ties_every_statement_to_characters_of_a_file(home: Path, built: Path) -> None:
    answer = json_of(copydesk(home, "ask", LAMP, "--corpus", built, "--json"))
    assert answer["answered"] is True
    assert any("31 years" in each["text"] for each in answer["statements"])
    markers = {each["marker"] for each in answer["citations"]}
    for statement in answer["statements"]:
        assert set(statement["citations"]) <= markers
        assert statement["citations"]
    for citation in answer["citations"]:
        text = text_of(built / citation["file"])
        assert text[citation["start"] : citation["end"]] == citation["quote"]
        assert text.count("\n", 0, citation["start"]) + 1 == citation["line"]
        assert citation["document"] == hashlib.sha256(text.encode()).hexdigest()
    assert answer["passages"]


def test_ask_in_words_ends_with_its_sources(home: Path, built: Path) -> None:
    done = copydesk(home, "ask", LAMP, "--corpus", built)
    assert done.returncode == 0
    assert "31 years" in done.stdout
    assert re.search(r"^ *lighthouse\.md:\d+$", done.stdout, re.MULTILINE)
    assert done.stderr == ""


def text_of(file: Path) -> str:
    with file.open(encoding="utf-8", newline="") as stream:
        return stream.read()


def test_ask_builds_an_index_where_there_is_none_and_keeps_standard_output_clean(home: Path, tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "news")
    assert json_of(copydesk(home, "ask", LAMP, "--corpus", folder, "--json"))["answered"] is True
    assert (folder / ".copydesk" / "current").exists()


def test_an_index_elsewhere_leaves_the_folder_of_articles_alone(home: Path, tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "news")
    for _ in range(2):
        json_of(copydesk(home, "ask", LAMP, "--corpus", folder, "--index", tmp_path / "index", "--json"))
    assert not (folder / ".copydesk").exists()
    assert (tmp_path / "index" / "current").exists()


@pytest.mark.parametrize(
    ("filters", "files"),
    [
        (["--outlet", "the quay"], {"ferry/fares.md"}),
        (["--outlet", "Harbour Wire", "--outlet", "The Quay"], {"ferry/fares.md", "lighthouse.md"}),
        (["--since", "2024-05-20"], {"ferry/fares.md"}),
        (["--until", "2024-05-19"], {"lighthouse.md"}),
        (["--since", "2030-01-01"], set()),
    ],
)
def test_filters_narrow_what_is_searched(home: Path, built: Path, filters: list[str], files: set[str]) -> None:
    found = json_of(copydesk(home, "search", "lamp and fares", "--corpus", built, "--json", *filters))
    assert {each["file"] for each in found["passages"]} == files


def test_a_stale_index_answers_as_it_is_and_names_the_command(home: Path, built: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(built, tmp_path / "news"))
    (folder / "new.txt").write_text("A ferry sank at its moorings in Merrow.", encoding="utf-8")
    (folder / "choir.txt").unlink()
    done = copydesk(home, "search", "ferry sank", "--corpus", folder, "--json")
    assert "new.txt" not in {each["file"] for each in json_of(done)["passages"]}
    assert done.stderr == f"copydesk: 2 files changed since the index was built; run: copydesk index {folder}\n"


def test_without_a_folder_the_sample_is_asked_and_that_is_said(home: Path) -> None:
    done = copydesk(home, "ask", "Who is Marc Fogel?", "--json")
    answer = json_of(done)
    assert answer["answered"] is True
    assert any("teacher" in each["text"] for each in answer["statements"])
    assert "copydesk: no folder named, so this asks the sample articles; --corpus FOLDER asks yours" in done.stderr


def test_a_reader_who_leaves_early_is_no_error(home: Path, built: Path) -> None:
    process = subprocess.Popen(
        command("search", "ferry", "--corpus", built),
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()
    process.wait()


# --- batches ---


def test_a_batch_keeps_order_and_ids_and_answers_as_ask_does(home: Path, built: Path, tmp_path: Path) -> None:
    asked = [{"id": n, "question": q} for n, q in enumerate(["What will a ticket cost?", LAMP, "Who is Ada Finch?"])]
    asked.append({"question": LAMP})
    (tmp_path / "in.jsonl").write_text("\ufeff" + "\n".join(map(json.dumps, asked)), encoding="utf-8")
    out = tmp_path / "out.jsonl"
    done = copydesk(home, "ask", "--batch", tmp_path / "in.jsonl", "--out", out, "--corpus", built)
    assert (done.returncode, done.stdout) == (0, "")
    answers = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [each.get("id") for each in answers] == [0, 1, 2, None]
    assert "id" not in answers[3]
    alone = json_of(copydesk(home, "ask", LAMP, "--corpus", built, "--json"))
    for same in (answers[1] | {"id": None}, answers[3] | {"id": None}):
        assert same | {"seconds": 0} == alone | {"seconds": 0, "id": None}


def test_a_batch_may_come_and_go_through_pipes(home: Path, built: Path) -> None:
    done = copydesk(
        home,
        "search",
        "--batch",
        "-",
        "--out",
        "-",
        "--k",
        "1",
        "--corpus",
        built,
        stdin='{"id": "é", "question": "fares"}\n',
    )
    found = json_of(done)
    assert found["id"] == "é"
    assert [each["file"] for each in found["passages"]] == ["ferry/fares.md"]


def test_a_batch_line_is_a_question_or_says_why_not(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text('{"question": "a"}\r\n\r\n{"question": 3}\n' + "[" * 100_000, encoding="utf-8")
    first, second, third = read_batch(str(file))
    assert first == BatchQuestion(1, "a", {})
    assert second == BadLine(3, 'not an object with a "question"')
    assert isinstance(third, BadLine)
    assert third.line == 4


def test_a_file_of_answers_is_whole_or_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl"
    write_lines(str(file), ["one", "zwei é"])
    assert file.read_bytes() == "one\nzwei é\n".encode()

    def half() -> "list[str]":
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_lines(str(file), (line for each in ("1", "2") for line in ([each] if each == "1" else half())))
    assert file.read_bytes() == "one\nzwei é\n".encode()
    assert [each.name for each in tmp_path.iterdir()] == ["out.jsonl"]


def test_answers_sent_to_what_is_no_file_do_not_replace_it() -> None:
    write_lines(os.devnull, ["one"])
    assert not Path(os.devnull).is_file()


def test_answers_sent_to_a_folder_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(CopydeskError, match="--out"):
        write_lines(str(tmp_path), ["one"])


def test_json_is_one_line_of_utf8_even_of_file_names_that_are_not() -> None:
    assert as_json({"a": "é\n\u2028"}) == '{"a": "é\\n\u2028"}'
    assert json.loads(as_json({"a": "\udcff"}).encode()) == {"a": "\udcff"}


def test_measure_tells_what_share_of_the_evidence_was_found(home: Path, built: Path, tmp_path: Path) -> None:
    gold = {
        "id": "1",
        "query": LAMP,
        "type": "figure",
        "relevant": ["lighthouse"],
        "evidence": ["31 years"],
        "answers": ["31"],
    }
    (tmp_path / "gold.jsonl").write_text(json.dumps(gold) + "\n", encoding="utf-8")
    report = json_of(copydesk(home, "measure", tmp_path / "gold.jsonl", "--corpus", built, "--json"))
    assert report["questions"] == 1
    assert report["figures"]["hits@10"]["value"] == 1.0
    words = copydesk(home, "measure", tmp_path / "gold.jsonl", "--corpus", built)
    assert "hits@10" in words.stdout
    assert "no article" not in words.stderr
    (tmp_path / "gold.jsonl").write_text(json.dumps(gold | {"evidence": ["thirty-one years"]}) + "\n", encoding="utf-8")
    words = copydesk(home, "measure", tmp_path / "gold.jsonl", "--corpus", built)
    assert "evidence that stands in no article counts as not found: 1 of it" in words.stderr
    assert "'thirty-one years'" in words.stderr


# --- progress ---


@pytest.fixture
def long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work that has gone on for longer than the time in which nothing is said."""
    monkeypatch.setattr("qa.terminal._QUIET_SECONDS", -1.0)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.usefixtures("long_ago")
def test_progress_on_a_terminal_is_one_line_that_is_gone_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    terminal = Terminal()
    with ProgressLine(terminal) as progress:
        progress(Progress("reading", 1, 609, None, None))
        progress(Progress("reading", 2, 609, None, None))
        progress(Progress("embedding", 3200, 11032, 84.0, 93.2))
    assert "\n" not in terminal.getvalue()
    lines = terminal.getvalue().split("\r\x1b[K")
    assert lines[1:] == [
        "Reading 1 of 609 files",
        "Embedding: 609 files, 3,200 of 11,032 passages, 84 a second",
        "",
    ]


@pytest.mark.usefixtures("long_ago")
def test_progress_elsewhere_is_a_plain_line_a_stage() -> None:
    log = io.StringIO()
    with ProgressLine(log) as progress:
        for done in range(100):
            progress(Progress("reading", done, 100, None, None))
        progress(Progress("writing", 0, 1, None, None))
    assert log.getvalue() == "Reading 0 of 100 files\nWriting the index\n"


def test_what_takes_no_time_is_not_told() -> None:
    log = io.StringIO()
    with ProgressLine(log) as progress, CountLine(log, "questions") as count:
        progress(Progress("reading", 1, 1, None, None))
        count(0, 1)
    assert log.getvalue() == ""


def test_progress_tells_files_passages_rate_and_time_left() -> None:
    words = progress_words(Progress("embedding", 3200, 11032, 84.4, 4230.0), 609)
    assert words == "Embedding: 609 files, 3,200 of 11,032 passages, 84 a second, 1 h 10 min left"
    assert [time_words(seconds) for seconds in (0.2, 59.4, 59.6, 125)] == ["0 s", "59 s", "1 min 00 s", "2 min 05 s"]


# --- starting ---


@pytest.mark.parametrize(
    "typed",
    [["--help"], ["index", "{}", "--json"], ["search", "fares", "--corpus", "{}"], ["ask", LAMP, "--corpus", "{}"]],
)
def test_neither_gradio_nor_torch_is_imported_where_no_page_is_opened(
    home: Path, built: Path, typed: list[str]
) -> None:
    code = (
        "import sys\nfrom qa.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = {'gradio', 'torch', 'transformers', 'sentence_transformers', 'uvicorn'} & sys.modules.keys()\n"
        "sys.exit(', '.join(sorted(heavy)) or 0)"
    )
    filled = [each.format(built) for each in typed]
    done = subprocess.run(
        [sys.executable, "-c", code, *filled], env=environment(home), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_help_loads_nothing_heavy_at_all(home: Path) -> None:
    code = (
        "import sys\nfrom qa.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
        "sys.exit(', '.join(sorted({'numpy', 'faiss', 'onnxruntime', 'tantivy', 'sqlite3'} & sys.modules.keys())) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(home), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("typed", [["index", "{}"], ["search", "fares", "--corpus", "{}"]])
def test_what_answers_is_not_loaded_where_nothing_is_answered(home: Path, built: Path, typed: list[str]) -> None:
    code = "import sys\nfrom qa.cli import main\nmain()\nsys.exit('qa.answer' in sys.modules)"
    filled = [each.format(built) for each in typed]
    done = subprocess.run([sys.executable, "-c", code, *filled], env=environment(home), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_command_is_installed() -> None:
    installed = Path(sys.executable).with_name("copydesk")
    if not installed.exists():
        pytest.skip("the project is not installed here: pip install -e .")
    done = subprocess.run([installed, "--version"], capture_output=True, text=True, check=True)
    assert re.fullmatch(r"copydesk \d+\.\d+\.\d+\n", done.stdout)


def test_copydesk_alone_opens_the_page_on_the_sample(home: Path) -> None:
    process = subprocess.Popen(
        command("--no-browser", "--port", "0"),
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        ready = process.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+", ready)
        assert address, ready
        with urllib.request.urlopen(address[0], timeout=30) as response:
            assert b"copydesk" in response.read().lower()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
        assert "Traceback" not in err
        assert process.returncode in (0, 130)
    finally:
        process.kill()
        process.communicate()


def test_ctrl_c_that_a_library_makes_an_error_of_its_own_of_is_ctrl_c(home: Path) -> None:
    code = """
import os, signal, sys
import qa.commands
def run(options, environ):
    try:
        os.kill(os.getpid(), signal.SIGINT)
        import time; time.sleep(5)
    except KeyboardInterrupt:
        raise RuntimeError("could not build a validator: KeyboardInterrupt") from None
qa.commands.run = run
from qa.cli import main
sys.exit(main(["verify"]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(home),
        capture_output=True,
        text=True,
        preexec_fn=listen_to_ctrl_c,
    )
    assert (done.returncode, done.stderr) == (130, "copydesk: stopped; an index that was there before is as it was\n")


@pytest.mark.parametrize("seconds", [1.5, 2.5, 3.5, 4.5, 6])
def test_a_server_interrupted_while_it_builds_ends_by_itself(home: Path, tmp_path: Path, seconds: float) -> None:
    for n in range(60):
        words = [hashlib.sha256(f"{n} {i}".encode()).hexdigest()[:8] for i in range(150)]
        (tmp_path / f"long{n}.txt").write_text(". ".join(words), encoding="utf-8")
    process = subprocess.Popen(
        command("serve", tmp_path, "--no-browser", "--port", "0"),
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=listen_to_ctrl_c,
    )
    time.sleep(seconds)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert "terminate" not in err
    assert "Traceback" not in err
    assert process.returncode in (0, 130)
