import re
import textwrap
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import furniture_inline
from corpus.document import Document, Furniture, Metadata, Span
from corpus.furniture import furniture

PAGES = sorted(path for path in (Path(__file__).parent / "data" / "furniture").iterdir() if path.name != "README.md")
MIN_PRECISION = 0.95
MIN_RECALL = 0.85


def page(path: Path) -> tuple[Document, list[Span]]:
    """A labelled page as a document, and the spans that are marked as furniture in it."""
    head, rows = {}, path.read_text("utf-8").rstrip("\n").split("\n")
    while rows[0].startswith("%% "):
        key, _, value = rows.pop(0)[3:].partition(": ")
        head[key] = value
    text, spans, opened = "", [], 0
    for char in "\n".join(rows):
        if char == "⟦":
            opened = len(text)
        elif char == "⟧":
            spans.append(Span(opened, len(text)))
        else:
            text += char
    title, start = head.get("title"), 0
    if text.startswith("---\n"):
        start = text.index("\n---\n") + len("\n---\n")
        title = re.search(r"^title: \"?(.+?)\"?$", text[:start], re.MULTILINE)[1]
    return document(text, title, start, head.get("format", "text")), spans


def document(text: str, title: str | None = None, start: int = 0, kind: str = "text") -> Document:
    return Document("page", text, Span(start, len(text)), kind, Metadata(title))


def found(text: str, title: str | None = None, **known: frozenset[str]) -> list[str]:
    return [text[span.start : span.end] for span in furniture(document(text, title), **known)]


def inked(text: str, spans: list[Span] | tuple[Furniture, ...]) -> set[int]:
    return {at for span in spans for at in range(span.start, span.end) if not text[at].isspace()}


def test_the_pages_furniture_is_found_and_their_articles_left_alone() -> None:
    hit = eaten = missed = 0
    for path in PAGES:
        made, labels = page(path)
        gold, got = inked(made.text, labels), inked(made.text, furniture(made))
        hit, eaten, missed = hit + len(gold & got), eaten + len(got - gold), missed + len(gold - got)
    assert hit / (hit + eaten) >= MIN_PRECISION
    assert hit / (hit + missed) >= MIN_RECALL


@pytest.mark.parametrize("path", [path for path in PAGES if "⟦" not in path.read_text("utf-8")], ids=lambda p: p.stem)
def test_a_page_without_furniture_has_none_found(path: Path) -> None:
    made, _ = page(path)
    assert [made.text[span.start : span.end] for span in furniture(made)] == []


def test_the_set_is_large_and_has_pages_without_furniture() -> None:
    assert len(PAGES) >= 36
    assert sum("⟦" not in path.read_text("utf-8") for path in PAGES) >= 8


FIRST = "The harbour master resigned on Monday after the third collision in a month, the port authority said."
SECOND = "His deputy will take over until the board meets in June, and two pilots have been suspended on full pay."


def test_everything_behind_read_next_is_furniture_when_times_and_titles_alternate() -> None:
    text = (
        f"{FIRST}\n{SECOND}\nRead next\n09:18\nBean Prices\nCoffee growers in Huila expect the best crop in ten years, "
        "and the exporters' union has asked for more containers.\n08:02\nNight Train\nThe sleeper to Narvik is full "
        "until August."
    )
    assert found(text) == [text[text.index("Read next") :]]


def test_a_list_in_the_middle_ends_where_the_article_goes_on() -> None:
    text = f"{FIRST}\n\nRelated stories\nFerry captain cleared after two-year inquiry\n\n{SECOND}\n\nA last line of it."
    assert found(text) == ["Related stories\nFerry captain cleared after two-year inquiry"]


def test_a_live_blog_keeps_its_times_titles_and_posts() -> None:
    text = f"Latest\n\n14:05\nMaster resigns\n{FIRST}\n\n14:30\nDeputy named\n{SECOND}\n\n15:10\nBoard to meet\n{FIRST}"
    assert found(text) == []


def test_only_the_image_markup_of_a_paragraph_is_furniture() -> None:
    image = '![A tug (seen from the mole)](https://img.example/tug_(2).jpg "Tug")'
    assert found(f"{FIRST} {image} {SECOND}") == [image]


def test_a_caption_keeps_its_words_and_loses_its_credit() -> None:
    assert found(f"{FIRST}\n\nThe mole at dawn in May. (Photo by Greta Olmstead)\n\n{SECOND}") == [
        "(Photo by Greta Olmstead)"
    ]


def test_a_plug_behind_a_paragraph_is_furniture_and_the_paragraph_is_not() -> None:
    assert found(f"{FIRST} Sign up for our harbour newsletter.\n\n{SECOND}") == ["Sign up for our harbour newsletter."]


def test_the_second_copy_of_a_headline_is_furniture() -> None:
    headline = "Harbour master quits after third collision"
    text = f"{headline}\n\n{headline}\n{FIRST}\n{SECOND}"
    (copy,) = furniture(document(text))
    assert (copy.start, copy.reason) == (text.rindex(headline), "repeated headline")
    assert found(f"{FIRST}\n\n{headline}\n\n{SECOND}\n\n{headline}", title=headline) == [headline]


def test_a_page_title_with_the_site_behind_it_is_a_copy_of_the_headline() -> None:
    text = (
        f"Harbour master quits after third collision | The Gazette\nHarbour master quits after third collision\n{FIRST}"
    )
    assert found(text) == ["Harbour master quits after third collision | The Gazette"]


def test_front_matter_is_furniture() -> None:
    matter = "---\ntitle: Harbour master quits\n---\n"
    made = document(matter + FIRST, "Harbour master quits", len(matter))
    assert furniture(made) == (Furniture(0, len(matter), "front matter"),)


def test_lines_known_to_recur_are_furniture() -> None:
    text = f"The Gazette, your town's own paper\n{FIRST}\n{SECOND}"
    assert found(text) == []
    assert found(text, recurring=frozenset({"the gazette, your town's own paper"})) == [
        "The Gazette, your town's own paper"
    ]


def test_a_buttons_word_that_stands_once_between_paragraphs_is_a_sub_heading() -> None:
    assert found(f"{FIRST}\n\nShare\n\n{SECOND}") == []
    assert found(f"{FIRST}\n\nShare\n\n{SECOND}\n\nShare\n\n{FIRST}") == ["Share", "Share"]


def test_a_long_run_of_short_lines_behind_a_plug_may_be_the_article() -> None:
    recipe = "\n".join(["3 leeks", "2 potatoes", "40 g butter", "1 litre of water", "Salt", "Nutmeg", "Bread"])
    assert found(f"{FIRST}\n{SECOND}\nSign up to our food newsletter\n{recipe}") == ["Sign up to our food newsletter"]


def test_windows_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    text = f"\ufeff{FIRST}\r\n\r\nLeave a Comment\r\n"
    assert found(text) == ["Leave a Comment"]


def test_hard_wrapped_paragraphs_are_read_as_one_line() -> None:
    article = f"{FIRST} Readers may sign up for the hearing until Friday, when the clerk shuts the desk. {SECOND}"
    plug = "Sign up for our free harbour newsletter and never miss a tide, a boat or a sale of fish at the quay."
    text = "\n\n".join(textwrap.fill(paragraph, 72) for paragraph in (article, plug))
    assert found(text) == [textwrap.fill(plug, 72)]


PIECES = st.sampled_from(
    [
        *(
            FIRST,
            SECOND,
            "Read next",
            "09:18",
            "2 hours ago",
            "Most read",
            "Share",
            "Facebook",
            "Sign up to our newsletter",
        ),
        *(
            "12 comments",
            "Reply",
            "A short headline of six words",
            "![alt](http://x)",
            "![",
            "](",
            "[a](b)",
            "Tags: a, b",
        ),
        *(
            "© 2025 X",
            "Photo by A/B/C",
            "(Getty Images)",
            "---",
            "* a",
            "1. b",
            "# c",
            "skip past newsletter promotion",
        ),
        *("", " ", "\u200b", "\ufeff", "“Share this,” she said.", "READ MORE Something or other that is long enough"),
    ]
)
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=40)), max_size=30).flatmap(
    lambda parts: st.sampled_from(["\n", "\n\n", "\r\n", " ", ""]).map(lambda gap: gap.join(parts))
)


@given(text=TEXTS, title=st.one_of(st.none(), PIECES), start=st.integers(0, 200))
@settings(max_examples=300, deadline=None)
def test_spans_are_sorted_disjoint_in_bounds_and_have_a_reason(text: str, title: str | None, start: int) -> None:
    start = min(start, len(text))
    made = document(text, title, start)
    spans = furniture(made)
    edges = [edge for span in spans for edge in (span.start, span.end)]
    assert edges == sorted(edges)
    assert all(0 <= span.start < span.end <= len(text) and span.reason for span in spans)
    assert spans == furniture(made)
    if start:
        assert spans[0] == Furniture(0, start, "front matter")


@given(text=TEXTS)
@settings(max_examples=150, deadline=None)
def test_a_span_of_lines_has_no_white_space_at_its_ends(text: str) -> None:
    assert all(piece == piece.strip() for piece in found(text))


HOSTILE = [
    "a",
    "![",
    "[a](",
    "![a](",
    "(",
    "<img ",
    "“",
    ". A",
    "Photo: A",
    "A B ",
    "©",
    "{{ ",
    "*",
    "_",
    "Photo by A / ",
]


@pytest.mark.parametrize("unit", [*HOSTILE, "your inbox ", ". Sign up for our newsletter", "[a]: http://x ", "\u200b"])
def test_a_line_of_a_megabyte_is_read_in_linear_time(unit: str) -> None:
    text = (unit * (1_000_000 // len(unit) + 1))[:1_000_000]
    before = time.process_time()
    furniture(document(text))
    assert time.process_time() - before < 10  # a quarter of a second is usual; a quadratic rule takes hours


@pytest.mark.parametrize(
    "lines", ["Read next\nA title of five words\n", "1 comment\nReply\n", "09:18\nTitle\n", "More\n"]
)
def test_lists_of_many_short_lines_are_read_in_linear_time(lines: str) -> None:
    seconds = []
    for size in (40_000, 160_000):
        before = time.process_time()
        furniture(document(lines * (size // len(lines))))
        seconds.append(time.process_time() - before)
    assert seconds[1] < 10 * seconds[0] + 0.5  # four times the text


MARKUP = [
    "![a pier](pier.jpg)", "[![x](y)](z)", "[Photo 2: a pier]", "hide caption", " toggle caption", "Enlarge this image",
    "3 of 7 |", "</div>", "<!-- x -->", "[caption id=1]", "[1]: https://a.example/b", "Image caption,", "Media caption",
    "Image source, Getty Images", "Media playback is unsupported on your device", "(Photo by Ann Lee)", "[PHOTO: Lee]",
    "(Photo of a pier: Ann Lee)", "(Ann Lee file photo: Quay)", "(Reuters)", "Photo by Ann Lee", "Credıt: Ann Lee",
    "CREDİT: Ann Lee", "Ann Lee | AFP", "5 min read", "· 4-minute Read", "The pier shut.", " ", " ", "'s", "|", "(",
]  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.sampled_from(MARKUP), max_size=8).map("".join))
def test_markup_in_a_line_is_found_by_every_pattern_that_matches_it(row: str) -> None:
    patterns = [*furniture_inline._MARKUP, *furniture_inline._CREDITS]
    patterns += furniture_inline._READING_TIME if len(row) <= 160 else ()
    want = [(m.start(), m.end(), reason) for reason, _, pattern in patterns for m in pattern.finditer(row)]
    assert [(span.start, span.end, span.reason) for span in furniture_inline._spans(row, 0)] == want
