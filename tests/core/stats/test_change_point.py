"""A change of level is told soon, with its place and size, and none where there is none."""

import numpy as np
import pytest

from core.stats.change_point import ChangePoint, detected
from core.stats.monitoring import CHANCE_ALONE, Spread, spread_between

POSTS, REFERENCE, VARIANCE, LOOKS = 2_000, 20_000, 0.12, 26


def run(
    rng: np.random.Generator, *, change: float = 0.0, at: int = 10, spread: Spread = CHANCE_ALONE
) -> ChangePoint | None:
    error = np.sqrt(VARIANCE)
    windows = rng.normal(0, error / np.sqrt(POSTS), LOOKS) - rng.normal(0, error / REFERENCE**0.5)
    windows[at:] += change
    return detected(
        windows,
        np.full(LOOKS, float(POSTS)),
        variance=VARIANCE,
        reference=REFERENCE,
        spread=spread,
    )


def test_false_alarms_stay_within_the_level() -> None:
    rng = np.random.default_rng(0)
    assert sum(run(rng) is not None for _ in range(200)) <= 17  # of 10 expected at most, + 2 sd


@pytest.mark.parametrize("change", [0.05, -0.05])
def test_a_change_is_found_at_once_with_its_place_and_size(change: float) -> None:
    found = run(np.random.default_rng(1), change=change)
    assert found is not None
    assert (found.began, found.fired) == (10, 10)
    assert found.interval[0] < change < found.interval[1]


def test_a_small_change_takes_longer_but_keeps_its_place() -> None:
    rng = np.random.default_rng(2)
    found = [run(rng, change=-0.02, at=5) for _ in range(20)]
    places = [each.began for each in found if each is not None]
    assert len(places) >= 15
    assert abs(np.median(places) - 5) <= 1


def test_what_weeks_differ_by_anyway_is_no_change() -> None:
    rng = np.random.default_rng(3)
    sizes, effect = np.full(8, 2_000), 0.02
    apart = rng.normal(0, np.hypot(effect, np.sqrt(VARIANCE / 2_000)), 8)
    known = spread_between(apart, sizes, variance=VARIANCE)
    assert run(rng, change=0.02, spread=CHANCE_ALONE) is not None
    assert run(rng, change=0.02, spread=known) is None


def test_no_windows_no_change() -> None:
    none = np.zeros(0)
    assert detected(none, none, variance=1.0, reference=10, spread=CHANCE_ALONE) is None
