import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import index.dense
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


def near_others(n: int, seed: int) -> np.ndarray:
    """Vectors as passages have them: around some hundred subjects, none of them far from all others."""
    rng = np.random.default_rng(seed)
    subjects = unit_rows(200, 48, seed=99)
    made = subjects[rng.integers(0, 200, n)] + rng.normal(size=(n, 48)).astype(np.float32) * 0.12
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """More vectors than are searched one by one, in two segments, some of them gone."""
    pytest.MonkeyPatch().setattr(index.dense, "EXACT_UP_TO", 5_000)
    folder = tmp_path_factory.mktemp("many")
    first, second = near_others(20_000, 1), near_others(600, 2)
    for name, vectors in (("first", first), ("second", second)):
        write_dense(vectors, folder / name)
    alive = np.random.default_rng(3).random(20_600) < 0.9
    held = DenseIndex([read_dense(folder / name) for name in ("first", "second")], alive)
    return held, np.concatenate([first, second]), alive, folder


def found_of_exact(many, share: float | None) -> float:
    """The share of the ten nearest by brute force, among a share of all rows, that search finds."""
    held, vectors, alive, _ = many
    kept = found = 0
    for seed in range(60):
        query = near_others(1, 100 + seed)[0]
        allowed = None
        there = alive
        if share is not None:
            there = alive & (np.random.default_rng(seed).random(len(alive)) < share)
            allowed = np.flatnonzero(there).astype(np.int64)
        want = np.flatnonzero(there)[np.argsort(-(vectors[there] @ query), kind="stable")[:10]]
        rows, cosines = held.search(query, 200, allowed)
        assert there[rows].all()
        assert (np.diff(cosines) <= 0).all()
        kept += len(want)
        found += len(set(want.tolist()) & set(rows[:10].tolist()))
    return found / kept


@pytest.mark.parametrize("share", [None, 0.3, 0.02])
def test_a_large_index_finds_the_nearest_also_among_few_and_never_what_is_gone(many, share):
    assert found_of_exact(many, share) >= 0.95


def test_a_large_index_finds_as_many_as_asked_for_though_all_that_may_be_found_is_far_off(many):
    held, vectors, alive, _ = many
    query = vectors[11]
    near = vectors @ query
    allowed = np.flatnonzero(alive & (near < np.quantile(near, 0.3))).astype(np.int64)
    rows, _ = held.search(query, 200, allowed)
    assert len(rows) == 200
    assert set(rows.tolist()) <= set(allowed.tolist())


def test_a_large_index_gives_vectors_back_to_within_eight_bits(many):
    held, vectors, _, _ = many
    rows = np.asarray([20_599, 3, 19_999, 20_000, 7], np.int64)
    np.testing.assert_allclose(held.vectors(rows), vectors[rows], atol=0.01)
    np.testing.assert_allclose(held.cosines(vectors[9], rows), vectors[rows] @ vectors[9], atol=0.02)


def test_a_large_index_takes_a_quarter_of_the_place(many):
    _, vectors, _, folder = many
    assert (folder / "first").stat().st_size < 0.35 * 20_000 * vectors.shape[1] * 4


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit")
@pytest.mark.parametrize("missing", [1, 100, 5_000])
def test_a_disk_that_refuses_even_the_last_byte_is_told(tmp_path, vectors, missing):
    import resource

    write_dense(vectors, tmp_path / "whole")
    size = (tmp_path / "whole").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size - missing, -1))
    try:
        with pytest.raises(OSError, match=r"vectors\.faiss"):
            write_dense(vectors, tmp_path / "vectors.faiss")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))
