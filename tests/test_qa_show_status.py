"""The header in words: what is indexed and since when, how far a build is, how it ended, what to do with no index."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from corpus.document import Unreadable
from index.build import BuildReport
from index.progress import Progress
from qa.desk import Building, Built, Failed, Idle, Job
from qa.show_status import examples_html, notice_html, status_html, welcome_html

NOW = datetime(2025, 2, 14, 12, 0, tzinfo=UTC)


def desk(job: Job, built_ago: timedelta | None = timedelta(0), has_vectors: bool = True) -> Any:
    """A desk that does this job, with an index of three articles, one without outlet, built so long ago; or none."""
    articles = tuple(
        SimpleNamespace(metadata=SimpleNamespace(source=name)) for name in ("The Quay", "Harbour Wire", None)
    )
    index = None
    if built_ago is not None:
        info = SimpleNamespace(built_at=(NOW - built_ago).isoformat())
        outlets = Counter(article.metadata.source for article in articles)
        index = SimpleNamespace(articles=articles, outlets=outlets, info=info, has_vectors=has_vectors)
    return SimpleNamespace(job=job, folder=Path("news"), index=lambda: index)


def report(**changes: Any) -> BuildReport:
    made: dict[str, Any] = {
        "generation": "000002",
        "published": True,
        "articles": 9,
        "passages": 90,
        "files_read": 3,
        "added": 0,
        "changed": 0,
        "removed": 0,
        "embedded": 0,
        "skipped": (),
        "rebuilt_because": None,
        "seconds": 3.2,
    }
    return BuildReport(**{**made, **changes})


def words(page: str) -> str:
    return re.sub(r"<[^>]+>", "", page)


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(seconds=-30), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=3), "3 hours ago"),
        (timedelta(days=40), "40 days ago"),
    ],
)
def test_the_status_says_what_is_indexed_and_when_it_was_built(ago: timedelta, said: str) -> None:
    assert words(status_html(desk(Idle(), ago), NOW)) == f"3 articles · 2 outlets · built {said}"


@pytest.mark.parametrize(
    ("progress", "said"),
    [
        (Progress("reading", 0, 0, None, None), "Reading"),
        (Progress("reading", 120, 609, 220.0, 2.2), "Reading 120 of 609 files · 220 a second · 2.2 s left"),
        (
            Progress("embedding", 3400, 11000, 84.2, 90.4),
            "Indexing 3,400 of 11,000 passages · 84 a second · 1 min 30 s left",
        ),
        (Progress("cutting", 16, 609, 220.0, 2.7), "Cutting 16 of 609 articles · 220 a second · 2.7 s left"),
        (Progress("writing", 0, 1, None, None), "Saving"),
    ],
)
def test_a_build_says_how_far_it_is(progress: Progress, said: str) -> None:
    assert words(status_html(desk(Building(progress)), NOW)) == said


def test_a_first_build_says_that_answers_go_by_words_until_it_is_done() -> None:
    progress = Progress("embedding", 40, 100, None, None)
    said = words(status_html(desk(Building(progress), has_vectors=False), NOW))
    assert said == "Indexing 40 of 100 passages · answers go by words until then"


def test_a_build_that_ended_is_told_in_words() -> None:
    skipped = (Unreadable("x.txt", "the file is empty"),)
    told = words(notice_html(desk(Built(2, report(added=1, removed=2, embedded=12, skipped=skipped))), 1))
    assert told.startswith(
        "Up to date. 1 article added, 2 articles removed; 12 passages indexed; 1 file skipped, in 3.2 s."
    )
    assert "Nothing had changed" in words(notice_html(desk(Built(2, report(published=False))), 1))
    because = "the model changed from a to b"
    assert because in words(notice_html(desk(Built(2, report(rebuilt_because=because))), 1))


def test_good_news_is_not_told_twice_and_a_failure_behind_an_old_index_is_told_to_all() -> None:
    assert notice_html(desk(Built(2, report())), 2) == ""
    failed = Failed(2, "news: <b>no</b> article; put some there")
    told = notice_html(desk(failed), 2)
    assert "<b>no</b>" not in told
    assert "The index from before goes on answering." in told
    assert notice_html(desk(failed, None), 2) == ""
    assert "goes on answering" not in notice_html(desk(failed, None), 1)


def test_the_welcome_says_what_to_do_in_each_state() -> None:
    assert "Ask 3 articles a question" in welcome_html(desk(Idle()))
    assert "for the first time" in welcome_html(desk(Building(Progress("reading", 0, 0, None, None)), None))
    empty = welcome_html(desk(Failed(1, "news holds <no> article"), None))
    assert "news holds &lt;no&gt; article" in empty
    assert "press Rebuild" in empty
    assert "news" in welcome_html(desk(Idle(), None))


def test_examples_are_buttons_and_none_are_nothing() -> None:
    assert examples_html(()) == ""
    assert examples_html(("Who <b>?",)).count("<button") == 1
    assert "Who &lt;b&gt;?" in examples_html(("Who <b>?",))
