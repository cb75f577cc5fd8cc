"""How far a statement reaches: the sentence that answers, and those beside it without which it does not."""

import re

from corpus.document import Span
from index.hits import ArticleText
from qa.context import points_back
from qa.facts import has_quote, told_by_nobody
from qa.questions import Question
from qa.quotations import is_bare, joined, whole_quotation
from qa.words import tokens

_REASON = re.compile(
    r"\b(?:because|due to|owing to|thanks to|as a (?:result|consequence) of|caused|causes|in order to|so (?:that|as to)"
    r"|to (?:avoid|prevent|protect|stop|save)|reasons?|blam(?:es|ed|ing)|citing|amid|for fear|out of|in protest"
    r"|over (?:an?|the|its|his|her|their|new)\b|as (?:it|they|he|she|the)\b|since (?:it|they|he|she|the)\b)",
    re.IGNORECASE,
)
_EXPLAINS = re.compile(
    r"\b(?:had|has|have)\s+(?:(?:not|never|already|long|been|also|only)\s+)*\w+(?:ed|en|wn|ut|ld|nd|de|st|lt|pt|ght|et|un|ome|one)\b"
    r"|\b(?:because|reasons?|caused?|blam(?:es|ed|ing)|due to|as a result of)\b",
    re.IGNORECASE,
)
_FOLLOWS = re.compile(
    r"^\W*(?:as a (?:result|consequence)|therefore|so|that is why|this is why|that’s why|that's why|hence|consequently"
    r"|for (?:that|this) reason)\b|\btherefore\b",
    re.IGNORECASE,
)
_BRIEF_WORDS = 10
"""A sentence of so few words may name a reason and leave it to the next to tell it: "It was because of a crane."."""
_FEW_WORDS = 5
"""A sentence of so few words before a quotation only leads to it: "Rosa Timm rejected that."."""


def reach(question: Question, stored: ArticleText, number: int, tells: bool = True) -> Span:
    """The span to be quoted for the article's `number`-th sentence.

    Its quotations whole; where the question asks why and the sentence `tells` what is asked about, with the sentence of
    its paragraph that gives the reason; where it asks for someone's words, with the sentence before a quotation that
    says whose they are, and the quotation that follows a report of them or goes on with it.
    """
    whole = whole_quotation(stored, number)
    if whole != stored.sentences[number]:
        return whole
    beside = _reason_beside if question.kind == "why" and tells else _words_beside
    first, last = beside(question, stored, number)
    return Span(whole_quotation(stored, first).start, whole_quotation(stored, last).end)


def _reason_beside(_: Question, stored: ArticleText, number: int) -> tuple[int, int]:
    """The first and last sentence of a fact with its reason."""
    text = _text(stored, number)
    if _FOLLOWS.search(text) and joined(stored, number - 1, number):
        return number - 1, number
    if lacks_reason(text) and joined(stored, number, number + 1) and not _asks(_text(stored, number + 1)):
        return number, number + 1
    return number, number


def _words_beside(question: Question, stored: ArticleText, number: int) -> tuple[int, int]:
    """The first and last sentence of someone's words with whose they are."""
    text, said = _text(stored, number), question.kind == "said"
    if said and has_quote(text) and points_back(text) and joined(stored, number - 1, number):
        return number - 1, number
    after = _text(stored, number + 1) if joined(stored, number, number + 1) else ""
    leads = said or len(tokens(text)) <= _FEW_WORDS
    goes_on = said and is_bare(after) if has_quote(text) else leads and told_by_nobody(after)
    return number, number + goes_on


def lacks_reason(sentence: str) -> bool:
    """True if the sentence gives no reason, or so shortly that the next may tell it."""
    return _REASON.search(sentence) is None or len(tokens(sentence)) <= _BRIEF_WORDS


def explains(sentence: str) -> bool:
    """True if the sentence reads like the reason of what is told before it: "A crack had been found in a pier."."""
    return _EXPLAINS.search(sentence) is not None and not _asks(sentence)


def _asks(sentence: str) -> bool:
    return sentence.rstrip("”\"’') \n").endswith("?")


def _text(stored: ArticleText, number: int) -> str:
    span = stored.sentences[number]
    return stored.text[span.start : span.end]
