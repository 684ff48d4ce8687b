"""Windows follow each other without a gap, and each moment falls into one."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.drift.windows import Window, begin_of, called, edges, end_of, places

MOMENTS = st.integers(min_value=-(10**9), max_value=4 * 10**9)


@given(MOMENTS, st.integers(min_value=0, max_value=400 * 86_400), st.sampled_from(Window))
def test_windows_have_no_gaps_and_hold_first_and_last(
    first: int, span: int, window: Window
) -> None:
    found = edges(first, first + span, window)
    assert np.array_equal(found.begins[1:], found.ends[:-1])
    assert found.begins[0] <= first < found.ends[0]
    assert found.begins[-1] <= first + span < found.ends[-1]
    assert np.array_equal(end_of(found.begins, window), found.ends)


@given(MOMENTS)
def test_a_window_begins_at_midnight_on_a_monday_or_the_first(moment: int) -> None:
    at = {
        window: datetime.fromtimestamp(int(begin_of(np.array([moment]), window)[0]), UTC)
        for window in Window
    }
    assert all((each.hour, each.minute, each.second) == (0, 0, 0) for each in at.values())
    assert at[Window.WEEK].weekday() == 0
    assert at[Window.MONTH].day == 1


def test_no_windows_where_the_end_is_before_the_beginning() -> None:
    assert len(edges(10, 9, Window.WEEK)) == 0


def test_posts_of_each_window_are_a_slice() -> None:
    days = edges(0, 3 * 86_400 - 1, Window.DAY)
    starts, ends = places(np.array([0, 86_399, 86_400, 200_000]), days)
    assert (starts.tolist(), ends.tolist()) == ([0, 2, 3], [2, 3, 4])


@pytest.mark.parametrize(
    ("window", "said"),
    [
        (Window.DAY, "1970-01-01"),
        (Window.WEEK, "the week of 1970-01-01"),
        (Window.MONTH, "1970-01"),
    ],
)
def test_what_a_window_is_called(window: Window, said: str) -> None:
    assert called(0, window) == said
