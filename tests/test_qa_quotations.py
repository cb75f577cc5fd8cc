"""Statements widened to whole quotations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.document import Furniture
from corpus.sentences import sentences
from index.hits import ArticleText
from qa.quotations import whole_quotation


def stored(text: str, furniture: tuple[Furniture, ...] = ()) -> ArticleText:
    return ArticleText(text, tuple(sentences(text)), furniture)


def widened(text: str, holding: str, furniture: tuple[Furniture, ...] = ()) -> str:
    article = stored(text, furniture)
    number = next(n for n, s in enumerate(article.sentences) if holding in text[s.start : s.end])
    span = whole_quotation(article, number)
    return text[span.start : span.end]


@pytest.mark.parametrize(
    ("text", "holding", "whole"),
    [
        (
            'Rain fell. Joan Pell, 71, said: "They guard the geese all day. Who guards us here?" She left.',
            "They guard",
            'Joan Pell, 71, said: "They guard the geese all day. Who guards us here?"',
        ),
        (
            'Rain fell. Joan Pell, 71, said: "They guard the geese all day. Who guards us here?" She left.',
            "Who guards",
            'Joan Pell, 71, said: "They guard the geese all day. Who guards us here?"',
        ),
        (
            "Ann Roe said: “We lost everything we had. The water came at night. Nobody called us.” She wept.",
            "The water",
            "The water came at night.",
        ),
        (
            "Ann Roe said: “We lost everything we had. The water came at night. Nobody called us.” She wept.",
            "Nobody",
            "Ann Roe said: “We lost everything we had. The water came at night. Nobody called us.”",
        ),
        ('The "plan" is off. He said so.', "plan", 'The "plan" is off.'),
        (
            "“It was late,” said Ann Roe. “I was ashamed of that.” She left.",
            "ashamed",
            "“It was late,” said Ann Roe. “I was ashamed of that.”",
        ),
        ("“I was ashamed of that.” She left.", "ashamed", "“I was ashamed of that.”"),
        ("No quotation here. None at all.", "None", "None at all."),
        ("“It opens and runs on.\n\n“And here it ends,” she said.", "It opens", "“It opens and runs on."),
        ('A 5" pipe burst in Hull. Then it froze.', "pipe", 'A 5" pipe burst in Hull.'),
    ],
)
def test_a_sentence_is_widened_to_the_whole_quotation(text: str, holding: str, whole: str) -> None:
    assert widened(text, holding) == whole


def test_a_quotation_is_not_widened_over_furniture() -> None:
    text = "He said: “The pier is shut now. [Advert] It will open again in May.” Then he left."
    at = text.index("[Advert]")
    marked = (Furniture(at, at + 8, "advert"),)
    kept = ArticleText(text, (*sentences(text, 0, at), *sentences(text, at + 8)), marked)
    span = whole_quotation(kept, 0)
    assert span == kept.sentences[0]


@given(st.text(alphabet='ab .!?"“”\n', max_size=200))
def test_what_is_widened_holds_the_sentence_and_is_made_of_whole_ones(text: str) -> None:
    article = stored(text)
    for number, sentence in enumerate(article.sentences):
        span = whole_quotation(article, number)
        assert span.start <= sentence.start < sentence.end <= span.end
        assert span.start in {s.start for s in article.sentences}
        assert span.end in {s.end for s in article.sentences}
        assert "\n" not in text[span.start : span.end] or span == sentence
