"""The filters of the page: outlets and dates as HTML, and what the browser sends back as a `Where`."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from corpus.errors import MisuseError
from index.hits import StoredArticle, Where
from index.search import NewsIndex
from qa.show import UNKNOWN_OUTLET, Markup, counted, plain, tag, written_date

_BARS = 24


def filters_html(index: NewsIndex | None) -> Markup:
    """The filters: outlets with their counts, dates with small bars, and how many files were skipped."""
    if index is None:
        return tag("p", {"class": "empty"}, "Filters come up once articles are indexed.")
    close = tag("button", {"class": "btn", "type": "button", "data-filters": True}, "Close")
    parts = [tag("div", {"class": "closer"}, close), _outlets(index.articles), _dates(index.articles)]
    if index.skipped:
        link = tag("a", {"href": "#skipped", "data-tab": "Articles"}, _skipped_words(len(index.skipped)))
        parts.append(tag("section", {}, tag("h2", {}, "Skipped"), link))
    return tag("form", {"class": "filters", "aria-label": "Filters"}, *parts)


def _skipped_words(skipped: int) -> str:
    return "1 file, with its reason" if skipped == 1 else f"{skipped:,} files, with reasons"


def _outlets(articles: Sequence[StoredArticle]) -> Markup:
    counts = Counter(article.metadata.source for article in articles)
    rows = []
    for name in sorted(counts, key=lambda each: (each is None, (each or "").casefold(), each or "")):
        box = tag(
            "input",
            {"type": "checkbox", "name": "outlet", "checked": True, "value": name, "data-unknown": name is None},
        )
        label = tag("span", {"class": "name" if name else "name unknown", "dir": "auto"}, plain(name or UNKNOWN_OUTLET))
        rows.append(tag("label", {}, box, label, tag("span", {"class": "count"}, f"{counts[name]:,}")))
    choose = [
        tag("button", {"type": "button", "class": "quiet", "data-choose": each}, each) for each in ("All", "None")
    ]
    legend = tag("div", {"class": "legend"}, tag("h2", {"id": "outlets-head"}, "Outlets"), tag("span", {}, *choose))
    return tag(
        "section", {"role": "group", "aria-labelledby": "outlets-head"}, legend, tag("div", {"class": "outlets"}, *rows)
    )


def _dates(articles: Sequence[StoredArticle]) -> Markup:
    days = sorted(day for article in articles if (day := _day(article.metadata.published)) is not None)
    head = tag("h2", {"id": "dates-head"}, "Published")
    attributes = {"role": "group", "aria-labelledby": "dates-head"}
    if not days:
        return tag("section", attributes, head, tag("p", {"class": "empty"}, "No article says when it was published."))
    span = {"min": days[0].isoformat(), "max": days[-1].isoformat()}
    fields = [
        tag("label", {}, word, tag("input", {"type": "date", "name": name, **span}))
        for word, name in (("From", "since"), ("To", "until"))
    ]
    undated = len(articles) - len(days)
    says, is_ = ("say", "are") if undated != 1 else ("says", "is")
    note = f"{counted(undated, 'article')} that {says} no date {is_} left out when a date is set." if undated else ""
    ends = [tag("span", {}, written_date(days[0].isoformat())), tag("span", {}, written_date(days[-1].isoformat()))]
    return tag(
        "section",
        attributes,
        head,
        tag("div", {"class": "bars"}, *_bars(days)),
        tag("div", {"class": "ends"}, *ends[: 1 if days[0] == days[-1] else 2]),
        tag("div", {"class": "fields"}, *fields),
        tag("p", {"class": "empty"}, note) if note else "",
    )


def _bars(days: Sequence[date]) -> list[Markup]:
    """One button a stretch of days, as high as it has articles; pressing it filters to that stretch."""
    length = (days[-1] - days[0]).days + 1
    step = -(-length // min(_BARS, length))
    counts = Counter((day - days[0]).days // step for day in days)
    bars = []
    for at in range(-(-length // step)):
        since = days[0] + timedelta(days=at * step)
        until = min(since + timedelta(days=step - 1), days[-1])
        height = round(100 * counts[at] / max(counts.values()))
        when = written_date(since.isoformat()) + (f" to {written_date(until.isoformat())}" if step > 1 else "")
        said = f"{when}: {counted(counts[at], 'article')}"
        attributes = {"type": "button", "class": "bar", "aria-label": said, "title": said, "data-since": str(since)}
        fill = tag("i", {"style": f"height:{max(height, 6 if counts[at] else 0)}%"})
        bars.append(tag("button", {**attributes, "data-until": str(until)}, fill))
    return bars


def _day(published: str | None) -> date | None:
    try:
        return date.fromisoformat(published) if published else None
    except ValueError:
        return None


def where_from(chosen: object) -> Where:
    """What to search among, from what the browser says: `{"outlets": null | [name | null], "since", "until"}`.

    Raises MisuseError where nothing can be searched so: no outlet, or dates the wrong way round.
    """
    if not isinstance(chosen, dict):
        return Where()
    outlets, since, until = chosen.get("outlets"), _iso(chosen.get("since")), _iso(chosen.get("until"))
    if isinstance(outlets, list) and not outlets:
        raise MisuseError("No outlet is ticked, so there is nothing to ask; tick at least one.")
    if since and until and since > until:
        raise MisuseError(
            f"No day is both from {written_date(since)} and to {written_date(until)}; change one of them."
        )
    named = (
        frozenset(each for each in outlets if each is None or isinstance(each, str))
        if isinstance(outlets, list)
        else ()
    )
    return Where(frozenset(named), since, until)


def _iso(value: object) -> str | None:
    day = _day(value) if isinstance(value, str) else None
    return day.isoformat() if day else None
