"""What holds of every file that is read, whatever is in it."""

import re
from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from functools import cache
from itertools import pairwise

from corpus.document import Document, Furniture, Passage, Span, Unreadable
from corpus.formats import decode
from corpus.furniture import line_keys
from corpus.read import DEFAULT_MAX_BYTES, parse_file
from corpus.sentences import LONGEST
from index.cut import Pieces, cut
from index.encode import Encoder, load_encoder
from index.passing import day_number, words_header

PASSAGE_TOKENS = 200
_LONGEST_PASSAGE = 200 * 12
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029\ud800-\udfff]")


def broken(name: str, data: bytes) -> tuple[str | None, str | None]:
    """Why a file was skipped, if it was, and what is wrong with what came of it, if anything is."""
    if len(data) > DEFAULT_MAX_BYTES:
        return "is over the limit", None  # as read_bytes says before it is parsed
    document = parse_file(name, data)
    if isinstance(document, Unreadable):
        spoken = document.reason and "\n" not in document.reason and len(document.reason) < 200
        return document.reason, None if spoken else f"is skipped for {document.reason!r}"
    keys = line_keys(document)
    pieces = cut(encoder().count_tokens, PASSAGE_TOKENS, (document, frozenset(list(keys)[:1])))
    return None, wrong_document(document, data) or wrong_pieces(document, pieces)


@cache
def encoder() -> Encoder:
    """The real model, loaded once."""
    return load_encoder()


def wrong_document(document: Document, data: bytes) -> str | None:
    """What is wrong with a document read from these bytes."""
    text = document.text
    text.encode("utf-8")
    if document.format != "html" and text != decode(data):
        return "the text is not the file's"
    if not 0 <= document.body.start < document.body.end == len(text):
        return f"the body is {document.body} of {len(text)} characters"
    for field in fields(document.metadata):
        value = getattr(document.metadata, field.name)
        if value is not None and (not value or len(value) > 500 or _UNFIT.search(value) or value != value.strip()):
            return f"the {field.name} is {value!r}"
    if document.metadata.published:
        date.fromisoformat(document.metadata.published)
    words_header(document.metadata).encode("utf-8")
    return None if 0 <= day_number(document.metadata) <= 99_999_999 else "the day is none"


def wrong_pieces(document: Document, pieces: Pieces) -> str | None:
    """What is wrong with what a document was cut into."""
    text = document.text
    for what, spans in (("furniture", pieces.furniture), ("sentences", pieces.sentences)):
        if any(a.end > b.start for a, b in pairwise(spans)) or not all(
            0 <= s.start < s.end <= len(text) for s in spans
        ):
            return f"{what} overlap, are out of order or out of bounds"
    for span in pieces.sentences:
        said = text[span.start : span.end]
        if said != said.strip() or len(said) > LONGEST:
            return f"a sentence is {said[:60]!r}, of {len(said)} characters"
    return _left_out(document, pieces) or wrong_passages(text, pieces.sentences, pieces.passages)


def _left_out(document: Document, pieces: Pieces) -> str | None:
    """Any character of the body that is neither white space nor furniture nor in a sentence, or is in both."""
    here = document.body.start
    spans: list[Span | Furniture] = sorted([*pieces.furniture, *pieces.sentences], key=lambda span: span.start)
    for span in spans:
        if span.end <= document.body.start:
            continue
        if span.start < here:
            return "a sentence runs over furniture"
        if document.text[here : span.start].strip():
            return f"left out: {document.text[here : span.start][:60]!r}"
        here = span.end
    return f"left out: {document.text[here:][:60]!r}" if document.text[here:].strip() else None


def wrong_passages(text: str, sentences: Sequence[Span], passages: Sequence[Passage]) -> str | None:
    """What is wrong with the passages of a text."""
    if any(a.start >= b.start or a.end >= b.end for a, b in pairwise(passages)):
        return "passages are out of order"
    if sentences and not passages:
        return "there are sentences and no passage"
    covered, at = 0, 0
    for span in sentences:
        while at < len(passages) and passages[at].end < span.end and passages[at].start <= span.start:
            at += 1
        covered += any(p.start <= span.start < p.end for p in passages[max(0, at - 1) : at + 1])
    if covered < len(sentences):
        return f"{len(sentences) - covered} sentences begin in no passage"
    for passage in passages:
        said = text[passage.start : passage.end]
        if said != said.strip() or not said or passage.tokens > PASSAGE_TOKENS or len(said) > _LONGEST_PASSAGE:
            return f"a passage of {passage.tokens} tokens and {len(said)} characters is {said[:60]!r}"
    some = passages[:: max(1, len(passages) // 50)]
    counted = encoder().count_tokens([text[p.start : p.end] for p in some])
    most = max(counted, default=0)
    return f"a passage has {most} tokens" if most > PASSAGE_TOKENS else None
