"""Bytes turned into text: UTF-8, UTF-16 and UTF-32 by their marks, older encodings by evidence, or refused in words."""

import codecs
import re
import unicodedata

from corpus.legacy import ENCODINGS, HIGH, find_encoding

# The names that pages declare, as browsers read them (https://encoding.spec.whatwg.org/#names-and-labels).
_DECLARED = {
    **{name: name for name in ENCODINGS},
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
# In these, what would be a character in UTF-8 is a capital and then a symbol, which no text has more than by accident.
_NEVER_LIKE_UTF8 = ("cp1252", "cp1250", "iso8859_2", "iso8859_15", "cp1254", "cp1257")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
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
        return _legacy(data, declared, pairs=_utf8_pairs(data, error.start))
    return _not_binary(text)


def _marked(data: bytes, encoding: str) -> str:
    name = encoding.upper()
    try:
        text = data.decode(encoding)
        text.encode("utf-8")
    except UnicodeError:
        raise NotText(f"starts like {name} but isn't valid {name}; save it again as UTF-8") from None
    strange = sum(unicodedata.category(c) in ("Co", "Cn") for c in text[:10_000])
    if encoding != "utf-8" and strange > len(text[:10_000]) / 100:
        raise NotText(f"starts like {name} but holds no readable text; if it is text, save it as UTF-8")
    return _not_binary(text)


def _not_binary(text: str) -> str:
    controls = sum(1 for _ in _CONTROLS.finditer(text))
    if "\x00" in text or controls > len(text) / 100:
        raise NotText("holds control characters, so it is binary; if it is text, save it as UTF-8")
    return text


def _utf8_pairs(data: bytes, first: int) -> int:
    """How many characters beyond ASCII the data holds in sound UTF-8; refuses it where those are most."""
    replaced = data.decode("utf-8", "replace")
    broken = replaced.count("\ufffd")
    sound = len(replaced) - broken - len(data.translate(None, HIGH))
    if sound > 3 * broken:
        line = data.count(b"\n", 0, first) + 1
        raise NotText(f"is UTF-8 but for some bytes, the first in line {line:,}; mend them and save it as UTF-8")
    return sound


def _legacy(data: bytes, declared: str | None, pairs: int) -> str:
    named = _DECLARED.get(re.sub(r"[^a-z0-9]+", "_", (declared or "").lower()))
    encoding = find_encoding(data, named)
    if encoding is None:
        raise NotText("is in an encoding that can't be told for certain; save it as UTF-8")
    if encoding in _NEVER_LIKE_UTF8 and pairs > 2:
        raise NotText("is partly in UTF-8 and partly in an older encoding; save it as UTF-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise NotText("is in more than one encoding; save it as UTF-8") from None
    if _CONTROLS.search(text):
        raise NotText("holds control characters, so it is binary; if it is text, save it as UTF-8")
    return text
