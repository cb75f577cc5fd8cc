"""Headline, byline, dateline and copyright line as they stand in the first and last lines of a text.

All rules are for English pages, work line by line on lines of bounded length, and prefer nothing to a guess.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.dates import date_in_line, labelled_date, parse_date


@dataclass(frozen=True, slots=True)
class Line:
    """One line that isn't blank; `alone` is whether a blank line or the end follows it."""

    text: str
    alone: bool


_PROSE = 80  # characters: a line this long that ends like a sentence is the article, not what stands above it
_WRAPPED = 1.3  # a headline's next line is longer than this many times the headline; hard-wrapped text's isn't
_NOT_HEADLINE = re.compile(
    r"newsletter|subscri|sign[ -]?up|cookie|skip to|advert|table of contents|share th|read more|read next|follow us"
    r"|log ?in\b|\bregister (?:now|for|to)|^unlock|^listen to|^watch live|updated:? \d|^(?:last )?updated|minutes? read"
    r"|min read|click here|^loading|sponsored|sharing options|in this article|part of /|published"
    r"|getty|reuters|shutterstock|\bafp\b|\bap\b|(?:photo|image|picture|credit|illustration|video)s?(?: by|:|/)"
    r"|https?:|www\.|@|[<>|{}\[\]]",
    re.IGNORECASE,
)
_ENDS_SENTENCE = re.compile(r"[.!?…][\"'”’)»]*\Z")
_ENDS_HEADLINE = re.compile(r"(?:[\w%€£$]|[\w?!%€£$][\"'”’)»])\Z")
_HEADING = re.compile(r"(#{1,6})[ \t]+(\S.*?)[ \t]*#*\Z")
_UNDERLINE = re.compile(r"={3,}\s*\Z")
_SEPARATING = "|·•–—-"
_SEPARATOR = re.compile(r"\s+[|·•–—-]\s+|\s*[|·•]\s*")
_BYLINE = re.compile(r"(?:by|written by|words by|author:|authors:|byline:)\s+(?P<names>\S.*)\Z", re.IGNORECASE)
_SMALL_WORDS = "al bin bint d' da das de del den der di dos du e el ibn la le ten ter van von y zu"
_OTHER_WORDS = """
    monday tuesday wednesday thursday friday saturday sunday january february march july august september october
    november december the a an our my your staff news agency agencies press associated reuters wire desk team editor
    editors editorial correspondent correspondents reporter reporters writer writers board bureau guest times post
    gazette herald tribune journal daily magazine royal popular demand
"""
_PARTICLES = frozenset(_SMALL_WORDS.split())  # in a name, may begin small
_NOT_NAME = frozenset(_OTHER_WORDS.split())  # in nobody's name, as bylines go
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]{0,6}\.?"
_DATELINE = re.compile(
    r"(?P<place>[A-Z][A-Z.'’ -]{1,40})(?:,\s[A-Z][A-Za-z.]{1,20}){0,2}"
    rf"(?:,\s(?P<day>{_MONTH}\s\d{{1,2}}(?:,?\s\d{{4}})?|\d{{1,2}}\s{_MONTH}(?:\s\d{{4}})?))?"
    r"(?:\s\((?P<outlet>[A-Z][\w .&'’-]{1,40})\))?\s?[-–—]{1,2}\s"
)
_COPYRIGHT = re.compile(
    r"\W{0,3}(?:©|\(c\)|copyright\b)(?:\s*(?:©|\(c\)))?[\s:]*(?P<years>\d{4}(?:\s?[-–]\s?\d{4})?)?[\s,]*(?:by\s)?"
    r"(?P<name>[^\d\s©|·•][^\n©|·•]{0,80}?)(?P<later>[\s,]+\d{4}(?:\s?[-–]\s?\d{4})?)?"
    r"(?=[\s,.]*\Z|\.\s|[\s,.|·•–—-]+all rights|\s+[|·•–—]\s)",
    re.IGNORECASE,
)
_PICTURE_AGENCY = re.compile(r"getty|shutterstock|istock|alamy|unsplash|photo|image|all rights", re.IGNORECASE)


def headline(head: Sequence[Line]) -> str | None:
    """The headline among the first lines: a Markdown heading, a line printed twice, or a first line that is one."""
    for n, line in enumerate(head):
        heading = _HEADING.match(line.text)
        if heading and (n == 0 or len(heading[1]) == 1):
            return _unmarked(heading[2])
        if n == 0 and len(head) > 1 and _UNDERLINE.match(head[1].text):
            return _unmarked(line.text)
        if is_prose(line.text) and n > 0:
            break
    texts = [line.text for line in head]
    twice = next((text for n, text in enumerate(texts) if text in texts[n + 1 :] and _like_headline(text)), None)
    if twice:
        return twice
    start = next((n for n, line in enumerate(head) if not _above_headline(line.text)), len(head))
    return _first_line(head[start:])


def byline(line: str) -> str | None:
    """The names in a line such as "By Jane Doe and John Roe in Brussels", joined with commas, or None."""
    match = _BYLINE.match(line) if len(line) <= 160 else None
    if not match:
        return None
    names = re.split(r"\s(?:in|for|at|from|on)\s", _SEPARATOR.split(match["names"], maxsplit=1)[0], maxsplit=1)[0]
    head, *last = re.split(r",?\s+(?:and|&)\s+", names, maxsplit=1)
    # "A, B" may be a name and a role, "A, B and C" is three names
    people = [*head.split(", "), *last] if last else head.split(",")[:1]
    people = [person.split(",")[0].strip() for person in people]
    return ", ".join(people) if all(_is_name(person) for person in people) else None


def published(head: Sequence[Line]) -> str | None:
    """The day of publication that the first lines name, or None; days named without a word must agree."""
    parts = [(part, n) for n, line in enumerate(head) for part in [line.text, *_parts(line.text)]]
    labelled = next((day for part, _ in parts if (day := labelled_date(part))), None)
    if labelled:
        return labelled
    prose = next((n for n, line in enumerate(head) if is_prose(line.text)), len(head))
    bare = {day for part, n in parts if n <= prose and (day := date_in_line(part) or _day_behind_name(part))}
    return bare.pop() if len(bare) == 1 else None


def _parts(line: str) -> list[str]:
    return _SEPARATOR.split(line) if any(map(line.__contains__, _SEPARATING)) else [line]


def dateline(head: Sequence[Line]) -> tuple[str | None, str | None]:
    """Outlet and day of a dateline, "BRUSSELS, Feb 12, 2025 (Harbour Wire) - ...": each None where it isn't given."""
    for line in head:
        match = _DATELINE.match(line.text)
        if match and (match["outlet"] or match["day"]):
            outlet = match["outlet"]
            if outlet and (outlet.lower() in _NOT_NAME or re.fullmatch(r"(?:[A-Z]\.)+", outlet)):
                outlet = None
            return outlet, parse_date(match["day"] or "")
    return None, None


def outlet_in_line(line: str) -> str | None:
    """The name in a copyright line that also has a year, "© 2025 The Quay. All rights reserved.", or None."""
    match = _COPYRIGHT.match(line.strip()) if len(line) <= 400 else None
    if not match or not (match["years"] or match["later"]):
        return None
    name = match["name"].strip(" .,-–—")
    return None if len(name) < 2 or _PICTURE_AGENCY.search(name) else name


def is_prose(line: str) -> bool:
    """Whether a line reads as article text: long, and ending like a sentence, or very long."""
    return len(line) >= 2.5 * _PROSE or (len(line) >= _PROSE and bool(_ENDS_SENTENCE.search(line)))


def _first_line(head: Sequence[Line]) -> str | None:
    if len(head) < 2:
        return None
    line, after = head[0], head[1]
    asks = line.text.endswith(("?", "!")) and _above_headline(after.text)  # else it may be a first sentence
    if not _like_headline(line.text[:-1] if asks else line.text):
        return None
    if not any(is_prose(later.text) for later in head[1:]):
        return None
    if not line.alone and not _above_headline(after.text):
        opens = next((c for c in after.text if c.isalnum()), "")
        if opens.islower() or len(after.text) < _WRAPPED * len(line.text):
            return None
    return line.text


def _like_headline(line: str) -> bool:
    return (
        20 <= len(line) <= 140
        and 4 <= len(line.split()) <= 25
        and not line.lstrip("\"'“‘«(")[:1].islower()
        and line[0] not in "-*•–—!>+=~#"
        and bool(_ENDS_HEADLINE.search(line))
        and not re.search(r"[a-z]{3}[.…][\"'”’]?\s", line)
        and not _NOT_HEADLINE.search(line)
    )


def _above_headline(line: str) -> bool:
    return bool(byline(line) or date_in_line(line) or outlet_in_line(line))


def _day_behind_name(line: str) -> str | None:
    """The day in "Brussels, 12 February 2025" or "By Jane Doe, 12 February 2025"."""
    name, comma, day = line[:160].partition(", ")
    plain = len(name.split()) <= 3 and all(word[:1].isupper() for word in name.split())
    return parse_date(day) if comma and (plain or byline(name)) else None


def _is_name(name: str) -> bool:
    words = name.split()
    if not 2 <= len(words) <= 5 or len(name) > 60 or {w.lower().strip(".") for w in words} & _NOT_NAME:
        return False
    capital = [word[:1].isupper() for word in words]
    shaped = all(re.fullmatch(r"[^\W\d_](?:[^\W\d_]|[.'’-])*", word) for word in words)
    return (
        shaped and capital[0] and capital[-1] and all(c or w in _PARTICLES for c, w in zip(capital, words, strict=True))
    )


def _unmarked(line: str) -> str:
    """A Markdown heading's words without the markup in them."""
    line = re.sub(r"!?\[([^\[\]]*)\]\([^()]*\)", r"\1", line)
    return re.sub(r"(\*\*|__|\*|`)(?=\S)(.+?)(?<=\S)\1", r"\2", line).strip()
