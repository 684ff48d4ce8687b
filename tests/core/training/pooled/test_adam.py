"""Adam, against the formula written out, and row by row."""

import numpy as np
import pytest

from core.training.pooled.adam import Adam


def test_steps_are_those_of_the_paper() -> None:
    rng = np.random.default_rng(0)
    start = rng.normal(size=(3, 2)).astype(np.float32)
    adam, values = Adam.begun(start.copy()), start.astype(np.float64)
    first, second = np.zeros_like(values), np.zeros_like(values)
    for step in range(1, 6):
        gradient = rng.normal(size=(3, 2)).astype(np.float32)
        adam.step(gradient, 0.01)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        hats = first / (1 - 0.9**step), second / (1 - 0.999**step)
        values -= 0.01 * hats[0] / (np.sqrt(hats[1]) + 1e-8)
    np.testing.assert_allclose(adam.values, values, rtol=1e-4)


def test_only_the_rows_that_are_named_change() -> None:
    adam = Adam.begun(np.ones((4, 2), dtype=np.float32))
    adam.step(np.ones((2, 2), dtype=np.float32), 0.1, np.array([1, 3], dtype=np.int32))
    assert adam.values[[0, 2]].tolist() == [[1, 1], [1, 1]]
    assert adam.values[[1, 3]] == pytest.approx(0.9, abs=1e-4)
    adam.step(np.zeros((0, 2), dtype=np.float32), 0.1, np.zeros(0, dtype=np.int32))
    assert adam.values[0].tolist() == [1, 1]
