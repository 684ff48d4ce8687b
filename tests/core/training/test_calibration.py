"""Probabilities after calibration: right as often as they say, and still in order."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from sklearn.isotonic import IsotonicRegression

from core.arrays import Bools, Floats
from core.stats.calibration import expected_calibration_error, reliability
from core.training import fasttext_model
from core.training.calibration import FEWEST, Curve, calibrates, fitted, learned
from core.training.classifier import ABSENT, Predictions
from tests.factories import make_corpus, make_split


def drawn(posts: int, *, seed: int) -> tuple[Floats, Bools]:
    """p@1 of a model that is far too sure, and whether it is right: with probability p squared."""
    rng = np.random.default_rng(seed)
    said = rng.beta(4, 2, posts)
    return said, rng.random(posts) < said**2


def only(said: Floats) -> Predictions:
    labels = np.zeros((len(said), 1), dtype=np.int32)
    return Predictions(labels, said.astype(np.float32).reshape(-1, 1))


def error(said: Floats, right: Bools) -> float:
    return expected_calibration_error(reliability(said, right))


@pytest.mark.parametrize("seed", range(5))
def test_what_was_too_sure_is_right_as_often_as_it_says_on_other_posts(seed: int) -> None:
    curve = fitted(*drawn(10_000, seed=seed))
    assert curve is not None
    said, right = drawn(40_000, seed=seed + 100)
    assert error(said, right) > 0.15
    assert error(curve.applied(only(said)).probabilities[:, 0].astype(float), right) < 0.02


@given(st.integers(0, 1_000), st.integers(1, 30))
def test_the_pools_are_those_of_scikit_learn(seed: int, steps: int) -> None:
    rng = np.random.default_rng(seed)
    said = (rng.integers(1, steps + 1, FEWEST) / steps).astype(np.float64)
    right = rng.random(FEWEST) < said
    curve = fitted(said, right)
    assert curve is not None
    theirs = IsotonicRegression().fit(said, right).predict(said)
    levels, place, posts = np.unique(theirs.round(12), return_inverse=True, return_counts=True)
    centres = np.bincount(place, weights=said) / posts
    shrunk = np.maximum.accumulate((np.bincount(place, weights=right) + 0.5) / (posts + 1))
    end = slice(1, len(levels) + 1)
    np.testing.assert_allclose(curve.said[end], centres)
    np.testing.assert_allclose(curve.right[end], shrunk)
    beyond = [(said.max(), (shrunk[-1] + 1) / 2)] if said.max() > centres[-1] else []
    rest = slice(len(levels) + 1, None)
    np.testing.assert_allclose(
        np.stack([curve.said[rest], curve.right[rest]]).T, np.reshape(beyond, (-1, 2))
    )


def test_a_curve_rises_from_nothing_and_is_never_certain() -> None:
    for right in (np.zeros(FEWEST, dtype=bool), np.ones(FEWEST, dtype=bool)):
        curve = fitted(np.linspace(0.1, 1, FEWEST), right)
        assert curve is not None
        assert (curve.said[0], curve.right[0]) == (0, 0)
        assert (np.diff(curve.said) > 0).all()
        assert (np.diff(curve.right) >= 0).all()
        assert 0 < curve.right[-1] < 1


def test_too_few_posts_and_posts_without_a_prediction_give_no_curve() -> None:
    said, right = drawn(FEWEST - 1, seed=0)
    assert fitted(said, right) is None
    assert fitted(np.append(said, 0.0), np.append(right, False)) is None
    assert fitted(np.zeros(0), np.zeros(0, dtype=bool)) is None


CURVES = st.tuples(st.integers(0, 50), st.sampled_from([1, 2, 5])).map(
    lambda drawn_: Curve(
        np.linspace(0, 1, drawn_[1] + 1),
        np.sort(np.append(0.0, np.random.default_rng(drawn_[0]).random(drawn_[1]))),
    )
)
ODDS = npst.arrays(
    np.float64,
    st.tuples(st.integers(1, 4), st.integers(1, 6)),
    elements=st.sampled_from([0.0, 1e-300, 0.1, 0.25, 0.5, 1.0, 1e6]) | st.floats(0, 1),
)


@given(CURVES, ODDS, st.booleans(), st.integers(1, 7))
def test_order_and_sum_hold_for_any_prediction(
    curve: Curve, odds: Floats, shares: bool, k: int
) -> None:
    # Shares of 1, or what one-vs-all gives: each label for itself, often 1 for several.
    total = np.maximum(odds.sum(axis=1, keepdims=True), 1e-300)
    raw = Predictions.best(odds / total if shares else np.minimum(odds, 1), k)
    made = curve.applied(raw)
    assert made.probabilities.dtype == np.float32
    assert (made.probabilities >= 0).all()
    assert (made.probabilities.sum(axis=1, dtype=np.float64) <= 1).all()
    assert (np.diff(made.probabilities, axis=1) <= 0).all()
    np.testing.assert_array_equal(made.labels, made.ordered(k).labels)
    np.testing.assert_array_equal(np.sort(made.labels), np.sort(raw.labels))
    some = made.probabilities > 0
    np.testing.assert_array_equal(made.labels[some], raw.labels[some])
    for fewer in range(1, k):
        less = curve.applied(Predictions(raw.labels[:, :fewer], raw.probabilities[:, :fewer]))
        np.testing.assert_array_equal(less.probabilities, made.probabilities[:, :fewer])


def test_the_other_labels_share_what_is_left() -> None:
    raw = Predictions(np.arange(3, dtype=np.int32)[None], np.array([[0.5, 0.3, 0.1]], np.float32))
    made = Curve(np.array([0.0, 1]), np.array([0.0, 0.4])).applied(raw)  # p@1 becomes 0.2
    np.testing.assert_allclose(made.probabilities, [[0.2, 0.2, 0.16]], rtol=1e-6)
    assert made.probabilities[0, 1] < made.probabilities[0, 0]
    assert curve_of_one().applied(raw).probabilities.tolist() == raw.probabilities.tolist()


def curve_of_one() -> Curve:
    """It changes nothing."""
    return Curve(np.array([0.0, 1]), np.array([0.0, 1]))


def test_a_model_without_a_word_for_a_post_gets_none() -> None:
    made = curve_of_one().applied(Predictions.none(2, 3))
    assert (made.labels == ABSENT).all()
    assert not made.probabilities.any()
    assert curve_of_one().applied(Predictions.none(0, 3)).labels.shape == (0, 3)


def test_half_of_the_posts_calibrate_always_the_same() -> None:
    ids = [f"1k{n:04x}" for n in range(4_000)]
    chosen = calibrates(ids)
    assert 0.45 < chosen.mean() < 0.55
    np.testing.assert_array_equal(calibrates(ids[::-1]), chosen[::-1])
    assert calibrates([]).shape == (0,)


class Half:
    """Says the right label with 0.9 for every other post, and a wrong one for the rest."""

    labels = ("cats", "dogs")

    def __init__(self, names: list[str]) -> None:
        self._names, self._asked = names, 0

    def predict(self, lines: list[str], *, k: int) -> Predictions:
        said = Predictions.none(len(lines), k)
        for row in range(len(lines)):
            name = self._names[self._asked]
            right = self._asked % 2
            self._asked += 1
            if name in self.labels:
                said.labels[row, 0] = (
                    self.labels.index(name) if right else 1 - self.labels.index(name)
                )
            else:
                said.labels[row, 0] = 0
            said.probabilities[row, 0] = 0.9
        return said


def test_labels_that_a_model_cannot_name_are_never_right() -> None:
    posts = make_split(make_corpus(posts=80))
    names = [posts.labels[label] for label in posts.label]
    curve = learned(lambda: Half(names), posts)  # type: ignore[arg-type]
    assert curve is not None
    could = sum(name in Half.labels and place % 2 for place, name in enumerate(names))
    assert curve.right[1] == pytest.approx((could + 0.5) / (len(names) + 1))


def test_a_curve_is_kept_behind_a_fasttext_model(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(b"model")
    assert fasttext_model.curve_of(path) is None
    curve = fitted(*drawn(1_000, seed=0))
    assert curve is not None
    fasttext_model.add_curve(path, curve)
    assert path.read_bytes().startswith(b"model")
    read = fasttext_model.curve_of(path)
    assert read is not None
    np.testing.assert_array_equal(read.said, curve.said)
    np.testing.assert_array_equal(read.right, curve.right)
    (tmp_path / "empty.bin").write_bytes(b"")
    assert fasttext_model.curve_of(tmp_path / "empty.bin") is None
