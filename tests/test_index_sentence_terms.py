"""Which terms stand together in one sentence, compared with sets of words."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.lexical import _analyser, terms_of
from index.sentence_terms import (
    _held,
    chained,
    fingerprint,
    fingerprints,
    joined,
    read_sentence_terms,
    stored,
    write_sentence_terms,
)

WORD = st.sampled_from([f"w{n}" for n in range(30)])
SENTENCE = st.lists(WORD, max_size=8)
ODD = [
    "The",
    "RUNNING",
    " ",
    "quay’s",
    "re-opened",
    "U.S.",
    "“",
    "\n",
    "\x1c",
    "\u2028",
    "Ünder",
    "e\u0301",
    "東京",
    "x_y",
    "z" * 61,
]
PASSAGES = st.lists(st.lists(SENTENCE, max_size=4), max_size=6)


def run(passages):
    return fingerprints([[" ".join(sentence) for sentence in passage] for passage in passages], str.split)


def held(passages, *, at=None):
    """The terms of the passages, those from `at` on in a segment of their own."""
    return stored([run(passages)] if at is None else [run(passages[:at]), run(passages[at:])])


def test_the_words_of_these_tests_have_fingerprints_of_their_own():
    assert len({fingerprint(f"w{n}") for n in range(30)}) == 30


@given(PASSAGES, st.dictionaries(WORD, st.floats(0.1, 1), max_size=6), st.none() | st.integers(0, 6))
def test_the_best_sentence_is_the_one_that_sets_of_words_find(passages, weights, at):
    rows = np.arange(len(passages), dtype=np.int64)
    found = held(passages, at=at).best(rows, weights)
    want = [
        max((sum(weights.get(word, 0) for word in set(sentence)) for sentence in passage), default=0)
        for passage in passages
    ]
    np.testing.assert_allclose(found, want, rtol=1e-5)


@settings(deadline=None)
@given(st.lists(st.lists(st.text(max_size=8) | st.sampled_from(ODD)).map("".join), max_size=4))
def test_a_sentence_has_the_fingerprints_of_its_terms(sentences):
    marks: list[int] = []
    for sentence in sentences:
        marks += [*dict.fromkeys(fingerprint(term) for term in _analyser().analyze(sentence)), 0]
    for _ in range(2):
        assert fingerprints([sentences], terms_of)[0].tolist() == marks


def test_words_that_are_too_long_or_too_many_are_not_kept(monkeypatch):
    monkeypatch.setattr("index.sentence_terms._MOST_WORDS", 2)
    for sentence in ("one two three", "four " + "five" * 30, "one two"):
        want = [*map(fingerprint, sentence.split()), 0]
        assert fingerprints([[sentence]], str.split)[0].tolist() == want
    assert _held(str.split).keys() == {"one", "two"}


@settings(deadline=None)
@given(st.lists(PASSAGES, max_size=3))
def test_the_terms_of_several_articles_are_those_of_their_passages_behind_one_another(articles):
    whole = run([passage for passages in articles for passage in passages])
    one_by_one = joined([stored([run(passages)]).of(row) for passages in articles for row in range(len(passages))])
    for other in (chained([run(passages) for passages in articles]), one_by_one):
        for found, want in zip(other, whole, strict=True):
            np.testing.assert_array_equal(found, want)
            assert found.dtype == want.dtype


@given(PASSAGES.filter(len))
def test_the_share_that_two_passages_hold_both_is_that_of_sets(passages):
    share = held(passages).alike()
    for row, one in enumerate(passages):
        for other, two in enumerate(passages):
            ours, theirs = ({word for sentence in each for word in sentence} for each in (one, two))
            assert share(row, other) == pytest.approx(len(ours & theirs) / max(1, len(ours | theirs)))


def test_rows_may_be_asked_for_in_any_order_and_more_than_once():
    terms = held([[["w1", "w2"], ["w3"]], [], [["w3", "w3"]]])
    assert terms.best(np.asarray([2, 0, 1, 2]), {"w3": 1.0, "w2": 0.5}).tolist() == [1.0, 1.0, 0.0, 1.0]


def test_what_is_written_is_read_again_and_anything_else_is_refused(tmp_path):
    terms, edges = run([[["w1", "w2"], ["w3"]], [["w4"]]])
    write_sentence_terms((terms, edges), tmp_path)
    for found, written in zip(read_sentence_terms(tmp_path), (terms, edges), strict=True):
        np.testing.assert_array_equal(found, written)
    np.save(tmp_path / "edges.npy", edges[:-1])
    with pytest.raises(ValueError, match="does not hold sentence terms"):
        read_sentence_terms(tmp_path)
