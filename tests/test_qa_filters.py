"""The filters as drawn, and what comes back from a browser that may send anything."""

import re
from contextlib import suppress
from datetime import date, timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.document import Metadata, Unreadable
from corpus.errors import MisuseError
from index.hits import StoredArticle, Where
from qa.filters import filters_html, where_from


def drawn(articles: list[tuple[str | None, str | None]], skipped: int = 0) -> str:
    """The filters of a corpus of articles with these outlets and dates."""
    stored = tuple(
        StoredArticle(row, f"{row}.txt", f"{row:064d}", "text", Metadata(None, outlet, None, day), 10)
        for row, (outlet, day) in enumerate(articles)
    )
    index: Any = SimpleNamespace(articles=stored, skipped=(Unreadable("x.txt", "the file is empty"),) * skipped)
    return str(filters_html(index))


def test_outlets_come_with_their_counts_the_unknown_one_last() -> None:
    page = drawn([("The Quay", None), ("Harbour Wire", None), (None, None), ("The Quay", None)])
    assert re.findall(r'class="name[^"]*"[^>]*>([^<]*)<', page) == ["Harbour Wire", "The Quay", "unknown outlet"]
    assert re.findall(r'class="count">(\d+)<', page) == ["1", "2", "1"]


def test_a_corpus_without_dates_says_so_and_one_with_some_says_who_is_left_out() -> None:
    assert "No article says when it was published." in drawn([("A", None)])
    assert "2 articles that say no date are left out" in drawn([("A", None), ("A", None), ("A", "2024-05-01")])
    assert "left out" not in drawn([("A", "2024-05-01")])


def test_skipped_files_are_mentioned_where_there_are_any() -> None:
    assert "1 file, with its reason" in drawn([("A", None)], skipped=1)
    assert "Skipped" not in drawn([("A", None)])


@given(st.lists(st.dates(date(1990, 1, 1), date(2030, 1, 1)), min_size=1, max_size=30))
def test_the_bars_cover_every_day_once_in_order_and_are_few(days: list[date]) -> None:
    page = drawn([("A", day.isoformat()) for day in days])
    bars = re.findall(r'data-since="([\d-]+)" data-until="([\d-]+)"', page)
    assert len(bars) <= 24
    assert bars[0][0] == min(days).isoformat()
    assert bars[-1][1] == max(days).isoformat()
    for (_, until), (since, _) in pairwise(bars):
        assert date.fromisoformat(until) + timedelta(days=1) == date.fromisoformat(since)
    assert sum(int(number) for number in re.findall(r'title="[^"]*: (\d+) article', page)) == len(days)


@pytest.mark.parametrize(
    ("sent", "where"),
    [
        (None, Where()),
        ("nonsense", Where()),
        ({"outlets": None, "since": "", "until": ""}, Where()),
        ({"outlets": ["The Quay", None], "since": "2024-05-01"}, Where(frozenset({"The Quay", None}), "2024-05-01")),
        ({"outlets": [{"a": 1}, 7, "A"], "since": 12, "until": "tomorrow"}, Where(frozenset({"A"}))),
        ({"outlets": "A", "until": "2024-02-30"}, Where()),
    ],
)
def test_what_a_browser_sends_becomes_what_to_search_among(sent: object, where: Where) -> None:
    assert where_from(sent) == where


def test_a_choice_that_leaves_nothing_to_search_is_refused_in_words() -> None:
    with pytest.raises(MisuseError, match="tick at least one"):
        where_from({"outlets": []})
    with pytest.raises(MisuseError, match="from 2 May 2024 and to 1 May 2024"):
        where_from({"outlets": None, "since": "2024-05-02", "until": "2024-05-01"})


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda x: st.lists(x) | st.dictionaries(st.sampled_from(["outlets", "since", "until"]), x),
    )
)
def test_nothing_that_a_browser_sends_is_a_fault(sent: object) -> None:
    with suppress(MisuseError):
        assert isinstance(where_from(sent), Where)
