"""The new segment of a generation: its table, its vectors (encoded only where the text is new), its words."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corpus.document import Metadata, text_digest
from index.articles import ArticleStore, CutArticle, write_articles
from index.crew import Crew
from index.cut import sentence_terms
from index.dense import Rows, Vectors
from index.encode import Encoder
from index.files import FileFacts
from index.generation import Generation
from index.layout import Layout
from index.lexical import Entry, LexicalWriter
from index.line_keys import Keys, numbers_of, write_line_keys
from index.line_keys import joined as joined_keys
from index.passing import day_number, embedded_text, words_header
from index.rows import ROW, write_rows
from index.segment import ARTICLES, PASSAGES
from index.sentence_terms import Run, chained, joined
from index.unfinished import Unfinished

if TYPE_CHECKING:
    from index.rows import Table

KEPT_AT_A_TIME = 128
"""How many passages are embedded between two writes to disk: a second or two of work, the most that a crash costs."""
_MOVED_AT_A_TIME = 1 << 16  # 100 MB of vectors


@dataclass(frozen=True)
class Passages:
    """The passages of a new segment: their table, where each stood in the generation before (-1: it did not), and by
    its digest the text of each that has no vector there."""

    table: "Table"
    before: Rows
    texts: Mapping[bytes, str]


def passages_of(plan: Layout, previous: Generation | None) -> Passages:
    """The passages of the new segment's articles: copied for those stored before, made for the rest."""
    parts, before = [np.zeros(0, ROW)], [np.empty(0, np.int64)]
    edges = np.searchsorted(previous.table["article"], np.arange(previous.held + 1)) if previous else None
    texts: dict[bytes, str] = {}
    for article_row, cut in enumerate(plan.moved):
        if isinstance(cut, FileFacts):
            assert previous is not None, "only a generation has stored articles"
            assert edges is not None
            rows = np.arange(edges[cut.row], edges[cut.row + 1])
            part = previous.table[rows]
            part["article"] = article_row
            before.append(rows)
            if not previous.has_vectors:
                _add_texts(texts, part, previous.text(cut.row).text)
        else:
            pieces = cut.pieces.passages
            part = np.zeros(len(pieces), ROW)
            for n, piece in enumerate(pieces):
                text = embedded_text(cut.document.text[piece.start : piece.end])
                digest = bytes.fromhex(text_digest(text))
                texts.setdefault(digest, text)
                part[n] = (article_row, piece.start, piece.end, piece.tokens, digest)
            before.append(np.full(len(pieces), -1))
        parts.append(part)
    return Passages(np.concatenate(parts), np.concatenate(before), texts)


def _add_texts(texts: dict[bytes, str], part: "Table", text: str) -> None:
    for _, start, end, _, digest in part.tolist():
        texts.setdefault(bytes(digest), embedded_text(text[start:end]))


def vectors_of(
    passages: Passages, previous: Generation | None, encoder: Encoder, place: Path, step: Callable[[int, int], None]
) -> tuple[Vectors, int]:
    """The vector of every passage, shape (n, dim), and how many texts had to be encoded for them now: neither by the
    build before nor by one that was stopped."""
    if previous is not None and not previous.has_vectors:
        previous = None
    known = _rows_by_digest(previous.table, passages.texts) if previous else {}
    wanted = [digest for digest in passages.texts if digest not in known]
    texts = [passages.texts[digest] for digest in wanted]
    with Unfinished(place, encoder.digest, encoder.dim) as kept:
        fresh, encoded = kept.encoded(
            wanted, lambda some, told: encoder.encode([texts[n] for n in some], told), KEPT_AT_A_TIME, step
        )
    new = {digest: n for n, digest in enumerate(wanted)}
    digests = [bytes(digest) for digest in passages.table["digest"]]
    vectors = np.empty((len(digests), encoder.dim), np.float32)
    from_new = [n for n, digest in enumerate(digests) if digest in new]
    for start in range(0, len(from_new), _MOVED_AT_A_TIME):
        some = from_new[start : start + _MOVED_AT_A_TIME]
        vectors[some] = fresh[[new[digests[n]] for n in some]]
    from_old = [n for n, digest in enumerate(digests) if digest not in new]
    if from_old:
        assert previous is not None, "what is not encoded now was encoded before"
        stood = passages.before.tolist()
        rows = [known[digests[n]] if digests[n] in known else stood[n] for n in from_old]
        vectors[from_old] = previous.dense.vectors(np.asarray(rows, np.int64))
    return vectors, encoded


def _rows_by_digest(table: "Table", wanted: Iterable[bytes]) -> dict[bytes, int]:
    """The row of each wanted digest that the table holds; of a large table only few are looked at one by one."""
    held = np.ascontiguousarray(table["digest"])
    heads = np.frombuffer(held.tobytes(), np.uint64)[::4]
    maybe = np.flatnonzero(np.isin(heads, np.frombuffer(b"".join(each[:8] for each in wanted), np.uint64)))
    return {bytes(held[row]): row for row in maybe[::-1].tolist()}


def write_segment(folder: Path, plan: Layout, passages: Passages, previous: Generation | None) -> None:
    """Write the new segment but for its vectors and terms."""
    folder.parent.mkdir(exist_ok=True)  # not its parents too: a generation that somebody removed is not begun again
    folder.mkdir()
    articles = [_stored(cut, previous) if isinstance(cut, FileFacts) else cut for cut in plan.moved]
    write_articles(folder / ARTICLES, articles)
    write_rows(passages.table, folder / PASSAGES)
    write_line_keys(joined_keys([_line_keys(cut, previous) for cut in plan.moved]), folder)


def _stored(file: FileFacts, previous: Generation | None) -> tuple[ArticleStore, int]:
    assert previous is not None, "only a generation has stored articles"
    segment = previous.segment_of(file.row)
    return segment.store, file.row - segment.first_article


def _line_keys(cut: CutArticle | FileFacts, previous: Generation | None) -> Keys:
    if isinstance(cut, FileFacts):
        assert previous is not None, "only a generation has stored articles"
        return previous.line_keys_of(cut.row)
    return numbers_of(cut.keys, cut.recurring)


def terms_of_segment(plan: Layout, passages: Passages, previous: Generation | None, crew: Crew) -> Run:
    """The terms of every passage's sentences: copied for stored articles, taken out of the text for the rest."""
    edges = np.searchsorted(passages.table["article"], np.arange(len(plan.moved) + 1)).tolist()
    texts = [(cut.document.text, cut.pieces) for cut in plan.moved if isinstance(cut, CutArticle)]
    made = crew.map(sentence_terms, texts, lambda text, _: sentence_terms(text))  # one that was cut is none to skip
    runs = []
    for number, cut in enumerate(plan.moved):
        if isinstance(cut, FileFacts):
            assert previous is not None, "only a generation has stored articles"
            stood = passages.before[edges[number] : edges[number + 1]].tolist()
            runs.append(joined(list(map(previous.sentence_terms.of, stood))))
        else:
            runs.append(next(made))
    return chained(runs)


def write_words(
    folder: Path,
    plan: Layout,
    passages: Passages,
    previous: Generation | None,
    outlets: Mapping[str | None, int],
) -> None:
    """Write the words of the new segment's passages into a folder, which may hold those of the segments kept."""
    writer = LexicalWriter(folder, plan.gone)
    for entry in _entries(plan, passages, previous, outlets):
        writer.add(entry)
    writer.finish()


def _entries(
    plan: Layout, passages: Passages, previous: Generation | None, outlets: Mapping[str | None, int]
) -> Iterator[Entry]:
    at, text, header, outlet, day = -1, "", "", 0, 0
    for row, (number, start, end, _, _) in enumerate(passages.table.tolist()):
        if number != at:
            at = number
            about, text = _about(plan.moved[number], previous)
            header, outlet, day = words_header(about), outlets[about.source], day_number(about)
        yield Entry(plan.first_row + row, plan.first_article + number, header, text[start:end], outlet, day)


def _about(cut: CutArticle | FileFacts, previous: Generation | None) -> tuple[Metadata, str]:
    if isinstance(cut, FileFacts):
        assert previous is not None, "only a generation has stored articles"
        document = previous.document(cut)
        return document.metadata, document.text
    return cut.document.metadata, cut.document.text
