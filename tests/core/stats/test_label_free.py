"""Falls are corrected by those of earlier models, and intervals hold what labels would show."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from core.stats.label_free import PRIOR, TRAINED, Correction, Falls, learned

CHANCE = 0.2
SLOPE, AGEING = 1.2, 0.03


def drawn(
    rng: np.random.Generator,
    *,
    models: int = 6,
    weeks: int = 20,
    posts: int = 3_000,
    level: float = 0.01,
    window: float = 0.005,
    reference: int = 20_000,
) -> list[Falls]:
    """Models whose figures fall by :data:`SLOPE`, :data:`AGEING`, a level and chance."""
    made = []
    for _ in range(models):
        sizes = rng.poisson(posts, weeks).astype(np.float64) + 1
        trained = int(rng.integers(20_000, 200_000))
        years = np.linspace(0.05, 0.7, weeks)
        expected = rng.uniform(0.0, 0.08) * years + rng.normal(0, 0.004, weeks)
        aged = AGEING * years * (TRAINED / trained) ** (1 / 3)
        shared = rng.normal(0, np.hypot(level, np.sqrt(CHANCE / reference)))
        own = rng.normal(0, np.sqrt(window**2 + CHANCE / sizes))
        realised = (1 + SLOPE) * expected + aged + shared + own
        made.append(Falls(expected, realised, years, sizes, reference, trained))
    return made


def told(models: Sequence[Falls]) -> Correction:
    found = learned(models, chance=CHANCE)
    assert found is not None
    return found


def test_it_is_the_posterior_of_the_mixed_model() -> None:
    """Against normal variables with the whole covariance of coefficients and windows."""
    models = drawn(np.random.default_rng(0), models=3, weeks=4)
    model = np.repeat(np.arange(3), 4)
    of = {
        name: np.concatenate([getattr(m, name) for m in models])
        for name in ("expected", "realised", "years", "posts")
    }
    trained = np.array([m.trained for m in models])[model]
    terms = np.column_stack([of["expected"], of["years"] * (TRAINED / trained) ** (1 / 3)])
    believed = np.diag([PRIOR.slope[1] ** 2, PRIOR.ageing**2])
    centre = np.array([PRIOR.slope[0], 0.0])
    weights, means, covariances = [], [], []
    for a, b in product(np.linspace(-2, 2, 7), repeat=2):
        level, window = (m * np.exp(s * z) for (m, s), z in ((PRIOR.level, a), (PRIOR.window, b)))
        same = model[:, None] == model
        noise = same * (level**2 + CHANCE / 20_000)
        noise = noise + np.diag(window**2 + CHANCE / of["posts"])
        whole = noise + terms @ believed @ terms.T
        rest = of["realised"] - of["expected"] - terms @ centre
        weights.append(multivariate_normal.pdf(rest, cov=whole) * np.exp(-(a**2 + b**2) / 2))
        gain = believed @ terms.T @ np.linalg.inv(whole)
        means.append(centre + gain @ rest)
        covariances.append(believed - gain @ terms @ believed)
    share = np.array(weights) / np.sum(weights)
    mean = share @ np.array(means)
    covariance = np.einsum("t,tij->ij", share, covariances) + np.cov(
        np.array(means).T, aweights=share, ddof=0
    )
    found = told(models)
    assert [found.slope, found.ageing] == pytest.approx(mean, rel=1e-6)
    assert found.covariance == pytest.approx(covariance, rel=1e-5)


def test_neither_the_order_of_models_nor_of_windows_matters() -> None:
    rng = np.random.default_rng(1)
    models = drawn(rng)
    other = []
    for m in reversed(models):
        turned = [each[::-1] for each in (m.expected, m.realised, m.years, m.posts)]
        other.append(Falls(*turned, m.reference, m.trained))
    one, two = told(models), told(other)
    for name in ("slope", "ageing", "level", "window", "models"):
        assert getattr(two, name) == pytest.approx(getattr(one, name), rel=1e-9)


@pytest.mark.parametrize(("models", "posts"), [(2, 3_000), (6, 3_000), (6, 100)])
def test_intervals_hold_what_the_labels_show(models: int, posts: int) -> None:
    rng = np.random.default_rng(2)
    held = []
    for _ in range(80):
        *earlier, now = drawn(rng, models=models + 1, posts=posts)
        found = told(earlier)
        for n, (expected, years) in enumerate(zip(now.expected, now.years, strict=True)):
            near = found.fall(expected, years, trained=now.trained)
            reach = found.reach(
                expected,
                years,
                trained=now.trained,
                posts=int(now.posts[n]),
                reference=now.reference,
            )
            held.append(abs(near - now.realised[n]) <= reach)
    assert 0.92 <= np.mean(held) <= 0.98


def test_many_models_decide_and_parts_are_told_apart() -> None:
    found = told(drawn(np.random.default_rng(3), models=200, level=0.015, window=0.01))
    assert found.slope == pytest.approx(SLOPE, abs=0.1)
    assert found.ageing == pytest.approx(AGEING, abs=0.005)
    assert found.level == pytest.approx(0.015, rel=0.2)
    assert found.window == pytest.approx(0.01, rel=0.2)


def test_less_certain_further_out_later_and_with_fewer_posts() -> None:
    found = told(drawn(np.random.default_rng(4)))
    cases = ((0.0, 0.0, 3_000), (0.2, 0.0, 3_000), (0.0, 2.0, 3_000), (0.0, 0.0, 50))
    near, *others = (
        found.reach(fall, years, trained=50_000, posts=posts, reference=20_000)
        for fall, years, posts in cases
    )
    assert near < min(others)


def test_one_model_does_not_tell_how_models_differ() -> None:
    models = drawn(np.random.default_rng(5), models=2)
    assert learned(models[:1], chance=CHANCE) is None
    assert learned([], chance=CHANCE) is None
    assert told(models).models == 2


def test_models_that_did_not_fall_leave_what_was_believed_before() -> None:
    still = Falls(np.zeros(1), np.zeros(1), np.zeros(1), np.ones(1), 1, 1)
    found = told([still, still])
    assert [found.slope, found.ageing] == pytest.approx([PRIOR.slope[0], 0.0])
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx([PRIOR.slope[1], PRIOR.ageing])
