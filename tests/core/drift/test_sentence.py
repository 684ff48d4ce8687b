"""The sentence of a model says what the alarms and the changes come to."""

from core.drift.results import Change
from core.drift.sentence import headline, in_short, name_of
from tests.core.drift.reports import MONDAY, WEEK, make_report, measured


def fell(*, began: int, fired: int) -> Change:
    return Change(
        figure="accuracy",
        began=MONDAY + began * WEEK,
        fired=MONDAY + fired * WEEK,
        size=measured(-0.04, 4_000),
    )


def test_what_has_not_moved_has_no_direction() -> None:
    said = headline(make_report([0.4, 0.4]), name="Production 20231201.1")
    assert said.startswith("Production 20231201.1: mean p@1 is 0.500 against 0.500 in validation")
    assert said.endswith("No alarm in 2 complete windows.")


def test_the_first_alarm_is_the_first_of_distances_and_changes() -> None:
    distance = headline(make_report([0.4, 0.3], p_at_1=0.4, alarms=[1]), name="x")
    assert "x is ageing: mean p@1 fell from 0.500 to 0.400" in distance
    assert distance.endswith("First alarm in the week of 2023-12-04.")
    changes = (fell(began=0, fired=2),)
    change = headline(make_report([0.4] * 3, changes=changes), name="x")
    assert change.startswith("x is ageing: ")
    assert change.endswith("First alarm in the week of 2023-12-11.")
    both = headline(make_report([0.4] * 3, alarms=[1], changes=changes), name="x")
    assert both.endswith("First alarm in the week of 2023-12-04.")


def test_in_short_it_is_the_first_sentence() -> None:
    report = make_report([0.4, 0.3], p_at_1=0.4)
    short = in_short(report, name="x")
    assert headline(report, name="x").startswith(f"{short} Accuracy fell from 0.400 to 0.300")
    assert "in the week of 2023-12-04 (−0.100, 95% interval " in short


def test_a_version_is_called_by_its_alias_or_itself() -> None:
    assert name_of("production", "20231201.1") == "Production 20231201.1"
    assert name_of("20231201.1", "20231201.1") == "20231201.1"
