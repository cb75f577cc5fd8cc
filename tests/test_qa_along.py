"""How far a statement reaches beside its sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.sentences import sentences
from index.hits import ArticleText
from qa.along import explains, lacks_reason, reach
from qa.questions import analyse

WHY = "Why was the lock shut?"
SAID = "What did Ada Moll say about the lock?"


def reached(question: str, text: str, holding: str, tells: bool = True) -> str:
    article = ArticleText(text, tuple(sentences(text)), ())
    number = next(n for n, s in enumerate(article.sentences) if holding in text[s.start : s.end])
    span = reach(analyse(question), article, number, tells)
    return text[span.start : span.end]


@pytest.mark.parametrize(
    ("question", "text", "holding", "whole"),
    [
        (
            WHY,
            "It rained. The lock was shut. A gate was loose. Boats wait.",
            "shut",
            "The lock was shut. A gate was loose.",
        ),
        (
            WHY,
            "A gate was loose. The lock was therefore shut. Boats wait.",
            "shut",
            "A gate was loose. The lock was therefore shut.",
        ),
        (
            WHY,
            "The lock on the river was shut on Monday evening because a gate was loose. Boats wait.",
            "shut",
            "The lock on the river was shut on Monday evening because a gate was loose.",
        ),
        (WHY, "The lock was shut.\n\nA gate was loose.", "shut", "The lock was shut."),
        (WHY, "The lock was shut. But for how long?", "shut", "The lock was shut."),
        ("When was the lock shut?", "The lock was shut. A gate was loose.", "shut", "The lock was shut."),
        (
            SAID,
            "Ada Moll gave up. “The lock has beaten me,” she said.",
            "beaten",
            "Ada Moll gave up. “The lock has beaten me,” she said.",
        ),
        (
            SAID,
            "Ada Moll blamed the town. “The lock is old,” she said.",
            "blamed",
            "Ada Moll blamed the town. “The lock is old,” she said.",
        ),
        (SAID, "Ada Moll blamed the town. “It is old,” Olav Brandt said.", "blamed", "Ada Moll blamed the town."),
        (
            SAID,
            "“The lock is old,” said Moll. “It must go.” Boats wait.",
            "old",
            "“The lock is old,” said Moll. “It must go.”",
        ),
        (
            "Is the lock old?",
            "Moll rejected that. “The lock is new,” she said.",
            "rejected",
            "Moll rejected that. “The lock is new,” she said.",
        ),
    ],
)
def test_a_statement_takes_along_what_it_needs(question: str, text: str, holding: str, whole: str) -> None:
    assert reached(question, text, holding) == whole


def test_what_tells_nothing_of_what_is_asked_takes_no_reason_along() -> None:
    assert reached(WHY, "The lock is old. A gate was loose.", "old", tells=False) == "The lock is old."


def test_a_reason_is_known_by_its_words() -> None:
    assert explains("A crack had been found in a pier.")
    assert explains("The town blamed the frost.")
    assert not explains("Schools open at eight.")
    assert not explains("Had it been found?")
    assert lacks_reason("The lock on the river was shut to all boats on Monday evening.")
    assert not lacks_reason("The lock on the river was shut to all boats on Monday to prevent another flood.")


@given(st.text(alphabet='ab .!?"“”\n', max_size=200), st.sampled_from([WHY, SAID, "Was it shut?"]))
def test_what_is_reached_holds_the_sentence_and_is_made_of_whole_ones(text: str, question: str) -> None:
    article = ArticleText(text, tuple(sentences(text)), ())
    for number, sentence in enumerate(article.sentences):
        span = reach(analyse(question), article, number)
        assert span.start <= sentence.start < sentence.end <= span.end
        assert span.start in {s.start for s in article.sentences}
        assert span.end in {s.end for s in article.sentences}
        assert "\n" not in text[span.start : span.end] or span == sentence
