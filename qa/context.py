"""The sentence that says who or what a statement speaks of, where the statement leaves that to one before it."""

import re

from corpus.document import Span
from index.hits import ArticleText
from qa.names import names

_LOOK_BACK_SENTENCES = 3
_POINTS_BACK = re.compile(
    r"\b(?:he|she|they|him|her|them|his|their|its)\b|^[“\"‘']?(?:it|this|these|those|that|such|both)\b", re.IGNORECASE
)
_QUOTED = re.compile(r"[“\"][^“”\"]*[”\"]?")


def context(stored: ArticleText, number: int) -> Span | None:
    """The nearest sentence before the article's `number`-th that names someone, if that one points back and names
    nobody before it does; None where it needs none or there is none, and never from behind furniture."""
    if not points_back(_text(stored, stored.sentences[number])):
        return None
    for back in range(number - 1, max(-1, number - 1 - _LOOK_BACK_SENTENCES), -1):
        span = stored.sentences[back]
        behind = stored.sentences[number].start
        if any(span.end <= each.start < behind for each in stored.furniture):
            return None
        if names(_without_quotes(_text(stored, span))):
            return span
    return None


def points_back(sentence: str) -> bool:
    """True if the sentence, its quotations left out, has a pronoun and no name in front of it."""
    told = _without_quotes(sentence)
    pronoun = _POINTS_BACK.search(told)
    if pronoun is None:
        return False
    return not any(name.start < pronoun.start() for name in names(told))


def _without_quotes(sentence: str) -> str:
    return _QUOTED.sub("“”", sentence)


def _text(stored: ArticleText, span: Span) -> str:
    return stored.text[span.start : span.end]
