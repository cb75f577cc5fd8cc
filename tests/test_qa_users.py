"""Users and their hashed passwords: the file, the line that makes one, and the time it takes."""

import os
import pty
import stat
import statistics
import subprocess
import time
from pathlib import Path

import pytest
from running import command, complaint, copydesk, environment, write_corpus

from corpus.errors import CopydeskError, MisuseError
from qa.limits import Buckets, Waits, caller
from qa.users import hashed, read_users, user_line, verifier


def users_file(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "users"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_a_line_lets_its_user_in_and_does_not_tell_the_password(tmp_path: Path) -> None:
    line = user_line("ann", "correct horse")
    assert "correct" not in line
    assert line != user_line("ann", "correct horse")
    users = read_users(users_file(tmp_path, f"# who may come in\n\n{line}\n"))
    verify = verifier(users)
    assert verify("ann", "correct horse")
    assert not verify("ann", "correct hors")
    assert not verify("Ann", "correct horse")


@pytest.mark.parametrize(("name", "password"), [("", "long enough"), ("a b", "long enough"), ("a:b", "long enough")])
def test_a_name_that_can_not_be_used_is_refused(name: str, password: str) -> None:
    with pytest.raises(MisuseError, match="can't be used"):
        user_line(name, password)


def test_a_short_password_is_refused() -> None:
    with pytest.raises(MisuseError, match="8 characters or more"):
        user_line("ann", "1234567")


@pytest.mark.skipif(os.name != "posix", reason="modes of files are posix's")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_file_of_passwords_that_others_can_read_is_refused_with_the_command_that_mends_it(
    tmp_path: Path, mode: int
) -> None:
    path = users_file(tmp_path, user_line("ann", "correct horse"), mode)
    with pytest.raises(CopydeskError, match=f"run: chmod 600 {path}"):
        read_users(path)


@pytest.mark.parametrize(
    "line",
    ["ann:secret", "ann", "ann:$scrypt$ln=4,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$" + "A" * 43, "ann:$2b$12$abc", ":", "\x00"],
)
def test_a_line_that_is_no_hash_or_a_weak_one_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(MisuseError, match="line 2"):
        read_users(users_file(tmp_path, f"# users\n{line}\n"))


def test_a_user_who_stands_twice_an_empty_file_and_a_missing_one_are_named(tmp_path: Path) -> None:
    line = user_line("ann", "correct horse")
    with pytest.raises(MisuseError, match="line 2: 'ann' stands here a second time"):
        read_users(users_file(tmp_path, f"{line}\n{line}\n"))
    with pytest.raises(MisuseError, match="names no user"):
        read_users(users_file(tmp_path, "\n"))
    with pytest.raises(CopydeskError, match="copydesk password NAME"):
        read_users(tmp_path / "none")


def test_a_user_who_does_not_exist_takes_as_long_as_one_who_does() -> None:
    verify = verifier({"ann": hashed("correct horse")})

    def took(name: str) -> float:
        begun = time.process_time()
        verify(name, "wrong password")
        return time.process_time() - begun

    known, unknown = (statistics.median(took(name) for _ in range(5)) for name in ("ann", "eve"))
    assert 0.5 < known / unknown < 2


def test_password_is_typed_twice_on_a_terminal_and_printed_as_a_hash(tmp_path: Path) -> None:
    parent, child = pty.openpty()
    process = subprocess.Popen(
        command("password", "ann"),
        stdin=child,
        stdout=subprocess.PIPE,
        stderr=child,
        env=environment(tmp_path),
        start_new_session=True,
        text=True,
    )
    os.close(child)
    seen = b""
    for prompt in (b"Password: ", b"Once more: "):
        while prompt not in seen:
            seen += os.read(parent, 1000)
        os.write(parent, b"correct horse\n")
    assert process.stdout is not None
    with process.stdout:
        line = process.stdout.read()
    assert process.wait(20) == 0
    os.close(parent)
    assert b"correct" not in seen
    assert verifier(read_users(users_file(tmp_path, line)))("ann", "correct horse")


def test_a_name_that_no_user_can_have_is_told_before_a_password_is_typed(tmp_path: Path) -> None:
    parent, child = pty.openpty()
    ended = subprocess.run(
        command("password", "a:b"), stdin=child, capture_output=True, env=environment(tmp_path), text=True, timeout=60
    )
    os.close(child)
    os.close(parent)
    assert "user name 'a:b'" in complaint(ended, 2)
    assert "Password" not in ended.stderr


def test_a_password_is_never_piped_or_given_as_an_option(tmp_path: Path) -> None:
    assert "terminal" in complaint(copydesk(tmp_path, "password", "ann", stdin="correct horse\n" * 2), 2)
    assert "unexpected argument" in complaint(copydesk(tmp_path, "password", "ann", "correct horse"), 2)
    assert "unknown option --password" in complaint(copydesk(tmp_path, "serve", tmp_path, "--password", "x"), 2)


def test_beyond_this_machine_the_page_is_not_opened_without_a_password(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "news")
    told = complaint(copydesk(tmp_path, "serve", folder, "--host", "0.0.0.0", "--port", "0", "--no-browser"), 2)
    assert "copydesk password" in told
    assert "--insecure" in told
    told = complaint(copydesk(tmp_path, "serve", folder, "--auth", "--port", "0", "--no-browser"), 2)
    assert "copydesk password NAME >>" in told
    assert not (folder / ".copydesk").exists()


def test_a_bucket_gives_its_tokens_and_fills_again() -> None:
    bucket = Buckets(per_second=2, burst=3)
    assert [bucket.take("a", 0) for _ in range(4)] == [0, 0, 0, 1]
    assert bucket.take("b", 0) == 0
    assert [bucket.take("a", 1) for _ in range(3)] == [0, 0, 1]
    assert [bucket.take("a", 100) for _ in range(4)] == [0, 0, 0, 1]


def test_waits_grow_are_forgiven_and_forgotten() -> None:
    waits = Waits(free=2, longest=10)
    for number, wait in enumerate([0, 0, 1, 2, 4, 8, 10, 10]):
        assert waits.left("a", 0) == wait, number
        waits.fail(["a"], 0)
    assert waits.left("b", 0) == 0
    assert waits.left("a", 4) == 6
    waits.forgive(["a"] * 7)
    assert waits.left("a", 0) == 0
    waits.fail(["a"] * 9, 0)
    assert waits.left("a", 3_601) == 0


def test_who_is_forgotten_first_is_who_was_away_longest() -> None:
    bucket = Buckets(per_second=0.001, burst=1)
    for number in range(20_000):
        assert bucket.take(f"{number}", 0) == 0
    assert bucket.take("19999", 0) > 0
    assert bucket.take("0", 0) == 0


def test_a_home_of_ipv6_is_one_caller() -> None:
    assert caller("2001:db8::1") == caller("2001:db8::ffff:1") != caller("2001:db8:0:1::1")
    assert caller("::ffff:10.0.0.1") == caller("10.0.0.1") == "10.0.0.1"
    assert caller("fe80::1%eth0") == caller("fe80::2")
    assert caller("") == ""


def test_users_file_made_by_the_shell_is_told_to_be_closed(tmp_path: Path) -> None:
    line = user_line("ann", "correct horse")
    path = users_file(tmp_path, line, 0o644)
    folder = write_corpus(tmp_path / "news")
    told = complaint(copydesk(tmp_path, "serve", folder, "--auth-file", path, "--no-browser", "--port", "0"), 1)
    assert "chmod 600" in told
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
