"""Answers and hits as JSON can hold them: the contract of `--json`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # what answers is slow to load, and `copydesk search` answers nothing
    from index.hits import Hit
    from qa.answer import Answer
    from qa.cite import Citation


def answer_json(answer: "Answer") -> dict[str, Any]:
    """The answer as `copydesk ask --json` prints it."""
    return {
        "question": answer.question,
        "asked": answer.asked,
        "answered": answer.answered,
        "confidence": round(answer.confidence, 4),
        "verdict": answer.verdict,
        "seconds": round(answer.seconds, 4),
        "note": answer.note,
        "statements": [
            {"text": each.text, "citations": list(each.citations), "context": list(each.context)}
            for each in answer.statements
        ],
        "citations": [_citation_json(each) for each in answer.citations],
        "passages": [_hit_json(each) for each in answer.passages],
    }


def search_json(question: str, seconds: float, hits: "Sequence[Hit]") -> dict[str, Any]:
    """Hits as `copydesk search --json` prints them."""
    return {"question": question, "seconds": round(seconds, 4), "passages": [_hit_json(each) for each in hits]}


def _citation_json(citation: "Citation") -> dict[str, Any]:
    return {
        "marker": citation.marker,
        "file": citation.file,
        "document": citation.document,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "quote_digest": citation.quote_digest,
        "line": citation.line,
        "title": citation.title,
        "source": citation.source,
        "published": citation.published,
    }


def _hit_json(hit: "Hit") -> dict[str, Any]:
    return {
        "rank": hit.rank,
        "score": round(hit.score, 6),
        "file": hit.article.path,
        "document": hit.article.digest,
        "start": hit.start,
        "end": hit.end,
        "text": hit.text,
        "title": hit.article.metadata.title,
        "source": hit.article.metadata.source,
        "published": hit.article.metadata.published,
        "copies": [{"file": each.article.path, "start": each.start, "end": each.end} for each in hit.copies],
    }
