"""The words of a text: their stems, so that other forms of a word match, and how rare each is in English."""

import functools
import re
import unicodedata
from dataclasses import dataclass
from importlib.resources import files
from math import log

from qa.english import forms, words

# Tried in this order: initials (U.S.), numbers, signs that stand for a word, one character of a script written
# without spaces, words.
_TOKEN = re.compile(
    r"\b(?:[A-Za-z]\.){2,}"
    r"|\d+(?:,\d{3})*(?:\.\d+)?"
    r"|[%€£$]"
    r"|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
    r"|[^\W\d_]+(?:[’'][^\W\d_]+)*"
)
_SIGNS = {"%": "percent", "€": "euro", "£": "pound", "$": "dollar"}

STOPWORDS = words("stop")
_WHOLE = words("whole")
_IRREGULAR = forms("irregular")
_PEOPLES = forms("peoples")

_WEEK = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
_YEAR = "January February March April May June July August September October November December"

_UNITED = {("united", "stat"): "usa", ("united", "kingdom"): "britain"}

# Endings that make another word of the same root. An ending goes only where `_SHORTEST_ROOT` letters stay.
_ENDINGS = re.compile(
    r"(?:ship|ative|ance|ence|ism|ist|ical|ic|izations?|isations?|ations?|itions?|ators?|ements?|ments?|ness|ably|ally|ively|ibly|ibilit[yi]|abilit[yi]"
    r"|able|ible|ities|ity|ive|ate|ise|ize|ions?|ers?|ors?|ly|al|ful)$"
)
_SHORTEST_ROOT = 4


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a text: its stem, how it is written, and where it starts."""

    stem: str
    written: str
    start: int

    @property
    def stop(self) -> bool:
        """True for a word that asks, points or joins."""
        return is_stop(self.written)

    @property
    def capital(self) -> bool:
        """True where the word is written with a capital, as names are."""
        return self.written[0].isupper()

    @property
    def number(self) -> bool:
        """True for a number in digits."""
        return self.written[0].isdigit()


def tokens(text: str) -> list[Token]:
    """The words of a text in order, hyphenated words in their parts, `United States` as one."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        written = match.group()
        stem = stem_of(written)
        if found and (country := _UNITED.get((found[-1].stem, stem))):
            found[-1] = Token(country, f"{found[-1].written} {written}", found[-1].start)
        else:
            found.append(Token(stem, written, match.start()))
    return found


def spelled(text: str) -> tuple[list[str], list[str]]:
    """The stems of the tokens of a text, and the words as they are written: a fifth of the time of `tokens`."""
    written = _TOKEN.findall(text)
    stems = list(map(stem_of, written))
    if "united" in stems:
        for at in range(len(stems) - 1, 0, -1):
            if country := _UNITED.get((stems[at - 1], stems[at])):
                stems[at - 1 : at + 1] = [country]
                written[at - 1 : at + 1] = [f"{written[at - 1]} {written[at]}"]
    return stems, written


@functools.lru_cache(maxsize=100_000)
def is_stop(word: str) -> bool:
    """True for a word that asks, points or joins; `US` is none."""
    return word.lower().replace("’", "'") in STOPWORDS and not word.isupper()


@functools.lru_cache(maxsize=100_000)
def stem_of(word: str) -> str:
    """The part that the forms of a word share, in small letters without accents; a number without its commas."""
    if word[0].isdigit():
        return word.replace(",", "")
    if word in _SIGNS:
        return _SIGNS[word]
    if word in ("US", "USA", "U.S.", "U.S.A.", "U.S"):
        return "usa"
    plain = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c)).lower()
    plain = plain.replace("’", "'").replace(".", "").removesuffix("'s").replace("'", "")
    if word[0].isupper() and plain in _PEOPLES:
        return _PEOPLES[plain]
    return _cut(_IRREGULAR.get(plain, plain))


def _cut(word: str) -> str:
    """A word without its endings: number, tense, then what makes another word of the same root."""
    if len(word) <= 3 or not word.isascii() or word in _WHOLE:
        return word
    stem = _without_inflection(word)
    for _ in range(2):
        shorter = _ENDINGS.sub("", stem)
        if len(shorter) < _SHORTEST_ROOT:
            break
        stem = shorter
    stem = stem[:2] + stem[2:].rstrip("eiy")
    return stem[:-1] if stem[-1] == stem[-2] and stem[-1] not in "aeiou" else stem


def _without_inflection(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "zes", "ches", "shes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    if word.endswith("ied") and len(word) > 4:
        return word[:-3] + "y"
    for ending in ("ing", "ed"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= 3 and re.search("[aeiouy]", stem):
            return stem + "e" if stem.endswith(("at", "is", "iz", "bl")) else stem
    return word


@functools.cache
def _listed() -> dict[str, tuple[int, bool]]:
    """Stem to its rank among English words and whether it is usually written with a capital."""
    lines = files("qa").joinpath("common_words.txt").read_text(encoding="utf-8").splitlines()
    stems = [line for line in lines if not line.startswith("#")]
    return {stem.lower(): (rank, stem[0].isupper()) for rank, stem in enumerate(stems, 1)}


@functools.lru_cache(maxsize=100_000)
def rarity(stem: str) -> float:
    """How rare a stem is in English news, 0 (the commonest) to 1 (not among the listed): the log of its rank."""
    listed = _listed()
    rank, _ = listed.get(stem, (len(listed) + 1, False))
    return log(rank) / log(len(listed) + 1)


def is_plain(stem: str) -> bool:
    """True for a common word that is usually written small, so that a capital at a sentence's start says nothing."""
    rank, capital = _listed().get(stem, (0, False))
    return rank > 0 and not capital


WEEKDAYS, MONTHS = (frozenset(map(stem_of, names.split())) for names in (_WEEK, _YEAR))
"""The stems of their names."""
