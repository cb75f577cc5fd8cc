"""Figures in digits and in words are the same figures."""

import pytest

from index.copies import is_copy
from index.figures import figures


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("Nine dockers and twenty-five sailors", ["9", "25"]),
        ("1,200 men, 4.2 million crowns and 7%", ["1200", "4.2", "million", "7"]),
        ("Dozens came, then hundreds; half left", ["dozen", "hundred", "half"]),
        ("thirty ships, forty two crews, Ninety", ["30", "42", "90"]),
        ("One of them told one another of one man", ["1"]),
        ("often the weighty tension was bone-dry, noneedless", []),
        ("On 12 May 2024.", ["12", "2024"]),
        ("", []),
    ],
)
def test_figures_are_read_in_digits_and_in_words(text: str, held: list[str]) -> None:
    assert figures(text) == held


def test_a_report_that_gives_another_figure_in_words_is_no_copy() -> None:
    told = "{} dockers were hurt on Tuesday when a crane fell across the main quay of Velden, the harbour master said."
    assert is_copy(told.format("Nine"), told.format("Nine"))
    assert not is_copy(told.format("Nine"), told.format("Eight"))
    assert not is_copy(told.format("9"), told.format("8"))
