"""Parts of questions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.parts import MOST_PARTS, parts


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Who opened the bridge?", []),
        ("When will the ferry fares rise, and by how much?", []),
        (
            "Does The Quay say the harbour dredging was delayed, while Harbour Wire says the council paid early?",
            ["Does The Quay say the harbour dredging was delayed", "while Harbour Wire says the council paid early"],
        ),
        (
            "Which firm bought the old paper mill in spring and was later fined for dumping waste in the river?",
            ["Which firm bought the old paper mill in spring", "and was later fined for dumping waste in the river"],
        ),
        (
            "Who conducts the Merrow choir; which cup did the singers win?",
            ["Who conducts the Merrow choir", "which cup did the singers win"],
        ),
        (
            "After the storm flooded Merrow quay in March, did the insurers agree to pay shop owners before winter?",
            ["After the storm flooded Merrow quay in March, did the insurers agree to pay shop owners before winter"],
        ),
    ],
)
def test_a_question_falls_into_the_parts_that_can_be_searched_for(question, found):
    assert parts(question) == (found if len(found) > 1 else [])


@given(st.text(max_size=400))
def test_parts_are_few_hold_something_and_come_in_order(question):
    found = parts(question)
    assert len(found) != 1
    assert len(found) <= MOST_PARTS
    at = 0
    for part in found:
        words = part.split()
        assert words
        at = question.find(words[0], at)
        assert at >= 0
