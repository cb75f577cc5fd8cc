"""A conversation: it grows answer by answer, later questions lean on earlier ones, Stop keeps what has come."""

from pathlib import Path

import pytest
from running import write_corpus

from corpus.errors import MisuseError
from index.build import build
from index.encode import Encoder
from index.hits import Where
from index.search import NewsIndex, open_index
from qa import chat
from qa.chat import Answered, Refused, Waiting, converse, is_open, shown, stopped
from qa.examples import SHOWN, examples


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> NewsIndex:
    folder = write_corpus(tmp_path_factory.mktemp("articles"))
    build(folder, encoder=encoder)
    return open_index(folder, encoder=encoder)


def test_an_answer_grows_behind_the_exchanges_before_it_and_ends_complete(index: NewsIndex) -> None:
    before = (Refused("?", "no word"),)
    grown = list(converse("What will a return ticket cost?", before, index, Where(), 5))
    assert all(each[:-1] == before for each in grown)
    answers = [each[-1] for each in grown]
    assert all(isinstance(each, Answered) for each in answers)
    assert [each.complete for each in answers if isinstance(each, Answered)] == [False] * (len(answers) - 1) + [True]
    counts = [len(each.answer.statements) for each in answers if isinstance(each, Answered)]
    assert counts == sorted(counts)
    assert counts[-1] >= 1


def test_a_later_question_is_made_stand_alone_from_the_answers_before_it(index: NewsIndex) -> None:
    *_, first = converse("Who conducts the Merrow choir?", (), index, Where(), 5)
    *_, second = converse("What did she say?", first, index, Where(), 5)
    last = second[-1]
    assert isinstance(last, Answered)
    assert last.answer.question == "What did she say?"
    assert last.answer.asked != "What did she say?"


def test_a_question_that_can_not_be_asked_raises(index: NewsIndex) -> None:
    with pytest.raises(MisuseError):
        list(converse("  ", (), index, Where(), 5))


def test_an_answer_that_comes_at_once_is_shown_once_and_passages_alone_never(
    index: NewsIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown = list(converse("What will a return ticket cost?", (), index, Where(), 5))
    assert not grown[0][-1].answer.answered  # type: ignore[union-attr]
    monkeypatch.setattr(chat, "_GROWS_SECONDS", 3_600)
    assert list(shown(grown)) == grown[-1:]
    monkeypatch.setattr(chat, "_GROWS_SECONDS", 0)
    assert list(shown(grown)) == grown[1:]
    declined = list(converse("Who won the election in Peru?", (), index, Where(), 5))
    assert list(shown(declined)) == declined[-1:]


def test_a_conversation_is_open_until_its_last_answer_is_complete_or_refused(index: NewsIndex) -> None:
    *growing, done = converse("What will a return ticket cost?", (), index, Where(), 5)
    assert all(map(is_open, growing))
    assert is_open((*done, Waiting("And then?")))
    assert not any(map(is_open, (done, (), (*done, Refused("?", "no word")), stopped(growing[-1]))))


def test_stop_keeps_what_has_come_and_drops_a_question_without_an_answer(index: NewsIndex) -> None:
    first, *_, done = converse("What will a return ticket cost?", (), index, Where(), 5)
    assert stopped(first) == (Answered("What will a return ticket cost?", first[-1].answer, complete=True),)  # type: ignore[union-attr]
    assert stopped((*done, Waiting("And then?"))) == done


def test_example_questions_are_few_the_same_every_time_and_answered(index: NewsIndex) -> None:
    few = examples(index)
    assert 1 <= len(few) <= SHOWN
    assert few == examples(index)
    for question in few:
        *_, last = converse(question, (), index, Where(), 5)
        assert isinstance(last[-1], Answered)
        assert last[-1].answer.answered, question


def test_a_corpus_that_suggests_no_question_gives_none(tmp_path: Path, encoder: Encoder) -> None:
    (tmp_path / "rain.txt").write_text("it rained and it rained and then it stopped\n", encoding="utf-8")
    build(tmp_path, encoder=encoder)
    assert examples(open_index(tmp_path, encoder=encoder)) == ()
