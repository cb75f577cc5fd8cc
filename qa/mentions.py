"""The names in earlier turns, as a follow-up question may take them up."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from qa.english import any_of, words
from qa.names import Name, names
from qa.phrases import phrases

_CALENDAR = words("time_words")
_TITLES = words("titles")
_AUXILIARY = any_of("auxiliaries")
_ROLES = _TITLES | words("person_nouns")


class Said(Protocol):
    """An earlier turn, as far as antecedents go."""

    @property
    def question(self) -> str:
        """What was asked."""

    @property
    def answer(self) -> str:
        """What came back."""

    @property
    def titles(self) -> tuple[str, ...]:
        """The headlines of the articles it came from."""


def is_person(name: Name, turns: Sequence[Said]) -> bool:
    """True for a person's name, or a surname that some turn has with its first name."""
    if name.kind == "person":
        return True
    fuller = [n for turn in turns for text in (turn.question, turn.answer) for n in names(text) if n.kind == "person"]
    return name.kind == "unknown" and any(n.stems[-len(name.stems) :] == name.stems for n in fuller)


def unquoted(question: str) -> str:
    """The question without what it quotes."""
    return re.sub(r"“[^”]*”", "“”", question)


def others(text: str, asking: str = "", other: str = "") -> list[Name]:
    """The names of a text but for days and months, those that `asking` holds, and persons whose first name is of the
    list `other`."""
    held = {stem for name in names(asking) for stem in name.stems}
    first = words(other) if other else frozenset()
    called = [_as_called(text, name) for name in names(text)]
    return [
        n for n in called if n.text.lower() not in _CALENDAR and not held & set(n.stems) and first_word(n) not in first
    ]


def _as_called(text: str, name: Name) -> Name:
    """`OpenAI` of `CEO of OpenAI`, and `Sam Altman` where a `Sam` at the sentence's start was taken for a word."""
    office = re.match(r"(\w+) of (?:the )?", name.text)
    if office and office[1].lower() in _ROLES:
        return replace(name, text=name.text[office.end() :], start=name.start + office.end(), kind="unknown")
    if name.kind == "unknown" and words("groups") & set(name.text.lower().split()):
        return replace(name, kind="group")  # Bank of England
    if name.kind == "person" and re.search(r"\b[Tt]he $", text[: name.start]):
        return replace(name, kind="group")  # the World Cup
    given = words("male_names") | words("female_names")
    stands_in = re.search(r"\b(?:in|on|at|near) $", text[: name.start])
    if name.kind == "person" and stands_in and first_word(name) not in given:
        return replace(name, kind="place")  # on Cape Sorrel
    first = re.search(r"\b([A-Z]\w+) $", text[: name.start])
    if first and first[1].lower() in given:
        return replace(name, text=first.group() + name.text, start=first.start(), kind="person")
    return name


def leads(name: Name, question: str) -> bool:
    """True for the subject of a question: the name right behind its auxiliary."""
    return re.search(rf"\b{_AUXILIARY}\s+(?:the\s+)?$", question[: name.start], re.IGNORECASE) is not None


def first_word(name: Name) -> str:
    """The first word of a name, in small letters."""
    return name.text.split()[0].lower()


def in_full(name: Name, told: Sequence[Name]) -> str:
    """`Pete Hegseth` for `Hegseth` where the answer has the longer form, of a first name and not of an office."""
    longer = [n for n in told if len(n.stems) > len(name.stems) and n.stems[-len(name.stems) :] == name.stems]
    return next((n.text for n in longer if not _TITLES & set(n.text.lower().split())), name.text)


def with_article(name: Name, text: str) -> str:
    """The name with the `the` that the text has in front of it."""
    return f"the {name.text}" if re.search(r"\bthe\s+$", text[: name.start], re.IGNORECASE) else name.text


def is_compound(name: Name, text: str) -> bool:
    """True for a name that says which thing is meant, as in `the Voss trial`."""
    return any(p.start <= name.start < p.start + len(p.text) for p in phrases(text))
