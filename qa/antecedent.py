"""What a pronoun in a follow-up question stands for: looked for in the turns before it."""

import re
from collections.abc import Sequence
from typing import Protocol

from qa.english import any_of
from qa.names import Kind, Name, names
from qa.words import STOPWORDS, rarity, stem_of, tokens


class Said(Protocol):
    """An earlier turn, as far as antecedents go."""

    @property
    def question(self) -> str:
        """What was asked."""

    @property
    def answer(self) -> str:
        """What came back."""


_LOOK_BACK_TURNS = 3
_COMMON = 0.5
_WHO = re.compile(
    r"\bwho(?:m|se)?\b|\b(?:which|what) (?:person|player|man|woman|minister|president|leader|ceo|author|singer)\b", re.I
)
_WHICH = re.compile(rf"^\s*(?:which|what)\s+(?!{any_of('auxiliaries')}\b)[a-z]", re.I)
# A plural with the word in front of it, where one of these shows that the two belong together or it is a name.
_LEADS = "".join(f"(?<=\\b{word} )|" for word in ("the", "many", "which", "what", "did", "will", "do", "are", "of"))
_PLURAL = re.compile(
    rf"(?:{_LEADS[:-1]})(?:[^\W\d_][\w’'-]*\s+)?[a-z][\w-]{{2,}}s\b|\b(?:[A-Z][\w’'-]*\s+)?[a-z][\w-]{{2,}}s\b"
)
_THING = re.compile(
    r"\b(?:the|a|an)\s+((?:[\w’'-]+\s+){0,3}?[a-z-]+)"
    rf"(?=\s*(?:$|[?,.]|\b(?:about|in|on|at|of|by|to|from|with|for|{any_of('thing_verbs')})\b))",
    re.IGNORECASE,
)


def person(turns: Sequence[Said]) -> str | None:
    """Whom `he` or `she` stands for: of the latest turn that names someone, the person the answer to a who-question
    names, else the question's first person, else the answer's."""
    for turn in _latest(turns):
        asked, told = names(turn.question), names(turn.answer)
        if _WHO.search(turn.question) and (new := _new_names(turn, ("person", "unknown"))):
            return new[0].text
        own = [n for n in asked if n.kind == "person"] or [n for n in asked if n.kind == "unknown"]
        found = [n for n in own if not n.possessive] or own or [n for n in told if n.kind == "person"]
        if found:
            return _in_full(found[0], told)
    return None


def thing(turns: Sequence[Said]) -> str | None:
    """What `it` stands for: the latest question's name that isn't a person's, else the thing it asks about, else the
    answer's first such name."""
    for turn in _latest(turns):
        if _WHICH.search(turn.question) and (new := _new_names(turn, ("group", "place", "unknown"))):
            return new[0].text
        asked = [n for n in names(turn.question) if n.kind != "person" and not n.possessive]
        things = [f"the {found[1]}" for found in _THING.finditer(turn.question)]
        told = [n for n in names(turn.answer) if n.kind in ("group", "unknown")]
        subject = [n for n in asked if n.kind in ("group", "unknown")] or [n for n in asked if n.start < 20]
        if subject and not things:
            return subject[0].text
        if things:
            return things[0]
        if asked or told:
            return (asked or told)[0].text
    return None


def several(turns: Sequence[Said]) -> str | None:
    """Whom or what `they` stands for: the latest question's plural, else its group, else its names together."""
    for turn in _latest(turns):
        plurals = [found for text in (turn.question, turn.answer) for found in _plurals(text)]
        asked = names(turn.question)
        groups = [n.text for n in asked if n.kind in ("group", "place", "unknown")]
        people = [n.text for n in asked if n.kind == "person"]
        if plurals and any(found in turn.question for found in plurals):
            return plurals[0]
        if len(people) > 1:
            return " and ".join(people)
        if groups or plurals or people:
            return (groups or plurals or people)[0]
    return None


def place(turns: Sequence[Said]) -> str | None:
    """Where `there` is: the latest place a question names, else an answer."""
    for turn in _latest(turns):
        for text in (turn.question, turn.answer):
            found = [
                n
                for n in names(text)
                if n.kind == "place" or re.search(r"\b(?:in|at|to|near|from)\s+(?:the\s+)?$", text[: n.start])
            ]
            if found:
                return found[-1].text if text == turn.question else found[0].text
    return None


def subjects(turns: Sequence[Said], most: int = 3) -> list[str]:
    """The names, then the rare words, that the latest question is about: at most `most` of them."""
    for turn in _latest(turns):
        found = [n.text for n in names(turn.question)]
        if not found:
            found = [match.group() for match in _THING.finditer(turn.question)]
        if not found:
            found = [t.written for t in tokens(turn.question) if not t.stop and rarity(t.stem) > _COMMON]
        if found:
            return list(dict.fromkeys(found))[:most]
    return []


def _latest(turns: Sequence[Said]) -> Sequence[Said]:
    return turns[: -_LOOK_BACK_TURNS - 1 : -1]


def _new_names(turn: Said, kinds: Sequence[Kind]) -> list[Name]:
    """The names of those kinds that the answer brings and the question did not hold, the first kind first."""
    known = {stem for name in names(turn.question) for stem in name.stems}
    new = [n for n in names(turn.answer) if n.kind in kinds and not known & set(n.stems)]
    return sorted(new, key=lambda n: n.kind != kinds[0])


def _in_full(name: Name, told: Sequence[Name]) -> str:
    """`Pete Hegseth` for `Hegseth` where the answer has the longer form."""
    return next(
        (n.text for n in told if len(n.stems) > len(name.stems) and n.stems[-len(name.stems) :] == name.stems),
        name.text,
    )


def _plurals(text: str) -> list[str]:
    """The plural nouns of a text with the word in front of each that belongs to it."""
    found = []
    for match in _PLURAL.finditer(text):
        words = [word for word in match.group().split() if word.lower() not in STOPWORDS or word.isupper()]
        if words and not words[-1].endswith(("ss", "us", "is")) and stem_of(words[-1]) != words[-1]:
            found.append(" ".join(words))
    return found
