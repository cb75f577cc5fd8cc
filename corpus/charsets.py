"""Bytes turned into text: UTF-8, UTF-16 and UTF-32 by their marks, older encodings by evidence, or refused in words.

charset-normalizer alone picks a wrong reading for about a quarter of short texts in the encodings below (measured on
lists of place and language names in 36 languages, 150 to 3,000 characters), and a wrong reading looks like any other.
So it only says which readings are a mess; among the rest, the letters decide: real text keeps to the alphabet of
one language and puts neither symbols nor capitals in the middle of words. Where two readings remain, the file is
refused. On those lists that leaves under 1 % wrong and 5 % refused from 600 characters on.
"""

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

# What has been written in, most likely first: between readings that fit alike and differ little, the first is taken.
_ENCODINGS = tuple(
    """
    cp1252 cp1250 iso8859_2 iso8859_15 cp1254 cp1257 mac_roman cp850 cp1251 koi8_r koi8_u cp866 iso8859_5 mac_cyrillic
    cp1253 iso8859_7 cp1255 cp1256 iso8859_6 cp874 cp932 euc_jp gb18030 big5 cp949
    """.split()  # noqa: SIM905
)
_WESTERN = 8  # the first so many are for Latin letters
# The names that pages declare, as browsers read them (https://encoding.spec.whatwg.org/#names-and-labels).
_DECLARED = {
    **{name: name for name in _ENCODINGS},
    **dict.fromkeys(("ascii", "us_ascii", "latin1", "latin_1", "iso_8859_1", "iso8859_1", "windows_1252"), "cp1252"),
    **{f"windows_{n}": f"cp{n}" for n in (1250, 1251, 1253, 1254, 1255, 1256, 1257, 874)},
    **{f"iso_8859_{n}": f"iso8859_{n}" for n in (2, 5, 6, 7, 15)},
    **dict.fromkeys(("iso_8859_9", "latin5"), "cp1254"),
    **dict.fromkeys(("tis_620", "iso_8859_11"), "cp874"),
    **dict.fromkeys(("shift_jis", "sjis", "x_sjis", "windows_31j", "ms_kanji"), "cp932"),
    **dict.fromkeys(("gb2312", "gbk", "gb_2312_80", "chinese", "x_gbk"), "gb18030"),
    **dict.fromkeys(("euc_kr", "ks_c_5601_1987", "ksc5601", "korean"), "cp949"),
    **dict.fromkeys(("macintosh", "x_mac_roman"), "mac_roman"),
    **dict.fromkeys(("x_mac_cyrillic",), "mac_cyrillic"),
    **dict.fromkeys(("big5_hkscs", "cn_big5"), "big5"),
    **dict.fromkeys(("x_euc_jp",), "euc_jp"),
}
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
_JOINS = frozenset("'’‘-–—‑…/.&·,@_°ºª׳״")  # may stand between two letters
_STRAY = frozenset("¤¦¨¬¯¶¸")  # may not touch a letter

_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_HIGH = bytes(range(128, 256))
_SAMPLE = 64_000  # bytes of lines with other than ASCII in them that decide
_ODD = 0.1  # a reading with more odd words than this share is no text
_MISFIT = 0.25  # nor is one with more of its letters outside any one alphabet
_FEW = 0.005  # letters beyond ASCII by byte: under this the text is English or nearly, and its names prove nothing
_SIGNATURES = {
    b"%PDF-": "a PDF",
    b"PK\x03\x04": "a Word, OpenDocument or zip file",
    b"\xd0\xcf\x11\xe0": "an old Word document",
    b"{\\rtf": "a rich-text document",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"\x1f\x8b": "a compressed file",
}
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8"),
)


class NotText(ValueError):  # noqa: N818  it is a finding about a file, and read as one
    """These bytes aren't text that can be read safely; `reason` says why and what to do, in words for the user."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


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


def decode(data: bytes, declared: str | None = None) -> str:
    """The text in `data`. Raises NotText, and never returns a reading that it isn't sure of.

    A UTF-8 mark stays in the text as U+FEFF; those of UTF-16 and UTF-32 don't. `declared` is the encoding that the
    file names for itself: it is believed over the statistics, but not against what the bytes can't be.
    """
    for signature, kind in _SIGNATURES.items():
        if data.startswith(signature):
            raise NotText(f"is {kind}, not plain text; save its text as .txt in UTF-8")
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _marked(data, encoding)
    if b"\x00" in data:
        raise NotText("holds zero bytes, so it is binary, or UTF-16 without its mark; if it is text, save it as UTF-8")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse_broken_utf8(data, error.start)
        return _legacy(data, declared)
    return _not_binary(text)


def _marked(data: bytes, encoding: str) -> str:
    name = encoding.upper()
    try:
        text = data.decode(encoding)
        text.encode("utf-8")
    except UnicodeError:
        raise NotText(f"starts like {name} but isn't valid {name}; save it again as UTF-8") from None
    if encoding != "utf-8" and sum(map(_impossible, text[:10_000])) > len(text[:10_000]) / 100:
        raise NotText(f"starts like {name} but holds no readable text; if it is text, save it as UTF-8")
    return _not_binary(text)


def _not_binary(text: str) -> str:
    controls = sum(1 for _ in _CONTROLS.finditer(text))
    if "\x00" in text or controls > len(text) / 100:
        raise NotText("holds control characters, so it is binary; if it is text, save it as UTF-8")
    return text


def _refuse_broken_utf8(data: bytes, first: int) -> None:
    replaced = data.decode("utf-8", "replace")
    broken = replaced.count("\ufffd")
    sound = len(replaced) - broken - len(data.translate(None, _HIGH))  # characters of two bytes and more
    if sound > 3 * broken:
        line = data.count(b"\n", 0, first) + 1
        raise NotText(f"is UTF-8 but for some bytes, the first in line {line:,}; mend them and save it as UTF-8")


def _legacy(data: bytes, declared: str | None) -> str:
    sample = _sample(data)
    named = _DECLARED.get(re.sub(r"[^a-z0-9]+", "_", (declared or "").lower()))
    if named and (reading := _read(sample, named)) and reading.cost <= _MISFIT:
        chosen: _Reading | None = reading
    else:
        chosen = _choose(sample, high=len(data) - len(data.translate(None, _HIGH)), size=len(data))
    if chosen is None:
        raise NotText("is in an encoding that can't be told for certain; save it as UTF-8")
    try:
        text = data.decode(chosen.encoding)
    except UnicodeDecodeError:
        raise NotText("is in more than one encoding; save it as UTF-8") from None
    if _CONTROLS.search(text):
        raise NotText("holds control characters, so it is binary; if it is text, save it as UTF-8")
    return text


def _sample(data: bytes) -> bytes:
    """The lines that aren't plain ASCII, up to about _SAMPLE bytes of them; never a line cut within a character."""
    lines: list[bytes] = []
    size = 0
    for line in data.splitlines():
        if not line.isascii():
            lines.append(line)
            size += len(line)
            if size > _SAMPLE:
                break
    return b"\n".join(lines)


def _choose(sample: bytes, high: int, size: int) -> _Reading | None:
    readings: dict[str, _Reading] = {}
    for encoding in _ENCODINGS:
        reading = _read(sample, encoding)
        if reading and reading.sample not in readings:
            readings[reading.sample] = reading
    measured = [m for r in readings.values() if (m := _measured(r, sample))]
    ranked = sorted(measured, key=lambda r: (round(r.cost, 2), r.mess))  # stable: then by _ENCODINGS
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
    western = next((r for r in ranked if r.encoding == "cp1252" and r.odd == 0), None)
    if western:
        return western if western.cost <= best.cost else None
    return best if len(ranked) == 1 or ranked[1].cost > best.cost else None


def _settle(rivals: list[_Reading]) -> _Reading | None:
    """One of the readings that fit alike, or None where taking one would be a guess."""
    first = min(rivals, key=lambda r: (r.cost, _ENCODINGS.index(r.encoding)))
    disputed = max(sum(a != b for a, b in zip(first.sample, r.sample, strict=False)) for r in rivals if r is not first)
    if disputed < _FEW * len(first.sample):
        return first
    if all(r.script == "LATIN" for r in rivals):
        return None
    first, second = sorted(rivals, key=lambda r: -r.coherence)[:2]
    return first if first.coherence - second.coherence >= 0.1 else None


def _measured(reading: _Reading, sample: bytes) -> _Reading | None:
    """The reading with what charset-normalizer makes of it; None where it calls it a mess."""
    from charset_normalizer import from_bytes

    match = from_bytes(sample, cp_isolation=[reading.encoding], enable_fallback=False).best()
    if match is None:
        return None
    return replace(reading, mess=match.chaos, coherence=match.coherence)


def _read(sample: bytes, encoding: str) -> _Reading | None:
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return None
    if any(map(_impossible, set(text))):
        return None
    words = Counter(word[:100] for word in text.split() if not word.isascii())
    total = sum(words.values())
    if not total:
        return None
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
    if script == "LATIN" and encoding not in _ENCODINGS[:_WESTERN]:
        return None
    share = count / max(1, sum(map(str.isalpha, text)))
    if script in _EASTERN and share < _LEAST_EASTERN:
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
        elif c in _STRAY and (before.isalpha() or after.isalpha()):
            return True
        elif not plain and before.isalpha() and _script(before) in ("LATIN", "CYRILLIC", "GREEK"):
            if unicodedata.category(c)[0] == "M" and not "\u0300" <= c <= "\u036f":
                return True
            if after.isalpha() and c not in _JOINS and unicodedata.category(c)[0] not in "MC":
                return True
    return False


def _cached(function: Callable[[str], str]) -> Callable[[str], str]:
    return lru_cache(maxsize=None)(function)  # at most one entry a character


@_cached
def _script(letter: str) -> str:
    return unicodedata.name(letter, "?").partition(" ")[0].partition("-")[0]


def _impossible(c: str) -> bool:
    """Whether a character is in no text: a control, private, unassigned, half a surrogate pair."""
    return c == "\ufffd" or bool(_CONTROLS.match(c)) or unicodedata.category(c) in ("Co", "Cn", "Cs")
