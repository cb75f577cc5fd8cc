"""Where the articles of a new generation go: those that stay in their segments, and those of one new segment."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.articles import CutArticle
from index.files import FileFacts
from index.generation import Generation
from index.merging import segments_kept
from index.segment import Segment


@dataclass(frozen=True)
class Layout:
    """The segments that stay, the articles of the new one in the order of their paths, and what follows from that.

    `files` gives every article its row, by path. `gone` are the rows, in the generation before, of articles that the
    words of its segments are to be rid of. `passages` counts those of all articles that are there.
    """

    kept: tuple[Segment, ...]
    moved: tuple[CutArticle | FileFacts, ...]
    files: tuple[FileFacts, ...]
    gone: tuple[int, ...]
    first_article: int
    first_row: int
    passages: int


def layout(cuts: Sequence[CutArticle | FileFacts], previous: Generation | None, *, compact: bool = False) -> Layout:
    """The layout of a generation of these articles, given by path, that keeps what it can of the one before.

    A `compact` one keeps none of its segments.
    """
    there = [cut.row for cut in cuts if isinstance(cut, FileFacts)]
    new = [len(cut.pieces.passages) for cut in cuts if isinstance(cut, CutArticle)]
    # an article without a passage counts, or each would be a segment of its own for ever
    kept, alive = _kept(previous, there, sum(max(1, count) for count in new))
    kept = () if compact else kept
    first_article, first_row = _end(previous, len(kept))
    moved: list[CutArticle | FileFacts] = []
    files: list[FileFacts] = []
    for cut in cuts:
        if isinstance(cut, FileFacts) and cut.row < first_article:
            files.append(cut)
        else:
            files.append(_facts(cut, first_article + len(moved)))
            moved.append(cut)
    gone = _gone(previous, there, first_article) if kept and previous else ()
    return Layout(kept, tuple(moved), tuple(files), gone, first_article, first_row, alive + sum(new))


def _gone(previous: Generation, there: Sequence[int], first_article: int) -> tuple[int, ...]:
    """The rows of the generation before whose articles are gone, or go where the new segment begins."""
    known = np.fromiter((row for row, _, _ in previous.list.places), np.int64, len(previous.list.places))
    stays = np.zeros(previous.held, bool)
    stays[list(there)] = True
    stays[first_article:] = False
    return tuple(known[~stays[known]].tolist())


def _kept(previous: Generation | None, there: Sequence[int], new: int) -> tuple[tuple[Segment, ...], int]:
    """The segments that stay, and how many passages of articles that are `there` all segments hold."""
    if previous is None:
        return (), 0
    articles = np.zeros(previous.held, bool)
    articles[list(there)] = True
    starts = [segment.first_row for segment in previous.segments]
    passages = articles[previous.table["article"]]
    alive = [int(part.sum()) for part in np.split(passages, starts[1:])]
    held = np.diff([*starts, len(passages)]).tolist()
    kept = segments_kept(held, alive, new) if previous.has_vectors else 0
    return previous.segments[:kept], sum(alive)


def _end(previous: Generation | None, kept: int) -> tuple[int, int]:
    """Behind how many articles and passages the new segment begins."""
    if previous is None:
        return 0, 0
    if kept == len(previous.segments):
        return previous.held, len(previous.table)
    return previous.segments[kept].first_article, previous.segments[kept].first_row


def _facts(cut: CutArticle | FileFacts, row: int) -> FileFacts:
    if isinstance(cut, FileFacts):
        return cut if cut.row == row else cut._replace(row=row)
    return FileFacts(row, cut.stat, cut.file_digest, cut.document.metadata.source)
