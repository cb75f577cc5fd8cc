"""The names in a text, by how they are written and what stands around them."""

import re
from dataclasses import dataclass
from typing import Literal

from qa.english import words
from qa.words import STOPWORDS, is_plain, stem_of, tokens

Kind = Literal["person", "place", "group", "unknown"]

_PART = r"(?:[A-Z]\.(?:[A-Z]\.)+|[A-Z]\.|[^\W\d_a-z][^\W_]*(?:[-’'&.](?=[^\W_])[^\W_]+)*)"
_RUN = re.compile(
    rf"(?<![\w’']){_PART}(?:(?<![’']s)(?<![’'])(?:\s+|\s+(?:of|de|von|van|bin|al)\s+(?:the\s+)?)(?={_PART})(?:{_PART}))*[’']?"
)
_SENTENCE_START = re.compile(r"(?:^|[.!?:;]\s+|[“\"‘(\[]\s*|\n\s*)$")

_TITLES = words("titles")
_GROUP_WORDS = words("groups")
_PLACE_ENDS = words("place_ends")
_PLACES = frozenset(map(stem_of, words("places")))
_STATES = frozenset(
    ["United States", "United Kingdom", "European Union", "US", "UK", "EU", "U.S.", "U.K.", "U.S", "USA"]
)
SPEECH = frozenset(map(stem_of, words("speech")))
"""Stems of the verbs that say who spoke."""
_TITLED = re.compile(rf"^(?:(?:{'|'.join(sorted(_TITLES))})\b\.?\s*)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Name:
    """A name as written, without a possessive ending, at `text[start:end]`, with the kind its surroundings suggest."""

    text: str
    start: int
    end: int
    kind: Kind
    possessive: bool = False

    @property
    def stems(self) -> tuple[str, ...]:
        """The stems of the words that carry the name."""
        return tuple(token.stem for token in tokens(self.text) if not token.stop)


def names(text: str) -> list[Name]:
    """The names of a text in order."""
    found: list[Name] = []
    for run in _RUN.finditer(text):
        start, end = run.span()
        if _SENTENCE_START.search(text[max(0, start - 3) : start] if start else ""):
            start = _behind_plain_word(text, start, end)
        start += len(text[start:end]) - len(_TITLED.sub("", text[start:end]))
        written = text[start:end].rstrip(".")
        bare = _without_last_titles(re.sub(r"(?:[’']s|[’'])$", "", written))
        if len(bare) < 2 or bare in ("I'm", "I’m") or (bare.lower() in STOPWORDS and not bare.isupper()):
            continue
        kind = _kind(text, start, start + len(bare), bare)
        found.append(Name(bare, start, start + len(bare), kind, written.endswith(("'s", "’s", "'", "’"))))
    return found


def _without_last_titles(name: str) -> str:
    while len(parts := name.rsplit(None, 1)) == 2 and parts[1].lower() in _TITLES:
        name = parts[0]
    return name


def _behind_plain_word(text: str, start: int, end: int) -> int:
    """Where the name in a run starts when the run's first word has its capital from the sentence."""
    first = re.match(r"[^\W_]+(?:[’'-][^\W_]+)*", text[start:end])
    if first is None:
        return start
    word = first.group()
    if word.isupper() and len(word) > 1:
        return start
    if word.lower().replace("’", "'") in STOPWORDS or is_plain(stem_of(word)):
        rest = text[start + len(word) : end]
        again = re.search(r"[A-Z]", rest)
        return start + len(word) + again.start() if again else end
    return start


def _kind(text: str, start: int, end: int, name: str) -> Kind:
    parts = [part.strip(".,").lower() for part in name.split()]
    if stem_of(name) in _PLACES or name in _STATES or (len(parts) <= 2 and stem_of(name.split()[-1]) in _PLACES):
        return "place"
    if parts[-1] in _GROUP_WORDS or (name.isupper() and len(name) > 1) or any(p in _GROUP_WORDS for p in parts[-2:]):
        return "group"
    if parts[-1] in _PLACE_ENDS:
        return "place"
    before = re.findall(r"[^\W_]+", text[max(0, start - 40) : start])[-2:]
    after = re.findall(r"[^\W_]+", text[end : end + 30])[:2]
    if (before and before[-1].lower() in _TITLES) or parts[0] in _TITLES:
        return "person"
    if (after and stem_of(after[0]) in SPEECH) or (before and stem_of(before[-1]) in SPEECH):
        return "person"
    if before and before[-1].lower() in ("in", "at", "near", "from") and len(parts) == 1:
        return "place"
    if 2 <= len(parts) <= 3 and not any(p in ("of", "the", "and", "for") for p in parts):
        return "person"
    return "unknown"
