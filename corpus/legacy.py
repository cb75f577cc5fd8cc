"""Which of the encodings from before Unicode some bytes are in, where that can be told.

charset-normalizer alone picks a wrong reading for more than a quarter of texts in the encodings below, and a wrong
reading looks like any other. So it only says which readings are a mess; among the rest, the letters decide: real text
keeps to the alphabet of one language and puts neither symbols nor capitals in the middle of words. Where two readings
remain, there is no answer.
"""

import codecs
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache

# What has been written in, most likely first: between readings that fit alike and differ little, the first is taken.
ENCODINGS = tuple(
    """
    cp1252 cp1250 iso8859_2 iso8859_15 cp1254 cp1257 mac_roman cp850 cp1251 koi8_r koi8_u cp866 iso8859_5 mac_cyrillic
    cp1253 iso8859_7 cp1255 cp1256 iso8859_6 cp874 cp932 euc_jp gb18030 big5 cp949
    """.split()  # noqa: SIM905
)
_WESTERN = 8  # the first so many are for Latin letters
# The letters beyond a-z that a language's texts are full of, and the least share of all letters that they make up.
_ALPHABETS = [
    (frozenset(letters), share)
    for share, languages in (
        (0.0, "àâçéèêîïôœùû äöüß áéíóúñ àçéèíïóòú áàâãçéêíóôõú àèéìòù éëïóöü æøåé åäöé áðíóúýæø äõöüšž"),
        (0.01, "čćđšž"),
        (0.02, "ąćęłńóśźż ăâîșțşţ ëç ąčęėįšųūž"),
        (0.03, "áðéíóúýþæö çğıöşü\u0307 āčēģīķļņšūž"),
        (0.05, "áčďéěíňóřšťúůýž áäčďéíľňóôšťúýž áéíóöőúüű"),
        (0.5, "абвгдеёжзийклмнопрстуфхцчшщъыьэюя абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"),
        (0.5, "абвгдеёжзійклмнопрстуўфхцчшыьэюя абвгдђежзијклљмнњопрстћуфхцчџш абвгдѓежзѕијклљмнњопрстќуфхцчџш"),
    )
    for letters in languages.split()
]
_EASTERN = frozenset(["CJK", "HIRAGANA", "KATAKANA", "HANGUL"])
_LEAST_EASTERN = 0.3  # of the letters of a text in them; less is a Western text read wrongly
_LEAST_LETTERS = 12  # fewer in another script than Latin are as likely to be chance
_JOINS = frozenset("'’‘-–—‑…/.&·,@_°ºª׳״")  # may stand between two letters
_STRAY = frozenset("¦¨¬¯¶¸")  # may not touch a letter

HIGH = bytes(range(128, 256))
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_SAMPLE = 64_000  # bytes of lines with other than ASCII in them that decide
_ODD = 0.1  # a reading with more odd words than this share is no text
_MISFIT = 0.25  # nor is one with more of its letters outside any one alphabet
_FEW = 0.005  # letters beyond ASCII by byte: under this the text is English or nearly, and its names prove nothing


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the bytes would say in one encoding, and how badly that fits: `odd` is the share of words that are none,
    `misfits` of `letters` are outside the one alphabet that fits best.
    """

    encoding: str
    sample: str
    odd: float
    misfits: int
    letters: int
    script: str
    mess: float = 0.0
    coherence: float = 0.0

    @property
    def cost(self) -> float:
        return self.odd + self.misfits / max(1, self.letters)


def find_encoding(data: bytes, named: str | None = None) -> str | None:
    """The one of ENCODINGS that `data` can be told to be in, or None. `named`, the one it says it is in, is believed
    unless the bytes make no sense in it.

    Measured on random lists of names of places, tongues and coins in 24 of these encodings and 38 languages, 12 lists
    each, others than those that the rules were tuned on: of 3,000 characters, 98.5 % right and none wrong; of 600, 96 %
    and 0.1 %; of 150, 90 % and 0.7 %; the rest is refused. charset-normalizer alone: 32, 27 and 31 % wrong.
    """
    sample = _sample(data)
    if named and (reading := _read(sample, named)) and reading.cost <= _MISFIT:
        return named
    chosen = _choose(sample, high=len(data) - len(data.translate(None, HIGH)), size=len(data))
    return chosen.encoding if chosen else None


def _sample(data: bytes) -> bytes:
    """The lines that aren't plain ASCII, the first _SAMPLE bytes of them; the last may end within a character."""
    lines: list[bytes] = []
    size = 0
    for line in data.splitlines():
        if not line.isascii():
            lines.append(line)
            size += len(line)
            if size > _SAMPLE:
                break
    return b"\n".join(lines)[:_SAMPLE]


def _choose(sample: bytes, high: int, size: int) -> _Reading | None:
    readings: dict[str, _Reading] = {}
    for encoding in ENCODINGS:
        reading = _read(sample, encoding)
        if reading and reading.sample not in readings:
            readings[reading.sample] = reading
    measured = [m for r in readings.values() if (m := _measured(r))]
    ranked = sorted(measured, key=lambda r: (round(r.cost, 2), r.mess))  # stable: then by ENCODINGS
    if not ranked:
        return None
    best = ranked[0]
    if high / size < _FEW:
        return _nearly_english(ranked)
    if best.cost > _MISFIT:
        return None
    rivals = [r for r in ranked[1:] if _rivals(best, r)]
    return best if not rivals else _settle([best, *rivals])


def _rivals(best: _Reading, other: _Reading) -> bool:
    close = other.odd - best.odd < 0.02 and other.mess - best.mess < 0.05
    return close and other.misfits <= best.misfits * 1.5 + 1 and other.cost - best.cost < 0.1


def _nearly_english(ranked: list[_Reading]) -> _Reading | None:
    """Western Windows, unless another reading fits better: then it can't be told."""
    best = ranked[0]
    western = next((r for r in ranked if r.encoding == "cp1252" and r.odd < 0.02), None)
    if western:
        return western if western.cost <= best.cost else None
    return best if len(ranked) == 1 or ranked[1].cost > best.cost else None


def _settle(rivals: list[_Reading]) -> _Reading | None:
    """One of the readings that fit alike, or None where taking one would be a guess."""
    first = min(rivals, key=lambda r: (r.cost, ENCODINGS.index(r.encoding)))
    disputed = max(
        sum(a != b and a.isalpha() for a, b in zip(first.sample, r.sample, strict=False))
        for r in rivals
        if r is not first
    )
    if disputed < _FEW * len(first.sample):
        return first
    if all(r.script == "LATIN" for r in rivals):
        return None
    first, second = sorted(rivals, key=lambda r: -r.coherence)[:2]
    return first if first.coherence - second.coherence >= 0.1 else None


def _measured(reading: _Reading) -> _Reading | None:
    """The reading with what charset-normalizer makes of it; None where it calls it a mess."""
    from charset_normalizer import from_bytes

    sample = reading.sample.encode(reading.encoding, "replace")
    match = from_bytes(sample, cp_isolation=[reading.encoding], enable_fallback=False).best()
    if match is None:
        return None
    return replace(reading, mess=match.chaos, coherence=match.coherence)


def _read(sample: bytes, encoding: str) -> _Reading | None:
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        return None
    if any(map(_impossible, set(text))):
        return None
    words = Counter(word[:100] for word in text.split() if not word.isascii())
    total = max(1, sum(words.values()))
    letters: Counter[str] = Counter()
    for letter, count in Counter(text.lower()).items():
        if not letter.isascii() and (letter.isalpha() or letter == "\u0307"):
            letters[letter] = count
    scripts: Counter[str] = Counter()
    for letter, count in letters.items():
        scripts[_script(letter)] += count
    script = scripts.most_common(1)[0][0] if scripts else "LATIN"
    odd = sum(count for word, count in words.items() if _is_odd(word)) / total
    count = sum(letters.values())
    misfits = 0
    if script == "LATIN" and encoding not in ENCODINGS[:_WESTERN]:
        return None
    share = count / max(1, sum(map(str.isalpha, text)))
    if script in _EASTERN and share < _LEAST_EASTERN:
        return None
    if script != "LATIN" and count < _LEAST_LETTERS:
        return None
    if script in ("LATIN", "CYRILLIC"):
        fitting = (alphabet for alphabet, least in _ALPHABETS if share >= least)
        misfits = count - max(sum(letters[c] for c in alphabet) for alphabet in fitting)
    return None if odd > _ODD else _Reading(encoding, text, odd, misfits, count, script)


def _is_odd(word: str) -> bool:
    """Whether a word has what no word has: letters of two scripts, a symbol or a capital between its letters, ..."""
    scripts = {_script(c) for c in word if c.isalpha()}
    if len(scripts) > 1 and not scripts <= _EASTERN | {"LATIN", "FULLWIDTH", "HALFWIDTH"}:
        return True
    for before, c, after in zip(" " + word, word, word[1:] + " ", strict=False):
        plain = c.isascii()
        if c.isalpha():
            if before.islower() and c.isupper() and not (plain and before.isascii()):
                return True
            if not plain and _script(c) == "LATIN" and (before.isdigit() or after.isdigit()):
                return True
        elif (c in _STRAY and (before.isalpha() or after.isalpha())) or (c in "£€¥" and after.isalpha()) or c == "¤":
            return True
        elif not plain and before.isalpha() and _script(before) in ("LATIN", "CYRILLIC", "GREEK"):
            if unicodedata.category(c)[0] == "M" and not "\u0300" <= c <= "\u036f":
                return True
            if after.isalpha() and c not in _JOINS and unicodedata.category(c)[0] not in "MC":
                return True
    return False


@cache
def _script(letter: str) -> str:
    return unicodedata.name(letter, "?").partition(" ")[0].partition("-")[0]


def _impossible(c: str) -> bool:
    """Whether a character is in no text: a control, private, unassigned, half a surrogate pair."""
    return c == "\ufffd" or bool(_CONTROL.match(c)) or unicodedata.category(c) in ("Co", "Cn", "Cs")
