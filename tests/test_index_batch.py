from collections.abc import Generator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.batch import Vectors, each_once, sound


def lengths(texts: list[str]) -> Generator[Vectors, None, None]:
    """Rows of one number, the text's length, two texts at a time."""
    for at in range(0, len(texts), 2):
        yield np.array([[len(text)] for text in texts[at : at + 2]], np.float32)


@given(st.lists(st.text(max_size=3)))
def test_every_text_gets_its_own_row_in_order(texts: list[str]) -> None:
    assert each_once(texts, 1, lengths, None).tolist() == [[len(text)] for text in texts]


def test_a_text_given_twice_is_computed_once() -> None:
    seen: list[str] = []

    def noted(texts: list[str]) -> Generator[Vectors, None, None]:
        seen.extend(texts)
        return lengths(texts)

    each_once(["wire", "copy", "wire", "wire"], 1, noted, None)
    assert seen == ["wire", "copy"]


def test_progress_grows_and_ends_at_the_number_of_texts() -> None:
    told: list[tuple[int, int]] = []
    each_once(["a", "b", "a", "c", "d", "e"], 1, lengths, lambda done, total: told.append((done, total)))
    assert told == [(2, 6), (4, 6), (6, 6)]


def test_an_interrupt_while_progress_is_told_closes_the_work_behind_it() -> None:
    closed: list[bool] = []

    def work(texts: list[str]) -> Generator[Vectors, None, None]:
        try:
            yield from lengths(texts)
        finally:
            closed.append(True)

    def interrupt(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        each_once(["a", "b", "c"], 1, work, interrupt)
    assert closed == [True]


def test_half_characters_are_replaced_and_all_else_kept() -> None:
    assert sound("caf\u00e9 \U0001f5de \ud800!") == "caf\u00e9 \U0001f5de ?!"
