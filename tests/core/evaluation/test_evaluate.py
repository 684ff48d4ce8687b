"""Evaluating a model on a split, recorded."""

from dataclasses import replace

import numpy as np
import pytest

from core.errors import CorruptArtifactError, NotFoundError, RefusedError
from core.evaluation.evaluate import (
    TOP,
    evaluate,
    evaluate_unsealed,
    of_execution,
    predictions,
    summary_of,
)
from core.executions import get, listing
from core.snapshots import create, load_split
from core.snapshots.rules import Rules
from core.snapshots.unsealed import unseal
from core.stats.calibration import expected_calibration_error, reliability
from core.store.frames import read_frame
from core.training import calibration
from core.training.train import train
from tests.conftest import Road
from tests.factories import QUICK
from tests.workspaces import overwrite


def test_an_evaluation_holds_what_the_model_says_of_each_post(road: Road) -> None:
    made = of_execution(road.store, 4)
    data = load_split(road.store, road.snapshot, "valid")
    table = predictions(road.store, made)
    assert table.post_id.tolist() == data.ids
    assert [table.vocabulary[label] for label in table.label] == [
        data.labels[label] for label in data.label
    ]
    assert table.top_labels.shape == (len(data), TOP)
    assert (made.posts, made.k, made.split) == (len(data), TOP, "valid")
    assert made.metrics["accuracy"] == table.right.mean()
    assert made.metrics["seen_in_training"] == 0
    assert {"recall_at_1", "recall_at_3", "recall_at_5", "f1_micro", "ece"} <= set(made.metrics)
    assert read_frame(road.store.artifacts, made.subreddits)["support"].sum() == len(data)
    assert sum(summary_of(road.store, made).reliability.posts) == made.posts
    assert get(road.store, 4).metrics == made.metrics


def test_the_same_evaluation_is_given_back_unless_forced(road: Road) -> None:
    made = evaluate(road.store, road.baseline, road.snapshot)
    assert made == of_execution(road.store, 4)
    forced = evaluate(road.store, road.baseline, road.snapshot, force=True)
    assert forced.execution > made.execution
    assert forced.predictions == made.predictions


def test_posts_that_a_model_was_trained_on_are_told(road: Road) -> None:
    assert evaluate(road.store, road.baseline, road.snapshot, split="train").metrics[
        "seen_in_training"
    ] == pytest.approx(1)
    other, _ = create(road.store, Rules(fractions=(0.5, 0.4, 0.1)))
    on_other = evaluate(road.store, road.baseline, other)
    assert on_other.metrics["seen_in_training"] == pytest.approx(72 / 96)


def test_calibration_is_judged_on_the_half_that_it_was_not_learned_on(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibration, "FEWEST", 5)
    model = train(road.store, road.snapshot, model="fasttext", params=QUICK, seed=7)
    made = evaluate(road.store, model, road.snapshot)
    table = predictions(road.store, made)
    learned_on = calibration.calibrates(table.post_id.tolist())
    assert get(road.store, model.execution).metrics["calibrated_on"] == learned_on.sum() > 0
    assert table.calibrated is not None
    np.testing.assert_array_equal(table.calibrated, learned_on)
    judged = reliability(table.p_at_1[~learned_on], table.right[~learned_on])
    assert made.metrics["ece"] == expected_calibration_error(judged)
    assert sum(summary_of(road.store, made).reliability.posts) == (~learned_on).sum()
    on_train = evaluate(road.store, model, road.snapshot, split="train")
    assert predictions(road.store, on_train).calibrated is None


def test_two_trainings_of_one_model_are_evaluated_each(road: Road) -> None:
    twin = replace(road.baseline, execution=road.candidate.execution)
    made = evaluate(road.store, twin, road.snapshot)
    assert made.model_execution == road.candidate.execution
    assert made.execution != 4


@pytest.mark.parametrize("what", ["model", "split"])
def test_a_corrupted_artifact_stops_the_evaluation_and_is_named(road: Road, what: str) -> None:
    digest = road.baseline.digest if what == "model" else road.snapshot.valid
    path = road.store.artifacts.open(digest)
    overwrite(path, b"changed")
    with pytest.raises(CorruptArtifactError, match=digest[:12]):
        evaluate(road.store, road.baseline, road.snapshot, force=True)
    assert listing(road.store)[0].status == "failed"


def test_a_snapshot_of_another_normaliser_is_refused(road: Road) -> None:
    before = len(listing(road.store))
    with pytest.raises(RefusedError, match="other lines than version 0"):
        evaluate(road.store, road.baseline, replace(road.snapshot, normaliser=0), force=True)
    assert len(listing(road.store)) == before


def test_an_execution_that_is_no_evaluation_says_what_it_is(road: Road) -> None:
    with pytest.raises(NotFoundError, match=r"#3 \(train, succeeded\) made no evaluation"):
        of_execution(road.store, 3)
    with pytest.raises(NotFoundError, match="no execution #99"):
        of_execution(road.store, 99)


def test_an_opened_split_is_evaluated_like_any_other(road: Road) -> None:
    data = unseal(road.store, road.snapshot)
    made = evaluate_unsealed(road.store, road.baseline, road.snapshot, data)
    assert (made.split, made.posts, made.snapshot) == ("test", len(data), road.snapshot.digest)
    table = predictions(road.store, made)
    assert table.post_id.tolist() == data.ids.to_pylist()
    assert made.metrics["accuracy"] == table.right.mean()
    assert made.metrics["seen_in_training"] == 0
    assert set(made.metrics) == set(of_execution(road.store, 4).metrics)
    assert get(road.store, made.execution).params == {"split": "test", "k": TOP}
    before = listing(road.store)
    assert evaluate_unsealed(road.store, road.baseline, road.snapshot, data) == made
    with pytest.raises(RefusedError, match="The test split is sealed"):
        evaluate(road.store, road.baseline, road.snapshot, split="test")
    assert listing(road.store) == before


def test_a_model_that_was_trained_on_test_posts_is_told(road: Road) -> None:
    later, _ = create(road.store, Rules(fractions=(0.95, 0.025, 0.025)))
    assert later.splits["train"] == 228
    model = train(road.store, later, model="fasttext", params=QUICK, threads=1)
    data = unseal(road.store, road.snapshot)
    made = evaluate_unsealed(road.store, model, road.snapshot, data)
    assert made.metrics["seen_in_training"] == pytest.approx(12 / 24)
