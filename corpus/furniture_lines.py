"""A text's lines as the furniture rules read them: where each lies, its bare words, and what it looks like."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from corpus.document import Span

# Longer lines are paragraphs to every rule; only inline markup is looked for in them.
MAX_RULE_CHARS = 700

_MAX_TIME_CHARS = 48
_MAX_TITLE_CHARS = 160
_MIN_PARAGRAPH_WORDS = 6
_WRAP_COLUMNS = range(45, 101)
_MAX_RAW_CHARS = 20_000

# White space, and what editors and web pages leave that looks like it.
_EDGE = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\ufeff\u200b\u200c\u200d\u2060"
_STRAIGHT = (("‘", "'"), ("’", "'"), ("“", '"'), ("”", '"'), ("\u00ad", ""), ("\u200b", ""))
_CLAUSE_BREAK = re.compile(r"[a-z]{3}[.!?][\"')\]]* [\"'(\[]?[A-Z]")
_OPENS = re.compile(r"\(opens in (?:a )?new (?:window|tab)\)", re.IGNORECASE)
_WORD = re.compile(r"\S{1,100}")
_ROW = re.compile(r"[^\n\r\u2028\u2029]+")
_LEAD = re.compile(
    r"(?:#{1,6}[ \t]+|>+[ \t]*)?(?P<bullet>(?:[-*+•·▪►●◦‣■–—]|\d{1,2}[.)])[ \t]+)?(?:#{1,6}[ \t]+|>+[ \t]*)?"
)
_LINK = re.compile(r"\[([^\[\]\n]*+)\]\((?>[^()\n]++|\([^()\n]*+\))*+\)")
_EMPHASIS = re.compile(r"(?<!\w)[*_~`]{1,3}+(?=\S)|(?<=\S)[*_~`]{1,3}+(?!\w)|\*\*")
_END_OF_SENTENCE = re.compile(r"[.!?…][\"')\]]*$")
_SENTENCE_BREAK = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]?[A-Z@])")
_TIME = re.compile(
    r"(?:(?:updated|published|posted|live)[: ] ?)?"
    r"(?:\d{1,2}[:.]\d\d(?: ?[ap]\.?m\.?)?(?: ?(?:GMT|BST|CES?T|E[SD]?T|P[SD]?T|UTC|IST))?"
    r"|\d{1,2} ?[ap]\.?m\.?"
    r"|(?:\d{1,3}|an?|one|two|three) ?(?:s|m|h|hr|d|w|mo|secs?|mins?|minutes?|hours?|hrs?|days?|weeks?|months?|years?)"
    r"(?: ago| read)?"
    r"|just now|yesterday|today"
    r"|\d{4}-\d\d-\d\d|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}"
    r"|(?:(?:mon|tue|wed|thu|fri|sat|sun)\w{0,6},? )?(?:\d{1,2}(?:st|nd|rd|th)? )?"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?(?: \d{1,2})?(?:,? \d{4})?"
    r"(?:,? (?:at )?\d{1,2}[:.]\d\d(?: ?[ap]m)?)?"
    r"|list \d{1,2} of \d{1,2}|#?\d{1,2}[.)]?)",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"(?:by|sources?:|(?:words|text|story|photos?|pictures|illustrations?)(?: and \w+)? by|from our|produced by"
    r"|with (?:reporting|files|additional|contributions|assistance|material)|(?:edited|compiled|written|reporting) by"
    r"|additional reporting by|corrections?:?|corrected:?|clarification:?|updated:?|published:?|media contact)"
    r"(?: .{0,240})?"
    r"|.{1,60} (?:reported from|contributed to) .{1,120}"
    r"|this (?:article|story|post|report) (?:was |is |has been )?(?:first |originally )*"
    r"(?:appear|publish|amend|correct|updat).{0,240}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line, or the joined lines of a hard-wrapped paragraph: `text[start:end]` without outer white space.

    `plain` is its words with markdown markup gone, quotes straight and white space single; it is empty for a line
    too long for any rule. `kind` is what it looks like. `bullet` and `link`: it is a list item, and it holds nothing
    but links.
    """

    start: int
    end: int
    plain: str
    kind: Literal["time", "title", "paragraph", "other"]
    bullet: bool
    link: bool

    @property
    def time(self) -> bool:
        """Whether it is only a clock time, a date, an age ("2 hours ago") or a rank in a list."""
        return self.kind == "time"

    @property
    def title(self) -> bool:
        """Whether it could be a headline: short, and not closed like a sentence."""
        return self.kind == "title"

    @property
    def paragraph(self) -> bool:
        """Whether it reads as running text: at least a full sentence."""
        return self.kind == "paragraph"

    @property
    def credit(self) -> bool:
        """Whether it says who made the article, when, or what was corrected: the article's own, wherever it stands."""
        return len(self.plain) <= 300 and _CREDIT.fullmatch(self.plain) is not None


def clauses(plain: str) -> list[str]:
    """The sentences of a bare line, roughly: enough to tell one from several."""
    return _SENTENCE_BREAK.split(plain)


def lines_of(text: str, span: Span) -> list[Line]:
    """The non-blank lines of `text[span]`, in order; a hard-wrapped text's paragraphs are one line each."""
    rows = list(_rows(text, span))
    width = _wrap_width(text, rows)
    if width:
        rows = _joined(text, rows, width)
    return [_line(text, row) for row in rows]


def bare(raw: str) -> str:
    """The words of a line: markdown markup gone, quotes straight, white space single."""
    # most lines have nothing to be taken out, and a look for the character that it would need costs less
    if "](" in raw:
        raw = _LINK.sub(r"\1", raw)
    if "(" in raw:
        raw = _OPENS.sub("", raw)
    raw = raw[_lead(raw).end() :]
    if "*" in raw or "_" in raw or "~" in raw or "`" in raw:
        raw = _EMPHASIS.sub("", raw)
    return spaced(_straight(raw))


def spaced(text: str) -> str:
    """A text's words with one space between them."""
    if text.isprintable() and "  " not in text:  # of all white space only the space itself is printable
        return text.strip(" ")
    return " ".join(text.split())


def lowered(text: str) -> str:
    """A text's small letters, where those that match i or s when capitals don't count are i and s."""
    if not text.isascii():
        text = text.replace("ı", "i").replace("İ", "i").replace("ſ", "s")
    return text.lower()


def _straight(raw: str) -> str:
    if not raw.isascii():
        for mark, plain in _STRAIGHT:
            raw = raw.replace(mark, plain)
    return raw


def _rows(text: str, span: Span) -> Iterator[Span]:
    for match in _ROW.finditer(text, span.start, span.end):
        row = match.group()
        start = match.end() - len(row.lstrip(_EDGE))
        end = match.start() + len(row.rstrip(_EDGE))
        if start < end:
            yield Span(start, end)


def _wrap_width(text: str, rows: list[Span]) -> int:
    """The column at which lines are broken, 0 if they aren't: many lines must go on in the next, in small letters."""
    going_on = [
        here.end - here.start
        for here, after in itertools.pairwise(rows)
        if here.end - here.start in _WRAP_COLUMNS
        and text[after.start].islower()
        and text[here.end - 1] not in ".!?:"
        and text.count("\n", here.end, after.start) == 1
    ]
    return max(going_on) if len(going_on) >= 3 and len(going_on) * 5 >= len(rows) else 0


def _joined(text: str, rows: list[Span], width: int) -> list[Span]:
    """Each paragraph's lines as one: a line goes on where the next line's first word had no room in it."""
    joined = rows[:1]
    for here, row in itertools.pairwise(rows):
        word = _WORD.match(text, row.start, row.end)
        room = here.end - here.start + 1 + (word.end() - word.start() if word else 0)
        bullet = _lead(text[row.start : row.start + 16]).group("bullet")
        if room > width >= here.end - here.start and text.count("\n", here.end, row.start) == 1 and not bullet:
            joined[-1] = Span(joined[-1].start, row.end)
        else:
            joined.append(row)
    return joined


def _line(text: str, row: Span) -> Line:
    if row.end - row.start > _MAX_RAW_CHARS:
        return Line(row.start, row.end, "", "paragraph", bullet=False, link=False)
    raw = text[row.start : row.end]
    plain = bare(raw)
    link = "](" in raw and _is_link(raw)
    bullet = bool(_lead(raw).group("bullet"))
    if len(plain) > MAX_RULE_CHARS:
        return Line(row.start, row.end, "", "paragraph", bullet, link)
    return Line(row.start, row.end, plain, _kind(plain), bullet, link)


def _is_link(raw: str) -> bool:
    left = _LINK.sub("", raw)
    return left != raw and not any(map(str.isalnum, left)) and not raw.startswith(("#", "!"))


def _kind(plain: str) -> Literal["time", "title", "paragraph", "other"]:
    if len(plain) <= _MAX_TIME_CHARS and _TIME.fullmatch(plain):
        return "time"
    if plain and len(plain) <= _MAX_TITLE_CHARS and not plain.endswith((":", ";", ",")):
        asks = plain.endswith(("?", "!")) and len(clauses(plain)) == 1
        if asks or (not _CLAUSE_BREAK.search(plain) and not _END_OF_SENTENCE.search(plain)):
            return "title"
    return "paragraph" if len(plain.split(None, _MIN_PARAGRAPH_WORDS - 1)) >= _MIN_PARAGRAPH_WORDS else "other"


def _lead(raw: str) -> re.Match[str]:
    match = _LEAD.match(raw)
    assert match is not None  # every part of it is optional
    return match
