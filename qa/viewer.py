"""The page of one article, with the cited words marked: plain text, no script, an address that outlives a rebuild."""

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import HTMLResponse

from corpus.document import Document, Span, Unreadable
from corpus.read import read_file
from index.hits import ArticleText, StoredArticle
from index.search import NewsIndex
from qa.desk import Desk
from qa.segments import Line, Paragraph, Run, paragraphs
from qa.show import UNKNOWN_OUTLET, Attributes, Markup, join, plain, tag, written_date

STYLESHEET = "/copydesk/article.css"
_HEADING = re.compile(r"#{1,6}\s")
POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)


@dataclass(frozen=True, slots=True)
class _Refusal:
    """An address that shows no article: the status to answer with, and what to say."""

    status: int
    title: str
    reason: str
    link: str = ""
    link_text: str = ""


def routes(desk: Desk) -> APIRouter:
    """The route `/article/<digest>?start=..&end=..&file=..` over what the desk serves."""
    router = APIRouter()

    @router.get("/article/{digest}", response_class=HTMLResponse)
    def article(  # what a query parameter may hold is checked below, to refuse it in words
        digest: str,
        start: str = "",
        end: str = "",
        file: str = "",
        sec_fetch_dest: Annotated[str, Header()] = "",
    ) -> HTMLResponse:
        beside = sec_fetch_dest == "iframe"
        found = _article(desk, digest, start, end, file, beside)
        page, status = (_refused_page(found, beside), found.status) if isinstance(found, _Refusal) else (found, 200)
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "Vary": "Sec-Fetch-Dest"}
        return HTMLResponse(page, status, headers)

    return router


def _article(desk: Desk, digest: str, start: str, end: str, file: str, beside: bool) -> Markup | _Refusal:
    index = desk.index()
    if index is None:
        return _Refusal(503, "Nothing is indexed yet.", "The articles are still being read; try again in a moment.")
    found = next((each for each in index.articles if each.digest == digest and each.path == file), None)
    found = found or index.by_digest(digest)
    if found is None:
        return _missing(index, desk.gone(digest))
    stored = index.text(found.row)
    cited = _span(digest, start, end, len(stored.text))
    if isinstance(cited, _Refusal):
        return cited
    return article_page(found, stored, cited, _warning(desk, index, found), beside)


def _missing(index: NewsIndex, gone: StoredArticle | None) -> _Refusal:
    if gone is None:
        return _Refusal(404, "No article has this address.", "It may belong to another folder, or be mistyped.")
    now = next((each for each in index.articles if each.path == gone.path), None)
    if now is None:
        return _Refusal(404, "This article was removed.", f"“{gone.name}” ({gone.path}) is no longer in the folder.")
    reason = f"“{gone.name}” ({gone.path}) has other words now than those that were cited."
    return _Refusal(404, "This article has changed.", reason, f"/article/{now.digest}", "See what it says now")


def _span(digest: str, start: str, end: str, characters: int) -> Span | _Refusal | None:
    if not start and not end:
        return None
    # isascii: int() takes other scripts' digits too; the length keeps its cost bounded
    good = all(each.isascii() and each.isdigit() and len(each) < 12 for each in (start, end))
    if not good or not int(start) < int(end) <= characters:
        asked = f"It asks for characters {start[:12] or '?'} to {end[:12] or '?'}"
        reason = f"{asked}, and the article has {characters:,}; the start must come before the end."
        return _Refusal(400, "This address marks no words.", reason, f"/article/{digest}", "See the whole article")
    return Span(int(start), int(end))


def _warning(desk: Desk, index: NewsIndex, article: StoredArticle) -> str:
    """What to know about the file before trusting it to hold these words, or ""."""
    now: Document | Unreadable = read_file(index.folder, article.path, desk.max_file_bytes)
    if isinstance(now, Unreadable):
        return f"The file can’t be read any more ({now.reason}). This is its text as it was indexed."
    if now.digest != article.digest:
        return "The file has changed since it was indexed. This is its text as it was then; rebuild to read it anew."
    return ""


# --- HTML ---


def article_page(article: StoredArticle, stored: ArticleText, cited: Span | None, warning: str, beside: bool) -> Markup:
    """The whole page: metadata, text with `cited` marked and furniture greyed; `beside` leaves out the page's bar."""
    known = article.metadata
    author = plain(known.author) if known.author else "author unknown"
    outlet = plain(known.source) if known.source else UNKNOWN_OUTLET
    facts = [tag("b", {}, outlet), written_date(known.published), author]
    head = tag(
        "header",
        {"class": "head"},
        tag("p", {"class": "facts"}, *(tag("span", {"dir": "auto"}, fact) for fact in facts)),
        tag("h1", {"dir": "auto"}, plain(article.name)),
        tag("p", {"class": "file"}, tag("span", {}, plain(article.path)), _origin(known.url)),
    )
    greyed = any(not span.reason.startswith("front matter") for span in stored.furniture)
    tools = tag(
        "div",
        {"class": "tools"},
        tag("label", {}, tag("input", {"type": "checkbox", "id": "lines"}), "Line numbers"),
        tag("span", {}, "Small grey type is not the article: it is left out of answers.") if greyed else "",
    )
    first = _First()
    cut = paragraphs(stored.text, stored.furniture, cited, a_line_each=article.format == "html")
    body = [_paragraph(each, first) for each in cut]
    bar = tag("p", {"class": "warning", "role": "status"}, warning) if warning else ""
    # What a quotation copied out of the text is signed with; the line it stands on is added to it.
    signed = f"{outlet}, “{plain(article.name)}”, {written_date(known.published)}, {plain(article.path)}"
    signed += ", paragraph " if article.format == "html" else ":"
    text = tag("div", {"class": "text", "data-signed": signed}, *body)
    return _document(article.name, beside, bar, tag("article", {}, head, tools, text))


class _First:
    """Hands out the id `cited` once: to the first run of the cited words."""

    def __init__(self) -> None:
        self._id: str | None = "cited"

    def take(self) -> str | None:
        taken, self._id = self._id, None
        return taken


def _paragraph(paragraph: Paragraph, first: _First) -> Markup:
    if paragraph.flows:
        lines = [part for line in paragraph.lines for part in (_line("span", line, first), "\n")]
        return tag("p", {"dir": "auto"}, *lines)
    return tag("div", {"class": "lines"}, *(_line("p", line, first) for line in paragraph.lines))


def _line(name: str, line: Line, first: _First) -> Markup:
    number = tag("span", {"class": "n", "aria-hidden": "true"}, str(line.number))
    attributes: Attributes = {
        "class": " ".join(["line", *_looks(line)]),
        "id": f"L{line.number}",
        "data-line": line.number,
        "dir": "auto" if name == "p" else None,
    }
    return tag(name, attributes, number, *(_run(run, first) for run in line.runs))


def _looks(line: Line) -> list[str]:
    """The classes of a line that is set apart: a heading of Markdown, or furniture from end to end."""
    heading = _HEADING.match(line.runs[0].text) is not None
    return [name for name, holds in (("heading", heading), ("aside", all(r.furniture for r in line.runs))) if holds]


def _run(run: Run, first: _First) -> str:
    shown: str = tag("mark", {"id": first.take()}, run.text) if run.cited else run.text
    return tag("span", {"class": "furniture", "title": run.furniture}, shown) if run.furniture else shown


def _origin(url: str | None) -> str:
    if not url:
        return ""
    return tag("a", {"href": url, "rel": "noreferrer noopener", "target": "_blank"}, plain(url))


def _refused_page(refusal: _Refusal, beside: bool) -> Markup:
    onward = tag("p", {}, tag("a", {"href": refusal.link}, refusal.link_text)) if refusal.link else ""
    said = tag("p", {"dir": "auto"}, plain(refusal.reason))
    body = tag("article", {"class": "refusal"}, tag("h1", {}, refusal.title), said, onward)
    return _document(refusal.title, beside, body)


def _document(title: str, beside: bool, *body: str) -> Markup:
    home = tag("a", {"href": "/", "class": "word"}, "copy", tag("i", {}, "desk"))
    bar = "" if beside else tag("nav", {"class": "bar"}, home, tag("a", {"href": "/"}, "Ask these articles"))
    head = tag(
        "head",
        {},
        tag("meta", {"charset": "utf-8"}),
        tag("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        tag("meta", {"name": "color-scheme", "content": "light dark"}),
        tag("title", {}, f"{plain(title)} · Copydesk"),
        tag("link", {"rel": "stylesheet", "href": STYLESHEET}),
    )
    main = tag("main", {}, *body)
    return join((Markup("<!doctype html>\n"), tag("html", {"lang": "en"}, head, tag("body", {}, bar, main))))
