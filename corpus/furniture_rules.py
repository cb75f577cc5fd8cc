"""What a line's own words say: is it furniture, and which kind. The rules are the rows of furniture_rules.txt.

Eating article text is the worse error, so a line that opens with a quotation, reports what somebody did or said, or
goes on in sentences that don't speak to the reader is never furniture by its words, except to rules for the label of
a link to another story.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from corpus.furniture_lines import clauses, lowered
from corpus.furniture_screen import Screen, beginning, screen

_FRAGMENT = re.compile(r"(<[a-z]+>) = (.+)")
_HEADING = re.compile(r"\[([^\]]+)\]((?: (?:edge|tail|between|heading|weak-heading|label|cased))*)")
_PARTS = re.compile(r" ?[|·•] ?")
_MAX_PARTS = 12
_ZONES = ("edge", "tail", "between", "heading", "weak-heading")

_REPORTED = re.compile(
    r"\b(?:said|says|saying|told|asked|added|wrote|argued|claimed|announced|warned|according to"
    r"|he|she)\b",
    re.IGNORECASE,
)
_PAGE_VOICE = re.compile(
    r"\b(?:you|your|yours|you're|we|we're|our|us|click|here|read|sign|subscribe|follow|privacy|terms|cookies?|apply"
    r"|free|cancel|reserved|rights|permission|material|redistributed|copyright|newsletters?|unsubscribe|join|comments?|app|download|explore|reading)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: a pattern of whole bare lines and the reason that such a line is furniture.

    `zone`: where on the page it holds, "any" or one of _ZONES. `label`: it is a link's label, and the headline behind
    it may carry reported speech. `cased`: capitals count.
    """

    reason: str
    pattern: str
    zone: str
    label: bool
    cased: bool


def line_reason(plain: str, zone: str = "any") -> str | None:
    """The reason that a bare line is furniture by its own words, to the rules of that zone; None if it isn't.

    A row of buttons or links ("Share | Print | 12 comments") is furniture if every part of it is.
    """
    if not plain or plain[0] in "\"'":
        return None
    reason = _reason(plain, zone)
    parts = _PARTS.split(plain) if reason is None and ("|" in plain or "·" in plain or "•" in plain) else []
    if 1 < len(parts) <= _MAX_PARTS and all(parts):
        reasons = [_reason(part, zone) for part in parts]
        reason = reasons[0] if all(reasons) else None
    return reason


def _reason(plain: str, zone: str) -> str | None:
    small = lowered(plain)
    for held, rule in _rules_for(zone, beginning(small)):
        if held in small and _matcher(rule).fullmatch(plain) and (rule.label or not _speaks_as_article(plain)):
            return rule.reason
    return None


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule of furniture_rules.txt, in the order of its rows."""
    found = []
    fragments: dict[str, str] = {}
    reason, marks = "", frozenset[str]()
    for row in resources.files("corpus").joinpath("furniture_rules.txt").read_text("utf-8").splitlines():
        if fragment := _FRAGMENT.fullmatch(row):
            fragments[fragment[1]] = _filled(fragment[2], fragments)
        elif heading := _HEADING.fullmatch(row):
            reason, marks = heading[1], frozenset(heading[2].split())
        elif row and row != "#" and not row.startswith("# "):
            zone = next((zone for zone in _ZONES if zone in marks), "any")
            found.append(Rule(reason, _filled(row, fragments), zone, "label" in marks, "cased" in marks))
    return tuple(found)


def make_ready() -> None:
    """Compile all rules and what they are looked up by, which otherwise is done as lines ask for them."""
    for zone in ("any", *_ZONES):
        _by_beginning(zone)
    for rule in rules():
        _matcher(rule)


def _filled(row: str, fragments: dict[str, str]) -> str:
    for name, pattern in fragments.items():
        row = row.replace(name, pattern)
    return row


_Place = tuple[int, str, Rule]
"""A rule's place in the order of its zone, a string that a line it takes may hold, and the rule."""


@cache
def _by_beginning(zone: str) -> dict[str, list[_Place]]:
    """The zone's rules, those of one kind behind the first of them, by what a line they take may begin with."""
    kinds: dict[tuple[str, bool, bool], list[Rule]] = {}
    for rule in rules():
        if rule.zone == zone:
            kinds.setdefault((rule.reason, rule.label, rule.cased), []).append(rule)
    found: dict[str, list[_Place]] = {}
    for number, rule in enumerate(rule for same in kinds.values() for rule in same):
        seen = _screens().get(pattern_mark(rule.pattern)) or screen(rule.pattern)
        for begin in seen.begins:
            found.setdefault(begin, []).extend((number, held, rule) for held in seen.holds)
    return found


@lru_cache(maxsize=1 << 13)
def _rules_for(zone: str, start: str | None) -> tuple[tuple[str, Rule], ...]:
    """The zone's rules that may take a line that begins so, behind each string that a line they take may hold."""
    found = _by_beginning(zone)
    begins = found if start is None else (start[:size] for size in range(len(start) + 1))
    places = {place[:2]: place for begin in begins for place in found.get(begin, ())}
    return tuple((held, rule) for _, held, rule in (places[key] for key in sorted(places)))


@cache
def _screens() -> dict[str, Screen]:
    """What `screen` says of each rule's pattern, by its mark, as it was written down: to read all patterns takes longer
    than to cut an article, and an index into which one is taken would wait for it. What is not written down is read."""
    rows = resources.files("corpus").joinpath("furniture_screens.txt").read_text("utf-8").splitlines()
    return {mark: Screen(tuple(begins), tuple(holds)) for mark, begins, holds in map(json.loads, rows)}


def pattern_mark(pattern: str) -> str:
    """What stands for a pattern in furniture_screens.txt."""
    return hashlib.blake2b(pattern.encode(), digest_size=8).hexdigest()


@cache
def _matcher(rule: Rule) -> re.Pattern[str]:
    return re.compile(rule.pattern, re.NOFLAG if rule.cased else re.IGNORECASE)


def _speaks_as_article(plain: str) -> bool:
    """Whether a line reports, or has, beside others, a sentence that neither asks nor speaks to the reader."""
    if _REPORTED.search(plain):
        return True
    sentences = clauses(plain)
    return len(sentences) > 1 and any(
        len(each.split()) > 6 and not each.endswith("?") and not _PAGE_VOICE.search(each) for each in sentences
    )
