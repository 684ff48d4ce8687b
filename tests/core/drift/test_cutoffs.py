"""When a backtest trains, and which windows it measures."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from core.drift.cutoffs import FEWEST, Every, plan
from core.drift.windows import Edges, day_of
from core.errors import InputError

DAY = 86_400


def moment(*day: int) -> int:
    return int(datetime(*day, tzinfo=UTC).timestamp())  # type: ignore[misc, arg-type]


def days(windows: Edges) -> list[tuple[date, date]]:
    return [(day_of(b), day_of(e)) for b, e in zip(windows.begins, windows.ends, strict=True)]


@pytest.mark.parametrize(
    ("text", "said"),
    [("month", "month"), ("1 Month", "month"), ("4 weeks", "4 weeks"), ("weeks", "week")],
)
def test_every_is_read_as_it_is_said(text: str, said: str) -> None:
    assert str(Every.parse(text)) == said
    assert Every.parse(said) == Every.parse(text)


@pytest.mark.parametrize("text", ["", "day", "0 weeks", "monthly", "-1 weeks", "1000 weeks"])
def test_other_times_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="not a time between trainings"):
        Every.parse(text)


def test_periods_are_whole_but_for_a_tenth_and_end_with_the_newest() -> None:
    monthly = Every.parse("month")
    found = monthly.periods(moment(2012, 1, 2), moment(2012, 4, 29))
    assert days(found) == [
        (date(2012, 1, 1), date(2012, 2, 1)),
        (date(2012, 2, 1), date(2012, 3, 1)),
        (date(2012, 3, 1), date(2012, 4, 1)),
        (date(2012, 4, 1), date(2012, 5, 1)),
    ]
    assert len(monthly.periods(moment(2012, 1, 6), moment(2012, 4, 26))) == 2
    two = Every.parse("2 months").periods(moment(2012, 1, 2), moment(2012, 4, 2))
    assert days(two) == [(date(2012, 2, 1), date(2012, 4, 1))]
    assert len(Every.parse("5 months").periods(moment(2012, 1, 1), moment(2012, 5, 1))) == 0


@pytest.mark.parametrize("text", ["week", "3 weeks", "month", "2 months"])
def test_periods_follow_each_other_without_a_gap(text: str) -> None:
    found = Every.parse(text).periods(moment(2010, 3, 17), moment(2012, 2, 3))
    assert np.array_equal(found.begins[1:], found.ends[:-1])
    assert len(found) > 5


def hourly(hours: int) -> np.ndarray:
    return moment(2012, 1, 1) + 3_600 * np.arange(hours, dtype=np.int64)


def test_models_are_trained_before_each_window_that_has_enough_posts_before_it() -> None:
    created = hourly(24 * 182)  # until 2012-07-01
    made = plan(created, every=Every.parse("month"), until=moment(2012, 7, 1), fewest=1_500)
    assert [day_of(begin) for begin in made.windows.begins] == [
        date(2012, month, 1) for month in (4, 5, 6)
    ]
    assert made.too_early == 3
    assert made.posts.tolist() == [24 * 91, 24 * 121, 24 * 152]
    quarter = plan(created, every=Every.parse("month"), until=moment(2012, 7, 1))
    assert day_of(quarter.windows.begins[0]) == date(2012, 3, 1)
    late = plan(
        created, every=Every.parse("month"), until=moment(2012, 7, 1), since=moment(2012, 5, 2)
    )
    assert [day_of(begin) for begin in late.windows.begins] == [date(2012, 6, 1)]
    assert late.too_early == quarter.too_early


def test_without_any_training_it_says_what_would_help() -> None:
    created = hourly(24 * 40)
    with pytest.raises(InputError, match=r"no window .* 961 posts before it") as refused:
        plan(created, every=Every.parse("month"), until=moment(2012, 3, 1), fewest=961)
    assert "--every" in str(refused.value.hint)
    with pytest.raises(InputError, match="and begins after --since"):
        plan(created, every=Every.parse("week"), until=moment(2012, 2, 9), since=moment(2013, 1, 1))
    with pytest.raises(InputError, match="too few to train on"):
        plan(created, every=Every.parse("week"), until=moment(2012, 2, 9), fewest=FEWEST - 1)
