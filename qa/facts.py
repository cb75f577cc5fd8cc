"""What a sentence holds: its stems, and the kinds of thing that questions ask for."""

import functools
import re
from dataclasses import dataclass
from itertools import compress
from operator import not_

from qa.english import any_of, words
from qa.names import SPEECH, Name, names
from qa.questions import Question
from qa.words import is_stop, spelled, stem_of

_YEAR = r"(?:1[5-9]|20)\d\d(?!\d|[,.]\d|%)"
_NUMBER = re.compile(rf"(?<![\d,.])(?!{_YEAR})\d|[%$€£]|\b{any_of('number_words')}\b", re.IGNORECASE)
_TIME = re.compile(
    rf"\b(?:(?<![-–])(?:1\d|20)\d\ds?|{any_of('time_words')}|(?:last|next|this|past|previous|earlier)\s+{any_of('periods')}"
    rf"|(?:\d+|few|{any_of('number_words')})[\s-]+{any_of('periods')}|\d{{1,2}}(?::\d\d)?\s*[ap]\.?m|in\s+may|may\s+\d)\b",
    re.IGNORECASE,
)
_DURATION = re.compile(
    rf"\b(?:(?:\d+|few|{any_of('number_words')})[\s-]+{any_of('periods')}|since|until|for\s+(?:\w+\s+)?{any_of('periods')})\b",
    re.IGNORECASE,
)
_AGE = re.compile(
    r"(?<=[,(] )\d{1,3}(?=[,).])|\b\d{1,3}[- ]years?[- ]old\b|\bage[ds]?(?: of)? \d|\bturn(?:s|ed) \d"
    r"|\b(?:born|founded|established|built|opened|set up|dates?|since)\b.{0,300}\b(?:1\d|20)\d\d\b",
    re.IGNORECASE,
)
_ASKS_AGE = re.compile(r"\b(?:how old|older|younger|what age)\b", re.IGNORECASE)
_PLACED = r"(?:in|at|near|from|to|across|outside|inside|throughout|into|of|around|between)"
_WHERE = re.compile(rf"\b{_PLACED}\s+(?:(?:the|its|an?|his|her|their)\s+)?(?:\w+\s+){{0,2}}?[A-Z]")
_SPOT = re.compile(
    r"\b(?:in|at|inside|outside|into|on|behind|under|beside|along|to|near)\s+(?:the|an?|his|her|its|their)\s+[a-z]{3}"
)
_WHY = re.compile(rf"\b{any_of('reasons')}\b", re.IGNORECASE)
_PRONOUNS = frozenset(map(stem_of, ("he", "she", "they", "who")))
_HE = re.compile(r"\b(?:he|she|they)\b", re.IGNORECASE)
_NEAR = 8
_COUNTED_WITHIN = 4
_ORDINAL = frozenset({"st", "nd", "rd", "th"})
_NUMBERS = frozenset(map(stem_of, words("number_words")))
_NOT = frozenset(map(stem_of, words("not")))
_QUOTED = re.compile(r"[“\"][^“”\"]*(?:[”\"]|$)|^[^“”\"]*”")
_QUOTE = re.compile(r"[“”\"„«»]|[‘’'](?=\w[^’']{12,300}[’'])")


@dataclass(frozen=True, slots=True)
class Facts:
    """The stems of one sentence, in order and as a set; those of them that carry matter; how many deny; and how it is
    written."""

    order: tuple[str, ...]
    stems: frozenset[str]
    matter: frozenset[str]
    negations: int
    asks: bool
    heading: bool


@functools.lru_cache(maxsize=50_000)
def facts(sentence: str) -> Facts:
    """What the sentence holds at a first look."""
    order, written = spelled(sentence)
    stems = frozenset(order)
    end = sentence.rstrip("”\"’') \n\r\t")
    heading = not sentence.rstrip().endswith(tuple(".!?…:;,”\"’')]。！？"))
    return Facts(
        order=tuple(order),
        stems=stems,
        matter=frozenset(compress(order, map(not_, map(is_stop, written)))),
        negations=0 if _NOT.isdisjoint(stems) else sum(stem in _NOT for stem in order),
        asks=end.endswith("?"),
        heading=heading,
    )


@functools.lru_cache(maxsize=20_000)
def _names(sentence: str) -> tuple[Name, ...]:
    return tuple(names(sentence))


def has_quote(sentence: str) -> bool:
    """True if the sentence quotes someone's words."""
    return _QUOTE.search(sentence) is not None


def told_by_nobody(sentence: str) -> bool:
    """True if the sentence quotes someone's words and does not name whose they are: "She said", or nothing at all."""
    told = _QUOTED.sub("“”", sentence)
    pronoun = _HE.search(told)
    return told != sentence and not any(pronoun is None or name.start < pronoun.start() for name in names(told))


def holds_answer(question: Question, sentence: str, before: str = "") -> float:
    """How far a sentence holds the kind of thing that the question asks for and does not give itself, 0 to 1.

    `before` is the sentence that says who is meant, where this one leaves that to it.
    """
    held = facts(sentence)
    match question.kind:
        case "who" | "where":
            given = {term.stem for term in question.terms}
            fresh = [name for name in _names(sentence) if not given & set(name.stems)]
            if question.kind == "who":
                return 1.0 if any(name.kind == "person" for name in fresh) else 0.5 if fresh else 0.0
            if fresh and _WHERE.search(sentence):
                return 1.0 if any(name.kind == "place" for name in fresh) else 0.5
            return 0.25 if _SPOT.search(sentence) else 0.0
        case "when":
            return 1.0 if _TIME.search(sentence) else 0.0
        case "how long":
            return 1.0 if _DURATION.search(sentence) else 0.0
        case "how many" if _ASKS_AGE.search(question.text):
            return 1.0 if _AGE.search(sentence) else 0.0
        case "how many":
            if not _NUMBER.search(sentence):
                return 0.0
            return 1.0 if not question.counted or _counts(sentence, question.counted) else 0.25
        case "why":
            return 1.0 if _WHY.search(sentence) else 0.0
        case "said":
            spoke = not question.speaker or bool(question.speaker & (held.stems | facts(before).stems))
            if has_quote(sentence):
                return 1.0 if spoke else 0.5
            return 0.5 if spoke and held.stems & SPEECH else 0.0
        case _:
            return 0.5


def _counts(sentence: str, counted: frozenset[str]) -> bool:
    """True if a number, neither ordinal nor a share, stands shortly before one of the stems: "over 50 countries"."""
    order = facts(sentence).order
    for spot, stem in enumerate(order):
        if stem in counted:
            near = range(max(0, spot - _COUNTED_WITHIN), spot)
            if "percent" in order[near.start : spot]:
                continue
            if any((order[n][0].isdigit() and order[n + 1] not in _ORDINAL) or order[n] in _NUMBERS for n in near):
                return True
    return False


def attributes(question: Question, sentence: str, before: str | None = None) -> bool:
    """True unless the question asks for a named speaker's words and the sentence does not give them: it has no verb of
    saying near the speaker's name or a pronoun, and is no quotation that names nobody.

    `before` is the sentence that says who is meant, where this one leaves that to it; then the speaker stands in it.
    """
    if question.kind != "said" or not question.speaker:
        return True
    told = _QUOTED.sub(" ", sentence)
    elsewhere = before is None or bool(question.speaker & facts(before).stems)
    if told != sentence and not names(told):
        return elsewhere
    order = facts(told).order
    speakers = [
        spot for spot, stem in enumerate(order) if stem in question.speaker or (elsewhere and stem in _PRONOUNS)
    ]
    verbs = [spot for spot, stem in enumerate(order) if stem in SPEECH and stem != "speak"]
    return any(abs(speaker - verb) <= _NEAR for speaker in speakers for verb in verbs)


def lacks_kind(question: Question, sentence: str) -> bool:
    """True if the question asks for a number or a time and the sentence holds none."""
    return question.kind in ("when", "how long", "how many") and holds_answer(question, sentence) == 0.0
