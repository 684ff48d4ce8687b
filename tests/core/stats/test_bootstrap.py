"""The bootstrap, against row resampling and by coverage."""

import numpy as np
import pytest
from sklearn.metrics import f1_score

from core.stats.bootstrap import draw_f1, draw_mean, percentile_interval

LABELS = 6
Ints = np.ndarray


def sample(rng: np.random.Generator, posts: int, skills: tuple[float, float]) -> tuple[Ints, ...]:
    truth = rng.integers(0, LABELS, posts)
    said = [
        np.where(rng.random(posts) < skill, truth, rng.integers(0, LABELS, posts))
        for skill in skills
    ]
    return truth, said[0], said[1]


def macro_change(truth: Ints, first: Ints, second: Ints) -> float:
    scores = [f1_score(truth, said, average="macro", zero_division=0) for said in (first, second)]
    return float(scores[1] - scores[0])


def test_spread_equals_that_of_resampling_rows() -> None:
    rng = np.random.default_rng(0)
    truth, first, second = sample(rng, 800, (0.5, 0.6))
    found = draw_f1(truth, first, second, labels=LABELS, rng=rng)
    rows = [rng.integers(0, 800, 800) for _ in range(400)]
    by_rows = [macro_change(truth[r], first[r], second[r]) for r in rows]
    assert found.macro.std() == pytest.approx(np.std(by_rows), rel=0.15)
    assert found.macro.mean() == pytest.approx(np.mean(by_rows), abs=0.003)


def test_the_same_seed_gives_the_same_draws() -> None:
    truth, first, second = sample(np.random.default_rng(1), 300, (0.5, 0.5))
    one, other = (
        draw_f1(truth, first, second, labels=LABELS, rng=np.random.default_rng(7)) for _ in "ab"
    )
    np.testing.assert_array_equal(one.macro, other.macro)
    np.testing.assert_array_equal(one.by_label, other.by_label)


def test_a_model_against_itself_never_differs() -> None:
    rng = np.random.default_rng(2)
    truth, first, _ = sample(rng, 300, (0.5, 0.5))
    found = draw_f1(truth, first, first, labels=LABELS, rng=rng)
    assert not found.macro.any()
    assert not found.by_label.any()


def test_missing_predictions_count_for_no_label() -> None:
    rng = np.random.default_rng(3)
    truth = np.repeat([0, 1], 200)
    nothing = np.full(400, -1)
    found = draw_f1(truth, nothing, truth, labels=2, rng=rng)
    np.testing.assert_allclose(found.macro, 1.0)


def test_interval_of_the_macro_f1_difference_covers_the_truth() -> None:
    """200 simulated comparisons; the true difference is computed from a very large sample."""
    rng = np.random.default_rng(4)
    skills = (0.5, 0.56)
    truth_value = macro_change(*sample(rng, 400_000, skills))
    covered = 0
    for _ in range(200):
        draws = draw_f1(*sample(rng, 600, skills), labels=LABELS, rng=rng, resamples=300)
        low, high = percentile_interval(draws.macro)
        covered += low <= truth_value <= high
    assert 0.91 <= covered / 200 <= 0.985


@pytest.mark.parametrize("kind", ["binary", "continuous"])
def test_means_spread_as_theory_says(kind: str) -> None:
    rng = np.random.default_rng(5)
    values = rng.random(5_000) if kind == "continuous" else (rng.random(5_000) < 0.3) * 1.0
    draws = draw_mean(values, rng=rng, resamples=4_000)
    assert draws.mean() == pytest.approx(values.mean(), abs=0.001)
    assert draws.std() == pytest.approx(values.std() / np.sqrt(5_000), rel=0.06)
