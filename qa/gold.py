"""Questions with gold answers, read from a file of JSON lines."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import MisuseError

UNANSWERABLE_TYPES = frozenset({"null_query", "unanswerable"})


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """Evidence by its place: `text[start:end]` of a file of the folder."""

    file: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Gold:
    """A question with the documents, the evidence and the answers that are right for it, as far as known.

    `relevant` are document ids: names of files without their endings. `evidence` are verbatim strings or spans.
    """

    id: str
    query: str
    type: str
    relevant: frozenset[str]
    evidence: tuple[str | GoldSpan, ...]
    answers: tuple[str, ...]


def read_questions(path: Path) -> list[Gold]:
    """The questions of a file, in order. Raises MisuseError, with the line's number, for a line that is none."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise MisuseError(
            f"{path} can't be read ({reason}); name a file of questions, one JSON object a line"
        ) from error
    questions = [_question(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not questions:
        raise MisuseError(f"{path} holds no question; give one JSON object a line, with at least id and query")
    return questions


def _question(path: Path, number: int, line: str) -> Gold:
    try:
        record: dict[str, Any] = json.loads(line)
        kind = str(record.get("type") or "")
        return Gold(
            id=str(record["id"]),
            query=str(record["query"] if "query" in record else record["question"]),
            type=kind,
            relevant=frozenset(map(file_stem, record.get("relevant") or ())),
            evidence=tuple(map(_evidence, record.get("evidence") or ())),
            answers=tuple(map(str, record.get("answers") or ())),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MisuseError(
            f"{path}, line {number}: not a question ({error}); it needs at least id and query"
            ", see: copydesk measure --help"
        ) from error


def _evidence(given: Any) -> str | GoldSpan:
    if isinstance(given, str):
        return given
    return GoldSpan(str(given["file"]), int(given["start"]), int(given["end"]))


def file_stem(document: str) -> str:
    """The name, without ending, of the file that a document of this id is kept in."""
    return re.sub(r"[^\w-]", "_", document)
