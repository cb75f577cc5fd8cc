"""The figures in a text, in digits or in words: what reports of one event most often differ in. Pure."""

import re

_ONES = "one two three four five six seven eight nine"
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TYS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SCALES = "dozen hundred thousand million billion trillion half third quarter twice double"
_UNITS = {word: str(value) for value, word in enumerate(f"{_ONES} {_TEENS}".split(), 1)}
_TENS = {word: 10 * value for value, word in enumerate(_TYS.split(), 2)}
_FIGURE = re.compile(
    rf"(?P<digits>\d+(?:[.,]\d+)*)"
    rf"|\b(?:(?P<tens>{'|'.join(_TENS)})(?:[-\s](?P<more>{'|'.join(_ONES.split())}))?"
    # "one of them" counts nothing, nor does "one another"
    rf"|(?P<unit>one(?!\s+(?:of|another)\b)|{'|'.join([*_UNITS][1:])})|(?P<scale>{'|'.join(_SCALES.split())})(?:e?s)?)\b",
    re.IGNORECASE,
)


def figures(text: str) -> list[str]:
    """Each figure in order: digits without commas, "nine" as 9, "twenty-five" as 25, "millions" as million."""
    return [_figure(found) for found in _FIGURE.finditer(text)]


def _figure(found: re.Match[str]) -> str:
    if digits := found["digits"]:
        return digits.replace(",", "")
    if tens := found["tens"]:
        more = found["more"]
        return str(_TENS[tens.lower()] + (int(_UNITS[more.lower()]) if more else 0))
    return _UNITS[found["unit"].lower()] if found["unit"] else found["scale"].lower()
