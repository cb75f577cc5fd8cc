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
# What they are to agree on: "do A and B agree on HOW MANY WERE HURT?"
_AGREED = re.compile(
    r"\b(?:agree|disagree|differ)(?:s|d)?\s+(?:\w+\s+){0,4}?(?:on|about|over|in)\s+(?P<on>.+)$", re.IGNORECASE
)
_MEASURED_ON = re.compile(rf"\b{any_of('number_nouns')}s?\b", re.IGNORECASE)
_COMPARATIVE = re.compile(
    r"^\s*(?:which|who|what)\b.*\b(?P<asks>more|fewer|less|older|younger|larger|bigger|smaller|higher|taller|cheaper|longer|earlier)\b"
    r".*\bor\b",
    re.IGNORECASE,
)
_ONE_BY_ONE = re.compile(
    r"\b(?:both|either|neither|agree|agrees|disagree|disagrees|differ|differs|compare|compared|than|versus|vs|same)\b|\bor\b",
    re.IGNORECASE,
)
_JOINED = re.compile(
    r"^(?:['’]s?)?(?:\s+\w+)?,?\s*(?:and|or|with|than|versus|vs\.?)\s+(?:with\s+|that\s+of\s+)?(?:the\s+)?(?:[a-z]+\s+){0,2}$",
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
_COUNTED = re.compile(
    rf"\bhow many\s+(?P<what>(?:[\w’'-]+\s+){{0,3}}?[\w’'-]+)(?=\s+{_AUXILIARY}\b|\s*[?.,]|$)", re.IGNORECASE
)
# The noun that asks for a kind of answer says nothing of the matter: "what SHARE of the vote".
_ASKING = re.compile(
    rf"\b(?:what|which)\s+(?:(?:is|was)\s+the\s+)?(?P<asks>{any_of('number_nouns', 'time_nouns', 'asking_nouns')})\b",
    re.IGNORECASE,
)
_HOW_OLD = re.compile(r"\bhow\s+(?P<asks>old|big|large|tall|high|far|fast|heavy|wide|deep|often)\b", re.IGNORECASE)
_REPORTS = words("reports")
_EMPTY_VERBS = frozenset(map(stem_of, ("do", "have", "happen", "go")))
_SAY = stem_of("say")
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
    side in it; `speaker` the stems of who is to have spoken, for the kind `said`; `sides` the stems of each of those
    that it compares or asks about one by one, empty where it does neither; `named` the stems of those of its terms that
    are names; `whole` the stems of each name of several words; `counted` those of what it asks the number of.
    """

    text: str
    kind: Kind
    terms: tuple[Term, ...]
    pairs: tuple[tuple[str, str], ...]
    names: tuple[Name, ...]
    speaker: frozenset[str]
    sides: tuple[frozenset[str], ...]
    named: frozenset[str]
    whole: tuple[tuple[str, ...], ...]
    counted: frozenset[str] = frozenset()


@functools.lru_cache(maxsize=1024)
def analyse(text: str, apart: frozenset[str] = frozenset()) -> Question:
    """The question taken apart; the stems `apart` (the names of outlets) are none of its terms."""
    text = _FRAME.sub("", text)
    found = tuple(name for name in names(text) if not apart.issuperset(name.stems))
    kind = kind_of(text)
    named = {stem for name in found for stem in name.stems}
    asking = {match.start("asks") for pattern in (_ASKING, _HOW_OLD, _COMPARATIVE) for match in pattern.finditer(text)}
    content = [
        token
        for token in tokens(text)
        if token.stem not in apart and token.start not in asking and _matters(token, kind)
    ]
    weights = {token.stem: max(rarity(token.stem), 0.9 if token.number else 0.0) for token in content}
    terms = tuple(Term(stem, weight, stem in named) for stem, weight in weights.items())
    pairs = tuple((a.stem, b.stem) for a, b in pairwise(content) if a.stem != b.stem)
    speaker = _speaker(text, found) if kind == "said" else frozenset()
    return Question(
        text,
        kind,
        terms,
        pairs,
        found,
        speaker,
        sides=_sides(text, kind, found),
        named=frozenset(term.stem for term in terms if term.name),
        whole=tuple(stems for stems in (name.stems for name in found) if len(stems) > 1),
        counted=_counted(text),
    )


def kind_of(text: str) -> Kind:
    """What kind of answer a question wants; a second question word at its end ("..., and when?") goes first, and what
    some agree on before whether they do."""
    tail, agreed = _TAIL.search(text), _AGREED.search(text)
    asked = tail[1] if tail else agreed["on"] if agreed else text
    if _COMPARATIVE.search(asked) or (agreed and _MEASURED_ON.search(asked)):
        return "how many"
    return next((kind for kind, pattern in _KINDS if pattern.search(asked)), "yes-no" if agreed else "what")


def _matters(token: Token, kind: Kind) -> bool:
    if token.stop or token.stem in _EMPTY_VERBS:
        return False
    if token.written in _REPORTS:
        return False
    return not (kind == "said" and token.stem in SPEECH) and not (kind == "yes-no" and token.stem == _SAY)


def _speaker(text: str, found: tuple[Name, ...]) -> frozenset[str]:
    after = _SPEAKER.search(text)
    start = after.start("rest") if after else 0
    first = next((name for name in found if name.start >= start), None)
    if first is None or first.possessive or first.start - start >= _SPEAKER_WITHIN:
        return frozenset()
    return frozenset(first.stems)


def _counted(text: str) -> frozenset[str]:
    found = _COUNTED.search(text)
    return frozenset(token.stem for token in tokens(found["what"]) if not token.stop) if found else frozenset()


def _sides(text: str, kind: Kind, found: tuple[Name, ...]) -> tuple[frozenset[str], ...]:
    """The stems of each of the names that stand side by side ("A and B", "A or B") where the question compares them or
    asks for the words of each; those that others of them share left out."""
    if kind != "said" and not _ONE_BY_ONE.search(text):
        return ()
    joined = [(a, b) for a, b in pairwise(found) if _JOINED.match(text[a.end : b.start])]
    held = list(dict.fromkeys(frozenset(name.stems) for pair in joined for name in pair))
    alone = [one.difference(*(other for other in held if other is not one)) for one in held]
    return tuple(alone) if len(alone) > 1 and all(alone) else ()
