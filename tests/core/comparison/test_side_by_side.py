"""Several trainings stand side by side: what differs first, and nothing ranked within the noise."""

import pytest

from core.comparison import compare as comparing
from core.comparison.noise import measure
from core.comparison.side_by_side import side_by_side
from core.evaluation.evaluate import evaluate
from core.evaluation.history import Training, trainings
from core.evaluation.intervals import intervals
from core.metrics import FIGURES
from core.training.train import train
from tests.conftest import Road
from tests.factories import QUICK


def own(road: Road) -> list[Training]:
    return [each for each in trainings(road.store) if each.own]


def test_the_intervals_of_one_evaluation_are_those_of_its_comparisons(road: Road) -> None:
    made = comparing.compare(road.store, comparing.pair(road.store, 3, 5))
    metrics = comparing.summary_of(road.store, made).metrics
    for number, side in ((3, "interval_baseline"), (5, "interval_candidate")):
        (evaluation,) = (t.evaluation for t in trainings(road.store) if t.number == number)
        assert evaluation is not None
        found = intervals(road.store, evaluation)
        assert found.keys() == {key for key in FIGURES if key in evaluation.metrics}
        for key, bounds in found.items():
            assert bounds == pytest.approx(getattr(metrics[key], side)), key
            low, high = bounds
            assert low <= evaluation.metrics[key] <= high


def test_what_differs_comes_first_and_what_one_family_lacks_is_empty(road: Road) -> None:
    params = {"epochs": "1"}
    model = train(road.store, road.snapshot, model="linear", params=params, newest=40)
    evaluate(road.store, model, road.snapshot)
    shown = own(road)
    both = side_by_side(road.store, shown, trainings(road.store))
    assert [t.model.family for t in both.trainings] == ["linear", "fasttext", "fasttext"]
    chosen = {each.key: each for each in both.chosen}
    differing = [each.key for each in both.chosen if each.differs]
    assert differing == [each.key for each in both.chosen[: len(differing)]]
    assert {"family", "seed", "epochs", "epoch", "newest"} <= set(differing)
    assert chosen["epoch"].values == (None, 5, 5)
    assert not chosen["ws"].differs, "only fastText has it, and it is as by default"
    assert chosen["snapshot"].same
    assert "version" not in {key for key in chosen if chosen[key].same}


def test_without_a_measured_noise_nothing_is_best(road: Road) -> None:
    both = side_by_side(road.store, own(road), trainings(road.store))
    assert both.same_posts
    assert all(not each.best for each in both.measured)
    assert all(band is None for each in both.measured for band in each.noise)


def test_runs_of_one_configuration_cannot_be_told_apart_by_their_values(road: Road) -> None:
    measure(road.store, road.snapshot, repeats=3, model="fasttext", params=QUICK, threads=1)
    both = side_by_side(road.store, own(road), trainings(road.store))
    by_key = {each.metric.key: each for each in both.measured}
    assert both.measured[0].metric.headline
    assert by_key["p_at_1_mean"].best == frozenset(), "more is not better"
    assert by_key["f1_macro"].noise[0] == by_key["f1_macro"].noise[1]
    for row in both.measured:
        widest = row.noise[0]
        if row.best and widest is not None and len(row.best) == 1:
            first, second = (value or 0.0 for value in row.values)
            assert abs(first - second) > 0
