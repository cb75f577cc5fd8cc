"""A sentence widened until the quotation that it opens or closes is whole, and has its speaker where the sentence
before tells: nobody's words are printed cut in half or as if nobody had said them."""

import re

from corpus.document import Span
from index.hits import ArticleText

_MOST_SENTENCES = 5
"""How many sentences a widened statement may have; a longer quotation is left cut where its sentence ends."""


_QUOTED = re.compile(r"[“\"][^“”\"]*[”\"]?")


def whole_quotation(stored: ArticleText, number: int) -> Span:
    """The span of the article's `number`-th sentence, widened within its paragraph to whole quotations, and to the
    sentence before one that is nothing but a quotation.

    Left as it is where that takes too many sentences, crosses furniture or a line, or can't be done: a quotation that
    runs over several paragraphs opens in each and closes in the last.
    """
    alone = stored.sentences[number]
    first = last = number
    while (missing := _missing(_between(stored, first, last))) != (False, False):
        opening, _ = missing
        step = (first - 1, first) if opening else (last, last + 1)
        if last - first + 1 >= _MOST_SENTENCES or not joined(stored, *step):
            return alone
        first, last = (first - 1, last) if opening else (first, last + 1)
    while is_bare(_between(stored, first, last)) and last - first + 1 < _MOST_SENTENCES:
        if not joined(stored, first - 1, first) or _missing(_between(stored, first - 1, last)) != (False, False):
            break
        first -= 1
    return Span(stored.sentences[first].start, stored.sentences[last].end)


def is_bare(text: str) -> bool:
    """True if the text is a quotation and nothing else."""
    told = _QUOTED.sub("", text)
    return told != text and not any(character.isalnum() for character in told)


def _missing(text: str) -> tuple[bool, bool]:
    """Whether the text closes a quotation that it does not open, and whether it opens one that it does not close."""
    depth = 0
    for character in text:
        if character == "“":
            depth += 1
        elif character == "”":
            depth -= 1
            if depth < 0:
                return True, False
    if depth > 0:
        return False, True
    if text.count('"') % 2 == 0:
        return False, False
    # A straight mark opens in front of a word and closes behind one; the first one tells for all.
    at = text.index('"')
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    opens = after != "" and not after.isspace() and not before.isalnum() and before not in tuple(".,!?…")
    return (False, True) if opens or text.count('"') > 1 else (True, False)


def _between(stored: ArticleText, first: int, last: int) -> str:
    return stored.text[stored.sentences[first].start : stored.sentences[last].end]


def joined(stored: ArticleText, one: int, other: int) -> bool:
    """True if both sentences exist, on one line with no furniture between them."""
    if one < 0 or other >= len(stored.sentences):
        return False
    end, start = stored.sentences[one].end, stored.sentences[other].start
    if "\n" in stored.text[end:start] or "\r" in stored.text[end:start]:
        return False
    return not any(each.start < start and end <= each.start for each in stored.furniture)
