import pytest
from hypothesis import given
from hypothesis import strategies as st
from plain_recurrence import recurring_lines

from corpus.document import Document, Metadata, Span
from corpus.furniture import furniture, line_keys

SUBJECTS = ["harbour", "bridge", "school", "museum", "orchard", "tram", "lido", "library", "mill", "observatory"]
PLUG = "We bring you the news of the valley every day, and you can help us do it."
MAST = "The Valley Gazette since 1887"
BACKGROUND = "The county has been run by a caretaker council since the flood of 2019 closed its town hall."


def article(subject: str, *, before: str = "", middle: str = "", behind: str = "") -> str:
    paragraphs = [
        before,
        f"The {subject} will close for two years from Monday, the council said after a long debate.",
        middle,
        f"Nobody who uses the {subject} had been asked, according to a petition of nine hundred names.",
        f"A new {subject} would cost four million, and the money has still to be found by somebody.",
        behind,
    ]
    return "\n\n".join(filter(None, paragraphs))


def recurring(texts: list[str], outlet: str | None = "Gazette") -> frozenset[str]:
    rows = [(f"{number}.txt", outlet, line_keys(document(text))) for number, text in enumerate(texts)]
    return recurring_lines(rows).get(outlet, frozenset())


def document(text: str) -> Document:
    return Document("page", text, Span(0, len(text)), "text", Metadata())


def test_lines_around_many_different_articles_recur() -> None:
    texts = [article(subject, before=MAST, behind=PLUG) for subject in SUBJECTS]
    lines = recurring(texts)
    assert lines == {MAST.casefold(), PLUG.casefold()}
    (first, last) = furniture(document(texts[0]), lines)
    assert texts[0][first.start : first.end] == MAST
    assert texts[0][last.start : last.end] == PLUG


def test_two_articles_are_not_enough() -> None:
    assert recurring([article(subject, before=MAST) for subject in SUBJECTS[:2]]) == frozenset()


def test_a_small_share_of_an_outlets_articles_is_not_enough() -> None:
    texts = [article(subject, before=MAST if number < 2 else "") for number, subject in enumerate(SUBJECTS)]
    assert recurring(texts) == frozenset()


def test_a_paragraph_of_background_in_every_article_is_the_articles() -> None:
    assert recurring([article(subject, behind=BACKGROUND) for subject in SUBJECTS]) == frozenset()


def test_near_copies_of_one_article_are_one_story() -> None:
    versions = [article("harbour", before="Harbour shuts", behind=f"Version {number}") for number in range(6)]
    assert recurring(versions) == frozenset()


def test_near_copies_do_not_hide_what_recurs_elsewhere() -> None:
    versions = [article("harbour", before=MAST, behind=f"Version {number}") for number in range(4)]
    assert recurring(versions + [article(subject, before=MAST) for subject in SUBJECTS[1:5]]) == {MAST.casefold()}


def test_a_house_styles_sub_heading_is_left_alone_until_nearly_every_article_has_it() -> None:
    heading = "What happens next"
    assert recurring([article(subject, middle=heading) for subject in SUBJECTS[:5]]) == frozenset()
    assert recurring([article(subject, middle="The picture of the day") for subject in SUBJECTS]) != frozenset()


def test_bylines_are_left_alone() -> None:
    assert recurring([article(subject, before="By Jane Example") for subject in SUBJECTS]) == frozenset()


def test_an_unknown_outlet_needs_more_articles() -> None:
    texts = [article(subject, before=MAST) for subject in SUBJECTS]
    assert recurring(texts[:4], None) == frozenset()
    assert recurring(texts[:4], "Gazette") == {MAST.casefold()}
    assert recurring(texts, None) == {MAST.casefold()}


def test_outlets_are_told_apart() -> None:
    texts = [article(subject, before=MAST) for subject in SUBJECTS[:4]]
    rows = [(f"{number}.txt", f"Outlet {number}", line_keys(document(text))) for number, text in enumerate(texts)]
    assert set(recurring_lines(rows).values()) == {frozenset()}


@given(order=st.permutations(range(8)))
def test_the_order_of_the_files_does_not_matter(order: list[int]) -> None:
    texts = [article(subject, before=MAST, behind=PLUG) for subject in SUBJECTS[:8]]
    rows = [(f"{number}.txt", "Gazette", line_keys(document(text))) for number, text in enumerate(texts)]
    assert recurring_lines(rows[number] for number in order) == recurring_lines(rows)


@given(text=st.text(max_size=300))
def test_the_keys_of_any_text_are_short(text: str) -> None:
    assert all(0 < len(key) <= 402 for key in line_keys(document(text)))


@pytest.mark.parametrize("text", ["", "\n\n", "one line"])
def test_texts_without_paragraphs_have_keys_too(text: str) -> None:
    assert line_keys(document(text)) == ({text} if text.strip() else set())
