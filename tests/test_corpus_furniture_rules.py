"""Every rule about one line has a line that it takes, and none takes the article's."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import write_screens
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.furniture_lines import bare, lowered
from corpus.furniture_rules import Rule, _speaks_as_article, line_reason, rules
from corpus.furniture_screen import Screen, beginning, screen

EXAMPLES = Path(__file__).parent / "data" / "furniture_lines.txt"
# Letters that match plain ones where capitals don't count.
STRANGE = str.maketrans({"s": "ſ", "k": "\u212a", "i": "ı", "I": "İ"})
ZONES = ("edge", "tail", "between", "heading", "weak-heading")


def examples() -> list[tuple[str, frozenset[str], str]]:
    found, reason, marks = [], "", frozenset[str]()
    for row in EXAMPLES.read_text("utf-8").splitlines():
        if row.startswith("["):
            reason, _, rest = row[1:].partition("]")
            marks = frozenset(rest.split())
        elif row and not row.startswith("# "):
            found.append((reason, marks, row))
    return found


def zone_of(marks: frozenset[str]) -> str:
    return next((zone for zone in ZONES if zone in marks), "any")


@pytest.mark.parametrize(("reason", "marks", "text"), [e for e in examples() if e[0] != "article"])
def test_the_line_is_found_with_its_reason(reason: str, marks: frozenset[str], text: str) -> None:
    assert line_reason(bare(text), zone_of(marks)) == reason


@pytest.mark.parametrize("text", [text for reason, _, text in examples() if reason == "article"])
def test_a_line_of_an_article_is_left_alone_between_paragraphs(text: str) -> None:
    assert line_reason(bare(text), "any") is None
    assert line_reason(bare(text), "between") is None


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: f"{rule.reason}: {rule.pattern[:60]}")
def test_every_rule_takes_a_line_of_its_own_heading(rule: Rule) -> None:
    pattern = re.compile(rule.pattern, re.NOFLAG if rule.cased else re.IGNORECASE)
    own = [
        text
        for reason, marks, text in examples()
        if (reason, zone_of(marks), "label" in marks, "cased" in marks)
        == (rule.reason, rule.zone, rule.label, rule.cased)
    ]
    assert any(pattern.fullmatch(bare(text)) for text in own)


def by_every_rule(plain: str, zone: str) -> str | None:
    """What `line_reason` says of a line without bars, with no rule passed over."""
    if plain[:1] in ("", '"', "'"):
        return None
    kinds: dict[tuple[str, bool, bool], list[Rule]] = {}
    for rule in rules():
        if rule.zone == zone:
            kinds.setdefault((rule.reason, rule.label, rule.cased), []).append(rule)
    for (reason, label, cased), same in kinds.items():
        flags = re.NOFLAG if cased else re.IGNORECASE
        if any(re.fullmatch(rule.pattern, plain, flags) for rule in same) and (label or not _speaks_as_article(plain)):
            return reason
    return None


@pytest.mark.parametrize(
    "changed", [str, str.upper, str.title, lambda text: text.translate(STRANGE), lambda text: text[1:]]
)
def test_no_rule_is_passed_over_that_takes_a_line(changed: Callable[[str], str]) -> None:
    for _, _, text in examples():
        plain = changed(bare(text))
        if not set(plain) & set("|·•"):
            for zone in ("any", *ZONES):
                assert line_reason(plain, zone) == by_every_rule(plain, zone)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(rules()).flatmap(lambda rule: st.tuples(st.just(rule), lines_of_rule(rule))))
def test_every_line_that_a_rule_takes_begins_and_goes_on_as_its_screen_says(case: tuple[Rule, str]) -> None:
    rule, line = case
    seen, small = screen(rule.pattern), lowered(line)
    start = beginning(small)
    assert start is None or start.startswith(seen.begins)
    assert any(held in small for held in seen.holds)


def lines_of_rule(rule: Rule) -> st.SearchStrategy[str]:
    flags = re.NOFLAG if rule.cased else re.IGNORECASE
    return st.from_regex(re.compile(rule.pattern, flags), fullmatch=True)


def test_a_screen_is_read_off_a_pattern() -> None:
    assert screen("news ?letters?( now)?") == Screen(("new",), ("letter",))
    assert screen(r".{0,20}\b(tell|ask) us\b") == Screen(("",), ("ask us", "tell us"))
    assert screen(r"(?=.*\blink\b)\d+ (?!x)pages?") == Screen(tuple("0123456789"), (" page",))
    assert screen("a?b*") == Screen(("",), ("",))
    for pattern in ("(a", "a)", "*", "[a"):
        with pytest.raises(ValueError, match="not"):
            screen(pattern)


def test_what_is_written_down_of_the_rules_is_what_their_patterns_say():
    assert write_screens.PAGE.read_text(encoding="utf-8") == write_screens.rows(), "run: python tests/write_screens.py"
