"""What retraining alone does is measured once and shown in every comparison of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from core.comparison.caveats import caveats
from core.comparison.compare import compare, pair, summary_of
from core.comparison.noise import FIRST_SEED, NoiseBand, combined, measure, noise_of
from core.comparison.results import ComparisonSummary, NoiseBands, NoiseSource, NoiseSources
from core.errors import InputError, SignoffError
from core.evaluation.evaluate import evaluate
from core.executions import listing
from core.executions.purpose import NOISE
from core.stats.spread import band, sd_of_difference
from core.store import Store
from core.training import several
from core.training.fasttext_family import FastTextFamily
from core.training.several import Configuration, Variant, train_each
from core.training.train import of_execution, train
from tests.conftest import Road, opened
from tests.factories import QUICK
from tests.workspaces import copied, once

REPEATS = 3


@dataclass(frozen=True, slots=True)
class Measured:
    """A road that was compared once without the noise of retraining, and then measured."""

    road: Road
    noise: NoiseBand

    @property
    def store(self) -> Store:
        return self.road.store


def compared(road: Road) -> ComparisonSummary:
    numbers = (road.baseline.execution, road.candidate.execution)
    return summary_of(road.store, compare(road.store, pair(road.store, *numbers)))


def measured_noise(road: Road, repeats: int = REPEATS) -> NoiseBand:
    return measure(
        road.store, road.snapshot, repeats=repeats, model="fasttext", params=QUICK, threads=1
    )


@pytest.fixture
def measured(
    trained: Path, home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Measured]:
    def make(made: Path) -> None:
        copied(trained, made)
        with opened(made) as road:
            assert noise_of(road.store, road.candidate) is None
            assert compared(road).noise == NoiseSources()
            measured_noise(road)

    copied(once(tmp_path_factory, "measured", make), home)
    with opened(home) as road:
        band = noise_of(road.store, road.candidate)
        assert band is not None
        yield Measured(road, band)


def test_noise_is_found_by_configuration_whatever_the_seed(measured: Measured) -> None:
    for model in (measured.road.baseline, measured.road.candidate):
        band = noise_of(measured.store, model)
        assert band is not None
        assert band.execution == listing(measured.store, kinds=["noise"])[0].number
    bands = measured.noise.bands
    assert set(bands.subreddits.columns) >= {"subreddit", "f1_sd", "noise_sd", "band"}
    assert bands.metrics["f1_macro"] >= 0


@pytest.mark.slow
def test_an_interrupted_measurement_goes_on_where_it_was(measured: Measured) -> None:
    before = len(listing(measured.store, kinds=["train"]))
    measured_noise(measured.road, REPEATS + 1)
    trainings = listing(measured.store, kinds=["train"])
    assert len(trainings) == before + 1
    assert trainings[0].params["seed"] == FIRST_SEED + REPEATS


def test_a_comparison_shows_the_noise_once_it_is_measured(measured: Measured) -> None:
    after = compared(measured.road)
    source = NoiseSource(measured.noise.execution, REPEATS)
    assert after.noise == NoiseSources(source, source)
    assert after.noise.known == (source,)
    assert after.metrics["f1_macro"].noise == measured.noise.bands.metrics["f1_macro"]


def test_noise_of_another_way_of_training_tells_nothing(
    measured: Measured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FastTextFamily, "version", FastTextFamily.version + 1)
    model = train(
        measured.store, measured.road.snapshot, model="fasttext", params=QUICK, seed=1, threads=1
    )
    assert model.execution != measured.road.baseline.execution
    assert noise_of(measured.store, model) is None


def test_too_few_repeats_are_refused(road: Road) -> None:
    with pytest.raises(InputError, match="too few to show a spread"):
        measure(road.store, road.snapshot, repeats=2, model="fasttext", params=QUICK)


@pytest.mark.slow
def test_trainings_side_by_side_are_those_of_one_after_the_other(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One thread each, and cores for two: the same seeds, the same bytes, each recorded."""
    monkeypatch.setattr(several, "cores", lambda: 2)
    chosen = Configuration(road.snapshot.digest, "fasttext", QUICK, 1, NOISE)
    numbers = list(train_each(road.store, chosen, [Variant(seed) for seed in (1, 7, 8, 2)]))
    assert (numbers[0], numbers[-1]) == (road.baseline.execution, road.candidate.execution)
    assert len(set(numbers)) == 4
    by_hand = train(
        road.store, road.snapshot, model="fasttext", params=QUICK, seed=7, threads=1, force=True
    )
    assert of_execution(road.store, numbers[1]).digest == by_hand.digest


@pytest.mark.slow
def test_a_failed_training_side_by_side_says_why(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(several, "cores", lambda: 2)
    chosen = Configuration(road.snapshot.digest, "fasttext", QUICK, 1, NOISE)
    trainings = train_each(road.store, chosen, [Variant(seed) for seed in (1, -5, 8)])
    next(trainings)
    with pytest.raises(SignoffError, match="--seed -5 is not between 0"):
        next(trainings)


@pytest.mark.slow
def test_of_two_configurations_both_count(measured: Measured) -> None:
    store, snapshot = measured.store, measured.road.snapshot
    other = {**QUICK, "wordNgrams": "1"}
    model = train(store, snapshot, model="fasttext", params=other, seed=1, threads=1)
    evaluate(store, model, snapshot)
    made = compare(store, pair(store, measured.road.baseline.execution, model.execution))
    assert summary_of(store, made).noise == NoiseSources(
        baseline=NoiseSource(measured.noise.execution, REPEATS)
    )
    assert any("retraining the candidate was not measured" in one for one in caveats(store, made))
    second = measure(store, snapshot, repeats=REPEATS, model="fasttext", params=other, threads=1)
    made = compare(store, pair(store, measured.road.baseline.execution, model.execution))
    summary = summary_of(store, made)
    assert summary.noise.known == (
        NoiseSource(second.execution, REPEATS),
        NoiseSource(measured.noise.execution, REPEATS),
    )
    sds = [np.array([one.metric_sd["f1_macro"]]) for one in (measured.noise, second)]
    expected = band(*sd_of_difference(*sds, degrees=(REPEATS - 1, REPEATS - 1))[:1], degrees=4)
    assert summary.metrics["f1_macro"].noise >= expected[0]
    assert caveats(store, made) == []


def test_a_subreddit_that_one_side_lacks_is_taken_to_vary_as_on_the_other() -> None:
    def measured(execution: int, **sds: float) -> NoiseBand:
        frame = pd.DataFrame({"subreddit": list(sds), "training_sd": list(sds.values())})
        bands = NoiseBands({}, frame.assign(training_degrees=4.0))
        return NoiseBand(execution, 5, {"f1_macro": 0.01, "ece": 0.1}, bands)

    bands = combined([measured(1, cats=0.01, dogs=0.02), measured(2, cats=0.03)])
    frame = bands.subreddits.set_index("subreddit")
    assert frame["noise_sd"].to_dict() == pytest.approx(
        {"cats": np.hypot(0.01, 0.03), "dogs": np.hypot(0.02, 0.02)}
    )
    assert frame["degrees"].to_dict() == pytest.approx({"cats": 4 * 100 / 82, "dogs": 8})
    assert bands.metrics["f1_macro"] == pytest.approx(stats.t.ppf(0.975, 8) * np.hypot(0.01, 0.01))


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
    monkeypatch.setattr(several, "cores", lambda: cores)
    memory = type("Memory", (), {"available": available * need})
    monkeypatch.setattr(several.psutil, "virtual_memory", memory)
    chosen = Configuration("", "fasttext", {}, threads, NOISE)
    assert several._side_by_side(chosen, 5, needed=need) == expected


@pytest.mark.slow
def test_halves_measure_what_other_posts_would_change(measured: Measured) -> None:
    """It is kept apart: models of the same posts are compared with the noise of their seeds."""
    store, road = measured.store, measured.road
    drawn = measure(
        store, road.snapshot, repeats=3, model="fasttext", params=QUICK, threads=1, halves=True
    )
    trainings = listing(store, kinds=["train"])[:6]
    seeds = [(training.params["seed"], training.params["half"]) for training in trainings]
    assert sorted(seeds) == [(FIRST_SEED + i, half) for i in range(3) for half in (1, 2)]
    posts = [training.metrics["posts"] for training in trainings]
    assert posts[0] + posts[1] == road.snapshot.splits["train"]
    own, other = noise_of(store, road.baseline), noise_of(store, road.baseline, other_posts=True)
    assert own is not None
    assert own.execution == measured.noise.execution
    assert other is not None
    assert other.execution == drawn.execution
    assert drawn.bands.metrics != own.bands.metrics


def test_without_halves_the_noise_of_seeds_serves_for_other_posts(measured: Measured) -> None:
    band = noise_of(measured.store, measured.road.baseline, other_posts=True)
    assert band is not None
    assert band.execution == measured.noise.execution
