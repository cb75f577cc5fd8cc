"""The sources of answers as HTML: what stands at the right of the page."""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

from index.hits import Hit
from qa.answer import Answer
from qa.chat import Answered, Exchange, Refused
from qa.cite import Citation
from qa.same import in_the_same_words
from qa.show import (
    UNKNOWN_OUTLET,
    Attributes,
    Markup,
    citation_text,
    counted,
    file_name,
    passage_words,
    place,
    plain,
    tag,
    written_date,
)

NEAREST_SHOWN = 5
_BEFORE_CHARACTERS = 180
_AFTER_CHARACTERS = 220
_PARAGRAPH_END = re.compile(r"(?:\r\n|\r|\n)[^\S\r\n]*(?:\r\n|\r|\n)")


def sources_html(exchanges: Sequence[Exchange]) -> Markup:
    """The sources of every answer, those of the last one to be seen; the page's script shows the others. None are to be
    seen where the last question was refused."""
    shown = [
        (number, each.answer)
        for number, each in enumerate(exchanges, 1)
        if isinstance(each, Answered) and (each.complete or each.answer.answered)
    ]
    if not shown:
        about = (
            "Each statement of an answer ends in a marker. Its source comes up here, with the words it was taken from."
        )
        return tag("div", {"class": "cards"}, tag("h2", {}, "Sources"), tag("p", {"class": "empty"}, about))
    refused = isinstance(exchanges[-1], Refused)
    last = 0 if refused else shown[-1][0]
    close = tag("button", {"class": "btn", "type": "button", "data-close": True}, "Close")
    groups = [_cards(number, answer, number == last) for number, answer in shown]
    if refused:
        none = tag("p", {"class": "empty"}, "None, as the last question was not asked of the articles.")
        groups.append(tag("section", {"class": "cards-of on"}, tag("h2", {}, "Sources"), none))
    return tag("div", {"class": "cards"}, tag("div", {"class": "closer"}, close), *groups)


def _cards(number: int, answer: Answer, is_last: bool) -> Markup:
    attributes = {"class": "cards-of on" if is_last else "cards-of", "data-turn": number}
    if not answer.answered:
        near = [_near_card(hit) for hit in answer.passages[:NEAREST_SHOWN]]
        label = tag("p", {"class": "empty"}, "They do not answer the question.")
        return tag("section", attributes, tag("h2", {}, "Nearest passages"), label, *near)
    cards = []
    for at, citation in enumerate(answer.citations):
        same_as = next((each.marker for each in answer.citations[:at] if same_words(citation, each)), None)
        cards.append(_card(number, citation, answer.passages, same_as))
    rest = [hit for hit in answer.passages if not any(_holds(hit, citation) for citation in answer.citations)]
    return tag("section", attributes, tag("h2", {}, "Sources"), *cards, _also_found(rest))


def _card(number: int, citation: Citation, hits: Sequence[Hit], same_as: int | None) -> Markup:
    same = tag("span", {"class": "copy"}, f"same words as {same_as}") if same_as else ""
    mark = tag("span", {"class": "m", "aria-hidden": "true"}, str(citation.marker))
    before, after = _context(citation, hits)
    words = tag("p", {"dir": "auto"}, before, tag("mark", {}, plain(citation.quote)), after)
    link = article_link(citation.document, citation.start, citation.end, citation.file)
    attributes: Attributes = {
        "class": "src",
        "id": f"card-{number}-{citation.marker}",
        "tabindex": -1,
        "aria-label": f"Source {citation.marker}",
    }
    return tag(
        "article",
        attributes,
        _meta(citation.source, citation.published, mark, same),
        tag("h3", {"dir": "auto"}, plain(citation.title or file_name(citation.file))),
        words,
        tag("div", {"class": "file"}, plain(place(citation))),
        tag(
            "div",
            {"class": "acts"},
            tag("a", {"class": "btn", "href": link, "data-open": True, "target": "_blank"}, "Open in article"),
            tag("button", {"class": "btn", "type": "button", "data-copy": citation_text(citation)}, "Copy citation"),
            tag("a", {"class": "quiet", "href": link, "target": "_blank"}, "Permalink"),
        ),
    )


def _near_card(hit: Hit) -> Markup:
    known = hit.article.metadata
    link = article_link(hit.article.digest, hit.start, hit.end, hit.article.path)
    return tag(
        "article",
        {"class": "src near"},
        _meta(known.source, known.published),
        tag("h3", {"dir": "auto"}, plain(hit.article.name)),
        tag("p", {"dir": "auto"}, _cut(passage_words(hit), _BEFORE_CHARACTERS + _AFTER_CHARACTERS)),
        tag("div", {"class": "file"}, plain(hit.article.path)),
        _copies(hit),
        tag(
            "div",
            {"class": "acts"},
            tag("a", {"class": "btn", "href": link, "data-open": True, "target": "_blank"}, "Open in article"),
        ),
    )


def _copies(hit: Hit) -> str:
    """The line that says who else has the same text; "" where nobody has."""
    if not hit.copies:
        return ""
    others = ", ".join(plain(each.article.metadata.source or each.article.path) for each in hit.copies)
    return tag("div", {"class": "file"}, f"Same text: {others}")


def _also_found(hits: Sequence[Hit]) -> str:
    if not hits:
        return ""
    summary = tag("summary", {}, counted(len(hits), "other passage") + " found, not cited")
    return tag("details", {"class": "also"}, summary, *(_near_card(hit) for hit in hits))


def _meta(source: str | None, published: str | None, mark: str = "", same: str = "") -> Markup:
    outlet = tag("b", {"class": "" if source else "unknown"}, plain(source or UNKNOWN_OUTLET))
    return tag("div", {"class": "meta"}, mark, outlet, tag("span", {}, f"· {written_date(published)}"), same)


def _context(citation: Citation, hits: Iterable[Hit]) -> tuple[str, str]:
    """What stands around the cited words in their paragraph, as far as their passage goes, cut to a few lines."""
    for hit in hits:
        if _holds(hit, citation):
            before = plain(_PARAGRAPH_END.split(hit.text[: citation.start - hit.start])[-1])
            after = plain(_PARAGRAPH_END.split(hit.text[citation.end - hit.start :], maxsplit=1)[0])
            lead = before and _cut_front(before, _BEFORE_CHARACTERS) + " "
            return lead, after and " " + _cut(after, _AFTER_CHARACTERS)
    return "", ""


def _holds(hit: Hit, citation: Citation) -> bool:
    same = hit.article.digest == citation.document and hit.article.path == citation.file
    return same and hit.start <= citation.start and citation.end <= hit.end


def _cut(text: str, characters: int) -> str:
    """The first `characters` of a text, whole words, with an ellipsis where something is left out."""
    return text if len(text) <= characters else text[:characters].rsplit(" ", 1)[0] + " …"


def _cut_front(text: str, characters: int) -> str:
    return text if len(text) <= characters else "… " + text[-characters:].split(" ", 1)[-1]


def article_link(document: str, start: int, end: int, file: str) -> str:
    """The address of an article with a span of it marked; `file` tells apart articles that hold the same text."""
    return f"/article/{document}?{urlencode({'start': start, 'end': end, 'file': file})}#cited"


def same_words(one: Citation, other: Citation) -> bool:
    """True if one quote was copied from the other."""
    return in_the_same_words(one.quote, other.quote)
