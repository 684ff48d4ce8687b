"""Intervals that hold however often one looks."""

import numpy as np
import pytest
from scipy import integrate, stats

from core.stats.sequences import mean_sequence, share_sequence
from core.stats.shares import share_interval


@pytest.mark.parametrize(("count", "posts"), [(0, 1), (1, 1), (5, 100), (30, 100), (999, 1_000)])
def test_the_mixture_outdoes_the_bounds_twentyfold(count: int, posts: int) -> None:
    """Against the mixture integrated by numbers."""

    def likelihood(value: float) -> float:
        return float(stats.binom.pmf(count, posts, value))

    mixed, _ = integrate.quad(
        lambda value: likelihood(value) * stats.beta.pdf(value, 0.5, 0.5),
        0,
        1,
        points=[count / posts],
        limit=500,
    )
    for bound in share_sequence(count, posts):
        if 0 < bound < 1:
            assert mixed / likelihood(bound) == pytest.approx(20, rel=1e-3)


@pytest.mark.parametrize(("count", "posts"), [(0, 50), (50, 50), (3, 200), (1, 10**6), (7, 60)])
def test_it_is_wider_than_the_interval_of_one_look(count: int, posts: int) -> None:
    low, high = share_sequence(count, posts)
    once = share_interval(count, posts)
    assert 0 <= low <= once[0] <= count / posts <= once[1] <= high <= 1


@pytest.mark.slow
def test_a_share_at_the_bound_is_seldom_ever_beyond_it() -> None:
    rng = np.random.default_rng(1)
    missed = sequences = 250
    for _ in range(sequences):
        counts = rng.binomial(20, 0.05, size=60).cumsum()
        looks = zip(counts.tolist(), range(20, 1_220, 20), strict=True)
        missed -= all(low <= 0.05 <= high for low, high in (share_sequence(*one) for one in looks))
    assert missed / sequences < 0.05


@pytest.mark.slow
def test_a_mean_is_seldom_ever_outside() -> None:
    rng = np.random.default_rng(2)
    values = rng.beta(0.6, 0.5, size=(1_000, 3_000))
    number = np.arange(1, 3_001)
    means = values.cumsum(axis=1) / number
    errors = np.sqrt(((values**2).cumsum(axis=1) / number - means**2) / number)
    places = range(199, 3_000, 25)
    far = np.abs(means - 0.6 / 1.1)
    once = [far[:, n] > 1.96 * errors[:, n] for n in places]
    ever = [
        [gap > mean_sequence(error, scale=0.05) for gap, error in zip(*pair, strict=True)]
        for pair in ((far[:, n].tolist(), errors[:, n].tolist()) for n in places)
    ]
    assert np.any(ever, axis=0).mean() < 0.05
    assert np.any(once, axis=0).mean() > 0.2  # what the usual interval would do


def test_nothing_varies() -> None:
    assert mean_sequence(0.0, scale=0.05) == 0
