"""Figures of a model over time are drawn as they are said to be."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.drift.ageing import AtAge, MeanDifference, Younger
from core.drift.cutoffs import Every
from dashboard.charts import ageing, distances
from dashboard.charts.distances import Looked
from dashboard.charts.drift import MANY, over_time
from dashboard.charts.rows import rows
from dashboard.charts.theme import LIGHT
from dashboard.charts.track import (
    ALARM,
    COMPLETE,
    OPEN,
    Gap,
    Level,
    Moment,
    Spot,
    Track,
    as_share,
    beside,
)

FIRST = datetime(2026, 6, 1, tzinfo=UTC)
WEEK = timedelta(weeks=1)


def spot(place: int, value: float = 0.5, *, mark: str = COMPLETE, note: str = "") -> Spot:
    begins = FIRST + place * WEEK
    return Spot(
        begins=begins,
        ends=begins + WEEK,
        name=f"week {place}",
        value=value,
        interval=(value - 0.01, value + 0.02),
        posts=1_200,
        mark=mark,
        note=note,
    )


TRACK = Track(
    spots=[
        spot(0, 0.6),
        spot(1, 0.5, mark=ALARM, note="ks"),
        spot(3, 0.5, mark=OPEN, note="<b>running</b>"),
    ],
    gaps=[Gap(begins=FIRST + 2 * WEEK, ends=FIRST + 3 * WEEK, state="sealed")],
    reference=(0.61, (0.6, 0.62)),
)


def drawn(track: Track) -> dict[str, Any]:
    return dict(over_time(track, LIGHT, unit="week", y="Accuracy").to_dict())


def named(figure: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = (each for each in figure["data"] if each.get("name") == name)
    return dict(found)


def test_the_line_ends_at_a_gap_and_the_gap_has_its_name() -> None:
    figure = drawn(TRACK)
    (line,) = (each for each in figure["data"] if each["mode"] == "lines" and None in each["y"])
    assert list(line["y"]) == [0.6, 0.5, None, 0.5]
    assert [each["text"] for each in figure["layout"]["annotations"]] == ["sealed"]
    assert figure["layout"]["xaxis"]["range"] == [FIRST, FIRST + 4 * WEEK]


def test_each_kind_of_window_has_a_mark_of_its_own_and_the_hover_says_why() -> None:
    figure = drawn(TRACK)
    symbols = {
        name: named(figure, name)["marker"]["symbol"] for name in (COMPLETE, "alarm ▼", OPEN)
    }
    assert len(set(symbols.values())) == 3
    assert named(figure, "alarm ▼")["customdata"][0][3] == "ks"
    assert named(figure, OPEN)["customdata"][0][3] == "&lt;b&gt;running&lt;/b&gt;"
    assert named(figure, COMPLETE)["customdata"][0][1] == "0.600 (0.590 to 0.620)"


def test_everything_drawn_is_on_the_axis() -> None:
    level = Level(since=FIRST, value=0.3, said="another level")
    low, high = drawn(replace(TRACK, levels=[level]))["layout"]["yaxis"]["range"]
    assert low < 0.3
    assert high > 0.62
    assert drawn(replace(TRACK, from_zero=True))["layout"]["yaxis"]["range"][0] == 0


def test_only_releases_within_the_time_of_the_windows_are_marked() -> None:
    moments = [Moment(at=FIRST + n * WEEK, name=f"version {n}") for n in (-1, 1, 9)]
    figure = drawn(replace(TRACK, moments=moments))
    assert named(figure, "release")["text"] == ["version 1"]
    assert "release" not in {each.get("name") for each in drawn(TRACK)["data"]}


def test_an_estimate_is_dashed_with_a_band() -> None:
    figure = drawn(replace(TRACK, estimated=[spot(0, 0.58), spot(1, 0.52)]))
    estimate = named(figure, "estimated")
    assert estimate["line"]["dash"] == "dash"
    assert list(estimate["y"]) == [0.58, 0.52]
    bands = [each for each in figure["data"] if each.get("fill") == "toself"]
    assert [0.57, 0.51, 0.54, 0.6] in [[round(y, 3) for y in each["y"]] for each in bands]


@pytest.mark.parametrize(("many", "bars"), [(MANY, True), (MANY + 1, False)])
def test_intervals_of_many_windows_are_a_band(many: int, bars: bool) -> None:
    figure = drawn(Track(spots=[spot(n) for n in range(many)]))
    assert ("error_y" in named(figure, COMPLETE)) == bars


def test_a_single_window_is_drawn() -> None:
    figure = drawn(Track(spots=[replace(spot(0), interval=None)]))
    assert list(named(figure, COMPLETE)["y"]) == [0.5]
    low, high = figure["layout"]["yaxis"]["range"]
    assert low < 0.5 < high


def test_the_data_of_a_figure_is_taken_away_with_intervals_and_notes() -> None:
    frame = rows(over_time(TRACK, LIGHT, unit="week", y="Accuracy"))
    alarm = frame[frame["series"] == "alarm ▼"].iloc[0]
    assert (alarm["window"], alarm["posts"], alarm["note"]) == ("week 1", 1_200, "ks")
    assert (round(alarm["low"], 3), round(alarm["high"], 3)) == (0.49, 0.52)


def test_shares_are_in_per_cent_and_a_second_line_begins_at_zero() -> None:
    assert drawn(as_share(TRACK))["layout"]["yaxis"]["tickformat"] == ".1%"
    figure = drawn(beside(TRACK, "by chance", [0.1, 0.1, 0.2]))
    assert list(named(figure, "by chance")["y"]) == [0.1, 0.1, None, 0.2]
    assert figure["layout"]["yaxis"]["range"][0] == 0


def test_a_distance_stands_by_its_alarm_level() -> None:
    looked = [
        Looked(begins=FIRST, name="week 0", distances=(0.1, 0.2, 0.3), levels=(0.2, 0.2, 0.1))
    ]
    figure = distances.against_levels(looked, LIGHT, unit="week").to_dict()
    assert [round(each["y"][0], 6) for each in figure["data"]] == [0.5, 1, 3]
    colours = [each["marker"]["color"][0] == LIGHT.worse for each in figure["data"]]
    assert colours == [False, False, True]


def test_a_track_may_have_estimates_alone() -> None:
    figure = drawn(Track(spots=[], estimated=[replace(spot(0), interval=None), spot(1)]))
    assert list(named(figure, "estimated")["y"]) == [0.5, 0.5]
    assert len(figure["layout"]["xaxis"]["ticktext"]) == 2


def test_ages_are_in_the_unit_of_the_backtest() -> None:
    ages = [
        AtAge(1, MeanDifference(-0.02, (-0.03, -0.01), 4)),
        AtAge(2, MeanDifference(-0.05, None, 2)),
    ]
    made = ageing.decay(ages, LIGHT, every=Every.parse("2 weeks"), y="change").to_dict()
    assert list(made["data"][0]["x"]) == [2, 4]
    assert made["layout"]["xaxis"]["title"]["text"] == "weeks after training"
    assert made["data"][0]["customdata"][1] == [2, "−0.050, no interval"]
    gains = [Younger(1, MeanDifference(0.02, (0.01, 0.03), 3))]
    gain = ageing.gain(gains, LIGHT, every=Every.parse("month"), y="gain").to_dict()
    assert gain["layout"]["xaxis"]["title"]["text"] == "months younger"
