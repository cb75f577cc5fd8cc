"""An article's text cut for display: paragraphs of lines of runs, each run cited or not, furniture or not."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpus.document import Furniture, Span

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
_WRAPPED_AT = range(50, 101)
"""Lengths of line, in characters, at which typewriters, mail programs and editors break a paragraph."""


@dataclass(frozen=True, slots=True)
class Run:
    """Characters that look alike. `furniture` is the reason why they are not the article, "" where they are."""

    text: str
    cited: bool
    furniture: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file, numbered from 1, without its line ending."""

    number: int
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines with no empty line between; `flows` when they are one paragraph that an editor has broken into lines."""

    lines: tuple[Line, ...]
    flows: bool


def paragraphs(
    text: str, furniture: Sequence[Furniture], cited: Span | None, *, a_line_each: bool = False
) -> Iterator[Paragraph]:
    """The text's paragraphs in order; every character but line endings is in exactly one run.

    With `a_line_each` every line is a paragraph, as in the text taken out of a web page.
    """
    edges = sorted({edge for span in (*furniture, *([cited] if cited else ())) for edge in (span.start, span.end)})
    block: list[Line] = []
    for number, found in enumerate(_LINE.finditer(text), 1):
        content = found.group().rstrip("\r\n")
        if not content.strip():
            yield from _closed(block)
            block = []
            continue
        start, end = found.start(), found.start() + len(content)
        cuts = [start, *(edge for edge in edges if start < edge < end), end]
        runs = (_run(text, low, high, furniture, cited) for low, high in pairwise(cuts))
        block.append(Line(number, tuple(runs)))
        if a_line_each:
            yield from _closed(block)
            block = []
    yield from _closed(block)


def _closed(block: list[Line]) -> Iterator[Paragraph]:
    if block:
        yield Paragraph(tuple(block), _flows(block))


def _flows(block: Sequence[Line]) -> bool:
    lengths = [sum(len(run.text) for run in line.runs) for line in block]
    return len(block) > 1 and all(length in _WRAPPED_AT for length in lengths[:-1]) and lengths[-1] <= max(lengths[:-1])


def _run(text: str, start: int, end: int, furniture: Sequence[Furniture], cited: Span | None) -> Run:
    reason = next((each.reason for each in furniture if each.start <= start and end <= each.end), "")
    return Run(text[start:end], cited is not None and cited.start <= start and end <= cited.end, reason)
