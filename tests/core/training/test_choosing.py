"""The largest numbers of a row are found, and of equal ones those that come first."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from core.training.classifier import ABSENT, Predictions

ODDS = npst.arrays(
    np.float32,
    st.tuples(st.integers(0, 4), st.integers(0, 40)),
    elements=st.sampled_from([0, 0.125, 0.25, 0.5, 1]),
)


@given(ODDS, st.integers(0, 45))
def test_the_best_are_the_first_of_all_in_their_order(odds: np.ndarray, k: int) -> None:
    said = Predictions.best(odds, k)
    assert said.labels.shape == said.probabilities.shape == (len(odds), k)
    kept = min(k, odds.shape[1])
    order = np.argsort(-odds, axis=1, kind="stable")[:, :kept]
    np.testing.assert_array_equal(said.labels[:, :kept], order)
    np.testing.assert_array_equal(
        said.probabilities[:, :kept], np.take_along_axis(odds, order, axis=1)
    )
    assert (said.labels[:, kept:] == ABSENT).all()
    assert not said.probabilities[:, kept:].any()
