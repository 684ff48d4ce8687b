"""Windows are estimated without labels, corrected by what earlier models show."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.drift import earlier
from core.drift.backtest_results import Cell, Trained
from core.drift.backtests import newest_of
from core.drift.earlier import past_of
from core.drift.estimate import TOO_FEW, UNCORRECTED, Estimator, Known, Past, known
from core.drift.predicting import bring_up_to_date
from core.drift.report import report
from core.drift.results import Estimated, Measured
from core.drift.sentence import headline, missed_sentence, uncorrected_sentence
from core.evaluation.evaluate import evaluate
from core.snapshots import find
from core.stats.intervals import Interval
from core.stats.predictions import Predictions
from core.stats.recalibration import recalibrated
from core.store import Store, open_store
from core.store.models import Model
from core.training.train import train
from tests.backtests import make_backtested
from tests.core.drift.test_predicting import later
from tests.factories import fill
from tests.workspaces import copied, once

LABELS, WEEKS, WEEK, TRAINED = 30, 10, 7 * 86_400, 80_000
AFTER = 1_705_881_600
"""2024-01-22, a Monday after the posts that were backtested."""


def said(posts: int, *, age: float, seed: int) -> Predictions:
    """What a model of that age says: at p@1 = p it is right with ``p - 2 · age · p``, and less
    certain by ``age · p``.
    """
    rng = np.random.default_rng(seed)
    certain = rng.uniform(0.3, 0.9, posts)
    truth = rng.integers(0, LABELS, posts)
    right = rng.random(posts) < certain * (1 - 2 * age)
    first = np.where(right, truth, (truth + 1 + rng.integers(0, LABELS - 1, posts)) % LABELS)
    top = (first[:, None] + np.arange(5)) % LABELS
    p_at_1 = certain * (1 - age)
    rest = (1 - p_at_1)[:, None] * np.array([0.1, 0.1, 0.05, 0.05])
    return Predictions(truth, top, np.column_stack([p_at_1, rest]))


def past(seed: int) -> Past:
    reference = said(9_000, age=0.0, seed=seed)
    of = recalibrated(reference, labels=LABELS)
    windows = [
        known(said(3_000, age=0.02 * n, seed=seed + n), of, labels=LABELS, at=n * WEEK)
        for n in range(1, WEEKS + 1)
    ]
    return Past(seed, TRAINED, known(reference, of, labels=LABELS, at=0), windows)


class Production:
    """A model with its validation split, estimated from earlier ones."""

    def __init__(self, reference: Predictions, models: Sequence[Past]) -> None:
        self._of = recalibrated(reference, labels=LABELS)
        self.estimator = Estimator(
            reference, self.known(reference), models, trained=TRAINED, labels=LABELS
        )

    def known(self, posts: Predictions, *, at: float = 0) -> Known:
        return known(posts, self._of, labels=LABELS, at=at)

    def estimated(self, posts: Predictions, *, at: float) -> dict[str, Estimated]:
        now = self.known(posts, at=at)
        return self.estimator.estimated(now.expected, posts=now.posts, at=at)


@pytest.fixture(scope="module")
def models() -> list[Past]:
    return [past(100 * n) for n in range(1, 5)]


def test_earlier_models_show_how_much_further_a_model_falls_than_it_says(
    models: list[Past],
) -> None:
    reference = said(9_000, age=0.0, seed=1)
    corrected, alone = Production(reference, models), Production(reference, [])
    report = corrected.estimator.report
    assert report.models == (100, 200, 300, 400)
    assert report.corrections["recall_at_5"].slope > 0
    assert report.uncorrected == ""
    for week in (2, 6, 10):
        posts = said(3_000, age=0.02 * week, seed=10_000 + week)
        window = corrected.known(posts)
        better, worse = (each.estimated(posts, at=week * WEEK) for each in (corrected, alone))
        assert set(better) == {"accuracy", "f1_macro", "recall_at_5"}
        for key, found in better.items():
            assert found.corrected
            assert found.interval is not None
            assert found.interval[0] <= window.realised[key] <= found.interval[1]
            assert not worse[key].corrected
            assert worse[key].interval is None
        error = abs(better["accuracy"].value - window.realised["accuracy"])
        assert error < 0.03
        assert week < 6 or error < abs(worse["accuracy"].value - window.realised["accuracy"])


def test_neither_names_of_labels_nor_the_order_of_windows_change_an_estimate(
    models: list[Past],
) -> None:
    order = np.random.default_rng(0).permutation(LABELS)

    def renamed(each: Predictions) -> Predictions:
        return Predictions(order[each.truth], order[each.top], each.probs)

    reference, window = said(2_000, age=0.0, seed=1), said(800, age=0.1, seed=2)
    turned = [replace(each, windows=tuple(reversed(each.windows))) for each in reversed(models)]
    before = Production(reference, models).estimated(window, at=WEEK)
    after = Production(renamed(reference), turned).estimated(renamed(window), at=WEEK)
    for key, found in before.items():
        assert after[key].value == pytest.approx(found.value, rel=1e-6)
        assert after[key].interval == pytest.approx(found.interval, rel=1e-6)


def test_too_few_models_correct_nothing_and_it_says_why(models: list[Past]) -> None:
    reference = said(500, age=0.0, seed=1)
    one, none = (Production(reference, some).estimator.report for some in (models[:1], []))
    assert (one.uncorrected, none.uncorrected) == (TOO_FEW, UNCORRECTED)
    assert one.models == ()


def test_estimates_stay_between_0_and_1(models: list[Past]) -> None:
    estimator = Production(said(500, age=0.0, seed=1), models).estimator
    for value in (0.0, 1.0):
        found = estimator.estimated({"accuracy": value}, posts=1, at=WEEK)["accuracy"]
        assert found.interval is not None
        assert 0 <= found.interval[0] <= found.value <= found.interval[1] <= 1


def test_only_what_was_kept_is_estimated(models: list[Past]) -> None:
    whole = said(500, age=0.0, seed=1)
    two = Predictions(whole.truth, whole.top[:, :2], whole.probs[:, :2])
    estimator = Production(two, models).estimator
    asked = {"accuracy": 0.5, "recall_at_5": 0.9}
    assert set(estimator.estimated(asked, posts=9, at=WEEK)) == {"accuracy"}


@pytest.fixture
def aged(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Model]]:
    """A model whose configuration has a backtest, evaluated; new posts came since."""

    def make(made: Path) -> None:
        copied(once(tmp_path_factory, "backtested", make_backtested), made)
        store = open_store(made)
        snapshot = find(store, "long")
        evaluate(store, train(store, snapshot), snapshot)
        store.engine.dispose()

    copied(once(tmp_path_factory, "estimated", make), home)
    store = open_store(home)
    yield store, train(store, find(store, "long"))
    store.engine.dispose()


def test_a_backtest_corrects_the_windows_of_a_model(aged: tuple[Store, Model]) -> None:
    store, model = aged
    fill(store, later(400, since=AFTER))
    bring_up_to_date(store, model)
    shown = report(store, model)
    found = newest_of(store, model)
    assert found is not None
    assert shown.estimates is not None
    assert set(shown.estimates.models) <= {each.training for each in found.models}
    assert len(shown.estimates.models) >= 2
    with_posts = [each for each in shown.windows if each.figures]
    assert with_posts
    assert all(each.estimated["accuracy"].corrected for each in with_posts)
    assert uncorrected_sentence(shown) == ""
    assert "the 95% interval held it in" in missed_sentence(shown)


@pytest.mark.parametrize("known_interval", [None, (0.2, 0.8), (0.49, 0.51)])
def test_where_labels_are_missing_or_few_the_sentence_has_the_estimate(
    aged: tuple[Store, Model], known_interval: Interval | None
) -> None:
    store, model = aged
    fill(store, later(400, since=AFTER))
    bring_up_to_date(store, model)
    shown = report(store, model)
    newest = shown.newest
    assert newest is not None
    assert newest.figures is not None
    realised = None if known_interval is None else {"accuracy": Measured(0.5, known_interval)}
    other = replace(
        newest,
        figures=replace(newest.figures, realised=realised),
        estimated={"accuracy": Estimated(value=0.5, interval=(0.4, 0.6), corrected=True)},
    )
    windows = tuple(other if each is newest else each for each in shown.windows)
    said = headline(replace(shown, windows=windows), name="Production")
    estimate = "Estimated accuracy is 0.500 (95% interval 0.400 to 0.600)."
    assert (estimate in said) == (known_interval != (0.49, 0.51))


def test_only_windows_that_ended_before_are_learned_from(aged: tuple[Store, Model]) -> None:
    store, model = aged
    found = newest_of(store, model)
    assert found is not None
    ends = sorted(cell.ends for cell in _cells(found.models))
    for until in (ends[0], ends[-1]):
        learned = past_of(store, model, until=until)
        counted = sum(len(each.windows) for each in learned)
        assert counted == sum(end <= until for end in ends)
        assert all(each.windows for each in learned)


def test_results_from_before_probabilities_were_recalibrated_tell_nothing(
    aged: tuple[Store, Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, model = aged
    found = newest_of(store, model)
    assert found is not None
    old = replace(found, models=tuple(replace(m, recalibrated=False) for m in found.models))
    monkeypatch.setattr(earlier, "newest_of", lambda *_: old)
    assert past_of(store, model, until=2**40) == []


def _cells(models: tuple[Trained, ...]) -> list[Cell]:
    return [cell for each in models for cell in each.later]
