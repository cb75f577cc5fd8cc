"""Every rule about one line has a line that it takes, and none takes the article's."""

import re
from pathlib import Path

import pytest

from corpus.furniture_lines import bare
from corpus.furniture_rules import Rule, line_reason, rules

EXAMPLES = Path(__file__).parent / "data" / "furniture_lines.txt"
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
