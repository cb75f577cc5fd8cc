from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.dense import DenseIndex, read_dense, write_dense


def unit_rows(n: int, dim: int, seed: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    made = unit_rows(500, 24, seed=1)
    made[40] = made[7]  # a tie
    return made


@pytest.fixture(scope="module")
def dense(vectors, tmp_path_factory):
    path = tmp_path_factory.mktemp("dense") / "vectors.faiss"
    write_dense(vectors, path)
    return DenseIndex([read_dense(path)])


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 10_000), k=st.integers(1, 600), share=st.sampled_from([None, 0.0, 0.03, 0.5]))
def test_search_finds_what_brute_force_finds(dense, vectors, seed, k, share):
    rng = np.random.default_rng(seed)
    query = unit_rows(1, 24, seed)[0]
    allowed = None if share is None else np.flatnonzero(rng.random(500) < share).astype(np.int64)
    rows, cosines = dense.search(query, k, allowed)
    pool = np.arange(500) if allowed is None else allowed
    exact = vectors[pool] @ query
    want = pool[np.lexsort((pool, -exact))][:k]
    assert len(rows) == min(k, len(pool))
    np.testing.assert_allclose(cosines, vectors[rows] @ query, atol=1e-5)
    np.testing.assert_allclose(np.sort(vectors[rows] @ query), np.sort(vectors[want] @ query), atol=1e-5)


def test_equal_vectors_come_in_row_order(dense, vectors):
    rows, _ = dense.search(vectors[7], 2)
    assert rows.tolist() == [7, 40]


def test_stored_vectors_come_back_as_they_were(dense, vectors):
    rows = np.asarray([3, 499, 0], np.int64)
    np.testing.assert_array_equal(dense.vectors(rows), vectors[rows])
    np.testing.assert_allclose(dense.cosines(vectors[4], rows), vectors[rows] @ vectors[4], atol=1e-6)
    assert dense.vectors(np.empty(0, np.int64)).shape == (0, 24)


def test_the_same_vectors_make_the_same_bytes(vectors, tmp_path: Path):
    write_dense(vectors, tmp_path / "a")
    write_dense(vectors, tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
