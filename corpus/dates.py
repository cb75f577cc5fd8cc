"""Dates as newspapers write them, turned into `YYYY-MM-DD`; anything that could be two dates is none."""

import re
from datetime import date

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = r"(?P<month>[A-Za-z]{3,9})\.?"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s{1,3})?"
_CLOCK = (
    r"(?:\d{1,2}[:.h]\d{2}(?:[:.]\d{2}(?:[.,]\d{1,9})?)?\s?(?:[ap]\.?m\.?)?|\d{1,2}\s?[ap]\.?m\.?)"
    r"(?:\s?(?:Z|UTC|GMT|[A-Z]{2,5}|\([A-Z]{2,5}\))\b\)?)?(?:\s?[+-]\d{2}:?\d{2})?"
)
_BEFORE = rf"(?:{_CLOCK}[\s,]{{1,3}})?{_WEEKDAY}"
_AFTER = rf"(?:[\sT,|·•@–—-]{{1,4}}(?:at\s)?{_CLOCK})?"
_SHAPES = tuple(
    re.compile(_BEFORE + shape + _AFTER, re.IGNORECASE)
    for shape in (
        r"(?P<year>\d{4})([-/.])(?P<number>\d{1,2})\2(?P<day>\d{1,2})",
        r"(?P<year>\d{4})(?P<number>\d{2})(?P<day>\d{2})",
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\sof)?[\s-]{{1,2}}{_MONTH},?[\s-]{{1,2}}(?P<year>\d{{4}})",
        rf"{_MONTH}\s{{1,2}}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s{{1,2}}(?P<year>\d{{4}})",
        r"(?P<one>\d{1,2})([-/.])(?P<two>\d{1,2})\2(?P<year>\d{4})",
    )
)
_LABEL = re.compile(
    r"(?:(?:first\s|originally\s)?(?:published|posted)(?:\s(?:on|at))?|date(?:\spublished)?|publication\sdate)\s?:?\s",
    re.IGNORECASE,
)
_LONGEST = 80  # characters; no date with weekday, clock and zone comes near it


def parse_date(value: str) -> str | None:
    """The one day that the whole of `value` names, as `YYYY-MM-DD`, or None.

    A clock, a weekday and a time zone may stand beside the day and are not looked at: the day is the one written.
    `02/03/2025` is two days to two readers and so None; `13/03/2025` is one. Years from 1600 to 2199.
    """
    value = " ".join(value[: _LONGEST * 2].split())
    if len(value) > _LONGEST:
        return None
    for shape in _SHAPES:
        if match := shape.fullmatch(value):
            return _day(match)
    return None


def date_in_line(line: str) -> str | None:
    """The publication day in a line that says nothing else ("Published on 12 February 2025, 14.30"), or None."""
    line = line[: _LONGEST * 2].strip()
    label = _LABEL.match(line)
    return parse_date(line[label.end() :] if label else line)


def labelled_date(line: str) -> str | None:
    """As `date_in_line`, but only where the line calls the day the day of publication."""
    return date_in_line(line) if _LABEL.match(line[:_LONGEST].lstrip()) else None


def _day(match: re.Match[str]) -> str | None:
    found = match.groupdict()
    year = int(found["year"])
    if "one" in found:
        one, two = int(found["one"]), int(found["two"])
        if one == two or two > 12:
            month, day = one, two
        elif one > 12:
            month, day = two, one
        else:
            return None
    else:
        day = int(found["day"])
        month = int(found["number"]) if "number" in found else _MONTHS.get(found["month"].lower(), 0)
    if not 1600 <= year <= 2199:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
