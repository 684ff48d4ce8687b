"""Each gate passes, fails or says that it cannot tell, and says why."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import binomtest

from core.comparison.results import ChurnCounts, Kind, NoiseSource, NoiseSources, SharedLabels
from core.release.gate import Evidence, Gate, GateVerdict
from core.release.gates import judge, overall
from core.release.policy import DEFAULT, Limit, Policy, parse
from core.stats.shares import share_interval
from core.words import signed
from tests.factories import make_change, make_label_sets, make_subreddits, make_summary

PASS, FAIL, INCONCLUSIVE = GateVerdict.PASS, GateVerdict.FAIL, GateVerdict.INCONCLUSIVE
MISSING = "There is no version in production to compare with."


def one(gate: str, key: str, value: float | str, evidence: Evidence) -> Gate:
    """The answer of a policy of one limit."""
    (answer,) = judge(Policy("test", "0" * 64, (Limit(gate, key, value),)), evidence)
    return answer


def make_changes(*rows: tuple[str, int, str, str]) -> pd.DataFrame:
    """Rows of subreddit, support, status and verdict."""
    frame = pd.DataFrame(rows, columns=["subreddit", "support", "status", "verdict"])
    return frame.assign(difference=[-0.01 * n for n in range(1, len(frame) + 1)])


SAME = make_changes(("cats", 80, "shared", "no change shown"))


def make_evidence(**more: Any) -> Evidence:
    values = {
        "metrics": {"f1_macro": 0.5, "label_coverage": 0.97, "ece": 0.1},
        "intervals": {"f1_macro": (0.48, 0.52), "ece": (0.08, 0.12)},
        "summary": make_summary(),
        "changes": SAME,
        "missing": MISSING,
    }
    return Evidence(**(values | more))


ALONE = make_evidence(summary=None, changes=None)
UNPAIRED = make_evidence(summary=make_summary(kind=Kind.UNPAIRED, churn=None))


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (-0.0099, 0.02, PASS),
        (-0.01, 0.02, INCONCLUSIVE),
        (-0.03, 0.02, INCONCLUSIVE),
        (-0.03, -0.01, INCONCLUSIVE),
        (-0.03, -0.0101, FAIL),
    ],
)
def test_non_inferiority_is_decided_by_the_interval(
    low: float, high: float, verdict: GateVerdict
) -> None:
    summary = make_summary(metrics={"f1_macro": make_change(low, high)})
    gate = one("non_inferiority", "margin", 0.01, make_evidence(summary=summary))
    assert (gate.verdict, gate.interval, gate.limit) == (verdict, (low, high), -0.01)
    assert gate.value == pytest.approx((low + high) / 2)


def test_non_inferiority_says_its_numbers_with_a_real_minus() -> None:
    gate = one("non_inferiority", "margin", 0.01, make_evidence())
    assert gate.why == (
        "Macro F1 changes by +0.002 (95% interval −0.002 to +0.006): the whole interval is above"
        " −0.010."
    )


def test_without_a_margin_the_candidate_must_be_better() -> None:
    gate = one("non_inferiority", "margin", 0, make_evidence())
    assert (gate.verdict, str(gate.limit)) == (INCONCLUSIVE, "0.0")


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.01, 0.05, PASS), (0.01, 0.06, INCONCLUSIVE), (0.0501, 0.2, FAIL), (-0.3, -0.2, PASS)],
)
def test_calibration_is_held_against_productions(
    low: float, high: float, verdict: GateVerdict
) -> None:
    """A candidate may keep to an absolute limit, and still be twice as far off as production."""
    metrics = {"f1_macro": make_change(0, 0.1), "ece": make_change(low, high)}
    evidence = make_evidence(summary=make_summary(metrics=metrics))
    gate = one("maximum_calibration_increase", "ece", 0.05, evidence)
    assert (gate.verdict, gate.interval, gate.limit) == (verdict, (low, high), 0.05)
    assert f"the calibration error changes by {signed((low + high) / 2)} (95%" in gate.why


def test_calibration_against_productions_is_of_the_shared_subreddits() -> None:
    sets = make_label_sets(make_change(0, 0.1), posts=900)
    metrics = {**sets.shared.metrics, "ece": make_change(0.06, 0.1)}
    sets = replace(sets, shared=SharedLabels(900, metrics))
    everywhere = {"f1_macro": make_change(0, 0.1), "ece": make_change(-0.1, 0)}
    evidence = make_evidence(summary=make_summary(metrics=everywhere, label_sets=sets))
    gate = one("maximum_calibration_increase", "ece", 0.05, evidence)
    assert (gate.verdict, gate.interval) == (FAIL, (0.06, 0.1))
    assert "on the shared subreddits" in gate.why


def test_an_older_comparison_without_it_is_inconclusive() -> None:
    gate = one("maximum_calibration_increase", "ece", 0.05, make_evidence())
    assert (gate.verdict, gate.why) == (INCONCLUSIVE, "The evidence has no value to judge by.")


@pytest.mark.parametrize(
    ("noise", "verdict"), [(0.01, PASS), (0.001, INCONCLUSIVE), (None, INCONCLUSIVE)]
)
def test_the_margin_may_be_the_measured_noise(noise: float | None, verdict: GateVerdict) -> None:
    summary = make_summary(metrics={"f1_macro": make_change(-0.002, 0.006, noise=noise)})
    gate = one("non_inferiority", "margin", "noise", make_evidence(summary=summary))
    assert (gate.verdict, gate.limit) == (verdict, None if noise is None else -noise)
    assert ("the noise of retraining" if noise else "has not been measured") in gate.why


def test_where_label_sets_differ_the_shared_subreddits_decide() -> None:
    sets = make_label_sets(make_change(-0.2, -0.1), posts=900)
    labels = make_subreddits(shared=3, added=1)
    evidence = make_evidence(summary=make_summary(label_sets=sets, subreddits=labels))
    gate = one("non_inferiority", "margin", 0.01, evidence)
    assert (gate.verdict, gate.interval) == (FAIL, (-0.2, -0.1))
    assert "Macro F1 on the shared subreddits changes by −0.150" in gate.why


def test_models_that_share_no_subreddit_cannot_be_judged() -> None:
    labels = make_subreddits(shared=0, added=2, removed=2)
    gate = one(
        "non_inferiority", "margin", 0.01, make_evidence(summary=make_summary(subreddits=labels))
    )
    assert (gate.verdict, gate.limit) == (INCONCLUSIVE, -0.01)
    assert "share no subreddit" in gate.why


@pytest.mark.parametrize(
    ("limit", "verdict"), [(0.48, PASS), (0.4801, INCONCLUSIVE), (0.52, INCONCLUSIVE), (0.53, FAIL)]
)
def test_a_minimum_is_held_against_the_metrics_own_interval(
    limit: float, verdict: GateVerdict
) -> None:
    gate = one("minimum_metric", "f1_macro", limit, ALONE)
    assert (gate.name, gate.verdict) == ("minimum_metric.f1_macro", verdict)
    assert (gate.value, gate.interval, gate.limit) == (0.5, (0.48, 0.52), limit)
    assert "f1_macro is 0.500 (95% interval 0.480 to 0.520)" in gate.why


def test_a_metric_without_an_interval_is_not_judged() -> None:
    evidence = make_evidence(intervals={"f1_macro": None})
    assert one("minimum_metric", "f1_macro", 0.1, evidence).verdict == INCONCLUSIVE
    assert one("minimum_metric", "recall_at_5", 0.1, evidence).verdict == INCONCLUSIVE


@pytest.mark.parametrize(
    ("limit", "verdict"), [(0.07, FAIL), (0.08, INCONCLUSIVE), (0.119, INCONCLUSIVE), (0.12, PASS)]
)
def test_calibration_error_is_held_against_its_interval(limit: float, verdict: GateVerdict) -> None:
    gate = one("maximum_calibration_error", "ece", limit, ALONE)
    assert (gate.verdict, gate.interval) == (verdict, (0.08, 0.12))


def down(*rows: tuple[str, int, str, str], posts: int = 50) -> Gate:
    evidence = make_evidence(changes=make_changes(*rows))
    return one("no_large_subreddit_down", "posts", posts, evidence)


def test_no_large_subreddit_down_passes_where_none_is_called_worse() -> None:
    gate = down(
        ("cats", 80, "shared", "better"),
        ("dogs", 90, "shared", "within noise"),
        ("tiny", 49, "shared", "worse"),
        ("new", 90, "added", ""),
    )
    assert (gate.verdict, gate.value, gate.limit) == (PASS, 0, 0)
    assert gate.why == (
        "Among the shared subreddits with 50 posts or more (2), none is significantly worse."
    )


def test_no_large_subreddit_down_names_those_that_are() -> None:
    gate = down(("cats", 50, "shared", "worse"), ("dogs", 1_200, "shared", "worse"))
    assert (gate.verdict, gate.value) == (FAIL, 2)
    assert "2 are significantly worse: r/dogs (−0.020 on 1,200 posts), r/cats (−0.010" in gate.why


def test_many_that_are_down_are_named_in_part() -> None:
    gate = down(*((f"s{n}", 60, "shared", "worse") for n in range(8)))
    assert gate.value == 8
    assert "r/s3 (−0.040 on 60 posts) and 3 more; the noise" in gate.why


@pytest.mark.parametrize("noise", [NoiseSources(), NoiseSources(candidate=NoiseSource(9, 4))])
def test_a_loss_says_whether_the_noise_of_retraining_was_measured(noise: Any) -> None:
    evidence = make_evidence(
        summary=make_summary(noise=noise), changes=make_changes(("cats", 60, "shared", "worse"))
    )
    gate = one("no_large_subreddit_down", "posts", 50, evidence)
    assert gate.verdict == FAIL
    assert ("noise of retraining was not measured" in gate.why) == (not noise.known)


def test_a_large_subreddit_that_is_no_longer_known_is_for_a_person() -> None:
    gate = down(("cats", 80, "shared", "better"), ("gone", 80, "removed", ""))
    assert gate.verdict == INCONCLUSIVE
    assert "no longer knows r/gone" in gate.why


@pytest.mark.parametrize("rows", [(), (("tiny", 49, "shared", "worse"),)])
def test_without_a_large_subreddit_nothing_is_judged(rows: Any) -> None:
    gate = down(*rows)
    assert (gate.verdict, gate.value) == (INCONCLUSIVE, 0)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [(0, PASS), (200, PASS), (225, INCONCLUSIVE), (250, INCONCLUSIVE), (280, FAIL), (1000, FAIL)],
)
def test_churn_is_judged_by_its_exact_interval(changed: int, verdict: GateVerdict) -> None:
    evidence = make_evidence(summary=make_summary(churn=ChurnCounts(changed, 0, 0, changed)))
    gate = one("maximum_churn", "share", 0.25, evidence)
    assert (gate.verdict, gate.value) == (verdict, changed / 1_000)


@given(st.integers(1, 3_000), st.data())
def test_the_interval_of_a_share_is_scipys(posts: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, posts))
    theirs = binomtest(count, posts).proportion_ci(method="exact")
    assert share_interval(count, posts) == pytest.approx(tuple(theirs), abs=1e-9)


@pytest.mark.parametrize(
    ("key", "value", "verdict"),
    [
        ("ks", 0.1, PASS),
        ("ks", 0.099, FAIL),
        ("wasserstein", 0.02, PASS),
        ("psi", 0.25, FAIL),
        ("psi", 0.3, PASS),
    ],
)
def test_a_distance_of_p_at_1_is_held_against_its_limit(
    key: str, value: float, verdict: GateVerdict
) -> None:
    gate = one("maximum_p_at_1_distance", key, value, make_evidence())
    assert (gate.name, gate.verdict) == (f"maximum_p_at_1_distance.{key}", verdict)
    assert gate.interval is None


@pytest.mark.parametrize(("limit", "verdict"), [(0.97, PASS), (0.98, FAIL)])
def test_coverage_is_held_against_its_limit(limit: float, verdict: GateVerdict) -> None:
    assert one("minimum_label_coverage", "share", limit, ALONE).verdict == verdict


def test_coverage_that_was_not_measured_is_not_judged() -> None:
    gate = one("minimum_label_coverage", "share", 0.5, make_evidence(metrics={}))
    assert (gate.verdict, gate.limit) == (INCONCLUSIVE, 0.5)


def test_the_sealed_test_has_not_been_opened() -> None:
    gate = one("test_opened", "max_age_days", 90, make_evidence())
    assert (gate.verdict, gate.limit) == (INCONCLUSIVE, 90)
    assert gate.why == "The sealed test has not been opened."


@pytest.mark.parametrize(
    ("proposed", "reviewed", "alone", "verdict", "why"),
    [
        (None, None, False, INCONCLUSIVE, "It has not been proposed yet."),
        ("ada", None, False, INCONCLUSIVE, "Nobody has reviewed it yet."),
        ("ada", None, True, INCONCLUSIVE, "Nobody has reviewed it yet."),
        ("ada", "bob", False, PASS, "bob reviewed what ada proposed."),
        ("ada", "bob", True, PASS, "bob reviewed what ada proposed."),
        ("ada", "ada", False, FAIL, "ada reviewed what ada proposed: it must be someone else."),
        ("ada", "Ada ", False, FAIL, "Ada  reviewed what ada proposed: it must be someone else."),
        (
            "ada",
            "ada",
            True,
            PASS,
            "ada reviewed what ada proposed, which the policy allows for a team of one.",
        ),
    ],
)
def test_review_takes_four_eyes_unless_the_policy_says_otherwise(
    proposed: str | None, reviewed: str | None, alone: bool, verdict: GateVerdict, why: str
) -> None:
    evidence = make_evidence(proposed_by=proposed, reviewed_by=reviewed)
    gate = one("reviewed_by_someone_else", "team_of_one", alone, evidence)
    assert (gate.verdict, gate.why, gate.limit) == (verdict, why, None)


COMPARING = [
    ("non_inferiority", "margin", 0.01, -0.01),
    ("non_inferiority", "margin", "noise", None),
    ("no_large_subreddit_down", "posts", 50, 0),
    ("maximum_churn", "share", 1, 1),
    ("maximum_p_at_1_distance", "psi", 9, 9),
    ("maximum_calibration_increase", "ece", 0.05, 0.05),
]


@pytest.mark.parametrize(("gate", "key", "value", "limit"), COMPARING)
def test_what_needs_production_is_never_passed_without_it(
    gate: str, key: str, value: float | str, limit: float | None
) -> None:
    answer = one(gate, key, value, ALONE)
    assert (answer.verdict, answer.why, answer.limit) == (INCONCLUSIVE, MISSING, limit)


@pytest.mark.parametrize(("gate", "key", "value", "limit"), COMPARING)
def test_what_needs_another_version_does_not_apply_where_there_is_none(
    gate: str, key: str, value: float | str, limit: float | None
) -> None:
    answer = one(gate, key, value, replace(ALONE, comparable=False))
    assert (answer.verdict, answer.applies, answer.limit) == (INCONCLUSIVE, False, limit)
    assert answer.why == "Not applicable: there is no version in production to compare with."


def test_what_is_of_the_candidate_alone_applies_without_another_version() -> None:
    assert one("minimum_metric", "f1_macro", 0.4, replace(ALONE, comparable=False)).applies


@pytest.mark.parametrize(("gate", "key", "value", "limit"), COMPARING)
def test_different_posts_do_not_tell_of_the_models_alone(
    gate: str, key: str, value: float | str, limit: float | None
) -> None:
    answer = one(gate, key, value, UNPAIRED)
    assert (answer.verdict, answer.limit) == (INCONCLUSIVE, limit)
    assert "different posts" in answer.why


def test_every_gate_of_the_policy_answers_once_in_its_order() -> None:
    policy = parse(DEFAULT.encode())
    answers = judge(policy, make_evidence())
    assert [gate.name for gate in answers] == [limit.name for limit in policy.limits]
    assert all(gate.why.endswith(".") for gate in answers)


@pytest.mark.parametrize(
    ("verdicts", "verdict"),
    [
        ([PASS, PASS], PASS),
        ([PASS, INCONCLUSIVE], INCONCLUSIVE),
        ([INCONCLUSIVE, FAIL, PASS], FAIL),
        ([], INCONCLUSIVE),
    ],
)
def test_one_failure_fails_and_nothing_judged_passes_nothing(
    verdicts: list[GateVerdict], verdict: GateVerdict
) -> None:
    assert overall(Gate(name="x", verdict=each, why="") for each in verdicts) == verdict


SHARES = st.floats(0, 1)


@given(st.lists(SHARES, min_size=2, max_size=2).map(sorted).map(tuple), SHARES)
def test_a_verdict_is_given_only_where_the_whole_interval_is_on_its_side(
    interval: tuple[float, float], limit: float
) -> None:
    low, high = interval
    evidence = make_evidence(
        intervals={"f1_macro": interval, "ece": interval},
        summary=make_summary(metrics={"f1_macro": make_change(low - 1, high - 1)}),
    )
    least = one("minimum_metric", "f1_macro", limit, evidence).verdict
    most = one("maximum_calibration_error", "ece", limit, evidence).verdict
    change = one("non_inferiority", "margin", limit, evidence).verdict
    assert (least == PASS) == (low >= limit)
    assert (least == FAIL) == (high < limit)
    assert (most == PASS) == (high <= limit)
    assert (most == FAIL) == (low > limit)
    assert (change == PASS) == (low - 1 > -limit)
    assert (change == FAIL) == (high - 1 < -limit)


@given(st.integers(1, 500), SHARES, st.data())
def test_churn_passes_only_where_its_interval_keeps_to_the_limit(
    posts: int, limit: float, data: st.DataObject
) -> None:
    changed = data.draw(st.integers(0, posts))
    evidence = make_evidence(
        summary=make_summary(posts=posts, churn=ChurnCounts(changed, 0, 0, changed))
    )
    gate = one("maximum_churn", "share", limit, evidence)
    assert gate.interval is not None
    low, high = gate.interval
    assert low <= changed / posts <= high
    assert (gate.verdict == PASS) == (high <= limit)
    assert (gate.verdict == FAIL) == (low > limit)


@given(SHARES, SHARES)
def test_a_looser_limit_never_makes_a_verdict_worse(first: float, second: float) -> None:
    assume(first <= second)
    order = [FAIL, INCONCLUSIVE, PASS]
    for gate, key in (("maximum_churn", "share"), ("non_inferiority", "margin")):
        strict, loose = (one(gate, key, value, make_evidence()) for value in (first, second))
        assert order.index(strict.verdict) <= order.index(loose.verdict)
