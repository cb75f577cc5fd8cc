"""What a question asks for: its kind, the words that matter in it, its names, and who is to have said it."""

import functools
import re
import typing
from dataclasses import dataclass
from itertools import pairwise

from qa.english import any_of, words
from qa.names import SPEECH, Name, names
from qa.words import Token, rarity, stem_of, tokens

Kind = typing.Literal["who", "when", "how long", "where", "how many", "why", "how", "said", "yes-no", "what"]

_AUXILIARY = any_of("auxiliaries")
_TAIL = re.compile(
    r",\s+and\s+(?:by|for|to|from|with|since|until)?\s*"
    r"(who|whom|when|where|why|how(?: many| much| long)?|what|which)\s*\?*$",
    re.IGNORECASE,
)
_WHICH = r"(?:what|which|whose)(?:\s+(?:is|was|are|were)\s+(?:the|his|her|its|their))?(?:\s+[\w’'-]+)?\s+"
_MEASURED = r"\bhow\s+(?:many|much|old|big|large|tall|high|far|fast|heavy|wide|deep|often)\b"
# The first that fits is the question's kind.
_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in typing.cast(
        tuple[tuple[Kind, str], ...],
        (
            ("how many", rf"{_MEASURED}|{_WHICH}{any_of('number_nouns')}\b"),
            ("how long", r"\bhow\s+long\b(?!\s+ago)"),
            ("when", rf"\bwhen\b(?!ever)|\bhow\s+(?:long ago|soon|recently)\b|{_WHICH}{any_of('time_nouns')}\b"),
            ("said", rf"\b(?:what|how)\s+(?:else\s+)?{_AUXILIARY}\b.*\b{any_of('said')}\b"),
            ("where", rf"\bwhere\b|{_WHICH}{any_of('place_nouns')}\b"),
            ("who", rf"\bwho(?:m|se)?\b|{_WHICH}{any_of('person_nouns')}\b"),
            ("why", r"\bwhy\b|\bhow come\b|\bfor what reason\b|\bwhat (?:caused|led to|(?:is|was) the reason)\b"),
            ("how", r"^\s*how\b"),
            ("yes-no", rf"^\s*{_AUXILIARY}\b"),
        ),
    )
)
# The noun that asks for a kind of answer says nothing of the matter: "what SHARE of the vote".
_ASKING = re.compile(
    rf"\b(?:what|which)\s+(?:(?:is|was)\s+the\s+)?(?P<noun>{any_of('number_nouns', 'time_nouns', 'asking_nouns')})\b",
    re.IGNORECASE,
)
_REPORTS = words("reports")
_EMPTY_VERBS = frozenset(map(stem_of, ("do", "have", "happen", "go")))
# What only says that something is to be looked up: "what do the articles say about China?"
_FRAME = re.compile(
    r"^\s*(?:what\s+(?:do|does|did|is|was)\s+(?:(?:the|these|any|all)\s+)?(?:articles?|reports?|sources?|papers?|press)?\s*"
    r"(?:say|said|report|reported|write|written|tell|known)(?:\s+us)?\s+(?:about|on|of)"
    r"|(?:which|what|do\s+any(?:\s+of\s+the)?)\s+(?:articles?|reports?|outlets?|sources?)\s+"
    r"(?:mention|report|talk|write|speak|are|deal)s?(?:\s+(?:on|about|of|with))?"
    r"|(?:please\s+)?(?:tell\s+me|what\s+is\s+there)\s+(?:about|on)|is\s+there\s+anything\s+(?:about|on))\s+(?=\S)",
    re.IGNORECASE,
)
_SPEAKER_WITHIN = len("the US defence secretary ")
_SPEAKER = re.compile(rf"\b(?:what|how|where|when|why)\b.*?\b{_AUXILIARY}\s+(?P<rest>.+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Term:
    """A word that the question turns on, with its weight: how rare it is in English, 0 to 1."""

    stem: str
    weight: float
    name: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A question taken apart.

    `text` is what it asks about, without a mere "what do the articles say about". `pairs` are stems that stand side by
    side in it; `speaker` the stems of who is to have spoken, for the kind `said`.
    """

    text: str
    kind: Kind
    terms: tuple[Term, ...]
    pairs: tuple[tuple[str, str], ...]
    names: tuple[Name, ...]
    speaker: frozenset[str]


@functools.lru_cache(maxsize=1024)
def analyse(text: str, apart: frozenset[str] = frozenset()) -> Question:
    """The question taken apart; the stems `apart` (the names of outlets) are none of its terms."""
    text = _FRAME.sub("", text)
    found = tuple(name for name in names(text) if not apart.issuperset(name.stems))
    kind = kind_of(text)
    named = {stem for name in found for stem in name.stems}
    asking = {match.start("noun") for match in _ASKING.finditer(text)}
    content = [
        token
        for token in tokens(text)
        if token.stem not in apart and token.start not in asking and _matters(token, kind)
    ]
    weights = {token.stem: max(rarity(token.stem), 0.9 if token.number else 0.0) for token in content}
    terms = tuple(Term(stem, weight, stem in named) for stem, weight in weights.items())
    pairs = tuple((a.stem, b.stem) for a, b in pairwise(content) if a.stem != b.stem)
    return Question(text, kind, terms, pairs, found, _speaker(text, found) if kind == "said" else frozenset())


def kind_of(text: str) -> Kind:
    """What kind of answer a question wants; a second question word at its end ("..., and when?") goes first."""
    tail = _TAIL.search(text)
    asked = tail[1] if tail else text
    return next((kind for kind, pattern in _KINDS if pattern.search(asked)), "what")


def _matters(token: Token, kind: Kind) -> bool:
    if token.stop or token.stem in _EMPTY_VERBS:
        return False
    if token.written in _REPORTS:
        return False
    return not (kind == "said" and token.stem in SPEECH)


def _speaker(text: str, found: tuple[Name, ...]) -> frozenset[str]:
    after = _SPEAKER.search(text)
    start = after.start("rest") if after else 0
    first = next((name for name in found if name.start >= start), None)
    if first is None or first.possessive or first.start - start >= _SPEAKER_WITHIN:
        return frozenset()
    return frozenset(first.stems)
