"""One document cut: what is furniture, its sentences, its passages; and the terms of the passages' sentences."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Any

from corpus.document import Document, Furniture, Passage, Span
from corpus.furniture import furniture
from corpus.passages import TokenCounter, article_sentences, passages
from index.lexical import terms_of
from index.sentence_terms import Run, fingerprints


@dataclass(frozen=True, slots=True)
class Pieces:
    """What a document was cut into."""

    furniture: tuple[Furniture, ...]
    sentences: tuple[Span, ...]
    passages: tuple[Passage, ...]

    def __reduce__(self) -> tuple[Any, ...]:
        """Sent between processes as plain numbers: as objects with slots they take three times as long."""
        furniture = [(each.start, each.end, each.reason) for each in self.furniture]
        passages = [(each.start, each.end, each.tokens) for each in self.passages]
        return _sent, (furniture, [(each.start, each.end) for each in self.sentences], passages)


def _sent(
    furniture: list[tuple[int, int, str]], sentences: list[tuple[int, int]], passages: list[tuple[int, int, int]]
) -> Pieces:
    return Pieces(
        tuple(starmap(Furniture, furniture)), tuple(starmap(Span, sentences)), tuple(starmap(Passage, passages))
    )


def cut(count_tokens: TokenCounter, passage_tokens: int, given: tuple[Document, frozenset[str]]) -> Pieces:
    """The pieces of a document, given with those of its lines that recur at its outlet."""
    document, recurring = given
    marked = furniture(document, recurring)
    spans = tuple(article_sentences(document, marked))
    pieces = tuple(passages(document.text, spans, marked, count_tokens, passage_tokens))
    return Pieces(marked, spans, pieces)


def sentence_terms(given: tuple[str, Pieces]) -> Run:
    """The terms of a text's passages, given with its pieces."""
    text, pieces = given
    return passage_terms(text, pieces.sentences, [(each.start, each.end) for each in pieces.passages])


def passage_terms(text: str, sentences: Sequence[Span], passages: Iterable[tuple[int, int]]) -> Run:
    """The terms of passages given by start and end: of the text's sentences, of each as much as stands in a passage."""
    return fingerprints([_sentences(text, sentences, start, end) for start, end in passages], terms_of)


def _sentences(text: str, spans: Sequence[Span], start: int, end: int) -> list[str]:
    number = bisect_right(spans, start, key=lambda span: span.end)
    sentences = []
    while number < len(spans) and spans[number].start < end:
        span = spans[number]
        sentences.append(text[max(span.start, start) : min(span.end, end)])
        number += 1
    return sentences
