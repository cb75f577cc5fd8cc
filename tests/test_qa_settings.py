from pathlib import Path

import pytest

from corpus.errors import MisuseError
from qa.settings import KEYS, Settings, default_file, read_settings


@pytest.fixture(autouse=True)
def _no_settings_of_the_person_testing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr("qa.settings.default_file", lambda: tmp_path / "config" / "copydesk.toml")


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    return file


def refusal(environ: dict[str, str], file: Path | None = None) -> str:
    with pytest.raises(MisuseError) as caught:
        read_settings(environ, file)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_without_a_file_or_environment_the_defaults_hold() -> None:
    assert read_settings({}) == Settings()
    assert Settings().max_bytes == 20_000_000


def test_every_key_is_read_from_a_file_and_relative_folders_start_at_the_file(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        'folder = "news"\nindex = "/var/index"\nmodel = "./weights"\nmax_file_mb = 5\nhost = "::1"\nport = 8000\n'
        "k = 3\npassage_tokens = 120\nwatch = true\n",
    )
    assert read_settings({}, file) == Settings(
        folder=tmp_path / "news",
        index=Path("/var/index"),
        model=str(tmp_path / "weights"),
        max_file_mb=5,
        host="::1",
        port=8000,
        k=3,
        passage_tokens=120,
        watch=True,
    )


def test_the_environment_goes_over_the_file_and_empty_variables_count_for_nothing(tmp_path: Path) -> None:
    file = written(tmp_path, "port = 8000\nk = 3\n")
    settings = read_settings({"COPYDESK_SETTINGS": str(file), "COPYDESK_PORT": "9000", "COPYDESK_K": ""})
    assert (settings.port, settings.k) == (9000, 3)


@pytest.mark.parametrize(
    ("written", "meant"), [("1", True), ("yes", True), ("True", True), ("0", False), ("no", False)]
)
def test_yes_and_no_are_understood_in_the_environment(written: str, meant: bool) -> None:
    assert read_settings({"COPYDESK_WATCH": written}).watch is meant


def test_the_named_file_goes_before_the_one_in_the_environment(tmp_path: Path) -> None:
    file = written(tmp_path, "port = 8000\n")
    assert read_settings({"COPYDESK_SETTINGS": "/nowhere.toml"}, file).port == 8000


def test_the_file_in_the_configuration_folder_is_read_when_it_exists(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "copydesk.toml").write_text("k = 4\n", encoding="utf-8")
    assert read_settings({}).k == 4


def test_the_default_file_lies_in_the_users_configuration_folder() -> None:
    assert default_file().name == "copydesk.toml"
    assert "copydesk" in default_file().parent.name


def test_a_named_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    assert "absent.toml does not exist" in refusal({}, tmp_path / "absent.toml")


def test_a_folder_in_place_of_the_file_is_an_error(tmp_path: Path) -> None:
    assert "can't be read" in refusal({}, tmp_path)


def test_an_unknown_key_is_named_with_its_line_and_the_nearest_key(tmp_path: Path) -> None:
    message = refusal({}, written(tmp_path, 'host = "::1"\n\nprot = 8000\n'))
    assert "'prot'" in message
    assert "line 3" in message
    assert "did you mean 'port'?" in message


def test_an_unknown_key_that_resembles_none_gets_the_list_of_keys(tmp_path: Path) -> None:
    message = refusal({}, written(tmp_path, "zzzzzz = 1\n"))
    assert all(key in message for key in KEYS)


def test_an_unknown_variable_is_named_with_the_nearest_key() -> None:
    message = refusal({"COPYDESK_MODLE": "x"})
    assert "COPYDESK_MODLE" in message
    assert "did you mean 'model'?" in message


def test_broken_toml_is_named_with_its_line(tmp_path: Path) -> None:
    message = refusal({}, written(tmp_path, "port = 8000\nhost = \n"))
    assert "not valid TOML" in message
    assert "line 2" in message


def test_a_file_that_is_not_utf8_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "latin.toml"
    file.write_bytes('model = "é"'.encode("latin-1"))
    assert "not UTF-8" in refusal({}, file)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ('port = "eighty"', "a whole number from 0 to 65535"),
        ("port = 70000", "a whole number from 0 to 65535"),
        ("port = true", "a whole number from 0 to 65535"),
        ("k = 0", "a whole number from 1 to 1000"),
        ("k = 2.5", "a whole number from 1 to 1000"),
        ("max_file_mb = -1", "a whole number from 1 to 10000"),
        ("passage_tokens = 5", "a whole number from 20 to 254"),
        ("watch = 2", "true or false"),
        ("watch = 'maybe'", "true or false"),
        ("folder = 3", "text"),
        ('host = " "', "text"),
        ("[model]\nname = 'x'", "text"),
    ],
)
def test_a_value_of_the_wrong_kind_is_named_with_what_was_wanted(tmp_path: Path, line: str, wanted: str) -> None:
    message = refusal({}, written(tmp_path, f"# mine\n{line}\n"))
    assert f"must be {wanted}" in message
    assert "line 2" in message


def test_a_model_that_is_not_a_path_is_left_as_the_name_it_is(tmp_path: Path) -> None:
    file = written(tmp_path, 'model = "some-owner/some-model"\n')
    assert read_settings({}, file).model == "some-owner/some-model"


def test_a_password_is_shown_neither_by_the_settings_nor_by_a_complaint() -> None:
    settings = read_settings({"COPYDESK_PASSWORD": "open sesame"})
    assert settings.password == "open sesame"
    assert "sesame" not in repr(settings)
    assert "\t" not in refusal({"COPYDESK_PASSWORD": "\t"})
