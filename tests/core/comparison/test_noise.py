"""What retraining alone does is measured once and shown in every comparison of it."""

import pytest

from core.comparison import retrain as retraining
from core.comparison.compare import compare, pair, summary_of
from core.comparison.noise import FIRST_SEED, measure, noise_for
from core.comparison.results import NoiseSource
from core.comparison.retrain import Configuration, retrain
from core.errors import InputError, SignoffError
from core.executions import listing
from core.training.fasttext_family import FastTextFamily
from core.training.train import of_execution, train
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
    assert before.noise is None
    made = measure(road.store, road.snapshot, repeats=REPEATS, params=QUICK, threads=1)
    after = summary_of(road.store, compare(road.store, pair(road.store, *numbers)))
    assert after.noise == NoiseSource(made.execution, REPEATS)
    assert after.metrics["f1_macro"].noise == made.bands.metrics["f1_macro"]


def test_noise_of_another_way_of_training_tells_nothing(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    measure(road.store, road.snapshot, repeats=REPEATS, params=QUICK, threads=1)
    monkeypatch.setattr(FastTextFamily, "version", FastTextFamily.version + 1)
    model = train(road.store, road.snapshot, params=QUICK, seed=1, threads=1)
    assert model.execution != road.baseline.execution
    assert noise_for(road.store, [model]) is None


def test_too_few_repeats_are_refused(road: Road) -> None:
    with pytest.raises(InputError, match="too few to show a spread"):
        measure(road.store, road.snapshot, repeats=2, params=QUICK)


def test_trainings_side_by_side_are_those_of_one_after_the_other(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One thread each, and cores for two: the same seeds, the same bytes, each recorded."""
    monkeypatch.setattr(retraining, "cores", lambda: 2)
    chosen = Configuration(road.snapshot.digest, "fasttext", QUICK, 1)
    numbers = list(retrain(road.store, chosen, [1, 7, 8, 2]))
    assert (numbers[0], numbers[-1]) == (road.baseline.execution, road.candidate.execution)
    assert len(set(numbers)) == 4
    by_hand = train(road.store, road.snapshot, params=QUICK, seed=7, threads=1, force=True)
    assert of_execution(road.store, numbers[1]).digest == by_hand.digest


def test_a_failed_training_side_by_side_says_why(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retraining, "cores", lambda: 2)
    chosen = Configuration(road.snapshot.digest, "fasttext", QUICK, 1)
    trainings = retrain(road.store, chosen, [1, -5, 8])
    next(trainings)
    with pytest.raises(SignoffError, match="--seed between 0"):
        next(trainings)


@pytest.mark.parametrize(
    ("cores", "threads", "available", "expected"),
    [(8, 1, 100, 5), (8, 2, 100, 4), (8, None, 100, 1), (8, 1, 3, 3), (8, 1, 0, 1), (2, 4, 100, 1)],
)
def test_as_many_run_side_by_side_as_cores_and_memory_allow(
    monkeypatch: pytest.MonkeyPatch,
    cores: int,
    threads: int | None,
    available: int,
    expected: int,
) -> None:
    """Five are wanted; one needs a tenth of a GiB."""
    need = 2**30 // 10
    monkeypatch.setattr(retraining, "cores", lambda: cores)
    monkeypatch.setattr(retraining, "peak_memory_of_children", lambda: need)
    memory = type("Memory", (), {"available": available * need})
    monkeypatch.setattr(retraining.psutil, "virtual_memory", memory)
    chosen = Configuration("", "fasttext", {}, threads)
    assert retraining._side_by_side(chosen, 5) == expected
