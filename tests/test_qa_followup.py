"""Follow-ups: dialogues of two and more turns, each with the question that the index is to be asked."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.followup import Turn, stand_alone

DIALOGUES = [
    json.loads(line) for line in (Path(__file__).parent / "data" / "followups.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda d: f"{d['question']} {d['follow_up']}")
def test_a_follow_up_stands_alone(dialogue: dict[str, str]) -> None:
    before = Turn(dialogue["question"], dialogue["answer"], ())
    assert stand_alone(dialogue["follow_up"], [before]) == dialogue["asked"]


def test_there_are_forty_dialogues_and_more() -> None:
    assert len(DIALOGUES) >= 40


LONGER = [
    (
        ["Who won the final?", "When?", "Where?"],
        ["Spain won the final.", "On Sunday.", "In Berlin."],
        ["Who won the final?", "Who won the final, and when?", "Who won the final, and where?"],
    ),
    (
        ["Who is the coach of Arsenal?", "How old is he?", "Where was he born?"],
        ["Mikel Arteta is the coach of Arsenal.", "He is 43.", ""],
        ["Who is the coach of Arsenal?", "How old is Mikel Arteta?", "Where was Mikel Arteta born?"],
    ),
    (
        ["What did Hegseth say about troops?", "And about China?", "What did Healey say?", "Who is he?"],
        ["None will go.", "It comes first.", "John Healey said the pledge stands.", ""],
        [
            "What did Hegseth say about troops?",
            "What did Hegseth say about China?",
            "What did Healey say?",
            "Who is John Healey?",
        ],
    ),
    (
        ["Did the council approve the new bridge?", "When will it open?", "And how much will it cost?"],
        ["The council approved it.", "The new bridge opens in May.", ""],
        [
            "Did the council approve the new bridge?",
            "When will the new bridge open?",
            "How much will the new bridge cost?",
        ],
    ),
]


def test_no_follow_up_to_any_question_reads_as_a_slip_of_the_pen() -> None:
    for before in DIALOGUES:
        for after in DIALOGUES:
            asked = stand_alone(after["follow_up"], [Turn(before["question"], before["answer"], ())])
            assert re.search(r"\b(\w+) \1\b|\s\s|\(\)|\([^)]*\(|\?.*\?|\s[?,)]", asked) is None, asked


@pytest.mark.parametrize(("questions", "answers", "asked"), LONGER, ids=[each[0][0] for each in LONGER])
def test_a_longer_dialogue_carries_its_subject_along(
    questions: list[str], answers: list[str], asked: list[str]
) -> None:
    turns: list[Turn] = []
    for question, answer, right in zip(questions, answers, asked, strict=True):
        assert stand_alone(question, turns) == right
        turns.append(Turn(right, answer, ()))


def test_the_first_question_is_never_touched() -> None:
    assert stand_alone("  And why did he\tgo there? ", []) == "  And why did he\tgo there? "


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
def test_whatever_is_typed_there_is_a_question_and_always_the_same(question: str, before: str, answer: str) -> None:
    turns = [Turn(before, answer, ())]
    assert stand_alone(question, turns) == stand_alone(question, turns)


@pytest.mark.parametrize("question", ["<b>When?</b>", "когда?", "いつ？", "And \u202ewhen?", "🙂", "?!", "and"])
def test_other_scripts_and_markup_are_taken_as_they_come(question: str) -> None:
    assert isinstance(stand_alone(question, [Turn("What did Hegseth say about borders?", "Nothing new.", ())]), str)
