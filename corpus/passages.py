"""From sentences to passages: spans of whole sentences that fit the model and overlap by one sentence."""

import re
import string
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice, pairwise

from corpus.document import Document, Furniture, Passage, Span
from corpus.lines import hard_wrapped
from corpus.sentences import sentences as find_sentences

TokenCounter = Callable[[Sequence[str]], Sequence[int]]
"""Model tokens of each string, special tokens not counted."""

_FEWEST_MAX_TOKENS = 8
# No passage has more characters than this a token: a wall of white space or a data blob is few tokens to the model,
# but no reader wants it in one piece. News has 4.6 on average.
_CHARACTERS_PER_TOKEN = 12
# A passage ends at the end of a paragraph when that fills it to this share; no last passage is left with less than
# the second share; a sentence longer than the third share is not repeated as overlap. On the MultiHop development
# questions, words only: .9 gave hits@10 .920 and fact recall@10 .592, .75 gave .906 and .587, .6 gave .911 and .592;
# overlap of sentences up to .15, .25 and .35 of a passage .902, .902 and .902 (all of it within the noise of .01).
_NEARLY_FULL = 0.9
_TINY = 0.25
_LONGEST_OVERLAP = 0.25

_CLAUSE_END = re.compile(r"[;:,—–](?=\s)|[、，；：]")
_WORD_END = re.compile(r"\S(?=\s)")
# White space that the model's tokenizer takes for white space; it drops the control characters among it.
_REAL_SPACE = re.compile(r"[^\S\x0b\x0c\x1c-\x1f\x85]")
_NEWLINE = re.compile(r"[\n\r\u2028\u2029]")
_CLOSED = frozenset(".!?…:;\"”’'»)]。！？」")
_ASCII_MARKS = frozenset(string.punctuation) - frozenset("[]")
_HEADING_TOKENS = 20
_MOST_HEADINGS = 4  # so many short lines in a row are a list or a table, of which a passage may hold a part
# A character is at most three tokens: WordPiece sees canonically decomposed text, and Hangul falls into three letters.
_TOKENS_PER_CHARACTER = 3


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence, or a part of one that was too long, with its length in model tokens."""

    start: int
    end: int
    tokens: int


def article_sentences(document: Document, furniture: Sequence[Furniture]) -> list[Span]:
    """The sentences of the body that lie outside furniture, in order; furniture ends a sentence."""
    text, here, end = document.text, document.body.start, document.body.end
    wrapped = hard_wrapped(text[here:end])
    found: list[Span] = []
    for piece in sorted(furniture):
        found += find_sentences(text, here, max(here, min(piece.start, end)), wrapped=wrapped)
        here = max(here, piece.end)
    return found + find_sentences(text, here, max(here, end), wrapped=wrapped)


def passages(
    text: str,
    sentences: Sequence[Span],
    furniture: Sequence[Furniture],
    count_tokens: TokenCounter,
    max_tokens: int = 200,
) -> tuple[Passage, ...]:
    """Passages of at most `max_tokens` that hold every sentence, in order; neighbours share one sentence.

    None runs across furniture. A sentence longer than `max_tokens` is split at clause ends, else at white space, else
    between characters. Tokens are counted in one call for all sentences, and one more for each way of splitting that
    was needed; counts are added up, which is exact for a WordPiece model where strings meet at white space.
    """
    if max_tokens < _FEWEST_MAX_TOKENS:
        raise ValueError(f"max_tokens is {max_tokens}; a passage needs at least {_FEWEST_MAX_TOKENS}")
    units = _units(text, sentences, count_tokens, max_tokens)
    return tuple(
        passage for run in _runs(text, units, furniture) for passage in _Packer(text, run, max_tokens).passages()
    )


def _units(text: str, sentences: Sequence[Span], count_tokens: TokenCounter, max_tokens: int) -> list[_Unit]:
    """Every sentence as a unit, or as several where it is too long for a passage."""
    units = _counted(text, [(s.start, s.end) for s in sentences], count_tokens)
    for ends in (_CLAUSE_END, _WORD_END, None, None):
        long = [unit for unit in units if _too_long(unit, max_tokens)]
        if not long:
            break
        pieces = [_pieces(text, unit, ends, max_tokens) for unit in long]
        counted = iter(_counted(text, [p for of_one in pieces for p in of_one], count_tokens))
        parts = [_joined(text, list(islice(counted, len(of_one))), max_tokens) for of_one in pieces]
        replaced = iter(parts)
        units = [u for unit in units for u in (next(replaced) if _too_long(unit, max_tokens) else [unit])]
    return units


def _counted(text: str, spans: Sequence[tuple[int, int]], count_tokens: TokenCounter) -> list[_Unit]:
    counts = count_tokens([text[a:b] for a, b in spans])
    return [_Unit(a, b, int(n)) for (a, b), n in zip(spans, counts, strict=True)]


def _too_long(unit: _Unit, max_tokens: int) -> bool:
    return unit.tokens > max_tokens or unit.end - unit.start > max_tokens * _CHARACTERS_PER_TOKEN


def _pieces(text: str, unit: _Unit, ends: re.Pattern[str] | None, max_tokens: int) -> list[tuple[int, int]]:
    """What is left of a unit when it is cut behind every match of `ends`; None cuts between characters.

    Runs of characters are as long as can be while none has too many tokens, and a letter keeps its accents.
    """
    if ends is not None:
        return _cut(text, unit, (end.end() for end in ends.finditer(text, unit.start, unit.end)))
    step = max_tokens * _CHARACTERS_PER_TOKEN if unit.tokens <= max_tokens else max_tokens // _TOKENS_PER_CHARACTER
    cuts = [unit.start]
    while (cut := cuts[-1] + step) < unit.end:
        while unicodedata.combining(text[cut]) and cut > cuts[-1] + step // 2:
            cut -= 1
        cuts.append(cut)
    return _cut(text, unit, cuts[1:])


def _cut(text: str, unit: _Unit, cuts: Iterable[int]) -> list[tuple[int, int]]:
    """The pieces of a unit between `cuts`, without the white space at their edges."""
    pieces = []
    for a, b in pairwise([unit.start, *cuts, unit.end]):
        bare = text[a:b].strip()
        if bare:
            a = text.index(bare[0], a)
            pieces.append((a, a + len(bare)))
    return pieces


def _joined(text: str, pieces: Sequence[_Unit], max_tokens: int) -> list[_Unit]:
    """The pieces of one sentence put together again to few parts that fit, of about equal length."""
    fewest = -(-sum(piece.tokens for piece in pieces) // max_tokens)
    parts = _joined_to(fewest, text, pieces, max_tokens)
    return parts if len(parts) <= fewest else _joined_to(fewest + 1, text, pieces, max_tokens)


def _joined_to(wanted: int, text: str, pieces: Sequence[_Unit], max_tokens: int) -> list[_Unit]:
    """The pieces joined to `wanted` parts, or more where a part would be too long."""
    total = sum(piece.tokens for piece in pieces)
    parts: list[_Unit] = []
    done = 0
    for piece in pieces:
        if parts and done * wanted < total * len(parts) and _add_up(text, parts[-1], piece):
            both = _Unit(parts[-1].start, piece.end, parts[-1].tokens + piece.tokens)
            if not _too_long(both, max_tokens):
                parts[-1] = both
                done += piece.tokens
                continue
        parts.append(piece)
        done += piece.tokens
    return parts


def _runs(text: str, units: Sequence[_Unit], furniture: Sequence[Furniture]) -> Iterator[list[_Unit]]:
    """Units that may share a passage: no furniture between them, and their tokens add up."""
    walls = iter(sorted(furniture))
    wall = next(walls, None)
    run: list[_Unit] = []
    for unit in units:
        walled = False
        while wall is not None and wall.start < unit.start:
            walled = True
            wall = next(walls, None)
        if run and (walled or not _add_up(text, run[-1], unit)):
            yield run
            run = []
        run.append(unit)
    if run:
        yield run


def _add_up(text: str, left: _Unit, right: _Unit) -> bool:
    """Whether two units side by side have as many tokens as both alone: there is a word boundary between them."""
    if _REAL_SPACE.search(text, left.end, right.start):
        return True
    return _stands_alone(text[left.end - 1]) or _stands_alone(text[right.start])


def _stands_alone(char: str) -> bool:
    """Whether BERT's tokenizer makes a word of every such character: punctuation, or a Chinese character.

    Square brackets are left out: "[SEP]" is one token.
    """
    if char.isascii():
        return char in _ASCII_MARKS
    return unicodedata.category(char)[0] == "P" or "\u3400" <= char <= "\u4dbf" or "\u4e00" <= char <= "\u9fff"


class _Packer:
    """Fills passages from one run of units, greedily, with the choice of a good place to stop."""

    def __init__(self, text: str, units: Sequence[_Unit], max_tokens: int) -> None:
        self.text = text
        self.units = units
        self.max_tokens = max_tokens
        self.before = list(accumulate((unit.tokens for unit in units), initial=0))

    def passages(self) -> Iterator[Passage]:
        begin = new = 0
        while new < len(self.units):
            stop = self._good_stop(begin, new, self._reach(begin, new))
            yield Passage(self.units[begin].start, self.units[stop - 1].end, self._tokens(begin, stop))
            begin = stop - 1 if stop - 1 > begin and self._overlaps(stop) else stop
            new = stop

    def _tokens(self, begin: int, stop: int) -> int:
        return self.before[stop] - self.before[begin]

    def _reach(self, begin: int, new: int) -> int:
        """The last place where a passage from `begin` may stop; it holds at least the unit `new`."""
        stop = new + 1
        while stop < len(self.units) and self._fits(begin, stop + 1):
            stop += 1
        return stop

    def _fits(self, begin: int, stop: int) -> bool:
        both = _Unit(self.units[begin].start, self.units[stop - 1].end, self._tokens(begin, stop))
        return not _too_long(both, self.max_tokens)

    def _good_stop(self, begin: int, new: int, reach: int) -> int:
        """Where to stop, `reach` at the furthest: halfway if little would be left over, else at a paragraph's end."""
        if reach == len(self.units):
            return reach
        if self._tokens(reach, len(self.units)) < _TINY * self.max_tokens:
            half = self._tokens(begin, len(self.units)) / 2
            return next(
                stop for stop in range(new + 1, reach + 1) if self._tokens(begin, stop) >= half or stop == reach
            )
        for stop in range(reach, new, -1):
            if self._tokens(begin, stop) < _NEARLY_FULL * self.max_tokens:
                break
            if self._ends_paragraph(stop - 1) and not self._is_heading(stop - 1):
                return stop
        headings = 0
        while headings < _MOST_HEADINGS and reach - headings > new + 1 and self._is_heading(reach - headings - 1):
            headings += 1
        return reach - headings if headings < _MOST_HEADINGS else reach

    def _overlaps(self, stop: int) -> bool:
        """Whether the next passage starts with the last unit of the one that stops here."""
        if stop >= len(self.units) or self.units[stop - 1].tokens > _LONGEST_OVERLAP * self.max_tokens:
            return False
        return self._fits(stop - 1, stop + 1)

    def _ends_paragraph(self, at: int) -> bool:
        return at + 1 == len(self.units) or self._newline_between(at, at + 1)

    def _newline_between(self, left: int, right: int) -> bool:
        return _NEWLINE.search(self.text, self.units[left].end, self.units[right].start) is not None

    def _is_heading(self, at: int) -> bool:
        """Whether this unit looks like a heading, which belongs to what follows it."""
        unit = self.units[at]
        alone = self._ends_paragraph(at) and (at == 0 or self._newline_between(at - 1, at))
        return alone and unit.tokens <= _HEADING_TOKENS and self.text[unit.end - 1] not in _CLOSED
