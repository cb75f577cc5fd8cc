"""What a question speaks of without a name of its own: `the fire on Cape Sorrel`, `Corvana's dengue vaccine`."""

import re
from dataclasses import dataclass

from qa.english import any_of, words
from qa.names import Name, names
from qa.words import stem_of

_PREPOSITIONS = "of|on|at|in|by|with|against|between|for"
_PARTICLES = "up|off|out|down|over|not|be|been"
_STOPS = (
    rf"(?:$|[?,.()]|\b(?:and|about|{_PREPOSITIONS}|to|from|be|been|put|that|which|who|when|not|on|{_PARTICLES}"
    rf"|{any_of('thing_verbs')})\b)"
)
_WORD = r"[\w-]+(?:[’'](?!s\b)\w+)?"
_OWNER = r"(?:[A-Z][\w-]+\s+){0,2}[A-Z][\w-]+[’']s"
_HEADED = re.compile(
    rf"(?:\b(?P<article>[Tt]he|(?<!as )(?<!for )an?)\s+|\b(?P<owner>{_OWNER})\s+)"
    rf"(?P<what>(?:(?!the\b)[\w’'-]+\s+){{0,4}}?(?!(?:{_PARTICLES})\b)[a-z][\w-]+)(?=\s*{_STOPS})"
)
_COMPLEMENT = re.compile(rf"\s+(?:{_PREPOSITIONS})\s+(?P<the>the\s+)?(?=[A-Z])")
_NOUN_AFTER = re.compile(rf"\s+(?!{_STOPS})[a-z-]+(?=\s*{_STOPS})")
_OF = re.compile(rf"\s+(?:of\s+the\s+(?:{_WORD}\s+){{0,2}}?|(?:of|on)\s+)(?!{_STOPS})[a-z-]+(?=\s*{_STOPS})")
_PASSIVE = r"\s+(?:\w+ed|\w+en|hurt)\b"
_COUNTED = re.compile(
    rf"^(?:how many|which|what)\s+(?P<noun>people|men|women|children|(?!{any_of('auxiliaries')}\b)[a-z-]+s)\s+"
    rf"(?!{any_of('auxiliaries')}\b(?!{_PASSIVE}))"
    r"(?P<rest>[^?()]+)",
    re.IGNORECASE,
)
_WHO_IS = re.compile(r"\bwho(?:['’]s|\s+(?:is|was|are|were))\s+$", re.IGNORECASE)
_AFTER_AUXILIARY = re.compile(rf"\b{any_of('auxiliaries')}\s+$", re.IGNORECASE)
_HOLDERS = words("person_nouns") | words("titles")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A thing as a question puts it, with `the` or its owner in front, where it starts, and whether it is a person."""

    text: str
    head: str
    start: int
    person: bool

    @property
    def plural(self) -> bool:
        """True where the head is written as a plural."""
        return is_plural(self.head)


def is_plural(word: str) -> bool:
    """True for a word that ends as a plural does."""
    return word.endswith("s") and not word.endswith(("ss", "us", "is")) and stem_of(word) != word


def phrases(text: str) -> list[Phrase]:
    """The things of a text in order, each with the `of`, `on` or `in` and the name that say which one is meant."""
    named, found = names(text), []
    start = 0
    while (match := _HEADED.search(text, start)) is not None:
        start = match.end()
        what = match["what"]
        head = what.split()[-1]
        if _AFTER_AUXILIARY.search(text[: match.start()]) and any(
            name.start <= match.start("what") < name.end and _stands_alone(name) for name in named
        ):
            continue
        led = f"{match['owner']} {what}" if match["owner"] else f"the {what}"
        end = _end_of_complement(text, match.end(), named)
        who = head in _HOLDERS or _WHO_IS.search(text[: match.start()]) is not None
        found.append(Phrase(led + text[match.end() : end], head, match.start(), who))
        if who:
            continue  # `the judge in the Voss trial`: the trial is a thing too
        start = end
    return found


def _end_of_complement(text: str, end: int, named: list[Name]) -> int:
    """Where the phrase ends whose head ends at `end`."""
    if follows := _COMPLEMENT.match(text, end):
        name = next((n for n in named if n.start <= follows.end() < n.end), None)
        if name is not None and name.possessive and (owned := _HEADED.match(text, name.start)):
            return owned.end()
        if name is not None:
            after = _NOUN_AFTER.match(text, name.end) if follows["the"] else None
            return after.end() if after else name.end
    of = _OF.match(text, end)
    return of.end() if of else end


def _stands_alone(name: Name) -> bool:
    """True for a name that needs no noun behind it: `the United States pledge` is a name and a verb."""
    return name.kind == "group" or (name.kind in ("place", "person") and " " in name.text)


def counted(question: str) -> str | None:
    """Whom a question counts or picks: `the people who died in the flood`; None for a question that doesn't."""
    found = _COUNTED.match(question)
    if found is None:
        return None
    who = "who" if found["noun"].lower() in ("people", "men", "women", "children") else "that"
    return f"the {found['noun']} {who} {found['rest'].strip()}"
