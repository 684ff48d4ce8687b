"""What retraining alone does is measured once and shown in every comparison of it."""

import pytest

from core.comparison.compare import compare, pair, summary_of
from core.comparison.noise import FIRST_SEED, measure, noise_for
from core.errors import InputError
from core.executions import listing
from tests.conftest import Road
from tests.factories import QUICK

REPEATS = 3


def test_noise_is_found_by_configuration_whatever_the_seed(road: Road) -> None:
    assert noise_for(road.store, [road.candidate]) is None
    made = measure(road.store, road.snapshot, repeats=REPEATS, params=QUICK, threads=1)
    found = [noise_for(road.store, [model]) for model in (road.baseline, road.candidate)]
    assert made.execution in {band.execution for band in found if band is not None}
    assert set(made.bands.subreddits.columns) >= {"subreddit", "f1_sd", "noise_sd", "band"}
    assert made.bands.metrics["f1_macro"] >= 0


def test_an_interrupted_measurement_goes_on_where_it_was(road: Road) -> None:
    measure(road.store, road.snapshot, repeats=REPEATS, params=QUICK, threads=1)
    before = len(listing(road.store, kinds=["train"]))
    measure(road.store, road.snapshot, repeats=REPEATS + 1, params=QUICK, threads=1)
    trainings = listing(road.store, kinds=["train"])
    assert len(trainings) == before + 1
    assert trainings[0].params["seed"] == FIRST_SEED + REPEATS


def test_a_comparison_shows_the_noise_once_it_is_measured(road: Road) -> None:
    numbers = (road.baseline.execution, road.candidate.execution)
    before = summary_of(road.store, compare(road.store, pair(road.store, *numbers)))
    assert before["noise"] is None
    made = measure(road.store, road.snapshot, repeats=REPEATS, params=QUICK, threads=1)
    after = summary_of(road.store, compare(road.store, pair(road.store, *numbers)))
    assert after["noise"] == {"execution": made.execution, "repeats": REPEATS}
    assert after["metrics"]["f1_macro"]["noise"] == made.bands.metrics["f1_macro"]


def test_too_few_repeats_are_refused(road: Road) -> None:
    with pytest.raises(InputError, match="show no spread"):
        measure(road.store, road.snapshot, repeats=2, params=QUICK)
