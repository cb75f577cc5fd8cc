"""A log of what was asked, kept only where somebody asked for it."""

import json
import os
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from corpus.errors import CopydeskError
from qa.terminal import complain

Log = Callable[[str], None]


def no_log(_question: str) -> None:
    """Keep nothing."""


def question_log(path: Path) -> Log:
    """Adds a JSON line with the time for each question; `-` is standard error. Raises CopydeskError.

    A file that this makes can be read by its owner alone.
    """
    lock = threading.Lock()
    if str(path) == "-":
        handle = sys.stderr.fileno()
    else:
        try:
            handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError as error:
            reason = error.strerror or error
            raise CopydeskError(f"{path}: questions can't be logged there ({reason}); name another file") from None

    def log(question: str) -> None:
        asked = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "question": question}
        line = json.dumps(asked) + "\n"
        with lock:
            try:
                os.write(handle, line.encode("ascii"))
            except OSError as error:
                complain(f"{path}: a question could not be logged ({error.strerror}); make room and it goes on")

    return log
