"""What two evaluations differ in, on small tables whose answer can be read off."""

import dataclasses
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.comparison.align import align, paired_order
from core.comparison.difference import Difference, Side, called_first, difference
from core.comparison.results import ChurnCounts, NoiseBands, Subreddits
from core.evaluation.aggregate import aggregate
from core.evaluation.prediction_table import PredictionTable
from core.metrics import HEADLINES, SPOKEN
from core.records import to_json
from tests.factories import make_table
from tests.properties import examples

LABELS = ["cats", "python", "space"]
BASELINE = {
    "p1": ("cats", "cats"),
    "p2": ("cats", "space"),
    "p3": ("space", "space"),
    "p4": ("space", "cats"),
    "p5": ("python", "python"),
}
CANDIDATE = {
    "p1": ("cats", "cats"),
    "p2": ("cats", "cats"),
    "p3": ("space", "cats"),
    "p4": ("space", "python"),
    "p5": ("python", "python"),
}


def rounded(value: Any) -> Any:
    """Numbers to nine digits: sums depend on their order by the last ones."""
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(each) for each in value]
    return round(value, 9) if isinstance(value, float) else value


def shuffled(table: PredictionTable, order: list[int]) -> PredictionTable:
    names = ("post_id", "label", "top_labels", "top_probs", "calibrated")
    columns = {name: getattr(table, name) for name in names}
    moved = {name: column[order] for name, column in columns.items() if column is not None}
    return dataclasses.replace(table, **moved)


def side(table: PredictionTable) -> Side:
    found = aggregate(table)
    return Side(found.metrics, found.subreddits, table)


def compared(
    baseline: dict[str, tuple[str, str]],
    candidate: dict[str, tuple[str, str]],
    *,
    before: list[str] = LABELS,
    after: list[str] = LABELS,
) -> Difference:
    return difference(
        side(make_table(baseline, model_labels=before)),
        side(make_table(candidate, model_labels=after)),
    )


def test_the_same_posts_are_paired_and_their_churn_is_counted() -> None:
    summary = compared(BASELINE, CANDIDATE).summary
    assert (summary.kind, summary.posts) == ("paired", 5)
    assert summary.churn == ChurnCounts(changed=3, fixed=1, broken=1, swapped=1)


@settings(max_examples=examples(30))
@given(st.permutations(range(5)), st.permutations(range(5)))
def test_the_order_of_posts_changes_nothing(one: list[int], other: list[int]) -> None:
    baseline, candidate = (make_table(said, model_labels=LABELS) for said in (BASELINE, CANDIDATE))
    straight = difference(side(baseline), side(candidate))
    mixed = difference(side(shuffled(baseline, one)), side(shuffled(candidate, other)))
    assert rounded(to_json(mixed.summary)) == rounded(to_json(straight.summary))
    pd.testing.assert_frame_equal(mixed.changes, straight.changes)


@given(st.permutations(range(5)), st.permutations(range(5)))
def test_each_post_finds_itself_on_the_other_side(one: list[int], other: list[int]) -> None:
    table = make_table(BASELINE, model_labels=LABELS)
    a, b = shuffled(table, one), shuffled(table, other)
    order = paired_order(a, b)
    assert order is not None
    assert b.post_id[order].tolist() == a.post_id.tolist()


@pytest.mark.parametrize("other", [{"p9": ("cats", "cats")}, {**CANDIDATE, "p9": ("cats", "cats")}])
def test_other_posts_are_unpaired_and_have_no_churn(other: dict[str, tuple[str, str]]) -> None:
    found = compared(BASELINE, other)
    assert (found.summary.kind, found.summary.churn) == ("unpaired", None)
    assert found.summary.accuracy_test.test.endswith("two samples")
    assert "changed" not in found.changes
    assert found.summary.posts == len(other)


def test_posts_that_either_model_was_calibrated_on_judge_the_calibration_of_neither() -> None:
    before, after = (make_table(said, model_labels=LABELS) for said in (BASELINE, CANDIDATE))
    first = np.array([True, False, False, False, False])
    last = np.array([False, False, False, False, True])
    order = [4, 1, 2, 3, 0]
    one = dataclasses.replace(before, calibrated=first)
    other = dataclasses.replace(after, calibrated=last)
    for candidate in (other, shuffled(other, order)):
        posts = align(one, candidate)
        assert posts is not None
        assert posts.calibrated is not None
        assert posts.calibrated.tolist() == [True, False, False, False, True]
    for pair in ((one, after), (before, dataclasses.replace(after, calibrated=first))):
        posts = align(*pair)
        assert posts is not None
        assert posts.calibrated is not None
        assert posts.calibrated.tolist() == first.tolist()
    posts = align(before, after)
    assert posts is not None
    assert posts.calibrated is None


def test_as_many_posts_are_not_yet_the_same_posts() -> None:
    renamed = {f"other {post}": said for post, said in CANDIDATE.items()}
    assert compared(BASELINE, renamed).summary.kind == "unpaired"


def test_every_metric_of_both_is_given_with_its_difference() -> None:
    metrics = compared(BASELINE, CANDIDATE).summary.metrics
    accuracy = metrics["accuracy"]
    for interval in (accuracy.interval, accuracy.interval_percentile, accuracy.interval_bca):
        low, high = interval or ()
        assert -1 <= low < 0 < high <= 1
    for interval in (accuracy.interval_baseline, accuracy.interval_candidate):
        low, high = interval or ()
        assert 0 <= low < 0.6 < high <= 1
    assert (accuracy.baseline, accuracy.candidate, accuracy.difference) == (0.6, 0.6, 0.0)
    assert (accuracy.noise, accuracy.verdict) == (None, "no change shown")
    assert {"f1_macro", "ece", "p_at_1_mean"} <= set(metrics)


def test_added_removed_and_shared_subreddits_are_three_things() -> None:
    found = compared(BASELINE, CANDIDATE, before=["cats", "space"], after=["cats", "python", "x"])
    assert found.summary.subreddits == Subreddits(
        shared=1,
        added=2,
        removed=1,
        added_names=("python", "x"),
        removed_names=("space",),
        better=0,
        worse=0,
        renames=(),
    )


def test_a_subreddit_that_a_model_cannot_name_has_no_f1_there() -> None:
    posts = {f"q{n}": (name, "cats") for n, name in enumerate(("cats", "new", "old", "never"))}
    changes = compared(posts, posts, before=["cats", "old"], after=["cats", "new"]).changes
    rows = changes.set_index("subreddit")
    assert rows["status"].to_dict() == {
        "cats": "shared",
        "new": "added",
        "old": "removed",
        "never": "unknown",
    }
    has_baseline, has_candidate = rows["f1_baseline"].notna(), rows["f1_candidate"].notna()
    assert set(rows.index[has_baseline]) == {"cats", "old"}
    assert set(rows.index[has_candidate]) == {"cats", "new"}
    assert set(rows.index[rows["difference"].notna()]) == {"cats"}


def test_a_subreddit_without_posts_on_one_side_has_no_f1_there() -> None:
    changes = compared(BASELINE, {"q1": ("cats", "cats")}).changes.set_index("subreddit")
    assert changes.loc["space", "support"] == 0
    assert changes.loc["space", "support_baseline"] == 2
    assert math.isnan(changes.loc["space", "f1_candidate"])


def test_the_largest_loss_comes_first() -> None:
    changes = compared(BASELINE, CANDIDATE).changes
    known = changes["difference"].dropna().tolist()
    assert known == sorted(known)
    assert changes["subreddit"].iloc[0] == "space"
    assert changes.set_index("subreddit").loc["cats", ["fixed", "broken"]].tolist() == [1, 0]


def test_what_is_called_is_named_and_comes_first_the_losses_before_the_gains() -> None:
    names = [f"s{n}" for n in range(8)]
    before, after = {}, {}
    for n in range(400):
        truth = names[n % 8]
        lost, found = truth in ("s0", "s1") and n % 3, truth == "s2" and n % 3
        before[f"p{n}"] = (truth, "s7" if found else truth)
        after[f"p{n}"] = (truth, "s7" if lost else truth)
    made = compared(before, after, before=names, after=names)
    first = called_first(made.changes)
    assert first["verdict"].tolist()[:4] == ["worse", "worse", "worse", "better"]
    assert (first["difference"].abs().iloc[:3].diff().dropna() <= 0).all()
    labels = made.summary.subreddits
    assert [each.subreddit for each in labels.losses] == first["subreddit"].tolist()[:3]
    assert [each.subreddit for each in labels.gains] == ["s2"]
    gain = labels.gains[0]
    assert gain.candidate - gain.baseline == pytest.approx(first["difference"].iloc[3])


def test_distances_of_p_at_1_are_given() -> None:
    low, high = (make_table(BASELINE, model_labels=LABELS, p=p) for p in (0.25, 0.75))
    found = difference(side(low), side(high)).summary.p_at_1
    assert (found.baseline_mean, found.candidate_mean) == (0.25, 0.75)
    assert (found.ks, found.wasserstein) == (1, 0.5)
    assert found.psi > 1


def test_a_model_against_itself_differs_in_nothing() -> None:
    summary = compared(BASELINE, BASELINE).summary
    assert all(metric.difference == 0 for metric in summary.metrics.values())
    assert summary.churn == ChurnCounts(0, 0, 0, 0)
    assert np.allclose([summary.p_at_1.ks, summary.p_at_1.wasserstein, summary.p_at_1.psi], 0)


def test_other_label_sets_are_judged_on_what_both_know() -> None:
    """The candidate gains a subreddit and loses nothing: on the shared ones they are equal."""
    posts = {f"c{n}": ("cats", "cats") for n in range(8)}
    posts |= {f"s{n}": ("space", "cats" if n % 2 else "space") for n in range(8)}
    before = posts | {f"n{n}": ("new", "cats") for n in range(8)}
    after = posts | {f"n{n}": ("new", "new") for n in range(8)}
    found = compared(before, after, before=["cats", "space"], after=["cats", "new", "space"])
    assert found.summary.metrics["accuracy"].difference == pytest.approx(8 / 24)
    sets = found.summary.label_sets
    assert sets is not None
    assert sets.shared.posts == 16
    assert sets.shared.metrics["accuracy"].difference == 0
    assert sets.own.baseline.posts == 16
    own = sets.own.baseline.metrics
    assert own["accuracy"] == 0.75
    assert own["f1_macro"] == own["f1_weighted"] == pytest.approx(11 / 15)
    assert set(own) == set(sets.shared.metrics)
    told = {metric.key for metric in (*SPOKEN, *HEADLINES)}
    assert told - {"recall_at_5"} <= set(own)  # these tables have fewer than five predictions
    assert sets.own.candidate.posts == 24


def test_models_that_share_no_subreddit_are_compared_all_the_same() -> None:
    posts = {f"p{n}": ("cats", "") for n in range(4)}
    after = dict.fromkeys(posts, ("cats", "cats"))
    found = compared(posts, after, before=["dogs"], after=["cats"])
    assert found.summary.label_sets is None
    assert found.summary.subreddits.shared == 0
    assert found.changes["difference"].isna().all()


def test_two_samples_are_tested_as_such() -> None:
    """One model, other posts, on which it finds one subreddit no longer."""
    rng = np.random.default_rng(0)

    def posts(prefix: str, lost: float) -> dict[str, tuple[str, str]]:
        said = {}
        for n in range(300):
            truth = LABELS[n % 3]
            wrong = rng.random() < (lost if truth == "space" else 0.2)
            said[f"{prefix}{n}"] = (truth, "cats" if wrong else truth)
        return said

    found = compared(posts("old", 0.2), posts("new", 0.7))
    verdicts = found.changes.set_index("subreddit")["verdict"]
    assert verdicts["space"] == "worse"
    assert verdicts["python"] == "no change shown"
    macro = found.summary.metrics["f1_macro"]
    low, high = macro.interval or ()
    assert low < macro.difference < high < 0
    assert found.summary.accuracy_test.p_value < 0.01


@pytest.mark.parametrize(
    ("spreads", "expected"),
    [
        ({}, "worse"),
        ({"space": 0.01}, "worse"),
        ({"space": 0.5}, "within noise"),
        ({"python": 0.5}, "worse"),
    ],
)
def test_what_retraining_does_as_well_is_called_neither_way(
    spreads: dict[str, float], expected: str
) -> None:
    rng = np.random.default_rng(1)
    before, after = {}, {}
    for n in range(300):
        truth = LABELS[n % 3]
        before[f"p{n}"] = (truth, truth)
        lost = truth == "space" and rng.random() < 0.5
        after[f"p{n}"] = (truth, "cats" if lost else truth)
    frame = pd.DataFrame({"subreddit": list(spreads), "noise_sd": list(spreads.values())})
    noise = NoiseBands({}, frame.astype({"noise_sd": float}).assign(band=0.1, degrees=8.0))
    found = difference(
        side(make_table(before, model_labels=LABELS)),
        side(make_table(after, model_labels=LABELS)),
        noise,
    )
    verdicts = found.changes.set_index("subreddit")["verdict"]
    assert verdicts["space"] == expected
    assert found.summary.subreddits.worse == (verdicts == "worse").sum()


@settings(max_examples=examples(30))
@given(st.permutations(range(3)))
def test_the_names_of_labels_change_nothing(order: list[int]) -> None:
    """Other names sort otherwise, so that every label gets another number."""
    other = {name: f"{'abc'[place]}{name}" for name, place in zip(LABELS, order, strict=True)}

    def renamed(said: dict[str, tuple[str, str]]) -> PredictionTable:
        posts = {post: (other[truth], other[first]) for post, (truth, first) in said.items()}
        return make_table(posts, model_labels=list(other.values()))

    plain = compared(BASELINE, CANDIDATE)
    found = difference(side(renamed(BASELINE)), side(renamed(CANDIDATE)))
    for name, metric in plain.summary.metrics.items():
        for value in ("baseline", "candidate", "difference", "interval", "verdict"):
            other_value = getattr(found.summary.metrics[name], value)
            assert rounded(other_value) == rounded(getattr(metric, value)), name
    left = plain.changes.assign(subreddit=plain.changes["subreddit"].map(other))
    left = left.drop(columns="topic").sort_values("subreddit", ignore_index=True)
    right = found.changes.drop(columns="topic").sort_values("subreddit", ignore_index=True)
    pd.testing.assert_frame_equal(left, right)
