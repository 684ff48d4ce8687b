"""Gates about the age of a training, and about posts that came after it."""

from dataclasses import replace

import pytest

from core.drift.results import Measured, NewestWindow, NoNewestWindow
from core.drift.windows import Window
from core.release.gate import Evidence, Gate, GateVerdict
from core.release.gates import judge
from core.release.policy import NEW_POSTS, TRAINING_AGE, Limit, Policy
from core.release.standing import figure, standing

PASS, FAIL, INCONCLUSIVE = GateVerdict.PASS, GateVerdict.FAIL, GateVerdict.INCONCLUSIVE
KNOWN = Evidence(metrics={}, intervals={}, training_age=40)
MONDAY = 1_701_043_200
"""2023-11-27."""


def one(gate: str, key: str, value: float, evidence: Evidence) -> Gate:
    (answer,) = judge(Policy("test", "0" * 64, (Limit(gate, key, value),)), evidence)
    return answer


@pytest.mark.parametrize(("days", "verdict"), [(41, PASS), (40, PASS), (39, FAIL)])
def test_a_training_may_be_so_old(days: int, verdict: GateVerdict) -> None:
    gate = one(TRAINING_AGE, "days", days, KNOWN)
    assert (gate.name, gate.verdict, gate.value, gate.limit) == (TRAINING_AGE, verdict, 40, days)
    assert gate.why.startswith("Its training posts end 40 days ago, ")
    assert figure(gate, 40.0) == "40 days"


@pytest.mark.parametrize(("age", "said"), [(None, "made elsewhere"), (-1, "dated in the future")])
def test_an_age_that_is_not_known_is_inconclusive(age: int | None, said: str) -> None:
    gate = one(TRAINING_AGE, "days", 90, replace(KNOWN, training_age=age))
    assert gate.verdict == INCONCLUSIVE
    assert said in gate.why


def found(low: float, high: float) -> Evidence:
    change = Measured((low + high) / 2, (low, high))
    window = NewestWindow(window=Window.WEEK, begins=MONDAY, posts=1_200, change=change)
    return replace(KNOWN, new_posts=window)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(-0.019, 0.03, PASS), (-0.02, 0.03, INCONCLUSIVE), (-0.05, -0.021, FAIL)],
)
def test_new_posts_are_decided_by_the_interval(
    low: float, high: float, verdict: GateVerdict
) -> None:
    gate = one(NEW_POSTS, "margin", 0.02, found(low, high))
    assert (gate.verdict, gate.interval, gate.limit) == (verdict, (low, high), -0.02)


def test_the_sentence_names_the_week_and_its_posts() -> None:
    assert one(NEW_POSTS, "margin", 0.02, found(-0.01, 0.03)).why == (
        "In the week of 2023-11-27 (1,200 posts), accuracy changes by +0.010 (95% interval −0.010"
        " to +0.030): the whole interval is above −0.020."
    )


def test_without_such_a_week_it_waits_or_is_not_applicable() -> None:
    waits = one(NEW_POSTS, "margin", 0.02, KNOWN)
    assert (waits.verdict, standing(waits)) == (INCONCLUSIVE, "waits")
    none = replace(KNOWN, new_posts=NoNewestWindow("no complete week has come yet."))
    gate = one(NEW_POSTS, "margin", 0.02, none)
    assert (gate.verdict, standing(gate)) == (INCONCLUSIVE, "not applicable")
    assert gate.why == "Not applicable: no complete week has come yet."
    alone = replace(none, comparable=False, missing="There is no version in production.")
    why = "Not applicable: there is no version in production."
    assert one(NEW_POSTS, "margin", 0.02, alone).why == why
