"""Questions in a .jsonl file, one a line, and answers written so that a file is either whole or not there."""

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import CopydeskError, MisuseError


@dataclass(frozen=True, slots=True)
class BatchQuestion:
    """One question, the line it stands on (from 1), and the keys that its line out carries (its id, if it has one)."""

    line: int
    question: str
    carried: dict[str, Any]


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that holds no question, and why."""

    line: int
    reason: str


def read_batch(name: str) -> list[BatchQuestion | BadLine]:
    """The lines of a batch file in order, blank ones left out; `-` is standard input. Raises MisuseError."""
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise MisuseError(
            f"{name}: the batch can't be read ({error.strerror}); name a .jsonl file of questions"
        ) from None
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    return [_question(number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _question(number: int, line: bytes) -> BatchQuestion | BadLine:
    try:
        found = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        return BadLine(number, "not UTF-8")
    except json.JSONDecodeError as error:
        return BadLine(number, f"not JSON ({error.msg} at character {error.pos + 1})")
    except ValueError as error:  # a number of thousands of digits
        return BadLine(number, f"not JSON ({error})")
    except RecursionError:
        return BadLine(number, "JSON nested too deeply")
    asked = found.get("question", found.get("query")) if isinstance(found, dict) else None
    if not isinstance(asked, str):
        return BadLine(number, 'not an object with a "question"')
    return BatchQuestion(number, asked, {"id": found["id"]} if "id" in found else {})


def write_lines(name: str, lines: Iterable[str]) -> None:
    """Write the lines to the file `name`, which appears, or is replaced, only when all of them are there.

    `-` is standard output. What is no plain file (a pipe, /dev/null) is written to as it is. Raises CopydeskError.
    """
    if name == "-":
        for line in lines:
            print(line, flush=True)
        return
    path = Path(name)
    special = path.exists() and not path.is_file()
    target = path if special else path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        stream = target.open("w", encoding="utf-8", newline="\n")
    except OSError as error:
        raise _unwritable(name, error) from None
    try:
        with stream:
            for line in lines:
                stream.write(line + "\n")
        if not special:
            target.replace(path)
    except OSError as error:
        raise _unwritable(name, error) from None
    finally:
        if not special:
            target.unlink(missing_ok=True)


def _unwritable(name: str, error: OSError) -> CopydeskError:
    return CopydeskError(f"{name}: the answers can't be written ({error.strerror}); name another file with --out")
