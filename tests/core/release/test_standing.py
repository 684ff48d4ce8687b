"""How gates stand, in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.release.gate import Gate, GateVerdict
from core.release.policy import REVIEW
from core.release.standing import (
    MARKS,
    counted,
    failing,
    figure,
    standing,
    worst_first,
)

PASS, FAIL, INCONCLUSIVE = GateVerdict.PASS, GateVerdict.FAIL, GateVerdict.INCONCLUSIVE


def make_gate(name: str = "maximum_churn", verdict: GateVerdict = PASS, **more: object) -> Gate:
    return Gate(**({"name": name, "verdict": verdict, "why": "It is so."} | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("gate", "expected"),
    [
        (make_gate(), "pass"),
        (make_gate(verdict=FAIL), "fail"),
        (make_gate(verdict=INCONCLUSIVE), "inconclusive"),
        (make_gate(verdict=INCONCLUSIVE, applies=False), "not applicable"),
        (make_gate(REVIEW, INCONCLUSIVE), "waits"),
        (make_gate("test_opened", INCONCLUSIVE, limit=90.0), "waits"),
    ],
)
def test_what_cannot_apply_or_waits_is_no_doubt_about_the_candidate(
    gate: Gate, expected: str
) -> None:
    assert standing(gate) == expected


GATES = st.lists(
    st.builds(
        make_gate,
        st.sampled_from(["maximum_churn", "test_opened", "non_inferiority"]),
        st.sampled_from(GateVerdict),
        applies=st.booleans(),
    ),
    max_size=9,
)


@given(GATES)
def test_every_gate_is_counted_once_and_what_none_is_not_at_all(gates: list[Gate]) -> None:
    said = counted(gates)
    assert sum(int(part.split()[1]) for part in said.split(", ") if part) == len(gates)
    assert " 0 " not in f" {said} "
    marks = [MARKS[standing(gate)] for gate in worst_first(gates)]
    assert list(dict.fromkeys(marks)) == [part[0] for part in said.split(", ") if part]


def test_one_gate_and_several_agree_with_their_verbs() -> None:
    one = [make_gate(verdict=FAIL), make_gate(verdict=INCONCLUSIVE, applies=False)]
    assert counted(one) == "✗ 1 fails, – 1 not applicable"
    assert counted([*one, *one]) == "✗ 2 fail, – 2 not applicable"


@pytest.mark.parametrize(
    ("name", "value", "limit", "said"),
    [
        ("maximum_p_at_1_distance.ks", 0.307, 0.2, "distance of p@1 (KS) is 0.307, limit 0.200"),
        ("non_inferiority", -0.03, -0.01, "macro F1 changes by −0.030, limit −0.010"),
        ("maximum_churn", 0.45, 0.4, "the share of posts that change is 45.0%, limit 40.0%"),
        ("minimum_metric.accuracy", 0.4, 0.5, "accuracy is 0.400, limit 0.500"),
        ("minimum_metric.f1_micro", 0.4, 0.5, "Micro F1 is 0.400, limit 0.500"),
        (
            "maximum_calibration_increase",
            0.104,
            0.05,
            "calibration error changes by +0.104, limit +0.050",
        ),
        ("no_large_subreddit_down", 2, 0, "It is so"),
        ("test_opened", 120, 90, "It is so"),
    ],
)
def test_what_fails_is_told_with_its_number_and_limit(
    name: str, value: float, limit: float, said: str
) -> None:
    gates = [make_gate(), make_gate(name, FAIL, value=value, limit=limit)]
    assert failing(gates) == said


def test_of_many_that_fail_two_are_told() -> None:
    gates = [make_gate(verdict=FAIL)] * 4
    assert failing(gates) == "It is so; It is so; 2 more gates fail"
    assert failing(gates[:3]).endswith("; 1 more gate fails")
    assert failing([make_gate()]) == ""


def test_days_and_counts_have_no_decimals() -> None:
    assert figure(make_gate("test_opened"), 90.0) == "90 days"
    assert figure(make_gate("no_large_subreddit_down"), 1_200.0) == "1,200"
