"""Evaluations that are odd, and are compared or refused all the same."""

import dataclasses

import numpy as np
import pandas as pd

from core.comparison.difference import Difference, Side, difference
from core.comparison.results import ChurnCounts
from core.evaluation.aggregate import aggregate
from core.evaluation.prediction_table import PredictionTable
from tests.factories import make_table

POSTS = {f"p{n}": (("cats", "space")[n % 2], ("cats", "cats", "space")[n % 3]) for n in range(30)}
LABELS = ("cats", "space")


def side(table: PredictionTable) -> Side:
    found = aggregate(table)
    return Side(found.metrics, found.subreddits, table)


def compared(before: PredictionTable, after: PredictionTable) -> Difference:
    return difference(side(before), side(after))


def test_another_k_is_compared_by_what_both_have() -> None:
    one = make_table(POSTS, model_labels=LABELS)
    three = dataclasses.replace(
        one,
        top_labels=np.hstack([one.top_labels, 1 - one.top_labels, np.full((30, 1), -1)]),
        top_probs=np.hstack([one.top_probs, one.top_probs / 2, one.top_probs * 0]),
    )
    metrics = compared(three, one).summary.metrics
    assert "recall_at_1" in metrics
    assert "recall_at_3" not in metrics


def test_labels_that_do_not_overlap_at_all_share_nothing() -> None:
    before = make_table(POSTS, model_labels=LABELS)
    after = make_table({p: (t, "dogs") for p, (t, _) in POSTS.items()}, model_labels=["dogs"])
    found = compared(before, after)
    assert found.summary.subreddits.shared == 0
    assert found.summary.subreddits.better == found.summary.subreddits.worse == 0
    assert found.summary.changes_normal is None
    assert found.changes["difference"].isna().all()


def test_one_post_a_subreddit_is_too_few_to_tell() -> None:
    names = [f"s{n}" for n in range(40)]
    before, after = (
        make_table({f"p{n}": (name, said) for n, name in enumerate(names)}, model_labels=names)
        for said in ("s0", "s1")
    )
    found = compared(before, after)
    assert set(found.changes["verdict"]) == {"too few posts"}
    assert found.changes["q_value"].isna().all()
    assert found.slices is not None


def test_a_single_post_is_compared() -> None:
    one = make_table({"p": ("cats", "cats")}, model_labels=LABELS)
    other = make_table({"p": ("cats", "space")}, model_labels=LABELS)
    assert compared(one, other).summary.churn == ChurnCounts(1, 0, 1, 0)


def test_attributes_of_other_posts_leave_slices_empty_but_no_error() -> None:
    table = make_table(POSTS, model_labels=LABELS)
    attributes = pd.DataFrame({"post_id": ["q1", "q2"], "is_self": [True, False]})
    found = difference(side(table), side(table), attributes=attributes)
    assert found.slices is not None
    assert "kind of post" not in set(found.slices["dimension"])
