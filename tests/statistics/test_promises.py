"""Coverage, false alarms and power, a small version of ``python -m bench.statistics``.

Seeds are fixed, and the bounds are wide enough for these few runs: about three standard errors.
"""

import numpy as np
import pytest

from bench.population import Population, exchangeable, population, with_loss
from bench.statistics import alarms, covered

COVERAGE = {50: (0.86, 1.0), 150: (0.89, 1.0)}
"""Number of runs -> least and most coverage."""
MOST_ALARMS = 0.11


@pytest.fixture(scope="module")
def small_subreddits() -> Population:
    """Sixty subreddits of 5 to 200 posts, on which the candidate is a little better."""
    rng = np.random.default_rng(0)
    return population(np.exp(rng.uniform(np.log(5), np.log(200), 60)), rng=rng, gain=0.1)


@pytest.mark.parametrize(
    ("paired", "runs"),
    [(True, 50), (False, 150)],
)
@pytest.mark.slow
def test_intervals_that_are_shown_cover_the_truth(
    small_subreddits: Population, paired: bool, runs: int
) -> None:
    found = covered(small_subreddits, runs, 1, resamples=20, paired=paired)
    shown = {key: hits / runs for key, hits in found.items() if key.endswith(("interval", "model"))}
    assert len(shown) == 6
    least, most = COVERAGE[runs]
    assert all(least <= share <= most for share in shown.values()), shown


@pytest.mark.slow
def test_equal_models_are_seldom_told_apart(small_subreddits: Population) -> None:
    runs = 100
    equal = exchangeable(small_subreddits)
    assert np.abs(equal.changes).max() < 1e-12
    for paired in (True, False):
        assert alarms(equal, runs, 2, paired=paired)["any"] / runs <= MOST_ALARMS


@pytest.mark.slow
def test_a_large_loss_is_found_and_a_small_one_seldom() -> None:
    rng = np.random.default_rng(3)
    steady = exchangeable(population(np.full(40, 100.0), rng=rng, recall=0.5))
    found = []
    for loss in (0.1, 0.4):
        losing = with_loss(steady, 20, loss=loss)
        assert losing.changes[20] == pytest.approx(-loss, abs=1e-6)
        found.append(alarms(losing, 60, 4, paired=True, losing=20)["lost"] / 60)
    assert found[0] < 0.5
    assert found[1] > 0.95


def test_a_sample_is_what_the_population_says(small_subreddits: Population) -> None:
    """One very large sample has the population's own figures."""
    rng = np.random.default_rng(5)
    many = Population(
        small_subreddits.truth,
        small_subreddits.baseline,
        small_subreddits.candidate,
        small_subreddits.expected * 500,
        small_subreddits.labels,
    )
    truth, baseline, candidate = many.draw(rng)
    before, after = small_subreddits.values["accuracy"]
    assert (baseline == truth).mean() == pytest.approx(before, abs=0.002)
    assert (candidate == truth).mean() == pytest.approx(after, abs=0.002)
