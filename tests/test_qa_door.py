"""How the page is opened: the names it answers to, what it warns of, and when it is not opened at all."""

import os
from pathlib import Path
from socket import gethostname

import pytest

from corpus.errors import CopydeskError, MisuseError
from qa.door import Door, default_users_file, find_door
from qa.hosts import Names
from qa.options import Options
from qa.serving import _ready
from qa.settings import Settings, read_settings
from qa.users import user_line


@pytest.fixture(autouse=True)
def _no_users_of_the_person_testing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.door.default_users_file", lambda: tmp_path / "config" / "users")
    monkeypatch.setattr("qa.settings.default_file", lambda: tmp_path / "config" / "copydesk.toml")


def users(tmp_path: Path) -> Path:
    path = tmp_path / "config" / "users"
    path.parent.mkdir(exist_ok=True)
    path.write_text(user_line("ann", "correct horse") + "\n", encoding="utf-8")
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_a_page_for_this_machine_needs_no_password_and_answers_to_its_names(host: str) -> None:
    door = find_door(Options(host=host), Settings())
    assert (door.verify, door.warning) == (None, "")
    names = Names(door.names, numbers=not door.is_local)
    assert names.hold("localhost:7860")
    assert not names.hold("evil.example")
    assert not names.hold("192.168.1.7:7860")


def test_names_that_were_given_are_answered_to() -> None:
    door = find_door(Options(allow_host=["News.Example"]), Settings(hosts=("desk.example",)))
    names = Names(door.names)
    assert names.hold("news.example:443")
    assert names.hold("desk.example")
    assert not names.hold("evil.example")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "::", "news.example"])
def test_beyond_this_machine_it_is_refused_unless_someone_says_so(host: str) -> None:
    with pytest.raises(MisuseError, match=r"copydesk password NAME.*--insecure"):
        find_door(Options(host=host), Settings())
    assert "anyone who can reach" in find_door(Options(host=host, insecure=True), Settings()).warning


def test_an_open_page_without_a_password_can_not_be_reached_by_a_name_made_to_mean_it() -> None:
    door = find_door(Options(host="0.0.0.0", insecure=True), Settings())
    names = Names(door.names, numbers=not door.is_local)
    for host, held in (("192.168.1.7:7860", True), ("[fe80::1]:80", True), ("evil.example", False)):
        assert names.hold(host) is held


def test_with_a_password_any_name_is_answered_to_unless_some_were_given_and_http_is_warned_of() -> None:
    door = find_door(Options(host="0.0.0.0"), Settings(password="secret"))
    assert door.names is None
    assert "unencrypted" in door.warning
    given = find_door(Options(host="0.0.0.0", allow_host=["news.example"]), Settings(password="secret"))
    assert Names(given.names, numbers=True).hold("news.example")
    assert not Names(given.names, numbers=True).hold("evil.example")


def test_auth_takes_the_users_of_the_default_file_or_those_named(tmp_path: Path) -> None:
    with pytest.raises(MisuseError, match="--auth needs to know who may come in"):
        find_door(Options(auth=True), Settings())
    path = users(tmp_path)
    for options, settings in (
        (Options(auth=True), Settings()),
        (Options(), Settings(auth=True)),
        (Options(auth_file=path), Settings()),
        (Options(), Settings(auth_file=path)),
    ):
        verify = find_door(options, settings).verify
        assert verify is not None
        assert verify("ann", "correct horse")
    assert find_door(Options(), Settings()).verify is None


def test_a_file_of_users_goes_before_the_shared_password(tmp_path: Path) -> None:
    verify = find_door(Options(auth_file=users(tmp_path)), Settings(password="shared one")).verify
    assert verify is not None
    assert not verify("ann", "shared one")
    assert default_users_file().name == "users"


def test_the_settings_of_the_door_are_read(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'auth = true\nauth_file = "users"\nhosts = ["News.example", "[::1]"]\nread_only = true\nlog_questions = "-"\n',
        encoding="utf-8",
    )
    settings = read_settings({"COPYDESK_HOSTS": "a.example, b.example", "COPYDESK_LOG_QUESTIONS": "/var/log/q"}, file)
    assert (settings.auth, settings.read_only, settings.auth_file) == (True, True, tmp_path / "users")
    assert settings.hosts == ("a.example", "b.example")
    assert settings.log_questions == Path("/var/log/q")
    assert read_settings({}, file).hosts == ("news.example", "[::1]")
    assert read_settings({}, file).log_questions == Path("-")


@pytest.mark.parametrize("written", ['hosts = "http://news.example"', "hosts = [1]", "hosts = 1", 'hosts = ["a:80"]'])
def test_a_host_that_is_no_name_is_refused(tmp_path: Path, written: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(written + "\n", encoding="utf-8")
    with pytest.raises(MisuseError, match="host names"):
        read_settings({}, file)


@pytest.mark.skipif(os.name != "posix", reason="modes of files are posix's")
def test_a_settings_file_with_a_password_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('password = "shared one"\n', encoding="utf-8")
    file.chmod(0o644)
    with pytest.raises(CopydeskError, match=f"chmod 600 {file}"):
        read_settings({}, file)
    file.chmod(0o600)
    assert read_settings({}, file).password == "shared one"
    assert "shared one" not in repr(read_settings({}, file))


def test_a_door_says_whether_this_machine_alone_comes_in() -> None:
    assert [Door(host).is_local for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "127.0.0.2")] == [
        True, True, True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(("host", "told"), [("0.0.0.0", True), ("::", True), ("127.0.0.1", False)])
def test_where_others_reach_an_open_page_is_told_by_a_name_that_it_answers_to(
    host: str, told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    door = find_door(Options(host=host, insecure=True), Settings())
    _ready("http://127.0.0.1:7860", door, Options(no_browser=True))
    said = capsys.readouterr().out
    elsewhere = f"{gethostname()}:7860"
    assert (f"http://{elsewhere} " in said) == told
    assert not told or Names(door.names, numbers=True).hold(elsewhere)
