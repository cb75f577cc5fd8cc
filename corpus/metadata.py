"""Headline, outlet, byline, day and address of an article: from YAML front matter, and from the text itself.

Every rule here would rather find nothing than guess: a field that isn't plainly there stays None.
"""

import re
from collections.abc import Mapping
from dataclasses import fields

import yaml

from corpus.dates import parse_date
from corpus.document import Metadata, Span
from corpus.masthead import Line, byline, dateline, headline, outlet_in_line, published

_LONGEST_FRONT_MATTER = 20_000  # characters; a block that isn't closed by then is text
_MOST_NESTED = 500  # opening marks of lists and mappings; PyYAML's time is quadratic in them
_LONGEST_VALUE = 500  # characters of a title, an outlet, ...
_LONGEST_LINE = 400  # characters of a line that are looked at
_HEAD_LINES = 8  # how far down headline, byline and date are looked for
_TAIL_LINES = 6  # how far up from the end a copyright line is

# Which keys of front matter, or of "Key: value" lines on top of a text, mean which field.
_KEYS = {
    **dict.fromkeys(("title", "headline"), "title"),
    **dict.fromkeys(("source", "outlet", "site", "site_name", "sitename", "publisher", "publication"), "source"),
    **dict.fromkeys(("author", "authors", "byline", "by"), "author"),
    **dict.fromkeys(
        ("published", "date", "published_at", "date_published", "datepublished", "published_on", "pubdate"), "published"
    ),
    **dict.fromkeys(("url", "link", "canonical", "canonical_url", "permalink"), "url"),
}
_OPENING = re.compile(r"\ufeff?---[ \t]*(?:\r\n|\r|\n)")
_CLOSING = re.compile(r"(?:\r\n|\r|\n)(?:---|\.\.\.)[ \t]*(?:\r\n|\r|\n|\Z)")
_KEY_LINE = re.compile(r"(?P<key>[A-Za-z][\w -]{0,30}?)[ \t]*:(?:[ \t]+(?P<value>\S.*))?[ \t]*\Z")
# A pair that YAML reads as it stands: the value plain, or in double quotes with no mark that stands for another.
_SIMPLE_PAIR = re.compile(
    r"(?P<key>[A-Za-z]\w{0,30}): (?:\"(?P<quoted>[^\"\\]*)\"|(?P<plain>[^\W_][^:#]*+(?::(?=[^ ])[^:#]*+)*+))"
)
_LINE = re.compile(r"[^\r\n\x0b\x0c\x85\u2028\u2029]+")
_BREAK = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")
_BLANK = " \t\xa0\u200b\ufeff"
_UNSEEN = re.compile(
    "[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+"
)  # zero width, turning the line
_CONTROL = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029]+")


def merge(first: Metadata, then: Metadata) -> Metadata:
    """`first`, with the fields that it doesn't know taken from `then`."""
    known = {f.name: getattr(first, f.name) or getattr(then, f.name) for f in fields(Metadata)}
    return Metadata(**known)


def tidy(value: str | None) -> str | None:
    """A value fit to be shown: on one line, no control or invisible characters, of bounded length; None if nothing."""
    if not value:
        return None
    value = _CONTROL.sub(" ", _UNSEEN.sub("", value[: _LONGEST_VALUE * 4])).strip()
    return value[:_LONGEST_VALUE].rstrip() or None


def from_front_matter(text: str) -> tuple[Metadata, int]:
    """What the YAML block on top of `text` says, and the offset behind it; nothing and 0 where there is none.

    Scalars are taken as written (no YAML types), lists are joined with commas. A block that isn't valid YAML, or
    uses anchors, is read line by line instead, plain `key: value` lines only.
    """
    opening = _OPENING.match(text)
    if not opening:
        return Metadata(), 0
    start = opening.end()
    closing = _CLOSING.search(text, start - 1, start + _LONGEST_FRONT_MATTER)
    if not closing:
        return Metadata(), 0
    block = text[start : max(start, closing.start())]
    first = next((line for line in _LINE.findall(block) if line.strip() and not line.startswith("#")), None)
    if first is not None and not _KEY_LINE.match(first.rstrip()):
        return Metadata(), 0  # text between two rules
    found = _yaml(block)
    pairs = _plain_pairs(block) if found is None else found
    if pairs and not any(_field(key) or str(key).islower() for key in pairs):
        return Metadata(), 0  # likewise, with a colon in it
    return _from_pairs(pairs), closing.end()


def from_text(text: str, body: Span) -> Metadata:
    """What the first and last lines of `text[body.start:body.end]` say of the article."""
    head = _head(text, body)
    outlet, day = dateline(head)
    seen = Metadata(
        title=tidy(headline(head)),
        source=tidy(next((name for line in _tail(text, body) if (name := outlet_in_line(line))), None) or outlet),
        author=tidy(next((names for line in head if (names := byline(line.text))), None)),
        published=published(head) or day,
    )
    return merge(_from_pairs(_labelled_pairs(head)), seen)


def _yaml(block: str) -> Mapping[str, object] | None:
    # BaseLoader makes nothing but strings, lists and dictionaries: it is what safe_load may do, less the types.
    # Without them a headline `1984` or `No` stays what it says, and a date in any writing arrives as text.
    if sum(map(block.count, "[{?")) + block.count("- ") > _MOST_NESTED:
        return None
    if (simple := _simple_pairs(block)) is not None:
        return simple
    if re.search(r"(?m)(?:^|[\s\[{,:-])[&*]\S", block) and _has_anchors(block):
        return None
    try:
        found = yaml.load(block, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    return found if isinstance(found, dict) else {} if found in (None, "") else None


def _simple_pairs(block: str) -> dict[str, object] | None:
    """What YAML makes of a block of simple pairs, a line each, told without it in a tenth of its time; else None."""
    pairs: dict[str, object] = {}
    for line in block.split("\n"):
        match = _SIMPLE_PAIR.fullmatch(line) if line.isprintable() and not line.endswith(" ") else None
        if match is None:
            return None
        pairs[match["key"]] = match["plain"] if match["quoted"] is None else match["quoted"]
    return pairs


def _has_anchors(block: str) -> bool:
    try:
        return any(isinstance(t, yaml.AnchorToken | yaml.AliasToken) for t in yaml.scan(block, Loader=yaml.BaseLoader))
    except (yaml.YAMLError, RecursionError):
        return True


def _plain_pairs(block: str) -> dict[str, object]:
    """The `key: value` lines of a block that YAML can't read, such as an unquoted headline with a colon in it."""
    pairs: dict[str, object] = {}
    for line in _LINE.findall(block):
        match = _KEY_LINE.match(line[:_LONGEST_VALUE].rstrip())
        if match and match["value"] and match["value"][0] not in "[]{}&*!|>%@`":
            pairs.setdefault(match["key"], re.sub(r"\A([\"'])([^\"']*)\1\Z", r"\2", match["value"]))
    return pairs


def _field(key: object) -> str | None:
    return _KEYS.get(str(key).strip().lower().replace(" ", "_").replace("-", "_"))


def _from_pairs(pairs: Mapping[str, object]) -> Metadata:
    known: dict[str, str] = {}
    for key, value in pairs.items():
        field = _field(key)
        words = tidy(_as_words(value))
        if field is None or field in known or words is None or words.lower() in ("null", "~", "none", "unknown"):
            continue
        if field == "published":
            day = parse_date(words)
            if day:
                known[field] = day
        elif field != "url" or re.match(r"https?://[^\s<>\"]+\Z", words, re.IGNORECASE):
            known[field] = words
    return Metadata(**known)


def _as_words(value: object) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):  # author: {name: Jane Doe}
        return _as_words(value.get("name"))
    if isinstance(value, list):
        names = [_as_words(one) for one in value[:20] if not isinstance(one, list)]
        return ", ".join(name.strip() for name in names if name and name.strip())
    return None


def _head(text: str, body: Span) -> list[Line]:
    head: list[Line] = []
    last: re.Match[str] | None = None
    for match in _LINE.finditer(text, body.start, body.end):
        if not match[0][:_LONGEST_LINE].strip(_BLANK):
            continue
        if last is not None:
            gap = text[last.end() : match.start()]
            head.append(Line(_plain(last[0]), len(_BREAK.findall(gap)) > 1))
        if len(head) == _HEAD_LINES:
            return head
        last = match
    return [*head, Line(_plain(last[0]), True)] if last else head


def _plain(line: str) -> str:
    """The start of a line, without the Markdown marks that make the whole of it bold or slanted."""
    line = line[:_LONGEST_LINE].strip(_BLANK)
    match = re.fullmatch(r"(\*{1,3}|_{1,3})(\S[^*_]*)\1", line)
    return match[2] if match else line


def _tail(text: str, body: Span) -> list[str]:
    lines = _LINE.findall(text, max(body.start, body.end - _TAIL_LINES * _LONGEST_LINE), body.end)
    return [_plain(line) for line in lines if line.strip(_BLANK)][: -_TAIL_LINES - 1 : -1]


def _labelled_pairs(head: list[Line]) -> dict[str, str]:
    """The block of "Title: ...", "Date: ..." lines that some archives put on top; one such line alone is none."""
    pairs: dict[str, str] = {}
    for line in head:
        match = _KEY_LINE.match(line.text)
        if not match or not match["value"] or not _field(match["key"]):
            break
        pairs.setdefault(match["key"], match["value"])
    return pairs if len(pairs) > 1 else {}
