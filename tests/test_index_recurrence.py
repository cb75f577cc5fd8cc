"""Which lines recur, found in arrays, held to the plain way; and which articles a change makes to be cut anew."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plain_recurrence import recurring_lines

from corpus.recurring import BETWEEN, PARAGRAPH
from index.line_keys import digest_of, joined, numbers_of, read_line_keys, write_line_keys
from index.recurrence import recurring

WORDS = ["share this", "sign up", "read more", "our app", "next"]
MARKS = [PARAGRAPH + f"{n:012x}" for n in range(6)]
KEYS = st.frozensets(st.sampled_from([*WORDS, *(BETWEEN + word for word in WORDS), *MARKS]), max_size=9)
PAGES = st.lists(st.tuples(st.sampled_from(["The Quay", "Harbour Wire", None]), KEYS), min_size=1, max_size=40)


def plain(pages: list[tuple[str | None, frozenset[str]]]) -> list[frozenset[str]]:
    found = recurring_lines((f"{n:03d}.txt", outlet, keys) for n, (outlet, keys) in enumerate(pages))
    return [found[outlet] & keys for outlet, keys in pages]


def in_arrays(pages: list[tuple[str | None, frozenset[str]]]) -> list[frozenset[str]]:
    numbers = {name: n for n, name in enumerate(dict.fromkeys(outlet for outlet, _ in pages))}
    keys, edges = joined([numbers_of(keys) for _, keys in pages])
    page = np.repeat(np.arange(len(pages)), np.diff(edges))
    outlet = np.asarray([numbers[name] for name, _ in pages])
    found = recurring(page, keys, outlet, numbers.get(None, -1))
    said = [{int(key) >> 2 for key in keys[found & (page == n)]} for n in range(len(pages))]
    return [
        frozenset(key for key in own if not key.startswith((PARAGRAPH, BETWEEN)) and digest_of(key) in recur)
        for recur, (_, own) in zip(said, pages, strict=True)
    ]


@given(PAGES)
def test_arrays_find_the_lines_that_the_plain_way_finds(pages):
    assert in_arrays(pages) == plain(pages)


def test_a_line_of_three_stories_in_four_recurs_and_near_copies_are_one_story():
    own = [frozenset({"sign up", *(PARAGRAPH + f"{n * 10 + m:012x}" for m in range(3))}) for n in range(4)]
    assert in_arrays([("The Quay", keys) for keys in own]) == [frozenset({"sign up"})] * 4
    assert in_arrays([("The Quay", own[0])] * 4) == [frozenset()] * 4


def test_the_numbers_of_lines_come_back_as_they_were_written(tmp_path):
    run = joined([numbers_of({"sign up", MARKS[0]}, frozenset({"sign up"})), numbers_of([])])
    write_line_keys(run, tmp_path)
    read = read_line_keys(tmp_path)
    assert read is not None
    assert [part.tolist() for part in read] == [part.tolist() for part in run]


def test_a_folder_without_numbers_gives_none_and_another_file_is_refused(tmp_path):
    assert read_line_keys(tmp_path) is None
    write_line_keys((np.zeros(2, np.uint64), np.asarray([0, 5])), tmp_path)
    with pytest.raises(ValueError, match="does not hold line keys"):
        read_line_keys(tmp_path)
