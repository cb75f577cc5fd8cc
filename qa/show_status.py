"""The page's header as HTML: the status line, the progress of a build, and how the last build ended."""

from datetime import datetime

from index.build import BuildReport
from index.progress import Progress
from qa.desk import Building, Built, Desk, Failed
from qa.show import Attributes, Markup, counted, plain, tag


def status_html(desk: Desk, now: datetime) -> Markup:
    """The status line: what is indexed and when it was built, or how far the build is."""
    job, index = desk.job, desk.index()
    if isinstance(job, Building):
        return _progress(job.progress, by_words=index is not None and not index.has_vectors)
    if index is None:
        return tag("div", {"class": "status"}, tag("span", {}, "no articles yet"))
    outlets = sum(name is not None for name in index.outlets)
    built = datetime.fromisoformat(index.info.built_at)
    known = f" · {counted(outlets, 'outlet')}" if outlets else ""
    facts = f"{known} · built {_ago(now, built)}"
    return tag("div", {"class": "status"}, tag("b", {}, counted(len(index.articles), "article")), facts)


def _progress(progress: Progress, by_words: bool) -> Markup:
    names = {
        "reading": ("Reading", "files"),
        "cutting": ("Cutting", "articles"),
        "embedding": ("Indexing", "passages"),
        "writing": ("Saving", ""),
    }
    doing, things = names.get(progress.stage, (progress.stage, ""))
    parts = [f"{doing} {progress.done:,} of {progress.total:,} {things}" if things and progress.total else doing]
    if things and progress.rate:
        parts.append(f"{progress.rate:,.0f} a second")
    if things and progress.seconds_left is not None and progress.seconds_left >= 1:
        parts.append(f"{_duration(progress.seconds_left)} left")
    if by_words:
        parts.append("answers go by words until then")
    share = {"max": progress.total, "value": progress.done} if progress.total else {}
    bar = tag("progress", {"aria-label": "Build", **share})
    return tag("div", {"class": "status building", "role": "status"}, tag("span", {}, " · ".join(parts)), bar)


def notice_html(desk: Desk, seen: int) -> Markup:
    """How the last build ended, in words; empty while one is running.

    An end that is not after build number `seen` is news no more, but for a failure behind an index that still answers:
    without an index the welcome tells it.
    """
    match desk.job:
        case Built(number=number, report=report) if number > seen:
            return _notice(number, "done", "Up to date.", _built(report))
        case Failed(number=number, reason=reason) if number > seen or desk.index() is not None:
            still = " The index from before goes on answering." if desk.index() is not None else ""
            return _notice(number, "failed", "The build failed.", plain(reason) + still)
        case _:
            return Markup("")


def _notice(number: int, kind: str, title: str, text: str) -> Markup:
    close = tag("button", {"class": "close", "type": "button", "data-dismiss": number, "aria-label": "Dismiss"}, "×")
    role = "alert" if kind == "failed" else "status"
    attributes: Attributes = {"class": f"notice {kind}", "role": role, "data-notice": number}
    return tag("div", attributes, tag("p", {}, tag("b", {}, title), f" {text}"), close)


def _built(report: BuildReport) -> str:
    changes = [(report.added, "added"), (report.changed, "changed"), (report.removed, "removed")]
    told = [f"{counted(number, 'article')} {what}" for number, what in changes if number]
    parts = [", ".join(told) if told else "Nothing had changed"]
    if report.embedded:
        parts.append(f"{counted(report.embedded, 'passage')} indexed")
    if report.skipped:
        parts.append(f"{counted(len(report.skipped), 'file')} skipped")
    why = f" Everything was built anew: {plain(report.rebuilt_because)}." if report.rebuilt_because else ""
    return f"{'; '.join(parts)}, in {_duration(report.seconds)}.{why}"


def _duration(seconds: float) -> str:
    if seconds < 0.05:
        return "less than 0.1 s"
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _ago(now: datetime, then: datetime) -> str:
    seconds = (now - then).total_seconds()
    if seconds < 60:
        return "just now"
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return counted(int(seconds // size), name) + " ago"
    raise AssertionError("seconds is at least 60")


# --- an empty conversation ---


def welcome_html(desk: Desk) -> Markup:
    """What stands in the middle before the first question: what this is, or why there is nothing to ask yet."""
    index = desk.index()
    if index is not None:
        title = f"Ask {counted(len(index.articles), 'article')} a question"
        lines = [
            "Answers are the articles’ own sentences. Each ends in markers that lead to the words in their source.",
            "When the articles don’t say, the answer is that they don’t.",
        ]
    elif isinstance(desk.job, Building):
        title = "Reading the articles for the first time"
        lines = ["This happens once; later only what has changed is read.", "The page is ready as soon as it is done."]
    else:
        title = "There is nothing to ask yet"
        reads = f"Copydesk answers from the .txt, .md and .html files in {plain(str(desk.folder))}."
        lines = [
            plain(desk.job.reason) if isinstance(desk.job, Failed) else reads,
            "Put that right, then press Rebuild: it tells what was read and what was skipped.",
        ]
    return tag("div", {"class": "welcome"}, tag("h1", {}, title), *(tag("p", {}, line) for line in lines))


def examples_html(questions: tuple[str, ...]) -> Markup:
    """Questions to start from, as buttons."""
    buttons = [tag("button", {"type": "button", "class": "chip", "data-question": each}, each) for each in questions]
    label = "Questions that these articles answer"
    return tag("div", {"class": "chips", "role": "group", "aria-label": label}, *buttons) if buttons else Markup("")


def hints_html() -> Markup:
    """What stands under the question: the keys, and on a narrow page the way to the filters."""
    keys = [("/", "asks"), ("← →", "step through the markers"), ("Enter", "opens the article")]
    told = [part for key, does in keys for part in (tag("kbd", {}, key), f" {does}  ")]
    filters = tag("button", {"type": "button", "class": "btn to-filters", "data-filters": True}, "Filters")
    return tag(
        "div", {"class": "hints"}, filters, tag("span", {"class": "keys"}, *told), tag("span", {"id": "chosen"}, "")
    )
