import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.outlets import named_outlets, outlet_names

OUTLETS = [
    "Harbour Wire",
    "The Quay",
    "The Quay - Sport",
    "The Quay | World",
    "Northline Radio",
    "Ledger",
    "The Hour",
    "RTQ",
]
QUAY = ("The Quay", "The Quay - Sport", "The Quay | World")


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("Who chaired it, as reported by Harbour Wire and Northline Radio?", [("Harbour Wire",), ("Northline Radio",)]),
        ("Does Northline Radio agree with 'Harbour Wire'?", [("Northline Radio",), ("Harbour Wire",)]),
        ("What did the Quay say?", [QUAY]),
        ("What is The Quay’s figure?", [QUAY]),
        ("In The Quay - Sport, who won?", [("The Quay - Sport",)]),
        ("who won according to harbour wire?", [("Harbour Wire",)]),
        ("Which ledger was found?", []),
        ("Which figure does Ledger give?", [("Ledger",)]),
        ("By the hour, what does a pilot earn?", []),
        ("What did RTQ's reporter see?", [("RTQ",)]),
        ("Where does the wire run from the harbour?", []),
        ("", []),
    ],
)
def test_outlets_are_found_in_a_question_in_the_order_of_naming(question, named):
    assert named_outlets(question, outlet_names(OUTLETS)) == named


@given(st.text(), st.lists(st.text(max_size=12), max_size=6))
def test_no_question_and_no_outlet_name_does_harm(question, outlets):
    for members in named_outlets(question, outlet_names(outlets)):
        assert set(members) <= set(outlets)
