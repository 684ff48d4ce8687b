"""What pages show of an evaluation is what its table says."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import f1_score

from core.evaluation.aggregate import HISTOGRAM_BINS, aggregate
from core.evaluation.results import Confusion, EvaluationSummary
from core.records import from_json, to_json
from tests.factories import make_table

SAID = {
    "p1": ("cats", "cats"),
    "p2": ("cats", "space"),
    "p3": ("space", "space"),
    "p4": ("space", "space"),
    "p5": ("late", "cats"),
    "p6": ("cats", ""),
}
TABLE = make_table(SAID, model_labels=["cats", "python", "space"], p=0.8)
FOUND = aggregate(TABLE)


def test_metrics_are_those_of_the_predictions() -> None:
    truth, first = zip(*SAID.values(), strict=True)
    present = sorted({*truth, *first} - {""})
    macro = f1_score(truth, first, labels=present, average="macro", zero_division=0)
    assert FOUND.metrics["accuracy"] == pytest.approx(3 / 6)
    assert FOUND.metrics["recall_at_1"] == FOUND.metrics["precision_at_1"] == pytest.approx(3 / 6)
    assert FOUND.metrics["f1_macro"] == pytest.approx(macro)
    assert FOUND.metrics["p_at_1_mean"] == pytest.approx(0.8)
    assert FOUND.metrics["ece"] == pytest.approx(0.3)
    assert FOUND.metrics["label_coverage"] == pytest.approx(5 / 6)


def test_recall_is_given_for_as_many_predictions_as_there_are() -> None:
    assert "recall_at_3" not in FOUND.metrics


def test_each_subreddit_that_posts_or_predictions_hold_has_a_row() -> None:
    frame = FOUND.subreddits.set_index("subreddit")
    assert list(frame.index) == ["cats", "late", "space"]
    assert frame["support"].to_dict() == {"cats": 3, "late": 1, "space": 2}
    assert frame["predicted"].to_dict() == {"cats": 2, "late": 0, "space": 3}
    assert frame["known"].to_dict() == {"cats": True, "late": False, "space": True}
    assert frame.loc["space", ["precision", "recall", "f1"]].tolist() == pytest.approx(
        [2 / 3, 1, 0.8]
    )


def test_the_summary_holds_curves_and_confusions() -> None:
    assert sum(FOUND.summary.p_at_1_histogram.posts) == len(SAID)
    assert len(FOUND.summary.p_at_1_histogram.edges) == HISTOGRAM_BINS + 1
    assert sum(FOUND.summary.reliability.posts) == len(SAID)
    assert FOUND.summary.confusions == (
        Confusion("cats", "space", 1),
        Confusion("late", "cats", 1),
    )


def test_the_f1_of_subreddits_is_shown_against_their_p() -> None:
    """Three subreddits have posts; the one that only the model knows is no point."""
    curves = FOUND.summary.f1_by_p
    assert curves is not None
    assert curves.binned.subreddits == (3,)
    assert curves.binned.f1 == pytest.approx([FOUND.subreddits["f1"].mean()])
    assert curves.isotonic.p == pytest.approx([0.8])


def test_the_summary_is_the_same_each_time_and_after_json() -> None:
    again = from_json(EvaluationSummary, to_json(FOUND.summary))
    assert aggregate(TABLE).summary == FOUND.summary == again


def test_too_few_subreddits_have_no_curve() -> None:
    some = {post: said for post, said in SAID.items() if said[0] != "late"}
    assert aggregate(make_table(some, model_labels=["cats"])).summary.f1_by_p is None


def test_precision_and_recall_are_given_at_1_3_and_5() -> None:
    top = np.array([[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [1, 2, 3, 4, -1]], dtype=np.int32)
    table = replace(
        make_table({f"p{n}": ("a", "a") for n in range(3)}, model_labels=list("abcde")),
        top_labels=top,
        top_probs=np.full(top.shape, 0.2, dtype=np.float32),
    )
    metrics = aggregate(table).metrics
    assert [metrics[f"recall_at_{k}"] for k in (1, 3, 5)] == pytest.approx([1 / 3, 1 / 3, 2 / 3])
    assert [metrics[f"precision_at_{k}"] for k in (1, 3, 5)] == pytest.approx(
        [1 / 3, 1 / 9, 2 / 15]
    )


def test_no_posts_give_zeros() -> None:
    found = aggregate(make_table({}, model_labels=["cats", "space"]))
    assert set(found.metrics.values()) == {0.0}
    assert len(found.subreddits) == 0
    assert np.sum(found.summary.p_at_1_histogram.posts) == 0
