import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.fuse import best_first, min_max

scores = st.lists(st.floats(-1e3, 1e3, width=32), min_size=1, max_size=40).map(lambda v: np.asarray(v, np.float32))


@given(scores)
def test_min_max_keeps_order_and_lies_between_0_and_1(values):
    moved = min_max(values)
    assert moved.min() >= 0
    assert moved.max() == 1
    for a, b in itertools.pairwise(values):
        if a < b:
            assert moved[list(values).index(a)] <= moved[list(values).index(b)]


def test_min_max_with_a_floor_keeps_what_is_shared_above_it():
    assert min_max(np.asarray([2.0, 4.0], np.float32), floor=0.0).tolist() == [0.5, 1.0]


@given(scores)
def test_best_first_breaks_ties_by_row(values):
    rows = np.arange(len(values))[::-1].copy()
    order = best_first(rows, values)
    want = sorted(range(len(values)), key=lambda n: (-values[n], rows[n]))
    assert order.tolist() == want
