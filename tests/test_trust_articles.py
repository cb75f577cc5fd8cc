"""Bad articles: whatever a file holds, reading it ends, ends soon, and what comes of it holds together."""

import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running import copydesk, json_of, write_corpus
from trust.expressions import Expression, expressions, slow
from trust.invariants import broken
from trust.mutants import MOST_SECONDS, outcomes
from trust.mutations import mutants
from trust.seeds import SEEDS
from trust.soak import soak, verdict

EVERY = expressions()
CI_SIZE = 4_000
SEED = 7
SMALL = [number for number in range(150) if number % 25 != 24]


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


def test_the_good_articles_that_mutants_are_made_of_are_read() -> None:
    assert [broken(name, text.encode()) for name, text in SEEDS.items()] == [(None, None)] * len(SEEDS)


def test_mutants_are_read_or_skipped_with_a_reason_and_nothing_is_out_of_place() -> None:
    found = list(outcomes(SMALL, SEED))
    assert [(one.number, one.wrong) for one in found if one.wrong] == []
    assert len(found) == len(SMALL)
    assert sum(one.skipped is None for one in found) > len(SMALL) / 4
    assert max(one.seconds for one in found) < MOST_SECONDS / 10


def test_a_mutant_that_ends_its_process_or_takes_too_long_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trust.mutants._work", _ends)
    assert [(one.number, one.wrong) for one in outcomes([3], SEED)] == [(3, "ended its process: 9")]


def _ends(*_: object) -> None:
    raise SystemExit(9)


def test_a_folder_of_mutants_is_indexed_and_answers(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "news")
    for one in mutants(200, SEED):
        if len(one.data) < 200_000:
            (folder / one.name).write_bytes(one.data)
    files = [path for path in folder.rglob("*.*") if path.is_file()]
    report = json_of(copydesk(tmp_path, "index", folder, "--json"))
    assert report["articles"] + len(report["skipped"]) == len(files)
    assert all(each["reason"] for each in report["skipped"])
    found = json_of(copydesk(tmp_path, "ask", "Who lit the lamp on Skerry Head?", "--corpus", folder, "--json"))
    assert {each["file"] for each in found["citations"]} == {"lighthouse.md"}


@given(st.data())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_any_bytes_are_read_or_refused(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["a.txt", "a.md", "a.html"]))
    seed = data.draw(st.sampled_from([b"", *(text.encode() for text in SEEDS.values())]))
    at = data.draw(st.integers(0, len(seed)))
    more = data.draw(
        st.one_of(st.binary(max_size=60), st.text(max_size=60).map(lambda t: t.encode("utf-8", "replace")))
    )
    assert broken(name, seed[:at] + more + seed[at:])[1] is None


def test_outside_entities_are_not_read_and_addresses_not_fetched() -> None:
    from corpus.formats import parse

    with tempfile.NamedTemporaryFile("w", suffix=".txt") as secret:
        secret.write("the secret of the harbour\n" * 9)
        secret.flush()
        entities = f'<!DOCTYPE html [<!ENTITY x SYSTEM "file://{secret.name}"><!ENTITY % y SYSTEM "{secret.name}">%y;]>'
        for head in (entities, '<?xml version="1.0"?>' + entities):
            page = head + SEEDS["d.html"].replace("<p>", "<p>&x; ").replace("<!DOCTYPE html>", "")
            assert "secret" not in parse("a.html", page.encode()).text


def test_a_server_under_everything_at_once_answers_and_grows_no_more_than_it_may(tmp_path: Path) -> None:
    if not Path("/proc/net/tcp").exists():
        pytest.skip("needs /proc, where Linux tells of processes")
    (tmp_path / "home").mkdir()
    record = soak(20, tmp_path / "news", tmp_path / "home", people=2, articles=40)
    line, _ = verdict(record, 20)  # twenty seconds are too short for its limit of memory
    assert record.errors == [], line
    assert record.asked == record.answered > 0, line
    assert record.samples[-1].handles < record.samples[0].handles + 40, line
