"""Questions of every kind asked of sixteen articles written for them, with the real index and the real model."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from index.build import build
from index.encode import Encoder
from index.search import NewsIndex, open_index
from qa.answer import Answer, Statement, ask

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and what each must stand in one of its first `within` statements: text, or text and its speaker.

    What the articles do not tell wants nothing.
    """

    kind: str
    query: str
    wants: tuple[str | tuple[str, str], ...]
    within: int


def asked_of(line: str) -> Asked:
    held = json.loads(line)
    wants = tuple(want if isinstance(want, str) else (want[0], want[1]) for want in held["wants"])
    return Asked(held["kind"], held["query"], wants, held["within"])


QUESTIONS = [asked_of(line) for line in (DATA / "question_kinds.jsonl").read_text(encoding="utf-8").splitlines()]
TOLD = [asked for asked in QUESTIONS if asked.wants]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> NewsIndex:
    folder = tmp_path_factory.mktemp("kinds") / "articles"
    shutil.copytree(DATA / "question_kinds", folder)
    build(folder, encoder=encoder)
    return open_index(folder, encoder=encoder)


def final(question: str, index: NewsIndex) -> Answer:
    *_, answer = ask(question, index)
    return answer


def shown(answer: Answer, statement: Statement) -> str:
    """The statement with what is shown as its context."""
    quotes = {each.marker: each.quote for each in answer.citations}
    return " ".join((*(quotes[marker] for marker in statement.context), statement.text))


def lacking(asked: Asked, answer: Answer) -> list[str | tuple[str, str]]:
    """What the question wants and the first statements do not show."""
    first = answer.statements[: asked.within]
    return [want for want in asked.wants if not any(_holds(shown(answer, each), each.text, want) for each in first)]


def _holds(whole: str, text: str, want: str | tuple[str, str]) -> bool:
    return want in whole if isinstance(want, str) else want[0] in text and want[1] in whole


@pytest.mark.parametrize("asked", TOLD, ids=lambda asked: asked.query)
def test_the_first_statements_answer(asked: Asked, index: NewsIndex) -> None:
    answer = final(asked.query, index)
    assert answer.answered
    assert not lacking(asked, answer), [shown(answer, each) for each in answer.statements]


def test_every_kind_of_question_is_asked_at_least_six_times() -> None:
    kinds = [asked.kind for asked in TOLD]
    assert {kind for kind in kinds if kinds.count(kind) >= 6} == {
        *("who", "where", "when", "how many", "how long", "which", "why", "said", "yes-no", "compare")
    }


def test_what_several_articles_say_is_one_statement_with_a_marker_for_each(index: NewsIndex) -> None:
    answer = final("How many passengers were left behind on the first day of the ferry strike?", index)
    said = [each for each in answer.statements if "2,300 passengers" in each.text]
    assert len(said) == 1
    sources = {each.source for each in answer.citations if each.marker in said[0].citations}
    assert sources == {"Radio Selmar", "Lock Street Journal"}


def test_a_headline_is_no_statement_where_the_article_says_it(index: NewsIndex) -> None:
    answer = final("Is the Tanner Bridge shut to all traffic?", index)
    assert any("was shut to cars, buses and lorries" in each.text for each in answer.statements)
    assert "Tanner Bridge shut to all traffic" not in [each.text for each in answer.statements]


def test_no_statement_repeats_a_sentence_of_another(index: NewsIndex) -> None:
    for asked in TOLD:
        answer = final(asked.query, index)
        told = [each for each in answer.citations if any(each.marker in one.citations for one in answer.statements)]
        for one in told:
            others = [each for each in told if each.document == one.document and each.marker != one.marker]
            assert all(each.end <= one.start or one.end <= each.start for each in others), asked.query


def test_what_is_left_to_a_sentence_before_is_read_with_it(index: NewsIndex) -> None:
    answer = final("When was Grist Lines founded?", index)
    best = answer.statements[0]
    assert best.text.startswith("It was founded in 1924")
    assert "The line carries" in shown(answer, best)
