"""Falls are corrected by those of earlier models, and intervals hold what labels would show."""

from collections.abc import Sequence

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from core.stats.label_free import (
    PRIOR_ERROR,
    PRIOR_LEVEL,
    PRIOR_MODELS,
    PRIOR_SLOPE,
    Chance,
    Correction,
    Falls,
    learned,
)

CHANCE = Chance(realised=0.24, expected=0.08)
SLOPE = 1.4


def drawn(
    rng: np.random.Generator,
    *,
    models: int = 6,
    weeks: int = 20,
    posts: int = 3_000,
    level: float = 0.015,
    window: float = 0.005,
) -> list[Falls]:
    """Models whose figures fall further than expected by :data:`SLOPE`, a level and chance."""
    made = []
    for _ in range(models):
        sizes = rng.poisson(posts, weeks).astype(np.float64) + 1
        expected = rng.uniform(0.02, 0.04) * np.linspace(0.1, 1, weeks)
        shared, own = rng.normal(0, level), rng.normal(0, window, weeks)
        chance = rng.normal(0, np.sqrt(CHANCE.of_error(SLOPE) / sizes))
        made.append(Falls(expected, (1 + SLOPE) * expected + shared + own + chance, sizes))
    return made


def told(models: Sequence[Falls]) -> Correction:
    found = learned(models, CHANCE)
    assert found is not None
    return found


def test_the_slope_is_that_of_weighted_least_squares_drawn_to_the_prior() -> None:
    """Against scikit-learn's line, and its variance from the covariance of all windows."""
    models = drawn(np.random.default_rng(0))
    found = told(models)
    expected, realised, posts = (
        np.concatenate([getattr(each, name) for each in models])
        for name in ("expected", "realised", "posts")
    )
    line = LinearRegression(fit_intercept=False)
    line.fit(expected[:, None], realised - expected, sample_weight=posts)
    (slope,) = line.coef_
    model = np.repeat(np.arange(len(models)), [len(each.posts) for each in models])
    rest = realised - (1 + slope) * expected
    levels = np.array(
        [np.average(rest[model == n], weights=posts[model == n]) for n in range(len(models))]
    )
    level = (PRIOR_MODELS * PRIOR_LEVEL**2 + (levels**2).sum()) / (PRIOR_MODELS + len(models))
    one = CHANCE.of_error(slope)
    beyond = (posts * (rest - levels[model]) ** 2).sum() / (len(posts) - len(models)) - one
    own = max(beyond, 0) / posts.mean() + one / posts
    covariance = level * (model[:, None] == model) + np.diag(own)
    weight = posts * expected / (posts * expected**2).sum()
    variance = weight @ covariance @ weight
    posterior = 1 / (1 / variance + 1 / PRIOR_ERROR**2)
    assert found.error == pytest.approx(np.sqrt(posterior))
    mean = posterior * (slope / variance + PRIOR_SLOPE / PRIOR_ERROR**2)
    assert found.slope == pytest.approx(mean)


def test_neither_the_order_of_models_nor_of_windows_matters() -> None:
    rng = np.random.default_rng(1)
    models = drawn(rng)
    other = []
    for each in reversed(models):
        order = rng.permutation(len(each.posts))
        other.append(Falls(each.expected[order], each.realised[order], each.posts[order]))
    one, two = told(models), told(other)
    for name in ("slope", "error", "level", "window", "models"):
        assert getattr(two, name) == pytest.approx(getattr(one, name), rel=1e-9)


@pytest.mark.parametrize(("models", "posts"), [(2, 3_000), (6, 3_000), (6, 100)])
def test_intervals_hold_what_the_labels_show(models: int, posts: int) -> None:
    rng = np.random.default_rng(2)
    held, weeks = [], 20
    for _ in range(300):
        *earlier, now = drawn(rng, models=models + 1, weeks=weeks, posts=posts)
        found = told(earlier)
        for expected, realised, size in zip(now.expected, now.realised, now.posts, strict=True):
            reach = found.reach(float(expected), CHANCE, posts=int(size), reference=20_000)
            held.append(abs(found.fall(float(expected)) - realised) <= reach)
    assert 0.93 <= np.mean(held) <= 0.99


def test_parts_of_the_spread_are_told_apart() -> None:
    rng = np.random.default_rng(3)
    found = told(drawn(rng, models=200, level=0.03, window=0.01))
    assert found.slope == pytest.approx(SLOPE, abs=0.2)
    assert found.level == pytest.approx(0.03, rel=0.15)
    assert found.window == pytest.approx(0.01, rel=0.15)
    assert told(drawn(rng, models=200, window=0.0)).window < 0.003


def test_less_certain_further_out_and_with_fewer_posts() -> None:
    found = told(drawn(np.random.default_rng(4)))
    near, far, small = (
        found.reach(fall, CHANCE, posts=posts, reference=20_000)
        for fall, posts in ((0.0, 3_000), (0.2, 3_000), (0.0, 50))
    )
    assert near < far
    assert near < small


def test_one_model_does_not_tell_how_models_differ() -> None:
    models = drawn(np.random.default_rng(5), models=2)
    assert learned(models[:1], CHANCE) is None
    assert learned([], CHANCE) is None
    assert told(models).models == 2


def test_models_that_did_not_fall_leave_what_was_believed_before() -> None:
    still = Falls(np.zeros(1), np.zeros(1), np.ones(1))
    found = told([still, still])
    assert found.slope == pytest.approx(PRIOR_SLOPE)
    assert found.error == pytest.approx(PRIOR_ERROR)
    assert (found.window, found.models) == (0.0, 2)


def test_two_young_models_move_the_slope_little_and_many_old_ones_decide_it() -> None:
    rng = np.random.default_rng(6)
    young = [drawn(rng, models=2, weeks=4) for _ in range(40)]
    young = [[Falls(m.expected / 10, m.realised / 10, m.posts) for m in each] for each in young]
    assert np.std([told(each).slope for each in young]) < PRIOR_ERROR / 4
    assert told(drawn(rng, models=100, level=0.005)).slope == pytest.approx(SLOPE, abs=0.1)
