"""Support vector machines: those of liblinear, and the same bits however the work is divided."""

from dataclasses import replace
from threading import Event

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.svm import LinearSVC

from core.progress import silent
from core.training.linear import blocks
from core.training.linear.blocks import block_size, solve_blocks
from core.training.linear.features import Rows
from core.training.linear.solver import Problem, Solution, StoppedError, solve

POSTS, WIDTH, LABELS = 120, 40, 5


def make_problem(
    *, labels: int = LABELS, epochs: int = 4, positive: float = 3.0, seed: int = 0
) -> Problem:
    """Posts with a few columns each, more of them those of their label, and costs that differ."""
    rng = np.random.default_rng(seed)
    label = rng.integers(0, labels, POSTS).astype(np.int32)
    dense = sparse.random_array((POSTS, WIDTH), density=0.15, rng=rng).toarray()
    dense[np.arange(POSTS), label % WIDTH] += 0.5
    dense[0] = 0  # a post without any column
    found = sparse.csr_array(dense.astype(np.float32))
    rows = Rows(found.indptr.astype(np.int64), found.indices.astype(np.int32), found.data)
    return Problem(
        rows=rows,
        width=WIDTH,
        label=label,
        cost=rng.uniform(0.05, 0.5, POSTS).astype(np.float32),
        positive=positive,
        orders=np.stack([rng.permutation(POSTS).astype(np.int32) for _ in range(epochs)]),
    )


def solved(problem: Problem, labels: range) -> Solution:
    return solve(problem, labels, stop=Event(), done=lambda _posts: None)


@pytest.mark.parametrize("positive", [1.0, 5.0])
def test_the_solution_is_that_of_liblinear(positive: float) -> None:
    problem = make_problem(epochs=400, positive=positive)
    ours = solved(problem, range(LABELS))
    parts = (problem.rows.values, problem.rows.columns, problem.rows.starts)
    matrix = sparse.csr_matrix(parts, shape=(POSTS, WIDTH)).astype(np.float64)
    for label in range(LABELS):
        machine = LinearSVC(
            C=1.0, loss="squared_hinge", dual=True, tol=1e-10, max_iter=200_000, random_state=0
        )
        own = problem.label == label
        weight = problem.cost * np.where(own, positive, 1)
        machine.fit(matrix, own, sample_weight=weight)
        np.testing.assert_allclose(ours.weights[:, label], machine.coef_[0], atol=2e-4)
        np.testing.assert_allclose(ours.bias[label], machine.intercept_[0], atol=2e-4)


def test_the_posts_that_come_last_do_not_decide_the_bias() -> None:
    """After few epochs each post still moves it a lot, so that its last value is an accident."""
    problem = make_problem(epochs=4)
    ends = []
    for post in np.flatnonzero(problem.label == 0)[:8]:
        last = problem.orders[-1]
        moved = np.append(last[last != post], post).astype(np.int32)
        orders = np.stack([*problem.orders[:-1], moved])
        ends.append(solved(replace(problem, orders=orders), range(1)).bias[0])
    assert np.ptp(ends) < 0.02


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 3))
def test_neither_blocks_nor_threads_change_a_bit(labels: int, width: int, threads: int) -> None:
    problem = make_problem(labels=labels)
    whole = solved(problem, range(labels))
    solutions = solve_blocks(
        problem,
        labels=labels,
        least=0,
        sample=np.arange(3),
        threads=threads,
        progress=silent,
        width=width,
    )
    assert np.concatenate([block.bias for block in solutions]).tobytes() == whole.bias.tobytes()
    kept = np.zeros_like(whole.weights)
    for block in solutions:
        column = np.repeat(np.arange(WIDTH), block.weights.counts)
        kept[column, block.weights.first + block.weights.labels] = block.weights.values
    np.testing.assert_array_equal(kept, whole.weights)


def test_a_label_that_all_posts_have_is_learnt() -> None:
    problem = make_problem(labels=1, epochs=50)
    assert solved(problem, range(1)).bias[0] > 0.5


def test_it_stops_when_asked() -> None:
    stop = Event()
    stop.set()
    with pytest.raises(StoppedError):
        solve(make_problem(), range(LABELS), stop=stop, done=lambda _posts: None)


def test_all_steps_are_counted() -> None:
    counts: list[int] = []
    solve(make_problem(epochs=3), range(2), stop=Event(), done=counts.append)
    assert sum(counts) == 3 * POSTS


@given(
    posts=st.integers(1, 5_000_000),
    columns=st.integers(0, 4_000_000),
    labels=st.integers(1, 6_000),
    threads=st.integers(1, 64),
    held=st.integers(0, 10 << 30),
)
def test_blocks_are_as_large_as_memory_allows(
    posts: int, columns: int, labels: int, threads: int, held: int
) -> None:
    size = block_size(posts, columns, labels, threads, held=held)
    assert 16 <= size <= 128
    assert size == 16 or held + size * threads * 4 * (posts + columns) <= 6 << 30


@pytest.mark.parametrize(("threads", "size"), [(1, 128), (2, 128), (3, 80), (4, 64)])
def test_threads_have_about_the_same_to_do(threads: int, size: int) -> None:
    assert block_size(1_000, 1_000, 239, threads) == size


def test_a_block_that_fails_ends_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one runs for ever, but for that."""

    def fail(_problem: Problem, labels: range, *, stop: Event, **_: object) -> Solution:
        if labels.start == 0 and stop.wait(60):
            raise StoppedError
        raise MemoryError

    monkeypatch.setattr(blocks, "solve", fail)
    options = {"labels": 40, "least": 0, "sample": np.arange(1), "threads": 2, "width": 20}
    with pytest.raises(MemoryError):
        solve_blocks(make_problem(), progress=silent, **options)


def test_ctrl_c_ends_all_blocks() -> None:
    def interrupt(_step: str, _done: float, _total: float | None) -> None:
        raise KeyboardInterrupt

    problem = make_problem(labels=40, epochs=2_000)
    with pytest.raises(KeyboardInterrupt):
        solve_blocks(
            problem, labels=40, least=0, sample=np.arange(1), threads=2, progress=interrupt, width=1
        )
