"""Whether a version keeps to the limits of the policy: beyond doubt, or not at all."""

from dataclasses import replace

import pytest

from core.drift.results import Change, Measured, State
from core.release.drift_limits import DriftLimit, accuracy_drop, limits_of
from core.release.policy import Policy, parse
from tests.core.drift.reports import MONDAY, WEEK, make_report


def policy(lines: str) -> Policy:
    return parse(f"[maximum_churn]\nshare = 1\n[drift]\n{lines}\n".encode())


def one(line: str, report: object = None, *, age: int | None = 10) -> DriftLimit:
    (found,) = limits_of(policy(line), report or make_report([0.4]), age=age)  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize(
    ("accuracy", "exceeded", "said"),
    [
        (0.32, True, "the whole interval is below the limit of −0.050"),
        (0.345, False, "the interval includes the limit of −0.050"),
        (0.39, False, "the whole interval keeps to the limit of −0.050"),
        (0.5, False, "the whole interval keeps to the limit of −0.050"),
    ],
)
def test_a_drop_is_exceeded_only_beyond_doubt(accuracy: float, exceeded: bool, said: str) -> None:
    found = one("accuracy_drop = 0.05", make_report([0.1, accuracy]))
    assert found.name == "drift.accuracy_drop"
    assert found.exceeded is exceeded
    assert found.value == pytest.approx(0.4 - accuracy)
    assert found.interval is not None
    assert found.interval[0] < 0.4 - accuracy < found.interval[1]
    assert said in found.why
    assert "Accuracy in the week of 2023-12-04 differs by" in found.why


def test_mean_p_at_1_needs_no_labels() -> None:
    report = make_report([None], p_at_1=0.4)
    assert one("p_at_1_drop = 0.05", report).exceeded is True
    assert one("accuracy_drop = 0.05", report).exceeded is None


@pytest.mark.parametrize("key", ["accuracy_drop", "p_at_1_drop", "unknown_words"])
def test_without_a_complete_window_nothing_is_exceeded(key: str) -> None:
    found = one(f"{key} = 0.01", make_report([0.1], state=State.FEW))
    assert (found.exceeded, found.why) == (None, "No week is complete yet.")


def test_without_a_reference_no_drop_is_judged() -> None:
    found = one("accuracy_drop = 0.01", make_report([0.1], before=None))
    assert (found.exceeded, found.why) == (None, "It was never evaluated.")


def test_unknown_words_are_compared_with_their_limit() -> None:
    assert one("unknown_words = 0.05").exceeded is False
    found = one("unknown_words = 0.04")
    assert found.exceeded is True
    assert found.why == (
        "5.0% of the words in the week of 2023-11-27 stand in no training post, beyond the limit of"
        " 4.0%."
    )


def test_any_alarm_is_that_of_a_distance_or_a_change_in_any_window() -> None:
    assert one("any_alarm = true").exceeded is False
    assert one("any_alarm = true", make_report([0.4, 0.4], alarms=[0])).exceeded is True
    change = Change(
        figure="accuracy", began=MONDAY, fired=MONDAY + WEEK, size=Measured(-0.1, (-0.2, -0.05))
    )
    found = one("any_alarm = true", make_report([0.4, 0.4], changes=(change,)))
    assert (found.exceeded, found.why) == (
        True,
        "A change of level was evident in the week of 2023-12-04.",
    )
    report = make_report([0.4])
    unjudged = replace(report, windows=(replace(report.windows[0], judged=None),))
    assert one("any_alarm = true", unjudged).exceeded is None
    assert limits_of(policy("any_alarm = false"), report, age=1) == ()


@pytest.mark.parametrize(("age", "exceeded"), [(30, False), (31, True), (None, None), (-1, None)])
def test_the_age_of_the_training(age: int | None, exceeded: bool | None) -> None:
    assert one("max_age_days = 30", age=age).exceeded is exceeded


def test_limits_come_in_the_order_of_the_policy_and_those_left_out_are_off() -> None:
    both = policy("max_age_days = 30\naccuracy_drop = 0.02")
    names = [each.name for each in limits_of(both, make_report([0.4]), age=1)]
    assert names == ["drift.max_age_days", "drift.accuracy_drop"]
    assert accuracy_drop(both) == 0.02
    assert accuracy_drop(policy("any_alarm = true")) is None
