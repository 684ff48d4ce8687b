"""The sentence of a model says what the alarms and the changes come to."""

from core.drift.results import (
    Change,
    Distances,
    DriftReport,
    Figures,
    Judged,
    Measured,
    On,
    ReferenceReport,
    State,
    WindowReport,
)
from core.drift.sentence import headline, in_short, name_of
from core.drift.windows import Window

WEEK = 7 * 86_400
MONDAY = 1_701_043_200
"""2023-11-27."""
NEAR = Distances(0.01, 0.01, 0.01)


def measured(value: float, half: float = 0.01) -> Measured:
    return Measured(value, (value - half, value + half))


def figures(p_at_1: float, accuracy: float) -> Figures:
    return Figures(
        posts=1_000,
        p_at_1=measured(p_at_1),
        p_at_1_histogram=(500, 500),
        distances=NEAR,
        realised={"accuracy": measured(accuracy)},
        expected={"accuracy": p_at_1},
        label_coverage=1.0,
        unknown_words=0.01,
        label_mix=None,
        new=(),
        gone=(),
    )


def made(
    *weeks: float,
    alarms: dict[int, tuple[str, ...]] | None = None,
    changes: tuple[Change, ...] = (),
) -> DriftReport:
    """A report of these weeks' mean p@1; the accuracy is a tenth lower."""
    reference = ReferenceReport(
        evaluation=4,
        snapshot="small",
        posts=1_000,
        begins=MONDAY - 2 * WEEK,
        ends=MONDAY - WEEK,
        parts=8,
        figures=figures(0.6, 0.5),
    )
    return DriftReport(
        on=On.POSTS,
        window=Window.WEEK,
        training=3,
        model="0" * 64,
        since=MONDAY,
        level=0.05,
        reference=reference,
        no_reference="",
        windows=tuple(
            WindowReport(
                begins=MONDAY + place * WEEK,
                ends=MONDAY + (place + 1) * WEEK,
                state=State.COMPLETE,
                figures=figures(value, value - 0.1),
                judged=Judged(look=place + 1, levels=NEAR, alarms=(alarms or {}).get(place, ())),
            )
            for place, value in enumerate(weeks)
        ),
        changes=changes,
        causes=None,
        estimates=None,
        left_out={},
    )


def fell(*, began: int, fired: int) -> Change:
    return Change(
        figure="accuracy",
        began=MONDAY + began * WEEK,
        fired=MONDAY + fired * WEEK,
        size=measured(-0.04),
    )


def test_what_has_not_moved_has_no_direction() -> None:
    said = headline(made(0.605, 0.6), name="Production 20231201.1")
    assert said.startswith("Production 20231201.1: mean p@1 is 0.600 against 0.600 in validation")
    assert said.endswith("No alarm in 2 complete windows.")


def test_the_first_alarm_is_the_first_of_distances_and_changes() -> None:
    distance = headline(made(0.6, 0.5, alarms={1: ("ks",)}), name="x")
    assert "x is ageing: mean p@1 fell from 0.600 to 0.500" in distance
    assert distance.endswith("First alarm in the week of 2023-12-04.")
    change = headline(made(0.6, 0.6, 0.6, changes=(fell(began=0, fired=2),)), name="x")
    assert change.startswith("x is ageing: ")
    assert change.endswith("First alarm in the week of 2023-12-11.")
    both = made(0.6, 0.5, 0.5, alarms={1: ("ks",)}, changes=(fell(began=0, fired=2),))
    assert headline(both, name="x").endswith("First alarm in the week of 2023-12-04.")


def test_in_short_it_is_the_first_sentence() -> None:
    report = made(0.6, 0.5)
    short = in_short(report, name="x")
    assert headline(report, name="x").startswith(f"{short} Accuracy fell from 0.500 to 0.400")
    assert short.endswith("in the week of 2023-12-04 (−0.100, 95% interval −0.114 to −0.086).")


def test_a_version_is_called_by_its_alias_or_itself() -> None:
    assert name_of("production", "20231201.1") == "Production 20231201.1"
    assert name_of("20231201.1", "20231201.1") == "20231201.1"
