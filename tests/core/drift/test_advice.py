"""What waiting costs is advised only where it is shown."""

import numpy as np
import pytest

from core.arrays import Floats
from core.drift.advice import FEWEST_WINDOWS, advice, advice_sentence
from core.drift.results import State
from tests.core.drift.reports import MONDAY, WEEK, make_report


def falling(weeks: int, *, by: float = 0.003, since: float = 0.4) -> Floats:
    """Accuracies of weeks that a straight line and chance among 4,000 posts give."""
    rng = np.random.default_rng(weeks)
    return rng.binomial(4_000, since - by * np.arange(weeks)) / 4_000


def test_it_is_told_how_fast_accuracy_falls_and_when_it_is_below_the_limit() -> None:
    found = advice(make_report(falling(12).tolist()), accuracy_drop=0.06)
    assert found.per_week is not None
    assert found.below is not None
    low, high = found.per_week.interval
    assert low < -0.003 < high < 0
    assert found.below.level == pytest.approx(0.34)
    earliest, expected, latest = found.below.earliest, found.below.expected, found.below.latest
    assert earliest is not None
    assert expected is not None
    assert latest is not None
    assert MONDAY + 11 * WEEK <= earliest < expected < latest
    assert abs(expected - (MONDAY + 20 * WEEK)) <= 6 * WEEK  # 0.4 - 0.003 * 20
    said = advice_sentence(found)
    assert said.startswith(f"Accuracy falls by {-found.per_week.value:.4f} a week (95% interval ")
    assert "from 12 weeks). It is expected to be below the limit of 0.340 from the week of" in said


@pytest.mark.parametrize("state", [State.COMPLETE, State.RUNNING])
def test_few_complete_windows_are_no_ground_for_advice(state: State) -> None:
    weeks = FEWEST_WINDOWS - 1 if state == State.COMPLETE else 20
    found = advice(make_report(falling(weeks).tolist(), state=state), accuracy_drop=0.05)
    assert (found.per_week, found.below) == (None, None)
    counted = weeks if state == State.COMPLETE else 0
    needed = "No advice on retraining: 6 complete weeks with labels are needed"
    assert advice_sentence(found) == f"{needed}, and there are {counted}."


def test_texts_without_labels_are_none_either() -> None:
    assert advice(make_report([None] * 12)).windows == 0


def test_where_no_loss_is_shown_nothing_is_advised() -> None:
    found = advice(make_report(falling(12, by=0.0).tolist()), accuracy_drop=0.05)
    assert found.per_week is not None
    assert not found.falls
    assert found.below is None
    said = advice_sentence(found)
    assert said.startswith("No advice on retraining: accuracy changes by ")
    assert said.endswith("which does not show that it falls.")


def test_a_limit_that_is_far_away_is_not_expected_to_be_passed_within_a_year() -> None:
    found = advice(make_report(falling(20, by=0.001).tolist()), accuracy_drop=0.3)
    assert found.below is not None
    assert (found.below.earliest, found.below.latest) == (None, None)
    assert advice_sentence(found).endswith(
        "is not expected to be below the limit of 0.100 within a year."
    )


def test_a_limit_that_was_passed_long_ago_is_below_since_the_newest_window() -> None:
    found = advice(make_report(falling(30).tolist()), accuracy_drop=0.02)
    newest = MONDAY + 29 * WEEK
    assert found.below is not None
    assert (found.below.earliest, found.below.latest) == (newest, newest)
    assert "from the week of 2024-06-17 on." in advice_sentence(found)


def test_without_a_limit_or_a_reference_only_the_loss_is_told() -> None:
    windows = falling(12).tolist()
    for found in (advice(make_report(windows)), advice(make_report(windows, before=None))):
        assert found.falls
        assert found.below is None
        assert advice_sentence(found).endswith("from 12 weeks).")
