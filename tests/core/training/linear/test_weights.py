"""Small weights: close to the trained ones, the same however these were divided into blocks."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.training.linear.features import Float32s
from core.training.linear.solver import Solution
from core.training.linear.weights import Weights, pruned, rounded

WEIGHTS = st.tuples(st.integers(0, 5), st.integers(1, 9)).flatmap(
    lambda shape: arrays(
        np.float32,
        shape,
        elements=st.sampled_from([0.0, 1e-30, 0.02, 0.03, -0.05]) | st.floats(-9, 9, width=32),
    )
)


def small(weights: Float32s, *, least: float = 0.03, width: int = 3) -> Weights:
    labels = weights.shape[1]
    bias = np.arange(labels, dtype=np.float32)
    blocks = [
        pruned(
            Solution(np.ascontiguousarray(weights[:, first : first + width]), bias[first:]),
            first=first,
            least=least,
        )
        for first in range(0, labels, width)
    ]
    return rounded(blocks, bias)


def dense(found: Weights, shape: tuple[int, ...]) -> Float32s:
    back = np.zeros(shape, dtype=np.float32)
    column = np.repeat(np.arange(shape[0]), np.diff(found.starts))
    back[column, found.labels] = found.values * found.scales[column]
    return back


@given(WEIGHTS, st.integers(1, 9))
def test_what_is_kept_is_off_by_half_a_step_at_most(weights: Float32s, width: int) -> None:
    found = small(weights, width=width)
    largest = np.abs(weights).max(axis=1, keepdims=True)
    kept = np.where(np.abs(weights) >= np.float32(0.03), weights, 0)
    off = np.abs(dense(found, weights.shape) - kept)
    assert (off <= largest / 127 * 0.501).all()
    assert (found.values != 0).all()


@given(WEIGHTS, st.integers(1, 9))
def test_blocks_change_no_bit(weights: Float32s, width: int) -> None:
    one, other = small(weights, width=9), small(weights, width=width)
    for name in ("starts", "labels", "values", "scales", "bias"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes()


def test_a_column_of_the_smallest_numbers_is_dropped() -> None:
    found = small(np.full((1, 2), 1e-45, dtype=np.float32), least=0)
    assert len(found.values) == 0


def test_labels_take_as_few_bytes_as_they_can() -> None:
    for labels, kind in ((256, np.uint8), (257, np.uint16)):
        found = small(np.ones((1, labels), dtype=np.float32), width=200)
        assert found.labels.dtype == kind
        assert found.labels.tolist() == list(range(labels))
