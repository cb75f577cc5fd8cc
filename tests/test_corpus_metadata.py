"""What is known of an article: said plainly by its file, or unknown."""

import time
from datetime import date

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.dates import parse_date
from corpus.document import Metadata, Span
from corpus.formats import parse
from corpus.metadata import _simple_pairs, from_front_matter, from_text, merge, tidy

PROSE = (
    "Ministers from eleven coastal states agreed early on Wednesday to pay for forty new ferries, ending a dispute that"
    " had run since the autumn."
)
MORE = "The fund will hold 2.4 billion crowns, half of it from harbour dues and half from the states, the chair said."


def seen(*lines: str, gap: str = "\n\n") -> Metadata:
    text = gap.join(lines)
    return from_text(text, Span(0, len(text)))


def front(*lines: str, end: str = "\n") -> Metadata:
    block = end.join(("---", *lines, "---", PROSE))
    metadata, start = from_front_matter(block)
    assert block[start:] == PROSE
    return metadata


# front matter


PAIR_PARTS = [
    "a",
    "Title",
    "é",
    "東",
    "x_1",
    "9",
    ": ",
    ":",
    " ",
    "  ",
    '"',
    "'",
    "\\",
    "#",
    " #",
    "[",
    "{",
    "&a",
    "*a",
    "- ",
    "?",
    "|",
]
PAIR_PARTS += [
    "!",
    "%",
    "@",
    ",",
    "\t",
    "\n",
    "\n  ",
    "\x85",
    "\xa0",
    "\ufeff",
    "\u2028",
    "---",
    "...",
    "~",
    "<<",
    "https://x.y/z",
    "=",
    "\x00",
]
PAIRS = st.lists(st.sampled_from(PAIR_PARTS), max_size=8).map("".join)
KEYS = st.sampled_from(["title", "Source", "null", "a b", "1", "_x", "", "é", "x" * 40])
FORMS = st.sampled_from(["{}: {}", '{}: "{}"', "{}: a{}", "{}:{}", "  {}: {}", "{}: '{}'"])


@settings(max_examples=500, deadline=None)
@given(st.lists(st.tuples(FORMS, KEYS, PAIRS).map(lambda made: made[0].format(*made[1:])), max_size=4).map("\n".join))
def test_simple_pairs_are_what_yaml_makes_of_them(block: str) -> None:
    pairs = _simple_pairs(block)
    if pairs is not None:
        found = yaml.load(block, Loader=yaml.BaseLoader)
        assert list(found.items()) == list(pairs.items())


def test_pairs_as_most_files_have_them_are_simple() -> None:
    block = 'title: "A ferry, at last"\nsource: The Quay\npublished: 2023-11-27T08:45:59+00:00\nurl: https://quay.test/a?b=c'
    assert _simple_pairs(block) == yaml.load(block, Loader=yaml.BaseLoader)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_front_matter_gives_every_field_whatever_ends_its_lines(end: str) -> None:
    lines = (
        "title: 'Ferry fund agreed'",
        "source: The Quay",
        "author: Jane Doe",
        "published: 2025-02-12T18:30:00Z",
        "url: https://quay.example/fund?a=1&b=2",
    )
    expected = Metadata("Ferry fund agreed", "The Quay", "Jane Doe", "2025-02-12", "https://quay.example/fund?a=1&b=2")
    assert front(*lines, end=end) == expected


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("headline: Ferry fund", "title", "Ferry fund"),
        ("Title: Ferry fund", "title", "Ferry fund"),
        ("outlet: The Quay", "source", "The Quay"),
        ("site: The Quay", "source", "The Quay"),
        ("publisher: {name: The Quay}", "source", "The Quay"),
        ("byline: Jane Doe", "author", "Jane Doe"),
        ("authors: [Jane Doe, John Roe]", "author", "Jane Doe, John Roe"),
        ("author:\n  - name: Jane Doe\n  - John Roe", "author", "Jane Doe, John Roe"),
        ("date: 12 February 2025", "published", "2025-02-12"),
        ("link: https://quay.example", "url", "https://quay.example"),
        ("canonical: https://quay.example", "url", "https://quay.example"),
        ("title: 1984", "title", "1984"),
        ("title: No", "title", "No"),
        ("title: >\n  Ferry\n  fund", "title", "Ferry fund"),
        ('title: "Ferry\\n\\tfund\\0\\ud800"', "title", "Ferry fund"),
        ("title: AT&T wins *again*", "title", "AT&T wins *again*"),
        ("title: Ferries: a fund is agreed", "title", "Ferries: a fund is agreed"),
        ('title: "Ferries" agreed', "title", '"Ferries" agreed'),
        ("title: 'The fund': agreed\nauthor: 'Jane Doe'", "author", "Jane Doe"),
        ("title: \u202eFerry\u200b fund", "title", "Ferry fund"),
    ],
)
def test_a_field_is_read_by_any_of_its_names_and_as_it_is_written(line: str, field: str, value: str) -> None:
    assert getattr(front(line), field) == value


@pytest.mark.parametrize(
    "line",
    [
        "title:",
        "title: null",
        "title: ~",
        "title: [[a]]",
        "published: 02/03/2025",
        "published: 2025-02-30",
        "published: soon",
        "url: javascript:alert(1)",
        "url: /a/b",
        "tags: [ferries]",
        "title: &a x",
        "title: [unclosed",
        "title: {a: b",
        "title: !!python/object/apply:os.system",
        "a: &a [x, x]\nb: &b [*a, *a]\ntitle: *b",
        "title: " + "[" * 9_000,
        "a:\n" + "".join(" " * n + "a:\n" for n in range(1, 150)),
    ],
)
def test_what_says_nothing_or_can_not_be_read_leaves_everything_unknown(line: str) -> None:
    started = time.monotonic()
    assert front(line) == Metadata()
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "---",
        "---\n",
        "---\ntitle: never closed\n",
        "----\ntitle: x\n----\n",
        " ---\ntitle: x\n---\n",
        "text\n---\ntitle: x\n---\n",
        "---\nThis paragraph stands between two rules.\n---\n",
        "---\nBRUSSELS: a word with a colon behind it begins this paragraph.\n---\n",
        "---\n- a\n- list\n---\n",
        "---\n" + "a: b\n" * 10_000 + "---\n",
    ],
)
def test_what_is_no_front_matter_stays_text(text: str) -> None:
    assert from_front_matter(text) == (Metadata(), 0)


def test_front_matter_may_follow_a_mark_and_end_with_dots() -> None:
    text = "\ufeff---\ntitle: Ferry fund\n...\nWords."
    metadata, start = from_front_matter(text)
    assert (metadata.title, text[start:]) == ("Ferry fund", "Words.")


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("ab:-[]{}&*!|>'\"#?,.\n\r\t \x00\u2028é%@`~1"), max_size=60))
def test_no_front_matter_raises_and_its_end_is_in_the_text(block: str) -> None:
    text = f"---\n{block}\n---\nbody"
    metadata, start = from_front_matter(text)
    assert 0 <= start <= len(text)
    assert start == 0 or text[start:].endswith("body")
    for value in (metadata.title, metadata.source, metadata.author, metadata.url):
        assert value is None or value == tidy(value)


# dates


@pytest.mark.parametrize(
    "written",
    [
        "2025-02-12",
        "2025/02/12",
        "20250212",
        "2025-02-12T10:00:00Z",
        "2025-02-12 23:59:59.123456+00:00",
        "12 February 2025",
        "12 Feb. 2025",
        "12th of February, 2025",
        "12-Feb-2025",
        "February 12, 2025",
        "Feb 12 2025",
        "Wed, 12 Feb 2025 10:00:00 GMT",
        "Wednesday, February 12, 2025 at 5:30 p.m. ET",
        "Wednesday 12 February 2025 14.30 GMT",
        "10:15 GMT, 12 February 2025",
        "Feb 12, 2025, 10:15 AM EST",
    ],
)
def test_a_day_is_read_in_any_usual_writing(written: str) -> None:
    assert parse_date(written) == "2025-02-12"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "02/03/2025",
        "2.3.2025",
        "2025",
        "2025-02",
        "February 2025",
        "Feb 12",
        "2025-13-01",
        "31 April 2025",
        "2 days ago",
        "12 Feb 2025 and 13 Feb 2025",
        "12 Foo 2025",
        "0000-01-01",
        "12 February 25",
        "9" * 100,
        "²2 February 2025",
    ],
)
def test_what_names_no_day_or_two_days_is_unknown(written: str) -> None:
    assert parse_date(written) is None


def test_numbers_that_can_be_one_day_only_are_read() -> None:
    assert parse_date("13/02/2025") == parse_date("02/13/2025") == "2025-02-13"
    assert parse_date("05.05.2025") == "2025-05-05"


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_day_written_out_is_read_back(day: date) -> None:
    assert parse_date(f"{day:%d %B %Y}") == parse_date(f"{day:%B %d, %Y}") == parse_date(f"{day}") == f"{day}"


@given(st.text(max_size=90))
def test_no_text_raises_when_read_as_a_day(written: str) -> None:
    found = parse_date(written)
    assert found is None or len(found) == 10


# headline


@pytest.mark.parametrize(
    "lines",
    [
        ("Ministers agree ferry fund after all-night talks", PROSE, MORE),
        ("# Ministers agree ferry fund after all-night talks #", PROSE),
        ("# **Ministers agree** [ferry fund](https://x.example) after all-night talks", PROSE),
        ("**Ministers agree ferry fund after all-night talks**", PROSE),
        ("12 February 2025", "Ministers agree ferry fund after all-night talks", "By Jane Doe", PROSE),
        (
            PROSE,
            "Ministers agree ferry fund after all-night talks",
            "Ministers agree ferry fund after all-night talks",
            MORE,
        ),
        ("World", "# Ministers agree ferry fund after all-night talks", PROSE),
        ("Title: Ministers agree ferry fund after all-night talks", "Date: 2025-02-12", PROSE),
    ],
)
def test_a_headline_that_is_plainly_one_is_seen(lines: tuple[str, ...]) -> None:
    assert seen(*lines).title == "Ministers agree ferry fund after all-night talks"


def test_a_headline_is_seen_right_above_the_text_and_above_an_underline() -> None:
    headline = "Ministers agree ferry fund after all-night talks"
    assert seen(headline, PROSE, MORE, gap="\n").title == headline
    assert seen(headline, "=" * 20, PROSE, gap="\n").title == headline
    assert seen("Will the ferries come after all this time?", "By Jane Doe", PROSE).title is not None


@pytest.mark.parametrize(
    "lines",
    [
        (PROSE, MORE),
        ("Who will pay for the forty new ferries?", PROSE),
        ("Sign up for our daily harbour newsletter today", PROSE),
        ("A ferry leaves the quay at Norhavn. Photo: P. Berg", PROSE),
        ("![A ferry leaves the quay](https://x.example/a.jpg)", PROSE),
        ("Norhavn", PROSE),
        ("the quay stood empty on that day", PROSE),
        ("Ministers agree ferry fund after all-night talks",),
        ("Ministers agree ferry fund after all-night talks", "A short line"),
        ("- A first point of a list of them", "- A second point", PROSE),
        ("", ""),
    ],
)
def test_what_may_be_no_headline_is_none(lines: tuple[str, ...]) -> None:
    assert seen(*lines).title is None


def test_the_first_line_of_hard_wrapped_text_is_no_headline() -> None:
    text = "Ministers from eleven coastal states agreed early on\nWednesday to pay for forty new ferries, ending"
    text += " a dispute\nthat had run since the autumn.\n\n" + PROSE
    assert from_text(text, Span(0, len(text))).title is None


# byline, day, outlet


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("By Jane Doe", "Jane Doe"),
        ("BY JANE DOE", "JANE DOE"),
        ("*By Jane Doe*", "Jane Doe"),
        ("By Jane Doe and John Roe", "Jane Doe, John Roe"),
        ("By Jane Doe, John Roe and Ada van der Lund", "Jane Doe, John Roe, Ada van der Lund"),
        ("By Jane Doe, Harbour Correspondent", "Jane Doe"),
        ("By J.K. O’Neill-Smith in Brussels", "J.K. O’Neill-Smith"),
        ("By Jane Doe | 12 February 2025", "Jane Doe"),
        ("Written by Jane Doe", "Jane Doe"),
        ("Additional reporting by Jane Doe", None),
        ("By Our Staff", None),
        ("By Harbour Wire", None),
        ("By AFP", None),
        ("By Wednesday, all had left", None),
        ("By land and by sea they came", None),
        ("By the end of the night the ministers had agreed on it, she said.", None),
    ],
)
def test_a_byline_is_a_line_that_names_people(line: str, author: str | None) -> None:
    assert seen("Ministers agree ferry fund after all-night talks", line, PROSE).author == author


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Published 12 February 2025", "2025-02-12"),
        ("Published: Feb 12, 2025 | Updated: Feb 13, 2025", "2025-02-12"),
        ("First published on Wed 12 Feb 2025 14.30 GMT", "2025-02-12"),
        ("Feb 12, 2025", "2025-02-12"),
        ("By Jane Doe | 12 February 2025", "2025-02-12"),
        ("By Jane Doe, 12 February 2025", "2025-02-12"),
        ("Brussels, 12 February 2025", "2025-02-12"),
        ("BRUSSELS, Feb 12, 2025 (Harbour Wire) - " + MORE, "2025-02-12"),
        ("BRUSSELS, Feb 12 (Harbour Wire) - " + MORE, None),
        ("Updated 12 February 2025", None),
        ("02/03/2025", None),
        ("The ministers will meet again on 12 February 2025", None),
        ("12 February 2025; the quay at Norhavn, seen from the north", None),
    ],
)
def test_the_day_of_publication_is_a_line_that_says_it(line: str, day: str | None) -> None:
    assert seen("Ministers agree ferry fund after all-night talks", line, PROSE).published == day


def test_two_days_without_a_word_are_none() -> None:
    assert seen("12 February 2025", "14 February 2025", PROSE).published is None


@pytest.mark.parametrize(
    ("line", "outlet"),
    [
        ("BRUSSELS, Feb 12 (Harbour Wire) - " + MORE, "Harbour Wire"),
        ("NEW YORK (AP) — " + MORE, "AP"),
        ("HARTFORD, Conn. (AP) — " + MORE, "AP"),
        ("© 2025 The Quay", "The Quay"),
        ("Copyright © 2024-2025 The Quay Ltd. All rights reserved.", "The Quay Ltd"),
        ("(c) The Quay, 2025", "The Quay"),
        ("© 2025 Getty Images", None),
        ("© Jane Doe", None),
        ("© 2025", None),
        ("All rights reserved 2025", None),
        ("Copyright law changed in 2025, and few noticed.", None),
        ("Norhavn (population 9,000) – " + MORE, None),
        ("WASHINGTON (D.C.) - " + MORE, None),
        ("https://www.quay.example/fund", None),
    ],
)
def test_an_outlet_is_named_by_a_dateline_or_a_copyright_line(line: str, outlet: str | None) -> None:
    assert seen("Ministers agree ferry fund after all-night talks", PROSE, line).source == outlet


def test_front_matter_comes_before_what_the_text_shows() -> None:
    text = f"---\ntitle: As filed\n---\n# As printed\n\nBy Jane Doe\n\n{PROSE}\n\n© 2025 The Quay\n"
    assert parse("a.md", text.encode()).metadata == Metadata("As filed", "The Quay", "Jane Doe", None, None)


def test_merge_takes_each_field_from_the_first_that_knows_it() -> None:
    assert merge(Metadata(title="a"), Metadata(title="b", source="c")) == Metadata(title="a", source="c")


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(["By ", "© 2025 ", "A B", PROSE, "# ", "Published ", "12 May 2025", "\n", "\r\n", "|", "("])
    )
)
def test_no_text_raises_and_every_value_is_fit_to_be_shown(parts: list[str]) -> None:
    text = "".join(parts)
    found = from_text(text, Span(0, len(text)))
    for value in (found.title, found.source, found.author):
        assert value is None or value == tidy(value)


@pytest.mark.parametrize(
    "text",
    ["\n" * 3_000_000, "a" * 5_000_000, "© 2025 " * 500_000, "# " * 1_000_000, "By A B, " * 500_000, "| " * 2_000_000],
)
def test_hostile_lines_are_passed_in_no_time(text: str) -> None:
    started = time.monotonic()
    from_text(text, Span(0, len(text)))
    assert time.monotonic() - started < 2
