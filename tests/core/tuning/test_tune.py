"""Trials within a time, each an execution, and what is said of them."""

from dataclasses import replace
from typing import Any

import pytest

from core.errors import InputError
from core.executions import get
from core.executions.lineage import neighbours
from core.store.models import Model
from core.training.train import train
from core.tuning import halving
from core.tuning import tune as module
from core.tuning.tune import Tuned, tune
from tests.commands import signoff
from tests.conftest import Road
from tests.factories import QUICK

SMALL = {"dim": "8", "bucket": "1000"}


class Clock:
    """Each trial takes a second on a rung's smallest posts, and in proportion on more."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.trained = 0.0, list[int | None]()
        monkeypatch.setattr(halving, "FEWEST", 20)
        monkeypatch.setattr(module, "SHOWN", 3)
        monkeypatch.setattr(module.time, "monotonic", lambda: self.now)
        monkeypatch.setattr(module, "train", self._train)

    def _train(self, *words: Any, newest: int | None, **options: Any) -> Model:
        self.now += 9 if newest is None else newest / 21
        self.trained.append(newest)
        return train(*words, newest=newest, **options)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def go(road: Road, seconds: float, **more: Any) -> Tuned:
    settings = {"model": "fasttext", "params": SMALL, "threads": 1, **more}
    return tune(road.store, road.snapshot, minutes=seconds / 60, **settings)


@pytest.mark.slow
def test_trials_are_executions_that_one_ranks(road: Road, clock: Clock) -> None:
    tuned = go(road, 26)
    assert clock.trained[:4] == [None, 21, 21, 21]
    assert clock.trained[-1] is None
    assert clock.now <= 26
    assert tuned.trials == len(clock.trained)
    run = get(road.store, tuned.execution)
    assert run.kind == "tune"
    assert run.metrics["on_all_posts"] == clock.trained.count(None) > 1
    trainings = {one.trial.evaluation.model_execution for one in tuned.ranked}
    assert run.metrics["best"] in trainings
    before = {one.number for one in neighbours(road.store, run).before}
    assert trainings < before
    small = [get(road.store, number) for number in run.inputs["trainings"]]
    assert {one.params.get("newest") for one in small} >= {None, 21}
    assert {one.metrics["posts"] for one in small} >= {192, 21}
    for each in small:  # what was given stays
        assert (each.params["params"]["dim"], each.params["params"]["bucket"]) == (8, 1000)

    best, *others = tuned.ranked
    assert best.behind is None
    assert best.as_good
    assert others
    for one in others:
        assert one.behind is not None
        difference, low, high = one.behind
        assert difference == pytest.approx(best.trial.scored.score - one.trial.scored.score)
        assert low <= difference <= high
        assert one.as_good == (low <= 0)


@pytest.mark.slow
def test_after_an_interruption_trials_that_are_done_are_not_done_again(
    road: Road, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = set(get(road.store, go(road, 21).execution).inputs["trainings"])
    again = set(get(road.store, go(road, 28).execution).inputs["trainings"])
    assert len(first) > 2
    assert len(again) > len(first)
    assert len(first - again) <= 1  # the one that the end of the time sent to all posts


@pytest.mark.slow
def test_what_is_behind_by_less_than_the_noise_is_as_good(road: Road, clock: Clock) -> None:
    last = go(road, 26).ranked[-1]
    behind = (0.02, 0.01, 0.03)
    assert not replace(last, behind=behind, noise=None).as_good
    assert not replace(last, behind=behind, noise=0.019).as_good
    assert replace(last, behind=behind, noise=0.02).as_good


def test_without_time_the_defaults_alone_are_trained(road: Road, clock: Clock) -> None:
    tuned = go(road, 0.001)
    assert (tuned.trials, len(tuned.ranked)) == (1, 1)
    assert dict(tuned.ranked[0].trial.params) == SMALL


def test_what_cannot_be_tuned_is_refused(road: Road) -> None:
    with pytest.raises(InputError, match="no time for a trial"):
        tune(road.store, road.snapshot, minutes=0)
    with pytest.raises(InputError, match="no time for a trial"):
        tune(road.store, road.snapshot, minutes=float("nan"))
    every = {"lr": "0.5", "epoch": "1", "dim": "4", "wordNgrams": "1", "minCount": "1"}
    with pytest.raises(InputError, match="No parameter of fasttext is left to vary"):
        tune(road.store, road.snapshot, minutes=1, model="fasttext", params=every)


def test_the_newest_posts_alone_may_be_trained_on(road: Road) -> None:
    model = train(road.store, road.snapshot, model="fasttext", params=QUICK, newest=50)
    run = get(road.store, model.execution)
    assert (run.params["newest"], run.metrics["posts"]) == (50, 50)
    all_ = train(road.store, road.snapshot, model="fasttext", params=QUICK, newest=10_000)
    assert "newest" not in get(road.store, all_.execution).params
    with pytest.raises(InputError, match="--newest must be at least 1"):
        train(road.store, road.snapshot, newest=0)


def test_the_command_says_which_is_best_and_how_to_train_it(road: Road, clock: Clock) -> None:
    options = ["--snapshot", road.snapshot.id, "--model", "fasttext", "--threads", "1"]
    fixed = [word for name, value in SMALL.items() for word in ("--param", f"{name}={value}")]
    made = signoff("tune", *options, *fixed, "--minutes", "0.35")
    assert made.code == 0, made.err
    assert "of them on all posts." in made.out
    assert "chosen by these validation posts" in made.out
    command = made.out.split("signoff train ")[1].split()
    again = signoff("train", *command)
    assert again.code == 0, again.err
    said = signoff("tune", *options, *fixed, "--minutes", "0.0001", "--json").json
    assert said["ranked"][0]["params"] == SMALL
    assert said["command"].startswith("signoff train --snapshot")
