"""What is said on standard error: complaints, a line each, and how far a build is.

On a terminal progress is one line that is written over; elsewhere it is plain lines, few of them.
"""

import contextlib
import io
import json
import shutil
import sys
import time
from typing import TYPE_CHECKING, Any, Self, TextIO

if TYPE_CHECKING:  # index/ is heavy, and `--help` passes through here
    from index.progress import Progress

_REDRAW_SECONDS = 0.1
_QUIET_SECONDS = 0.5
"""What is done within this time needs no words."""
_PLAIN_SECONDS = 10.0
"""How often a line is added where it can't be written over: a log of an hour's build has 360 of them."""


def complain(message: str) -> None:
    """Write one line on standard error, free of anything that could steer a terminal."""
    line = " ".join("".join(c if c.isprintable() else " " for c in message).split())
    with contextlib.suppress(BrokenPipeError):
        print(f"copydesk: {line}", file=sys.stderr, flush=True)


def speak_utf8() -> None:
    """Write UTF-8 into pipes and files on any system, and never fail on a character a terminal can't show."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


class _Line:
    """A line on `stream` that is written over on a terminal and gone at the end; elsewhere lines, ten seconds apart."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._live = stream.isatty()
        self._begun = time.monotonic()
        self._part = ""
        self._told = 0.0
        self._drawn = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def clear(self) -> None:
        """Take the line away, so that something else can be said."""
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._drawn = False

    def is_due(self, part: str) -> bool:
        """Whether to tell of this part of the work now: it is a new one, or the last time is a while ago."""
        now = time.monotonic()
        if now - self._begun < _QUIET_SECONDS:
            return False
        if part == self._part and now - self._told < (_REDRAW_SECONDS if self._live else _PLAIN_SECONDS):
            return False
        self._part, self._told = part, now
        return True

    def tell(self, words: str) -> None:
        """Write the words."""
        if self._live:
            self._stream.write(f"\r\x1b[K{words[: shutil.get_terminal_size().columns - 1]}")
            self._drawn = True
        else:
            self._stream.write(words + "\n")
        self._stream.flush()


class ProgressLine(_Line):
    """A listener for `build`; leave it as a context and its line is gone."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._files = 0

    def __call__(self, progress: "Progress") -> None:
        """Tell of it, unless something was told a moment ago."""
        if progress.stage == "reading":
            self._files = progress.total
        if self.is_due(progress.stage):
            self.tell(progress_words(progress, self._files))


class CountLine(_Line):
    """A listener for what is counted, `done` of `total`; leave it as a context and its line is gone."""

    def __init__(self, stream: TextIO, things: str) -> None:
        super().__init__(stream)
        self._things = things

    def __call__(self, done: int, total: int) -> None:
        """Tell of it, unless something was told a moment ago."""
        if self.is_due("counting"):
            self.tell(f"{done:,} of {total:,} {self._things}")


def progress_words(progress: "Progress", files: int) -> str:
    """The line for one moment of a build of `files` files: what is done, the rate, the time left."""
    if progress.stage == "reading":
        return f"Reading {progress.done:,} of {progress.total:,} files"
    if progress.stage == "cutting":
        return f"Cutting {progress.done:,} of {progress.total:,} articles into passages"
    if progress.stage == "writing":
        return "Writing the index"
    parts = [f"{files:,} files", f"{progress.done:,} of {progress.total:,} passages"]
    if progress.rate:
        parts.append(f"{progress.rate:,.0f} a second")
    if progress.seconds_left is not None:
        parts.append(f"{time_words(progress.seconds_left)} left")
    return "Embedding: " + ", ".join(parts)


def time_words(seconds: float) -> str:
    """ "45 s", "2 min 05 s", "1 h 10 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def as_json(value: dict[str, Any]) -> str:
    """One line of JSON, readable as UTF-8; what UTF-8 can't hold (odd file names) is written as escapes."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(value)
    return text
