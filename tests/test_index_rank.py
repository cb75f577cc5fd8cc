"""The order of the passages put forward."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.rank import AGAIN, FEATURES, Found, features, order, scored


def found(n=6, texts=1, outlets=0, seed=0):
    chance = np.random.default_rng(seed)
    return Found(
        rows=np.sort(chance.choice(100, n, replace=False)).astype(np.int64),
        bm25=chance.random((texts, n)).astype(np.float32) * 20,
        cosines=chance.random(n).astype(np.float32),
        sentence=chance.random(n).astype(np.float32),
        article=chance.integers(0, 3, n),
        outlets=chance.random((outlets, n)) < 0.5,
    )


@given(st.integers(0, 30), st.integers(1, 4), st.integers(0, 3), st.integers(0, 1000))
def test_every_passage_has_every_feature_and_none_is_out_of_bounds(n, texts, outlets, seed):
    values = features(found(n, texts, outlets, seed))
    assert values.shape == (n, len(FEATURES))
    assert np.isfinite(values).all()
    assert values.min(initial=0) >= 0


def test_a_question_without_parts_is_its_own_only_part():
    values = features(found())
    columns = dict(zip(FEATURES, values.T, strict=True))
    np.testing.assert_array_equal(columns["words"], columns["words of a part"])


def test_more_of_everything_ranks_first():
    better = Found(
        rows=np.asarray([3, 8, 9]),
        bm25=np.asarray([[2, 9, 1]], np.float32),
        cosines=np.asarray([0.2, 0.8, 0.1], np.float32),
        sentence=np.asarray([0.1, 0.9, 0.2], np.float32),
        article=np.asarray([0, 1, 2]),
        outlets=np.asarray([[False, True, False]]),
    )
    assert int(np.argmax(scored(better))) == 1


def test_the_outlet_that_a_question_names_brings_its_best_passage_forward():
    alike = Found(
        rows=np.asarray([1, 2, 3]),
        bm25=np.asarray([[5, 4, 4]], np.float32),
        cosines=np.asarray([0.5, 0.45, 0.45], np.float32),
        sentence=np.asarray([0.3, 0.3, 0.3], np.float32),
        article=np.asarray([0, 1, 2]),
        outlets=np.asarray([[False, False, True]]),
    )
    first = next(iter(order(scored(alike), alike.article)))
    assert first[0] == 2


@given(st.lists(st.floats(-5, 5, width=32), max_size=12), st.integers(1, 4))
def test_the_order_takes_every_passage_once_scores_never_rise_and_a_story_pays_for_each_one_before(values, many):
    scores = np.asarray(values, np.float32)
    article = np.arange(len(values)) % many
    taken = list(order(scores, article))
    assert sorted(n for n, _ in taken) == list(range(len(values)))
    kept = [score for _, score in taken]
    assert kept == sorted(kept, reverse=True)
    for place, (n, score) in enumerate(taken):
        before = sum(article[m] == article[n] for m, _ in taken[:place])
        assert score == pytest.approx(float(scores[n]) - AGAIN * before)


def test_equal_scores_come_in_the_order_of_rows():
    assert [n for n, _ in order(np.ones(3, np.float32), np.asarray([0, 1, 2]))] == [0, 1, 2]
