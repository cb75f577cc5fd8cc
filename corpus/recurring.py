"""What an outlet's pages have in common: short lines and appeals to the reader that many different stories carry.

An article's own sentences recur too: a paragraph of background in every report of one affair, an article run twice
with a new ending. So a sentence counts only where it speaks to the reader, a short line counts for little between
paragraphs, where it may be a house style's sub-heading, and near-copies of an article count as one story.
"""

import hashlib
import re
from collections.abc import Iterable

from corpus.document import Document
from corpus.furniture_lines import Line, lines_of, spaced

# Chosen on the 49 outlets of 609 articles of 2023: at these values what is found there is furniture by eye
# (newsletter forms, app plugs, share bars), while the sub-headings and scoring rules that a sports page repeats in up
# to 17 of 101 articles are left alone.
MIN_STORIES = 3
MIN_SHARE = 0.3
# For a short line between paragraphs.
MIN_STORIES_BETWEEN = 6
MIN_SHARE_BETWEEN = 0.6
# For pages whose outlet isn't known, which may be of many outlets.
MIN_STORIES_UNKNOWN = 5
MIN_SHARE_UNKNOWN = 0.5
# Two pages that have this share of the shorter one's paragraphs in common are one story.
SAME_STORY_SHARE = 0.3

_MAX_SENTENCE_CHARS = 400
_MAX_SHORT_CHARS = 120
_MIN_LETTERS = 3
_START_CHARS = 12  # nearly every line has so many letters in its first few characters

_TO_THE_READER = re.compile(
    r"\b(?:you|your|you're|we|we're|our|us|click|newsletters?|subscribe|sign up)\b", re.IGNORECASE
)
# The words that most of an article's paragraphs hold: to look for them among its words costs a fifth of a search.
_REPORTING = frozenset(["said", "says", "told", "added", "wrote", "asked", "he", "she", "they", "his", "her", "their"])
_REPORTS = re.compile(r"\b(?:said|says|told|added|wrote|asked|he|she|they|his|her|their|according to)\b", re.IGNORECASE)
_CREDIT_LINE = re.compile(
    r"(?:by|from|words|text|reporting|edited|additional reporting|story)\b.{0,100}", re.IGNORECASE
)

# Marks in front of a key: a line that can't be furniture, kept to tell near-copies; a short line between paragraphs.
PARAGRAPH = "="
BETWEEN = "~"


def line_key(line: Line) -> str | None:
    """The normalised words of a line that may recur as furniture, None for one that can't be told from an article's."""
    plain = line.plain.casefold()
    if not _has_letters(plain) or plain[0] in "\"'" or _CREDIT_LINE.fullmatch(plain):
        return None
    if line.paragraph:
        return plain if len(plain) <= _MAX_SENTENCE_CHARS and _speaks_to_the_reader(plain) else None
    return plain if len(plain) <= _MAX_SHORT_CHARS else None


def _speaks_to_the_reader(plain: str) -> bool:
    if not _REPORTING.isdisjoint(plain.split()) or _REPORTS.search(plain):
        return False
    return _TO_THE_READER.search(plain) is not None


def _has_letters(plain: str) -> bool:
    start = plain[:_START_CHARS]
    return sum(map(str.isalpha, start)) >= _MIN_LETTERS or sum(map(str.isalpha, plain)) >= _MIN_LETTERS


def line_keys(document: Document) -> frozenset[str]:
    """The normalised lines of a document, as index/recurrence.py compares them: each marked by what it can be."""
    lines = lines_of(document.text, document.body)
    keys = [line_key(line) for line in lines]
    article = [number for number, key in enumerate(keys) if key is None and lines[number].paragraph]
    first, last = (article[0], article[-1]) if article else (0, len(lines))
    found = set()
    for number, (line, key) in enumerate(zip(lines, keys, strict=True)):
        if key is None:
            found.add(PARAGRAPH + _short_digest(document.text[line.start : line.end]))
        else:
            between = first < number < last and not line.paragraph
            found.add(BETWEEN + key if between else key)
    return frozenset(found)


def least_and_share(*, known: bool, between: bool) -> tuple[int, float]:
    """In how many stories, and in what share of all, a line of a known outlet or of none must stand to recur."""
    least, share = (MIN_STORIES_BETWEEN, MIN_SHARE_BETWEEN) if between else (MIN_STORIES, MIN_SHARE)
    if known:
        return least, share
    return max(least, MIN_STORIES_UNKNOWN), max(share, MIN_SHARE_UNKNOWN)


def joined_pages(pages: int, alike: Iterable[tuple[int, int]]) -> list[int]:
    """For each of so many pages the first of those that it is alike to, directly or by way of others."""
    story = list(range(pages))
    for one, other in alike:
        story[_root(story, other)] = _root(story, one)
    return [_root(story, page) for page in range(pages)]


def _root(story: list[int], page: int) -> int:
    while story[page] != page:
        story[page] = story[story[page]]
        page = story[page]
    return page


def _short_digest(line: str) -> str:
    return hashlib.blake2b(spaced(line).encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
