"""README is what a newcomer goes by: its commands are those of the gate, its files exist, its answer is a real one."""

import re
import shlex
from pathlib import Path

import pytest
from running import ROOT, copydesk

from corpus.errors import MisuseError
from qa.options import parse
from qa.settings import KEYS

README = (ROOT / "README.md").read_text(encoding="utf-8")
FIRST_SCREEN = README.split("\n## ", 1)[0]


def shell_lines(text: str) -> list[str]:
    """The commands in the text's `sh` blocks."""
    return [
        line
        for block in re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        for line in block.splitlines()
    ]


def parse_commands(line: str) -> None:
    """Have the program take each of its commands in a shell's line, without what the shell keeps for itself."""
    words = shlex.shlex(line, posix=True, punctuation_chars=True)
    words.whitespace_split, words.commenters = True, ""
    commands: list[list[str]] = [[]]
    for word in words:
        if word in ("&&", "||", "|", ";"):
            commands.append([])
        elif word in (">", ">>", "<"):
            next(words)  # the file
        else:
            commands[-1].append(word)
    ours = [typed for program, *typed in commands if program == "copydesk"]
    assert ours, line
    for typed in ours:
        if typed[:1] != ["COMMAND"] and "--help" not in typed:
            parse(typed)


def test_the_first_screen_has_two_commands_that_set_everything_up_themselves() -> None:
    opens, tests = shell_lines(FIRST_SCREEN)
    assert opens == "python3 -m venv .venv && .venv/bin/pip install -q -e . && .venv/bin/copydesk"
    assert tests == "python3 -m venv .venv && .venv/bin/pip install -q -e '.[dev]' && .venv/bin/python -m pytest"


def test_the_gate_runs_the_test_command_as_readme_prints_it() -> None:
    gate = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    pattern = re.search(r"grep -m 1 -E '(.*)' README\.md", gate)
    assert pattern
    lines = [line for line in README.splitlines() if re.search(pattern[1], line)]
    assert lines == [shell_lines(FIRST_SCREEN)[1]]


def test_every_command_in_readme_is_one_that_the_program_takes() -> None:
    typed = re.findall(r"^(?:\$ )?(copydesk(?: .*)?)$", README, re.MULTILINE) + re.findall(r"`(copydesk[^`]*)`", README)
    assert len(typed) > 8
    for line in typed:
        if not line.startswith("copydesk."):
            parse_commands(line)


@pytest.mark.parametrize(
    "line",
    [
        "copydesk index ~/news && copydesk serv ~/news",
        "copydesk password ann extra >> users",
        "copydesk password ann --loud > users && chmod 600 users",
        "cat questions | copydesk ask --no-such",
    ],
)
def test_a_wrong_command_beside_others_is_seen(line: str) -> None:
    with pytest.raises(MisuseError):
        parse_commands(line)


def test_every_file_that_readme_names_is_there() -> None:
    named = re.findall(r"\]\(([^)#:]+)\)", README)
    named += re.findall(r"`((?:corpus|index|qa|tests|docs)/[\w./-]*)`", README)
    assert "LICENSE" in named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_setting_is_in_the_table() -> None:
    table = README.split("## Settings", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    assert [key for row in rows for key in re.findall(r"`(\w+)`", row.split("|")[1])] != []
    assert {key for row in rows for key in re.findall(r"`(\w+)`", row.split("|")[1])} == set(KEYS)


def test_the_answer_in_readme_is_what_the_program_prints(tmp_path: Path) -> None:
    shown = re.search(r"^```console\n\$ copydesk ([^\n]*)\n(.*?)^```$", FIRST_SCREEN, re.MULTILINE | re.DOTALL)
    assert shown
    done = copydesk(tmp_path, *shlex.split(shown[1]))
    assert done.returncode == 0, done.stderr
    assert done.stdout == shown[2]
