"""The lines that recur at outlets whose files are not what they were, and the articles that this changes."""

from typing import NamedTuple

import numpy as np

from corpus.recurring import BETWEEN, PARAGRAPH
from index.changes import Fresh, Survey
from index.files import FileFacts
from index.generation import Generation
from index.line_keys import CUT_AWAY, KIND_BITS, LINE, Keys, digest_of, numbers_of
from index.recurrence import Numbers, recurring


class Lines(NamedTuple):
    """A file's lines that may recur, and those of them that do."""

    keys: frozenset[str]
    recurring: frozenset[str]


def changed_lines(found: Survey, previous: Generation | None) -> dict[int, Lines]:
    """The lines of each file that is to be cut, by its place: it is new, or other lines of it recur than did then."""
    pages = [n for n, file in enumerate(found.files) if isinstance(file, Fresh) or file.source in found.stirred]
    if not pages:
        return {}
    outlets = [_outlet(found.files[n]) for n in pages]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(outlets))}
    page, keys = _held(found, pages, previous)
    now = recurring(page, keys, np.asarray([numbers[name] for name in outlets], np.int64), numbers.get(None, -1))
    kinds = keys & np.uint64((1 << KIND_BITS) - 1)
    differs = np.zeros(len(pages), bool)
    differs[page[(now != (kinds == CUT_AWAY)) & (kinds <= max(LINE, CUT_AWAY))]] = True
    differs[[at for at, n in enumerate(pages) if isinstance(found.files[n], Fresh)]] = True
    anew = np.flatnonzero(differs).tolist()
    starts = np.searchsorted(page, np.arange(len(pages) + 1)).tolist()
    texts = _texts(found, [pages[at] for at in anew], previous)
    lines = {}
    for at in anew:
        part = slice(starts[at], starts[at + 1])
        recur = set((keys[part][now[part]] >> np.uint64(KIND_BITS)).tolist())
        own = texts[pages[at]]
        lines[pages[at]] = Lines(own, frozenset(key for key in own if _recurs(key, recur)))
    return lines


def _recurs(key: str, recur: set[int]) -> bool:
    return bool(recur) and not key.startswith((PARAGRAPH, BETWEEN)) and digest_of(key) in recur


def _held(found: Survey, pages: list[int], previous: Generation | None) -> tuple[Numbers, Keys]:
    """The page of each line of these files, rising, and its number."""
    page, keys = [np.empty(0, np.int64)], [np.empty(0, np.uint64)]
    stored: dict[int, int] = {}
    for at, n in enumerate(pages):
        file = found.files[n]
        if isinstance(file, Fresh):
            keys.append(numbers_of(file.keys))
            page.append(np.full(len(keys[-1]), at))
        else:
            stored[file.row] = at
    if stored:
        assert previous is not None, "only a generation has unchanged files"
        held, rows = previous.line_keys()
        page_of = np.full(previous.held, -1)
        page_of[list(stored)] = list(stored.values())
        of = page_of[rows]
        page.append(of[of >= 0])
        keys.append(held[of >= 0])
    every, said = np.concatenate(page), np.concatenate(keys)
    order = np.argsort(every, kind="stable")
    return every[order], said[order]


def _texts(found: Survey, files: list[int], previous: Generation | None) -> dict[int, frozenset[str]]:
    """The keys themselves of these files' lines."""
    texts: dict[int, frozenset[str]] = {}
    rows: dict[int, int] = {}
    for n in files:
        file = found.files[n]
        if isinstance(file, Fresh):
            texts[n] = file.keys
        else:
            rows[n] = file.row
    if rows:
        assert previous is not None, "only a generation has unchanged files"
        lines = previous.lines(list(rows.values()))
        texts |= {n: lines[row][0] for n, row in rows.items()}
    return texts


def _outlet(file: FileFacts | Fresh) -> str | None:
    return file.document.metadata.source if isinstance(file, Fresh) else file.source
