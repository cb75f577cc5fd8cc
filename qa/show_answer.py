"""The conversation as HTML: what stands in the middle of the page."""

from collections.abc import Sequence

from qa.answer import Answer, Statement
from qa.chat import Answered, Exchange, Refused, Waiting, is_open
from qa.cite import Citation
from qa.show import UNKNOWN_OUTLET, Markup, answer_copy, counted, join, plain, tag, why_declined, written_date
from qa.show_sources import NEAREST_SHOWN, article_link, same_words


def conversation_html(exchanges: Sequence[Exchange]) -> Markup:
    """All questions with their answers, the oldest first; the last one may still be growing.

    Whether it is, `data-asking` tells the style sheet, which shows Stop for Ask then.
    """
    turns = [_turn(number, each) for number, each in enumerate(exchanges, 1)]
    asking = is_open(exchanges)
    return tag("div", {"class": "turns", "role": "log", "aria-label": "Conversation", "data-asking": asking}, *turns)


def _turn(number: int, exchange: Exchange) -> Markup:
    heading = tag("h2", {"class": "q", "dir": "auto"}, plain(exchange.question) or "A question without words")
    match exchange:
        case Waiting() | Answered(answer=Answer(answered=False), complete=False):
            body = tag("p", {"class": "waiting"}, "Reading the articles …")
        case Refused(reason=reason):
            body = tag("div", {"class": "refused", "role": "alert"}, tag("b", {}, "That could not be asked: "), reason)
        case Answered(answer=answer, complete=complete):
            body = _answer(number, answer, complete)
    return tag("article", {"class": "turn", "id": f"turn-{number}", "data-turn": number}, heading, body)


def _answer(number: int, answer: Answer, complete: bool) -> Markup:
    parts = []
    if plain(answer.asked) != plain(answer.question):
        parts.append(
            tag("p", {"class": "asked"}, "Asked of the articles as: ", tag("span", {"dir": "auto"}, answer.asked))
        )
    cited = {citation.marker: citation for citation in answer.citations}
    parts += [_statement(number, statement, cited) for statement in answer.statements]
    if complete and not answer.answered:
        parts.append(_declined(answer))
    elif answer.note:
        parts.append(tag("p", {"class": "note"}, answer.note))
    if complete:
        parts.append(_actions(number, answer))
    return tag("div", {"class": "answer"}, *parts)


def _statement(number: int, statement: Statement, cited: dict[int, Citation]) -> Markup:
    citations = [cited[marker] for marker in statement.citations]
    markers = join(_marker(number, citation) for citation in citations)
    text = tag("p", {"class": "st", "dir": "auto"}, plain(statement.text), markers)
    context = [_marker(number, cited[marker]) for marker in statement.context]
    about = (" · read with", *context) if context else ()
    return tag("div", {"class": "statement"}, text, tag("p", {"class": "who"}, _who(citations), *about))


def _marker(number: int, citation: Citation) -> Markup:
    said = f"Source {citation.marker}: {citation.source or UNKNOWN_OUTLET}, {written_date(citation.published)}"
    attributes = {
        "class": "m",
        "href": article_link(citation.document, citation.start, citation.end, citation.file),
        "target": "_blank",
        "aria-label": said,
        "title": said,
        "data-card": f"card-{number}-{citation.marker}",
    }
    return tag("a", attributes, str(citation.marker))


def _who(citations: Sequence[Citation]) -> str:
    """The quiet line beneath a statement: which outlets say so, and whether in words of their own."""
    outlets = list(dict.fromkeys(plain(citation.source or UNKNOWN_OUTLET) for citation in citations))
    if len(citations) == 1:
        return f"{outlets[0]}, {written_date(citations[0].published)}"
    names = ", ".join(outlets[:3]) + (f" and {len(outlets) - 3} more" if len(outlets) > 3 else "")
    said = f"{counted(len(outlets), 'outlet')}, {counted(_independent(citations), 'independent text')}"
    return f"{said}: {names}"


def _independent(citations: Sequence[Citation]) -> int:
    """How many texts the quotes come from, when quotes in the same words were copied from one another."""
    texts: list[Citation] = []
    for citation in citations:
        if not any(same_words(citation, other) for other in texts):
            texts.append(citation)
    return len(texts)


def _declined(answer: Answer) -> Markup:
    if not answer.passages:
        return tag("div", {"class": "none"}, answer.note)
    return tag("div", {"class": "none"}, tag("b", {}, "These articles don’t say."), f" {why_declined(answer)}")


def _actions(number: int, answer: Answer) -> Markup:
    shown = len(answer.citations) or min(len(answer.passages), NEAREST_SHOWN)
    label = counted(shown, "source") if answer.answered else counted(shown, "passage") + " near it"
    sources = tag("button", {"class": "btn to-sources", "type": "button", "data-sources": number}, label)
    copy = tag(
        "button", {"class": "btn", "type": "button", "data-copy": answer_copy(answer)}, "Copy answer with citations"
    )
    said = f"{answer.verdict} · " if answer.answered else ""
    took = tag("span", {"class": "took"}, f"{said}{answer.seconds:.2f} s")
    return tag("div", {"class": "acts"}, copy if answer.answered else "", sources if shown else "", took)
