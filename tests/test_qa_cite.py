"""Citations: what `check` lets through, and that nothing else makes one."""

import copy
import dataclasses
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.document import Furniture, Metadata, text_digest
from index.hits import ArticleText, StoredArticle
from qa.cite import Citation, CitationError, Draft, Evidence, check, draft, is_checked, line_number

TEXT = (
    "The bridge shut on Monday.\r\nIt opens again in May.\r\n\r\n"
    "Sign up for our newsletter!\nA second bridge is planned."
)


def evidence(text: str = TEXT, furniture: tuple[Furniture, ...] | None = None) -> Evidence:
    plug = TEXT.index("Sign up")
    spans = (
        (Furniture(plug, plug + len("Sign up for our newsletter!"), "newsletter"),) if furniture is None else furniture
    )
    about = Metadata(title="Bridge shut", source="The Town Crier", published="2025-03-03")
    article = StoredArticle(0, "news/bridge.txt", text_digest(text), "text", about, len(text))
    return Evidence(article, ArticleText(text, (), spans))


def good() -> Citation:
    start = TEXT.index("It opens")
    return check(draft(1, evidence(), start, start + len("It opens again in May.")), evidence())


def test_a_checked_citation_says_what_the_text_says_and_where() -> None:
    made = good()
    assert TEXT[made.start : made.end] == made.quote == "It opens again in May."
    assert made.document == text_digest(TEXT)
    assert made.quote_digest == text_digest(made.quote)
    assert (made.file, made.line, made.marker) == ("news/bridge.txt", 2, 1)
    assert (made.title, made.source, made.published) == ("Bridge shut", "The Town Crier", "2025-03-03")
    assert is_checked(made)


@pytest.mark.parametrize(
    "change",
    [
        {"quote": "It opens again in June."},
        {"quote": "It opens again in May. "},
        {"quote": ""},
        {"quote_digest": text_digest("something else")},
        {"document": text_digest("another document")},
        {"start": 0},
        {"end": len(TEXT)},
        {"start": -22},
        {"end": 10_000},
        {"marker": 0},
    ],
)
def test_a_draft_that_is_wrong_in_any_part_is_refused(change: dict[str, object]) -> None:
    start = TEXT.index("It opens")
    right = draft(1, evidence(), start, start + len("It opens again in May."))
    with pytest.raises(CitationError):
        check(dataclasses.replace(right, **change), evidence())  # type: ignore[arg-type]


def test_an_empty_span_is_refused() -> None:
    with pytest.raises(CitationError, match="empty"):
        check(Draft(1, text_digest(TEXT), 5, 5, "", text_digest("")), evidence())


def test_a_span_of_white_space_is_refused() -> None:
    start = TEXT.index("\r\n\r\n")
    with pytest.raises(CitationError, match="read as quoted"):
        check(draft(1, evidence(), start, start + 4), evidence())


@pytest.mark.parametrize("reach", [(0, 0), (-3, 0), (0, 3), (5, -5), (-9, 9)])
def test_furniture_is_never_cited_not_even_a_corner_of_it(reach: tuple[int, int]) -> None:
    plug = TEXT.index("Sign up")
    start, end = plug + reach[0], plug + len("Sign up for our newsletter!") + reach[1]
    with pytest.raises(CitationError, match="furniture"):
        check(draft(1, evidence(), start, end), evidence())


def test_a_span_that_only_touches_furniture_is_no_furniture() -> None:
    plug = TEXT.index("Sign up")
    behind = plug + len("Sign up for our newsletter!")
    assert check(draft(1, evidence(), behind, len(TEXT)), evidence()).quote.strip() == "A second bridge is planned."


def test_a_text_that_is_not_the_article_s_is_refused() -> None:
    real, other = evidence(), evidence(TEXT.replace("Monday", "Friday"))
    mixed = Evidence(real.article, other.stored)
    with pytest.raises(CitationError, match="not one document"):
        check(draft(1, mixed, 0, 26), mixed)


def test_the_constructor_makes_no_citation() -> None:
    fields = {f.name: getattr(good(), f.name) for f in dataclasses.fields(Citation)}
    for seal in (b"", b"x" * 32, object()):
        with pytest.raises(CitationError):
            Citation(**(fields | {"quote": "Never said.", "seal": seal}))


@pytest.mark.parametrize("field", [f.name for f in dataclasses.fields(Citation)])
def test_a_changed_copy_of_a_citation_is_refused(field: str) -> None:
    made = good()
    value = getattr(made, field)
    other = value + 1 if isinstance(value, int) else value + b"x" if isinstance(value, bytes) else f"{value} not"
    with pytest.raises(CitationError):
        dataclasses.replace(made, **{field: other})  # type: ignore[arg-type]


def test_a_citation_can_t_be_changed_in_place() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        good().quote = "Never said."  # type: ignore[misc]


def test_a_citation_changed_behind_its_back_is_known_for_what_it_is() -> None:
    made = good()
    object.__setattr__(made, "quote", "Never said.")
    assert not is_checked(made)
    assert not is_checked(object.__new__(Citation))


def test_a_seal_is_no_good_on_another_citation() -> None:
    fields = {f.name: getattr(good(), f.name) for f in dataclasses.fields(Citation)}
    with pytest.raises(CitationError):
        Citation(**(fields | {"marker": 2}))


def test_a_citation_is_neither_pickled_nor_inherited_from() -> None:
    with pytest.raises(TypeError, match="JSON"):
        pickle.dumps(good())
    with pytest.raises(TypeError):
        type("Forged", (Citation,), {})


def test_a_copy_of_a_citation_is_the_citation() -> None:
    made = good()
    assert copy.copy(made) is made
    assert copy.deepcopy([made])[0] is made


@given(st.text(alphabet="ab \n\r😀é\u2028", max_size=60), st.data())
def test_lines_are_counted_as_an_editor_counts_them(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    if offset and text[offset - 1 : offset + 1] == "\r\n":
        offset += 1
    assert line_number(text, offset) == text[:offset].replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1


@given(st.text(min_size=1, max_size=80), st.data())
def test_whatever_the_text_a_citation_round_trips(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    held = evidence(text, furniture=())
    if not text[start:end].strip():
        return
    made = check(draft(3, held, start, end), held)
    assert text[made.start : made.end] == made.quote
    assert is_checked(made)
