"""One document cut: what is furniture, its sentences, its passages, and the terms of the passages' sentences."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.document import Document, Furniture, Passage, Span
from corpus.furniture import furniture
from corpus.passages import TokenCounter, article_sentences, passages
from index.lexical import terms_of
from index.sentence_terms import fingerprints


@dataclass(frozen=True, slots=True)
class Pieces:
    """What a document was cut into; `terms` are the fingerprints of each passage."""

    furniture: tuple[Furniture, ...]
    sentences: tuple[Span, ...]
    passages: tuple[Passage, ...]
    terms: tuple[NDArray[np.uint16], ...]

    def __reduce__(self) -> tuple[Any, ...]:
        """Sent between processes as plain numbers: as objects with slots they take three times as long."""
        furniture = [(each.start, each.end, each.reason) for each in self.furniture]
        passages = [(each.start, each.end, each.tokens) for each in self.passages]
        return _sent, (furniture, [(each.start, each.end) for each in self.sentences], passages, self.terms)


def _sent(
    furniture: list[tuple[int, int, str]],
    sentences: list[tuple[int, int]],
    passages: list[tuple[int, int, int]],
    terms: tuple[NDArray[np.uint16], ...],
) -> Pieces:
    return Pieces(
        tuple(starmap(Furniture, furniture)), tuple(starmap(Span, sentences)), tuple(starmap(Passage, passages)), terms
    )


def cut(count_tokens: TokenCounter, passage_tokens: int, given: tuple[Document, frozenset[str]]) -> Pieces:
    """The pieces of a document, given with those of its lines that recur at its outlet."""
    document, recurring = given
    marked = furniture(document, recurring)
    spans = tuple(article_sentences(document, marked))
    pieces = tuple(passages(document.text, spans, marked, count_tokens, passage_tokens))
    return Pieces(marked, spans, pieces, tuple(_terms(document.text, spans, piece) for piece in pieces))


def _terms(text: str, spans: Sequence[Span], piece: Passage) -> NDArray[np.uint16]:
    """The terms of a passage's sentences, of each as much as stands in the passage."""
    number = bisect_right(spans, piece.start, key=lambda span: span.end)
    sentences = []
    while number < len(spans) and spans[number].start < piece.end:
        span = spans[number]
        sentences.append(text[max(span.start, piece.start) : min(span.end, piece.end)])
        number += 1
    return fingerprints(sentences, terms_of)
