"""Reliability curves, and the error that is read from them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.stats.calibration import expected_calibration_error, reliability

answers = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=80)


def slow_error(answers: list[tuple[float, bool]], bins: int) -> float:
    """ECE by its definition, one post at a time."""
    held: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for p, right in answers:
        held[min(int(p * bins), bins - 1)].append((p, right))
    gaps = [
        abs(sum(right for _, right in one) - sum(p for p, _ in one)) / len(answers)
        for one in held
        if one
    ]
    return sum(gaps)


@given(answers, st.integers(1, 20))
def test_error_equals_its_definition(answers: list[tuple[float, bool]], bins: int) -> None:
    p, right = np.array([p for p, _ in answers]), np.array([r for _, r in answers])
    curve = reliability(p, right, bins=bins)
    assert expected_calibration_error(curve) == pytest.approx(slow_error(answers, bins), abs=1e-12)
    assert curve.posts.sum() == len(answers)


def test_a_model_that_is_right_as_often_as_it_says_has_no_error() -> None:
    p = np.repeat([0.25, 0.75], 4)
    right = np.array([1, 0, 0, 0, 1, 1, 1, 0], dtype=bool)
    assert expected_calibration_error(reliability(p, right)) == pytest.approx(0, abs=1e-15)


def test_a_model_that_is_sure_and_wrong_has_the_whole_error() -> None:
    curve = reliability(np.ones(5), np.zeros(5, dtype=bool), bins=10)
    assert expected_calibration_error(curve) == 1
    assert curve.posts.tolist() == [0] * 9 + [5]


def test_no_posts_have_no_error() -> None:
    assert expected_calibration_error(reliability(np.array([]), np.array([], dtype=bool))) == 0
