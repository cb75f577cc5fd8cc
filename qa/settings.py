"""The settings, read once at the edge: a TOML file, then the environment, then what the command line says.

The file is `copydesk.toml` in the user's configuration folder, or the one named by `--settings` or
`COPYDESK_SETTINGS`. Every key can also be set as `COPYDESK_` and its name in capitals: `COPYDESK_PORT=8000`.
"""

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import platformdirs

from corpus.errors import MisuseError

FILE_NAME = "copydesk.toml"
PREFIX = "COPYDESK_"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user can set. `folder`, `index` and `model` are None where the default is meant.

    `password`, if there is one, is asked of everyone who opens the page; `auth_file` names the users and their own
    ones, and `auth` asks for them in the default place. `hosts` are names by which the page may be called.
    """

    folder: Path | None = None
    index: Path | None = None
    model: str | None = None
    max_file_mb: int = 20
    host: str = "127.0.0.1"
    port: int = 7860
    watch: bool = False
    k: int = 10
    passage_tokens: int = 200
    password: str | None = field(default=None, repr=False)
    auth: bool = False
    auth_file: Path | None = None
    hosts: tuple[str, ...] = ()
    read_only: bool = False
    log_questions: Path | None = None

    @property
    def max_bytes(self) -> int:
        """The size in bytes above which a file is skipped."""
        return self.max_file_mb * 1_000_000


KEYS = tuple(each.name for each in fields(Settings))


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a value was written: how to call the place, and the folder that a relative path starts from."""

    name: str
    base: Path


def default_file() -> Path:
    """The settings file that is read when none is named; it need not exist."""
    return platformdirs.user_config_path("copydesk", appauthor=False) / FILE_NAME


def read_settings(environ: Mapping[str, str], file: Path | None = None) -> Settings:
    """The settings from the file (`file`, or COPYDESK_SETTINGS, or the default place) and the environment over it.

    Raises MisuseError for a named file that is missing, for broken TOML, and for a key or value that can't be used.
    """
    named = file or (Path(environ[PREFIX + "SETTINGS"]) if environ.get(PREFIX + "SETTINGS") else None)
    settings = Settings()
    path = named or default_file()
    if named or path.is_file():
        settings = _from_file(settings, path)
    return _from_environment(settings, environ)


def _from_file(settings: Settings, path: Path) -> Settings:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise MisuseError(
            f"The settings file {path} does not exist; create it, or leave out --settings and COPYDESK_SETTINGS."
        ) from None
    except UnicodeDecodeError:
        raise MisuseError(f"The settings file {path} is not UTF-8 text; save it again as UTF-8.") from None
    except OSError as error:
        raise MisuseError(
            f"The settings file {path} can't be read ({error.strerror}); mend that, or name another with --settings."
        ) from None
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MisuseError(f"The settings file {path} is not valid TOML: {error}; mend that line.") from None
    if "password" in table and os.name == "posix" and path.stat().st_mode & 0o077:
        raise MisuseError(f"The settings file {path} holds a password and is open to others; run: chmod 600 {path}")
    for key, value in table.items():
        source = _Source(f"{path}, line {_line_of(key, text)}", path.resolve().parent)
        settings = _set(settings, key, value, source)
    return settings


def _from_environment(settings: Settings, environ: Mapping[str, str]) -> Settings:
    for name in sorted(environ):
        if name.startswith(PREFIX) and name != PREFIX + "SETTINGS" and environ[name]:
            key = name.removeprefix(PREFIX).lower()
            settings = _set(settings, key, environ[name], _Source(f"the environment variable {name}", Path.cwd()))
    return settings


def _line_of(key: str, text: str) -> int:
    """The line, from 1, on which a key of the file stands; 1 if it is written in a way we don't look for."""
    found = re.search(rf"""^[ \t]*+(?:\[[ \t]*+)?["']?{re.escape(key)}["']?[ \t]*[=.\]]""", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _set(settings: Settings, key: str, value: object, source: _Source) -> Settings:
    if key not in KEYS:
        near = get_close_matches(key, KEYS, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"the keys are {', '.join(KEYS)}."
        raise MisuseError(f"Unknown setting {key!r} in {source.name}; {hint}")
    try:
        return replace(settings, **{key: _READERS[key](value, source)})
    except ValueError as error:
        shown = "" if key == "password" else f", not {value!r}"
        raise MisuseError(f"The setting {key} in {source.name} must be {error}{shown}; change it.") from None


def _folder(value: object, source: _Source) -> Path:
    return source.base / Path(_words(value, source)).expanduser()


def _log(value: object, source: _Source) -> Path:
    return Path("-") if value == "-" else _folder(value, source)


def _words(value: object, _source: _Source) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("text")
    return value


def _model(value: object, source: _Source) -> str:
    """A folder written as a path is made absolute; anything else is a name on a model hub."""
    name = _words(value, source)
    if name.startswith(("./", "../", "~")):
        return str((source.base / Path(name).expanduser()).resolve())
    return name


def _yes_or_no(value: object, _source: _Source) -> bool:
    written = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if isinstance(value, str):
        value = written.get(value.strip().lower())
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _names(value: object, _source: _Source) -> tuple[str, ...]:
    """Names of hosts: a list in a file, or parted by commas."""
    given = value.split(",") if isinstance(value, str) else value
    if not isinstance(given, list):
        raise ValueError("a list of host names")
    names = tuple(each.strip().lower() if isinstance(each, str) else "" for each in given)
    if any(re.fullmatch(r"[a-z0-9_.-]+|\[[0-9a-f:.]+\]", each) is None for each in names):
        raise ValueError("a list of host names, without http:// and without a port")
    return names


def _number(low: int, high: int) -> Callable[[object, _Source], int]:
    def read(value: object, _source: _Source) -> int:
        wanted = f"a whole number from {low} to {high}"
        if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(wanted)
        return value

    return read


# `passage_tokens`: below 20 a passage is shorter than most sentences; above 254 the default model would cut it off.
_READERS: dict[str, Callable[[object, _Source], Any]] = {
    "folder": _folder,
    "index": _folder,
    "model": _model,
    "max_file_mb": _number(1, 10_000),
    "host": _words,
    "port": _number(0, 65_535),
    "watch": _yes_or_no,
    "k": _number(1, 1_000),
    "passage_tokens": _number(20, 254),
    "password": _words,
    "auth": _yes_or_no,
    "auth_file": _folder,
    "hosts": _names,
    "read_only": _yes_or_no,
    "log_questions": _log,
}
