"""The articles as HTML: the list by outlet and date, what the index is, and the files skipped."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from index.hits import StoredArticle
from index.search import NewsIndex
from qa.show import UNKNOWN_OUTLET, Attributes, Markup, counted, plain, tag, written_date

_ROWS_SHOWN = 300
"""Rows of the list of articles: more make the page slow to draw, and nobody reads on; the search box narrows it."""


def articles_html(index: NewsIndex | None, find: str) -> Markup:
    """The articles whose headline, outlet or file holds the words of `find`, by outlet and date."""
    if index is None:
        return Markup("")
    words = find.casefold().split()
    found = [each for each in index.articles if all(word in _findable(each) for word in words)]
    if not found:
        return tag("p", {"class": "empty", "role": "status"}, "No headline, outlet or file holds these words.")
    groups: dict[str | None, list[StoredArticle]] = {}
    for article in sorted(found, key=_by_outlet_and_date)[:_ROWS_SHOWN]:
        groups.setdefault(article.metadata.source, []).append(article)
    counts = Counter(each.metadata.source for each in found)
    parts = [_group(outlet, counts[outlet], articles) for outlet, articles in groups.items()]
    if len(found) > _ROWS_SHOWN:
        more = f"The first {_ROWS_SHOWN} of {len(found):,} articles. Search to see the others."
        parts.append(tag("p", {"class": "empty"}, more))
    return tag("div", {"class": "shelf"}, *parts)


def _group(outlet: str | None, count: int, articles: Sequence[StoredArticle]) -> Markup:
    name = tag("span", {"class": "" if outlet else "unknown", "dir": "auto"}, plain(outlet or UNKNOWN_OUTLET))
    head = tag("h3", {}, name, " ", tag("span", {"class": "count"}, counted(count, "article")))
    return tag("section", {}, head, tag("ul", {}, *(_row(article) for article in articles)))


def _row(article: StoredArticle) -> Markup:
    link: Attributes = {"href": f"/article/{article.digest}", "data-open": True, "target": "_blank", "dir": "auto"}
    day = tag(
        "span",
        {"class": "day" if article.metadata.published else "day unknown"},
        written_date(article.metadata.published),
    )
    file = tag("span", {"class": "file"}, plain(article.path))
    return tag("li", {}, day, tag("a", link, plain(article.name)), file)


def _findable(article: StoredArticle) -> str:
    return f"{article.name} {article.metadata.source or UNKNOWN_OUTLET} {article.path}".casefold()


def _by_outlet_and_date(article: StoredArticle) -> tuple[bool, str, bool, str, str]:
    outlet, day = article.metadata.source, article.metadata.published
    return outlet is None, (outlet or "").casefold(), day is None, day or "", article.path


def index_html(index: NewsIndex | None) -> Markup:
    """What the index is: when it was built and with what model, and the files skipped with their reasons."""
    if index is None:
        return Markup("")
    info = index.info
    built = datetime.fromisoformat(info.built_at)
    facts = [
        ("Folder", tag("span", {"class": "file"}, plain(str(index.folder)))),
        ("Articles", f"{len(index.articles):,}"),
        ("Passages", f"{info.passages:,}, of at most {info.passage_tokens} tokens"),
        ("Built", f"{written_date(built.date().isoformat())}, {built:%H:%M} UTC"),
        ("Model", tag("span", {}, plain(info.model), " ", tag("span", {"class": "file"}, info.model_digest[:12]))),
    ]
    rows = [part for name, value in facts for part in (tag("dt", {}, name), tag("dd", {}, value))]
    parts = [tag("h2", {}, "Index"), tag("dl", {}, *rows), tag("h2", {"id": "skipped"}, "Skipped files")]
    if index.skipped:
        items = [
            tag("li", {}, tag("span", {"class": "file"}, plain(each.path)), tag("span", {}, plain(each.reason)))
            for each in index.skipped[:_ROWS_SHOWN]
        ]
        parts.append(tag("ul", {"class": "skipped"}, *items))
        if len(index.skipped) > _ROWS_SHOWN:
            parts.append(tag("p", {"class": "empty"}, f"and {len(index.skipped) - _ROWS_SHOWN:,} more"))
    else:
        parts.append(tag("p", {"class": "empty"}, "None: every file was read."))
    return tag("div", {"class": "about"}, *parts)
