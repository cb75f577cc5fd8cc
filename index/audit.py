"""An index checked to the last byte: every file, every stored span, and what its parts say of one another.

Nothing that was noted of earlier checks is believed. What is wrong comes back as values, one a fault, so that all of it
is told at once; of a segment with a damaged file nothing more is read.
"""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corpus.document import Unreadable, text_digest
from corpus.errors import CorpusError, IndexFault
from corpus.listing import list_files
from corpus.read import read_bytes
from index.articles import About
from index.checksum import file_digest
from index.database import torn_pages
from index.dense import DenseIndex
from index.files import FileList, read_files
from index.hits import ArticleText
from index.lexical import read_lexical
from index.passing import embedded_text
from index.segment import ARTICLES, Segment
from index.store import FILES, KEEP, SEGMENTS, UNFINISHED, WORDS, Manifest, read_manifest, read_pointer
from index.verify import NAME as VERIFIED
from index.verify import distrust

if TYPE_CHECKING:
    from index.rows import Table

_BESIDE = {"current", "lock", "looked", "generations", VERIFIED, UNFINISHED}
_UNIT = 0.05  # how far from 1 the length of a vector may be: eight bits a number leave less than a tenth of that
_AT_ONCE = 1 << 15


@dataclass(frozen=True, slots=True)
class Sources:
    """How many files of the folder are no longer as the index has them: no fault, but a reason to index again."""

    changed: int
    gone: int
    added: int


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found. `spans` counts the stored spans that were held against their texts, passages and sentences.

    `sources` is None where the folder of articles can't be read. `left` names what a build that was stopped (or that
    runs) has in the index folder, which the next one clears.
    """

    generation: str
    articles: int
    passages: int
    spans: int
    files: int
    bytes: int
    faults: tuple[str, ...]
    sources: Sources | None
    left: tuple[str, ...]
    seconds: float


def audit(folder: Path, place: Path, max_file_bytes: int) -> Audit:
    """The audit of the index in `place` of a folder of articles.

    Raises IndexFault where there is no index, or where its pointer or manifest can't be used. Where files are damaged
    the next build is made to see it.
    """
    begun = time.monotonic()
    pointer = read_pointer(place)
    if pointer is None:
        raise IndexFault(f"{place}: there is no index here; run: copydesk index {folder}")
    manifest = read_manifest(place, pointer.name, pointer.digest)
    home = place / "generations" / pointer.name
    checked = _Checked(home, manifest)
    faults = list(checked.faults())
    if faults:
        distrust(place, home, "")
    return Audit(
        generation=manifest.generation,
        articles=manifest.articles,
        passages=manifest.passages,
        spans=checked.spans,
        files=len(manifest.files) + 1,
        bytes=sum(size for size, _ in manifest.files.values()),
        faults=tuple(faults),
        sources=None if checked.list is None else _sources(folder, checked.list, max_file_bytes),
        left=tuple(left_behind(place)),
        seconds=time.monotonic() - begun,
    )


def left_behind(place: Path) -> Iterator[str]:
    """The names, within the index folder, of what neither the serving generation nor the one before needs."""
    yield from sorted(path.name for path in place.iterdir() if path.name not in _BESIDE)
    pointer = read_pointer(place)
    serving = pointer.name if pointer else ""
    names = sorted(path.name for path in (place / "generations").iterdir())
    older = [name for name in names if name.isdigit() and name < serving]
    for name in names:
        if name != serving and name not in older[max(0, len(older) - KEEP + 1) :]:
            yield f"generations/{name}"
    for name in {serving, *older[-1:]} - {""}:
        home = place / "generations" / name
        try:
            known = {*read_manifest(place, name).files, "manifest.json"}
        except IndexFault:  # the one before was of another format, or damaged: it goes with the next build
            continue
        found = (path.relative_to(home).as_posix() for path in sorted(home.rglob("*")) if path.is_file())
        yield from (f"generations/{name}/{each}" for each in found if each not in known and not each.endswith(".lock"))


class _Checked:
    """One generation, checked once by going through `faults`."""

    def __init__(self, home: Path, manifest: Manifest) -> None:
        self._home = home
        self._manifest = manifest
        self.list: FileList | None = None
        self.spans = 0

    def faults(self) -> Iterator[str]:
        """What is wrong, in words that begin with the file."""
        bad = dict(_damaged_files(self._home, self._manifest))
        yield from (f"{self._home / name}: {reason}" for name, reason in bad.items())
        tables: list[Table] = []
        articles = 0
        for name in self._manifest.segments:
            inside = f"{SEGMENTS}/{name}/"
            if any(each.startswith(inside) for each in bad):
                continue
            segment = Segment(self._home / SEGMENTS / name, articles, 0)
            yield from self._segment(segment)
            articles += segment.store.count()
            tables.append(segment.table)
        if FILES not in bad:
            self.list = read_files(self._home / FILES)
        if not bad and tables and self.list is not None:
            yield from (f"{self._home}: {each}" for each in self._sums(np.concatenate(tables), articles, self.list))

    def _segment(self, segment: Segment) -> Iterator[str]:
        torn = torn_pages(segment.folder / ARTICLES)
        if torn:
            yield f"{segment.folder / ARTICLES}: {torn}"
            return
        table = segment.table
        if self._manifest.embedded:
            yield from _ranked_by(segment)
        numbers = table["article"] - segment.first_article
        if (np.diff(numbers) < 0).any():
            yield f"{segment.folder}: its passages are not in the order of their articles"
            return
        about = segment.store.about()
        bounds = np.searchsorted(numbers, np.arange(len(about) + 1))
        if [each.row for each in about] != list(range(len(about))) or (len(numbers) and bounds[-1] != len(numbers)):
            yield f"{segment.folder}: holds passages of articles that it does not hold"
            return
        for one in about:
            try:
                text = segment.store.text(one.row)
            except IndexFault as error:
                yield str(error).partition(";")[0]
                continue
            rows = table[bounds[one.row] : bounds[one.row + 1]]
            self.spans += len(rows) + len(text.sentences) + len(text.furniture)
            yield from (f"{segment.folder}: article {one.row:,} {why}" for why in _odd_spans(one, text, rows))

    def _sums(self, table: "Table", held: int, listed: FileList) -> Iterator[str]:
        made = self._manifest
        rows = [file.row for file in listed.files]
        if len(set(rows)) != len(rows) or any(not 0 <= row < held for row in rows):
            yield "its list of files names articles that it does not hold"
            return
        there = np.zeros(held, bool)
        there[rows] = True
        passages = int(there[table["article"]].sum())
        for what, found, told in (
            ("articles", len(rows), made.articles),
            ("passages", passages, made.passages),
            ("skipped files", len(listed.skipped), made.skipped),
            ("passages in its words", read_lexical(self._home / WORDS).size, made.passages),
        ):
            if found != told:
                yield f"holds {found:,} {what}, not {told:,}"


def _damaged_files(home: Path, manifest: Manifest) -> Iterator[tuple[str, str]]:
    for name, (size, digest) in sorted(manifest.files.items()):
        try:
            found = (home / name).stat().st_size
            if found != size:
                yield name, f"has {found:,} bytes, not {size:,}"
            elif file_digest(home / name) != digest:
                yield name, "does not match its manifest"
        except OSError as error:
            yield name, f"can't be read ({error.strerror})"


def _ranked_by(segment: Segment) -> Iterator[str]:
    table, terms, edges = segment.table, *segment.terms
    if segment.vectors.ntotal != len(table):
        yield f"{segment.folder}: holds {segment.vectors.ntotal:,} vectors of {len(table):,} passages"
    else:
        yield from _odd_vectors(segment)
    if len(edges) != len(table) + 1 or (np.diff(edges) < 0).any() or edges[-1] != len(terms):
        yield f"{segment.folder}: the terms of its sentences are not those of {len(table):,} passages"


def _odd_vectors(segment: Segment) -> Iterator[str]:
    held = DenseIndex([segment.vectors])
    for start in range(0, held.size, _AT_ONCE):
        rows = np.arange(start, min(held.size, start + _AT_ONCE))
        lengths = np.linalg.norm(held.vectors(rows), axis=1)
        odd = ~(np.abs(lengths - 1) < _UNIT)
        if odd.any():
            yield f"{segment.folder}: the vector of passage {rows[odd][0]:,} is none"
            return


def _odd_spans(about: About, text: ArticleText, rows: "Table") -> Iterator[str]:
    if about.characters != len(text.text):
        yield f"has {len(text.text):,} characters, not {about.characters:,}"
    end = 0
    for span in text.sentences:
        if not end <= span.start < span.end <= len(text.text):
            yield f"has a sentence at [{span.start}, {span.end}), outside its text or within another"
        end = span.end
    for each in text.furniture:
        if not 0 <= each.start <= each.end <= len(text.text):
            yield f"has furniture at [{each.start}, {each.end}), outside its text"
    for _, start, end, _, digest in rows.tolist():
        if not 0 <= start < end <= len(text.text):
            yield f"has a passage at [{start}, {end}), outside its text"
        elif bytes.fromhex(text_digest(embedded_text(text.text[start:end]))) != digest:
            yield f"has another text at [{start}, {end}) than the passage that was embedded"


def _sources(folder: Path, held: FileList, max_file_bytes: int) -> Sources | None:
    known = {file.stat.path: file.file_digest for file in held.files} | {each.path: None for each in held.skipped}
    try:
        listed = {each.path for each in list_files(folder)}
    except CorpusError:
        return None
    changed = 0
    for path, digest in known.items():
        if digest is not None and path in listed:
            data = read_bytes(folder, path, max_file_bytes)
            changed += isinstance(data, Unreadable) or hashlib.sha256(data).hexdigest() != digest
    return Sources(changed, len(known.keys() - listed), len(listed - known.keys()))
