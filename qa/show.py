"""An answer as JSON, as text for a terminal, and as safe HTML: the only escaping in the product.

Everything that an article, a file name or a question says is a plain `str` until it passes through `tag` (HTML)
or `plain` (terminal). HTML is a `Markup` and nothing but `tag` and `join` makes one, so forgetting to escape is a
type error and not a hole.
"""

import html
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what answers is slow to load, and `copydesk index` shows no answer
    from index.hits import Hit
    from qa.answer import Answer, Statement
    from qa.cite import Citation

WIDTH_COLUMNS = 88
UNKNOWN_OUTLET = "unknown outlet"
UNKNOWN_DATE = "date unknown"
DECLINED = "These articles don't say."

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_URL_ATTRIBUTES = frozenset({"href", "src"})
_VOID = frozenset({"br", "hr", "input", "link", "meta"})


# --- HTML ---


Attributes = Mapping[str, str | int | bool | None]


class Markup(str):
    """HTML that may be sent as it is."""

    __slots__ = ()


def escape(text: str) -> Markup:
    """`text` as HTML that shows exactly its characters; control characters become U+FFFD."""
    return Markup(html.escape(_CONTROL.sub("\ufffd", text), quote=True))


def join(parts: Iterable[str]) -> Markup:
    """The parts one behind the other: a `Markup` as it is, any other string escaped."""
    return Markup("".join(part if isinstance(part, Markup) else escape(part) for part in parts))


def tag(name: str, attributes: Attributes, *children: str) -> Markup:
    """One element. Children that are not `Markup` are escaped; attributes always are.

    An attribute of None or False is left out and one of True stands bare. An address in `href` or `src` that is
    neither of this site nor http(s) is left out, so that `javascript:` and `data:` go nowhere. Raises ValueError
    for an event-handler attribute, which only a bug writes.
    """
    written = []
    for key, value in attributes.items():
        if key.lower().startswith("on"):
            raise ValueError(f"no element may carry the handler {key}")
        if value is None or value is False or (key in _URL_ATTRIBUTES and not _is_followable(str(value))):
            continue
        written.append(f" {key}" if value is True else f' {key}="{escape(str(value))}"')
    opening = f"<{name}{''.join(written)}>"
    return Markup(opening if name in _VOID else f"{opening}{join(children)}</{name}>")


def _is_followable(address: str) -> bool:
    local = address.startswith(("/", "#", "?")) and not address.startswith(("//", "/\\"))
    return local or re.match(r"https?://[^\s\\]", address, re.IGNORECASE) is not None


# --- words ---


def plain(text: str) -> str:
    """`text` on one line, fit for a terminal: white space collapsed, control and direction characters made U+FFFD."""
    return _BIDI.sub("\ufffd", _CONTROL.sub("\ufffd", re.sub(r"\s+", " ", text))).strip()


def written_date(published: str | None) -> str:
    """`2025-02-12` as "12 Feb 2025"; "date unknown" for None; anything else as it stands."""
    if published is None:
        return UNKNOWN_DATE
    try:
        day = date.fromisoformat(published)
    except ValueError:
        return published
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{day.day} {months[day.month - 1]} {day.year}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """ "1 file", "2 files", "1,024 files"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def file_name(path: str) -> str:
    """The last part of a path, by which an article without a headline is called."""
    return path.rsplit("/", 1)[-1]


def why_declined(answer: "Answer") -> str:
    """What a declined answer's note adds to saying that it is declined."""
    return answer.note.removeprefix(DECLINED).strip()


def place(citation: "Citation") -> str:
    """Where the cited words stand: file:line; for a web page its paragraph, as the page shows them.

    A web page's text is taken out of its file, a paragraph a line, and that file's own lines are another thing.
    """
    if citation.file.lower().endswith((".html", ".htm")):
        return f"{citation.file}, paragraph {citation.line}"
    return f"{citation.file}:{citation.line}"


def citation_text(citation: "Citation") -> str:
    """The citation as someone pastes it: quote, outlet, headline, date, file:line."""
    headline = f"“{citation.title}”" if citation.title else file_name(citation.file)
    where = f"{citation.source or UNKNOWN_OUTLET}, {headline}, {written_date(citation.published)}"
    return plain(f"“{citation.quote}” — {where}, {place(citation)}")


def answer_copy(answer: "Answer") -> str:
    """The answer as someone pastes it: question, statements with their markers, then the citations."""
    lines = [plain(answer.question), ""]
    lines += [f"{plain(each.text)} {_markers(each.citations)}" for each in answer.statements] or [plain(answer.note)]
    lines += [""] + [f"[{each.marker}] {citation_text(each)}" for each in answer.citations]
    return "\n".join(lines).strip()


def _markers(citations: Sequence[int]) -> str:
    return "".join(f"[{marker}]" for marker in citations)


# --- a terminal ---


_NEAREST = 3
"""How many passages the terminal shows below a declined answer; --json and the page have them all."""


def answer_text(answer: "Answer") -> str:
    """The answer for a terminal, 88 columns wide: statements with their markers, then the sources they name."""
    blocks = []
    if plain(answer.asked) != plain(answer.question):
        blocks.append(_wrapped(f"Asked of the articles as: {answer.asked}"))
    if not answer.answered and not answer.passages:
        return "\n\n".join([*blocks, _wrapped(answer.note)])
    if not answer.answered:
        near = hits_text(answer.passages[:_NEAREST])
        blocks += [
            _wrapped(f"{DECLINED} {why_declined(answer)}"),
            f"Nearest passages, which do not answer it:\n\n{near}",
        ]
        return "\n\n".join(blocks)
    blocks += [_wrapped(f"{each.text} {_markers(each.citations)}{_context(each)}") for each in answer.statements]
    blocks += [_wrapped(answer.note)] if answer.note else []
    blocks.append("Sources")
    blocks += [_source_text(each) for each in answer.citations]
    return "\n\n".join(blocks)


def _context(statement: "Statement") -> str:
    """The sources that say who or what a statement speaks of, which it does not quote."""
    return f" (read with {_markers(statement.context)})" if statement.context else ""


def passage_words(hit: "Hit") -> str:
    """The words of a passage on one line, without the headline in front of them, which is shown above."""
    first, _, rest = hit.text.lstrip().partition("\n")
    headed = hit.article.metadata.title is not None and plain(first.removeprefix("# ")) == plain(
        hit.article.metadata.title
    )
    return (headed and plain(rest)) or plain(hit.text)


def hits_text(hits: "Sequence[Hit]") -> str:
    """Hits for a terminal, best first: rank, score, outlet, date, headline, file and passage."""
    blocks = []
    for hit in hits:
        known = hit.article.metadata
        head = f"{hit.rank}. {known.source or UNKNOWN_OUTLET} · {written_date(known.published)} · score {hit.score:.2f}"
        lines = [_wrapped(head), *_headline(known.title), _wrapped(passage_words(hit), "   ")]
        blocks.append("\n".join([*lines, f"   {plain(hit.article.path)}", *_copies(hit)]))
    return "\n\n".join(blocks)


def _copies(hit: "Hit") -> list[str]:
    """The line that names the files with the same text, if there are any."""
    return (
        [_wrapped(f"The same text: {', '.join(copy.article.path for copy in hit.copies)}", "   ")] if hit.copies else []
    )


def _source_text(citation: "Citation") -> str:
    mark = f"[{citation.marker}] "
    head = f"{mark}{citation.source or UNKNOWN_OUTLET} · {written_date(citation.published)}"
    return "\n".join([_wrapped(head), *_headline(citation.title, " " * len(mark)), " " * len(mark) + _place(citation)])


def _headline(title: str | None, indent: str = "   ") -> list[str]:
    return [_wrapped(title, indent)] if title else []


def _place(citation: "Citation") -> str:
    return plain(place(citation))


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(
        plain(text),
        WIDTH_COLUMNS,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
