"""The sentences that say who or what a statement speaks of, where the statement leaves that to those before it."""

import functools
import re

from corpus.document import Span
from index.hits import ArticleText
from qa.english import any_of
from qa.names import Name, names

_LOOK_BACK_SENTENCES = 5
_FIRST_SENTENCES = 2
_BESIDE = len(", ")
_PERSON = re.compile(r"\b(?:he|she|him|her|his|hers)\b", re.IGNORECASE)
_THINGS = (
    "two three four five pair latter former company firm group club team union bank court government ministry agency "
    "council party museum hospital school paper newspaper report study law bill plan deal picture painting film book "
    "song game line factory ship plane animals decision measure project scheme service device app phone product"
)
_PEOPLE = (
    "man woman men women boy girl couple minister president mayor director chairman chairwoman executive ceo coach "
    "captain player striker actor actress singer author writer artist judge inspector spokesman spokeswoman doctor "
    "biologist scientist researcher engineer suspect victim year-old"
)
# What opens a sentence and stands for what was named before. "It is clear that" and the like stand for nothing.
_OPENS = re.compile(
    r"^[\W_]*(?:(?:and|but|so|yet|then|now|still|also|since then|after that|in addition)\b,?\s+)?"
    r"(?:(?P<person>he|she|his|her)"
    r"|(?P<thing>it(?!\s+(?:is|was|’s|'s)\s+\w+\s+(?:that|to)\b)|its|they|their|these|those|this|that|such|both|neither"
    r"|(?:all|one|some|most|many|none|half|two|three|four|five)\s+of\s+(?:them|these|those))"
    rf"|(?P<called>the\s+(?:{_THINGS.replace(' ', '|')}))"
    rf"|(?P<someone>the\s+(?:\w+[\s-])?(?:{_PEOPLE.replace(' ', '|')})))\b(?!['’]s)",
    re.IGNORECASE,
)
_ANYONE = re.compile(r"\b(?:an?|one|every|each|no|any|some|somebody|someone|anyone|nobody|who|whose)\b", re.IGNORECASE)
_OF_NO_NAME = re.compile(r"^[\W_]*(?:the|an?|one|both|all)\s+[a-z]", re.IGNORECASE)
_SAYS = re.compile(r"^[A-Z]\w+\s+(?:said|says|told|added|called|warned|replied|insisted|argued|wrote)\b")
_DATE = re.compile(any_of("time_words"), re.IGNORECASE)
_QUOTED = re.compile(r"[“\"][^“”\"]*[”\"]?|^[^“”\"]*”")


def context(stored: ArticleText, number: int) -> Span | None:
    """The sentence before the article's `number`-th that names whom or what it points back to; None where it points
    back to nothing or there is none, and never from behind furniture.

    For "it" that is the sentence before; for "the company" the nearest of its paragraph that names something, or else
    the article's first that does; for someone ("she", "the minister") the nearest to name a person, or the one before
    where that speaks of somebody without a name.
    """
    wanted = _pointed_at(_text(stored, stored.sentences[number]))
    before = [] if wanted is None else _before(stored, number)
    if not before:
        return None
    if wanted == "thing":
        return before[0]
    if wanted == "called":
        near = [span for span in before if "\n" not in stored.text[span.end : stored.sentences[number].start]]
        return next((span for span in (*near, *reversed(before)) if _names(_text(stored, span))), None)
    nearest, told = before[0], _text(stored, before[0])
    if _OF_NO_NAME.match(told) and not any(_is_person(name) for name in _names(told)):
        return nearest
    return next((span for span in before if any(_is_person(name) for name in _names(_text(stored, span)))), None)


def _before(stored: ArticleText, number: int) -> list[Span]:
    """The sentences before the `number`-th, nearest first, as far back as one looks and no furniture lies between; and
    the article's first few, where none does."""
    behind = stored.sentences[number].start
    open_from = max((each.end for each in stored.furniture if each.end <= behind), default=0)
    found = [stored.sentences[at] for at in range(number - 1, -1, -1) if stored.sentences[at].start >= open_from]
    return [*found[:_LOOK_BACK_SENTENCES], *found[_LOOK_BACK_SENTENCES:][-_FIRST_SENTENCES:]]


def points_back(sentence: str) -> bool:
    """True if the sentence, its quotations left out, leaves it to those before it to say whom or what it speaks of:
    it opens with a pronoun or "the company", has "she" with no name in front of it, or is a quotation alone."""
    return _pointed_at(sentence) is not None


@functools.lru_cache(maxsize=20_000)
def _pointed_at(sentence: str) -> str | None:
    """What the sentence points back to: "person", "thing", "called" (a thing by what it is); None if to nothing."""
    told = _QUOTED.sub("“”", sentence)
    if not any(character.isalnum() for character in told):
        return "person" if told != sentence else None
    opening = _OPENS.match(told)
    called = _names(sentence)
    if opening is not None and opening.lastgroup in ("person", "thing"):
        return opening.lastgroup
    if opening is not None and not any(0 <= name.start - opening.end() <= _BESIDE for name in called):
        return "person" if opening.lastgroup == "someone" else "called"
    pronoun = _PERSON.search(told)
    if pronoun is None or any(name.start < pronoun.start() for name in called) or _SAYS.match(told):
        return None
    return None if _ANYONE.search(told, 0, pronoun.start()) else "person"


@functools.lru_cache(maxsize=20_000)
def _names(sentence: str) -> tuple[Name, ...]:
    return tuple(name for name in names(_QUOTED.sub("“”", sentence)) if not _DATE.fullmatch(name.text))


def _is_person(name: Name) -> bool:
    return name.kind in ("person", "unknown")


def _text(stored: ArticleText, span: Span) -> str:
    return stored.text[span.start : span.end]
