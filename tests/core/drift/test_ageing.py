"""Decay by age and the gain of retraining, against a second computation in loops."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy import stats

from core.drift.ageing import ageing, mean_difference, of_figure, of_topic
from core.drift.backtest_results import Cell, OfTopic, Trained
from core.drift.results import Measured

WEEK = 604_800
Table = dict[tuple[int, int], float]
"""Model and window, counted from 0 -> accuracy; window -1 is the model's own validation."""


def cell(*, age: int, window: int, accuracy: float, topic: int = 100) -> Cell:
    return Cell(
        age=age,
        begins=window * WEEK,
        ends=(window + 1) * WEEK,
        posts=100,
        figures={"accuracy": Measured(accuracy, (accuracy - 0.01, accuracy + 0.01))},
        topics={"politics": OfTopic(topic, accuracy / 2)},
    )


def trained(table: Table, *, models: int, topic: int = 100) -> list[Trained]:
    return [
        Trained(
            training=2 * n,
            predicting=2 * n + 1,
            model=f"{n:064d}",
            cutoff=n * WEEK,
            validated_since=(n - 1) * WEEK,
            posts=1_000,
            validation=cell(age=0, window=n - 1, accuracy=table[n, -1])
            if (n, -1) in table
            else None,
            later=tuple(
                cell(age=window - n + 1, window=window, accuracy=value, topic=topic)
                for (model, window), value in sorted(table.items())
                if model == n and window >= 0
            ),
        )
        for n in range(models)
    ]


def drawn(models: int, *, seed: int = 0, without: float = 0.0) -> Table:
    """A triangle, of which that share is missing."""
    rng = np.random.default_rng(seed)
    places = [(m, w) for m, w in product(range(models), range(-1, models)) if w == -1 or w >= m]
    return {place: float(rng.random()) for place in places if rng.random() >= without}


@pytest.mark.parametrize("without", [0.0, 0.3])
def test_the_decay_is_the_mean_change_from_the_own_validation(without: float) -> None:
    table = drawn(7, without=without)
    found = ageing(trained(table, models=7), of_figure("accuracy"))
    for age in range(1, 8):
        changes = [
            table[m, m + age - 1] - table[m, -1]
            for m in range(7)
            if (m, m + age - 1) in table and (m, -1) in table
        ]
        at_age = [each for each in found.decay if each.age == age]
        assert bool(at_age) == bool(changes)
        if changes:
            assert at_age[0].change.of == len(changes)
            assert at_age[0].change.value == pytest.approx(np.mean(changes))
    assert found.validation == pytest.approx(
        np.mean([value for (_, window), value in table.items() if window == -1])
    )


@pytest.mark.parametrize("without", [0.0, 0.3])
def test_the_gain_compares_models_on_the_same_windows(without: float) -> None:
    table = drawn(7, seed=1, without=without)
    found = ageing(trained(table, models=7), of_figure("accuracy"))
    for by in range(1, 7):
        gains = [
            table[w, w] - table[w - by, w]
            for w in range(by, 7)
            if (w, w) in table and (w - by, w) in table
        ]
        older = [each.gain for each in found.gains if each.by == by]
        assert bool(older) == bool(gains)
        if gains:
            assert older[0].of == len(gains)
            assert older[0].value == pytest.approx(np.mean(gains))


def test_each_window_has_the_newest_and_the_oldest_model() -> None:
    table = drawn(4, seed=2)
    found = ageing(trained(table, models=4), of_figure("accuracy"))
    assert [(each.begins, each.newest, each.oldest) for each in found.windows] == [
        (w * WEEK, table[w, w], table[0, w]) for w in range(4)
    ]


def test_intervals_are_students_and_need_three() -> None:
    differences = [-0.03, -0.01, -0.05, -0.02]
    found = mean_difference(differences)
    expected = stats.t.interval(0.95, 3, np.mean(differences), stats.sem(differences))
    assert found.interval == pytest.approx(expected)
    assert mean_difference(differences[:2]).interval is None
    same = mean_difference([0.1, 0.1, 0.1])
    assert same.interval is not None
    assert same.interval[0] < 0.1 < same.interval[1]


@pytest.mark.parametrize(("models", "age", "older"), [(8, 5, 4), (5, 3, 2), (2, 1, 1)])
def test_what_is_said_holds_for_half_of_the_models_or_three(
    models: int, age: int, older: int
) -> None:
    found = ageing(trained(drawn(models), models=models), of_figure("accuracy"))
    assert found.said_decay is not None
    assert found.said_gain is not None
    assert (found.said_decay.age, found.said_gain.by) == (age, older)
    assert (found.said_decay.change.interval is None) == (models == 2)


def test_nothing_is_said_of_nothing() -> None:
    found = ageing(trained({}, models=1), of_figure("accuracy"))
    assert (found.said_decay, found.said_gain, found.validation) == (None, None, None)


def test_windows_with_few_posts_do_not_count() -> None:
    models = trained(drawn(4), models=4)
    fewer = [
        replace(model, later=tuple(replace(cell, posts=49) for cell in model.later))
        for model in models
    ]
    found = ageing(fewer, of_figure("accuracy"))
    assert (found.decay, found.gains, found.windows) == ((), (), ())
    assert found.validation == ageing(models, of_figure("accuracy")).validation


def test_topic_groups_with_few_posts_do_not_count() -> None:
    table = drawn(3)
    found = ageing(trained(table, models=3), of_topic("politics"))
    assert found.decay[0].change.value == pytest.approx(
        np.mean([(table[m, m] - table[m, -1]) / 2 for m in range(3)])
    )
    assert ageing(trained(table, models=3, topic=49), of_topic("politics")).decay == ()
    assert ageing(trained(table, models=3), of_topic("sports")).validation is None


def test_the_order_of_windows_within_a_model_changes_nothing() -> None:
    models = trained(drawn(5), models=5)
    turned = [replace(model, later=model.later[::-1]) for model in models]
    assert ageing(turned, of_figure("accuracy")) == ageing(models, of_figure("accuracy"))
