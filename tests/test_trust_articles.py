"""Bad articles: whatever a file holds, reading it ends, ends soon, and what comes of it holds together."""

import re

import pytest
from trust.expressions import Expression, expressions, slow

EVERY = expressions()
CI_SIZE = 8_000


def test_the_expressions_of_all_modules_are_found() -> None:
    found = {one.name for one in EVERY}
    assert {"corpus.sentences._CLOSE", "corpus.furniture_inline._MARKUP", "corpus.masthead._unmarked"} <= found
    assert sum(name.startswith("corpus.furniture_rules: ") for name in found) > 150
    assert len(EVERY) > 450


@pytest.mark.parametrize("package", ["corpus", "index", "qa"])
def test_the_time_of_every_expression_grows_no_faster_than_the_text(package: str) -> None:
    assert [bad for one in EVERY if one.name.startswith(package) for bad in slow(one, CI_SIZE)] == []


@pytest.mark.parametrize("pattern", [r"\s+$", r"(?:a+)+$", r"\(.*\)x", r"a*b?a*c"])
def test_an_expression_that_is_not_linear_would_be_found(pattern: str) -> None:
    assert any(slow(Expression("new", re.compile(pattern), ("search",)), 32_000))
