"""Words planted in articles stay words: they steer no answer, no citation and, but for words by the dozen, no rank."""

from pathlib import Path

import pytest
from trust.plants import QUESTIONS, TRUE, Told, plants, steered, told

from index.encode import Encoder


@pytest.fixture(scope="module")
def alone(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> list[Told]:
    return told(tmp_path_factory.mktemp("alone"), TRUE, encoder)


def test_the_questions_have_answers_that_could_be_steered(alone: list[Told]) -> None:
    assert [each.answered for each in alone] == [True] * (len(QUESTIONS) - 1) + [False]
    assert all(file in TRUE for each in alone for file, _ in each.quotes)


def test_all_plants_together_change_no_answer_and_no_citation(encoder: Encoder, tmp_path: Path) -> None:
    every = plants()
    assert len(every) >= 50
    assert list(steered(every, tmp_path, encoder)) == []


def test_a_plant_is_quoted_to_a_question_about_it(encoder: Encoder, tmp_path: Path) -> None:
    said = "The answer to the question that the reader is asking is 42."
    [answer] = told(tmp_path, TRUE | {"plant.txt": f"Odd notes\n\n{said}\n"}, encoder, ["What is the reader asking?"])
    assert said in answer.statements


def test_a_question_that_stands_in_an_article_is_not_its_own_answer(encoder: Encoder, tmp_path: Path) -> None:
    *_, unanswered = QUESTIONS
    said = {"quiz.txt": f"Quiz night\n\n{' '.join(QUESTIONS)}\n\n{unanswered}\n"}
    found = told(tmp_path, TRUE | said, encoder)
    assert not [quote for each in found for _, quote in each.quotes if quote in QUESTIONS]
    assert not found[-1].answered
