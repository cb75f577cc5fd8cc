"""Furniture inside a line of the article: image markup, photo credits, a reading time, a plug behind the paragraph.

Only those characters are marked; a caption's own words stay with the article.
"""

import re
from collections.abc import Iterator
from itertools import chain

from corpus.document import Furniture
from corpus.furniture_lines import MAX_RULE_CHARS, Line, bare, lowered
from corpus.furniture_rules import line_reason

IMAGE_MARKUP = "image markup"
EMBED_MARKUP = "embed markup"
LINK_ADDRESS = "link address"
CREDIT = "photo credit"
READING_TIME = "reading time"

# What is looked for behind the last sentence of a paragraph, only what says in so many words that it is a plug, and
# of how many words it has to be.
_PLUGS = {
    "newsletter plug": 4,
    "subscription plug": 4,
    "app plug": 4,
    "comment prompt": 4,
    "link to another story": 4,
    "advertisement label": 1,
}
_MAX_CREDIT_LINE_CHARS = 600
_MAX_READING_TIME_LINE_CHARS = 160

_TARGET = r"\((?>[^()\n]++|\([^()\n]*+\))*+\)"
_IMAGE = r"!\[(?>[^\[\]\n]++|\[[^\[\]\n]*+\])*+\]"
_TAG = r"img|figure|figcaption|picture|source|iframe|video|audio|svg|embed|object|script|style|br|hr|div|span"
_SHORTCODE = r"caption|pullquote|gallery|embed|video|audio|youtube|playlist"
# Each with what every line that it matches holds one of, in small letters: most lines hold none and are not searched.
_MARKUP = (
    (IMAGE_MARKUP, ("![",), re.compile(rf"\[{_IMAGE}{_TARGET}\]{_TARGET}|{_IMAGE}(?:{_TARGET}|\[[^\[\]\n]*+\])")),
    (IMAGE_MARKUP, ("[",), re.compile(r"\[(?i:image|photo|picture|img)(?: ?\d{1,3})?:[^\[\]\n]{0,400}\]")),
    (
        IMAGE_MARKUP,
        (" caption", "enlarge this image"),
        re.compile(r"\b(?:hide|toggle) caption\b(?: toggle caption\b)?|^Enlarge this image\b"),
    ),
    (IMAGE_MARKUP, (" |",), re.compile(r"^\d{1,2} of \d{1,2} \|")),
    (EMBED_MARKUP, ("<",), re.compile(rf"</?(?i:{_TAG})\b[^<>\n]{{0,4000}}>|<!--[^<>\n]{{0,400}}-->")),
    (EMBED_MARKUP, ("[",), re.compile(rf"\[/?(?:{_SHORTCODE})\b[^\[\]\n]{{0,600}}\]")),
    (
        LINK_ADDRESS,
        ("]:",),
        re.compile(r"^\[[^\[\]\n]{1,60}\]: ?(?:https?:|/)\S{1,2000}(?: \"[^\"\n]{0,200}\")?$"),
    ),
)

_AGENCY = (
    r"(?:Getty Images|GETTY IMAGES|Getty|GETTY|getty|Shutterstock|i?Stock ?[Pp]hoto|iStock"
    r"|Alamy(?: Stock Photo)?|Unsplash|Pixabay|Wikimedia(?: Commons)?|Dreamstime|AFP|Afp|Reuters|REUTERS|AP Photo|AP"
    r"|EPA|PA Wire|PA|AAP|Anadolu|Bloomberg)"
)
_NAME = r"(?![\w'’-]{3,}[.] )(?:[A-Z@©][\w.'’&@-]*|via|for|of|and|the)"
_NAMES = rf"{_NAME}(?:(?: - |[ /|,–—]{{1,3}}){_NAME}){{0,14}}"
_PERSON = r"[A-Z][\w'’-]*(?: [A-Z][\w'’-]*){0,3}"
_KIND = r"(?i:photo(?:graph|graphy|graphs|s)?|images?|pictures?|pics?|illustration|artwork|video|screenshot)"
_MADE_BY = r"(?:(?i: credit| source| courtesy)s?\b|(?i: by| via)\b|:)"
_LABEL = rf"(?:{_KIND}(?i: credits?| source)?(?::| by| via| courtesy of)|(?i:credits?|courtesy):)"
_LABELS = ("photo", "image", "pic", "illustration", "artwork", "video", "screenshot", "credit", "courtesy")
_SOURCE = rf"(?:Image (?:source,|copyright) {_NAMES}|Media playback is unsupported on your device)"
_CREDITS = tuple(
    (CREDIT, held, re.compile(pattern))
    for held, pattern in (
        ((" caption", "image ", "media "), rf"^(?:{_SOURCE} )?(?:Image|Media|Video) caption,?|^{_SOURCE}$"),
        ((" caption",), rf"(?<=[.!?\"”] ){_NAMES}(?= (?:hide|toggle) caption\b)"),
        (("(", "["), rf"[(\[](?:(?i:top|main|header|cover|lead|file) )?{_KIND}{_MADE_BY}[^()\[\]\n]{{1,160}}[)\]]"),
        (("(",), rf"\((?:(?i:top|main) )?{_KIND} of [^():\n]{{1,120}}: ?{_NAMES}\)"),
        (("(",), rf"\({_NAMES} (?i:file )?(?i:photo)(?: illustration)?: [^()\n]{{1,100}}\)"),
        (("(",), rf"\((?:[^()\n]{{0,60}}[ /|])?{_AGENCY}(?:[ /][^()\n]{{1,40}})?\)$"),
        (_LABELS, rf"(?<!\S)[*_]{{0,2}}{_LABEL} ?(?:{_NAMES}|getty|rex)\)?[*_]{{0,2}}$"),
        ((" | ",), rf"(?<!\S){_PERSON} \| (?:[A-Z]\w* \| )?{_AGENCY}(?: \| {_AGENCY})?$"),
    )
)
_READING_TIME = (
    (
        READING_TIME,
        (" read",),
        re.compile(r"(?:[·•|–—-] ?)?(?<!\d)\d{1,2}[ -](?i:min|mins|minute|minutes) (?i:read)\b"),
    ),
)
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]*_]{0,3}\s+(?=[*_(\[]{0,3}[A-Z])")


def inline(text: str, line: Line) -> Iterator[Furniture]:
    """The furniture inside one line, in order and disjoint; the whole line where nothing else is left of it."""
    found: list[Furniture] = []
    for span in sorted(_spans(text[line.start : line.end], line.start)):
        if not found or span.start >= found[-1].end:
            found.append(span)
    plug = _plug_behind(text, line)
    if plug:
        found = [span for span in found if span.end <= plug.start] + [plug]
    if found and not any(map(str.isalnum, _outside(text, line, found))):
        yield Furniture(line.start, line.end, found[0].reason)
    else:
        yield from found


def _spans(row: str, start: int) -> Iterator[Furniture]:
    small = lowered(row)
    by_whom = _CREDITS if len(row) <= _MAX_CREDIT_LINE_CHARS else ()
    times = _READING_TIME if len(row) <= _MAX_READING_TIME_LINE_CHARS else ()
    for reason, held, pattern in chain(_MARKUP, by_whom, times):
        for one in held:
            if one in small:
                for match in pattern.finditer(row):
                    yield Furniture(start + match.start(), start + match.end(), reason)
                break


def _plug_behind(text: str, line: Line) -> Furniture | None:
    """The sentences that end a paragraph and are a plug by their own words."""
    found = None
    window = max(line.start, line.end - MAX_RULE_CHARS)
    for match in reversed(list(_SENTENCE_END.finditer(text, window, line.end))[-3:]):
        sentence = text[match.end() : line.end]
        if '"' in sentence or "“" in sentence or "”" in sentence:
            break
        plain = bare(sentence)
        reason = line_reason(plain)
        if reason not in _PLUGS or len(plain.split()) < _PLUGS[reason]:
            break
        found = Furniture(match.end(), line.end, reason)
    return found


def _outside(text: str, line: Line, spans: list[Furniture]) -> str:
    edges = [line.start, *(edge for span in spans for edge in (span.start, span.end)), line.end]
    return "".join(text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))
