"""The figure of what was in production: where it lies, and what it says of each move."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.charts import history
from dashboard.charts.history import Move, Score
from dashboard.charts.theme import DARK, LIGHT

FIRST = datetime(2026, 5, 31, tzinfo=UTC)


def move(day: int, name: str, before: float | None, after: float | None) -> Move:
    old, new = (
        None if value is None else Score(value, (value - 0.01, value + 0.01), "may:test")
        for value in (before, after)
    )
    return Move(at=FIRST + timedelta(days=day), name=name, before=old, after=new)


MOVES = (
    move(0, "1", None, 0.45),
    move(30, "2", 0.44, 0.47),
    move(31, "↩ 1", 0.47, 0.44),
)


def test_the_axis_is_as_wide_as_what_it_shows() -> None:
    low, high = history.production(MOVES, metric="F1", colours=LIGHT).layout.yaxis.range
    assert 0.42 < low < 0.43
    assert 0.48 < high < 0.49


def test_one_value_has_an_axis_around_it() -> None:
    only = Move(at=FIRST, name="1", before=None, after=Score(0.5, None, "may:valid"))
    low, high = history.production([only], metric="F1", colours=LIGHT).layout.yaxis.range
    assert low < 0.495
    assert high > 0.505


def test_moves_of_which_nothing_is_known_are_there_all_the_same() -> None:
    made = history.production([move(0, "1", None, None)], metric="F1", colours=LIGHT)
    assert made.layout.xaxis.ticktext == ("1<br>2026-05-31",)
    assert len(made.layout.shapes) == 1


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_the_line_goes_from_move_to_move_and_colours_keep_their_meaning(
    colours: history.Palette,
) -> None:
    line, old, new = history.production(MOVES, metric="F1", colours=colours).data
    assert list(line.y) == [0.45, 0.44, None, 0.47, 0.47, None]
    assert (line.line.color, old.marker.color) == (colours.baseline, colours.baseline)
    assert new.marker.color == colours.candidate
    assert (list(old.y), list(new.y)) == ([0.44, 0.47], [0.45, 0.47, 0.44])
    assert new.error_y.array == pytest.approx([0.01] * 3)
    assert list(new.customdata[1]) == ["2", "2026-06-30", "0.470 (0.460 to 0.480)", "may:test"]


def test_many_moves_name_the_last_and_few_others() -> None:
    many = [move(day, str(day), 0.4, 0.5) for day in range(9)]
    made = history.production(many, metric="F1", colours=LIGHT)
    assert [name.split("<br>")[0] for name in made.layout.xaxis.ticktext] == ["2", "5", "8"]
    assert len(made.layout.shapes) == 9
