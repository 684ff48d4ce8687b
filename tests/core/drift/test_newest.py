"""Two models are compared on the newest week that is complete for both, on what is stored."""

from datetime import UTC, datetime

import numpy as np
import pytest

from core.drift.newest import newest_window
from core.drift.predicting import bring_up_to_date
from core.drift.reading import read
from core.drift.results import NewestWindow, NoNewestWindow
from core.drift.windows import Window
from core.executions import listing
from core.release.check import check
from core.release.policy import NEW_POSTS
from core.release.standing import Standing, standing
from core.snapshots import create
from core.snapshots.rules import Rules
from core.stats.shares import paired_difference
from tests.conftest import Road
from tests.core.drift.test_predicting import NEXT_MONDAY, later
from tests.decisions import approved, check_of, released
from tests.factories import fill, set_policy

WEEK = 7 * 86_400
GATE = "[non_inferiority_on_new_posts]\nmargin = 0.5\n"


def both(road: Road) -> NewestWindow | NoNewestWindow | None:
    return newest_window(road.store, road.baseline, road.candidate)


def test_it_is_the_paired_difference_of_what_both_predict_of_the_newest_complete_week(
    road: Road,
) -> None:
    fill(road.store, later(400))  # two whole weeks and some days of a third
    assert both(road) is None  # nothing was predicted
    bring_up_to_date(road.store, road.baseline)
    assert both(road) is None
    bring_up_to_date(road.store, road.candidate)
    found = both(road)
    assert isinstance(found, NewestWindow)
    assert (found.begins, found.posts) == (NEXT_MONDAY + WEEK, 7 * 24)
    right = []
    for model in (road.baseline, road.candidate):
        posts = read(road.store, model).posts
        assert posts is not None
        inside = (posts.created >= found.begins) & (posts.created < found.begins + WEEK)
        right.append(posts.said.right[inside])
    assert found.change.value == pytest.approx(right[1].mean() - right[0].mean())
    lost, won = (right[0] & ~right[1]).sum(), (right[1] & ~right[0]).sum()
    expected = paired_difference(lost, won, np.asarray(168))
    assert found.change.interval == pytest.approx(tuple(expected))


def test_before_a_week_is_over_there_is_none(road: Road) -> None:
    fill(road.store, later(400))
    for model in (road.baseline, road.candidate):
        bring_up_to_date(road.store, model)
    early = datetime.fromtimestamp(NEXT_MONDAY + WEEK - 1, UTC)
    found = newest_window(road.store, road.baseline, road.candidate, now=early)
    assert isinstance(found, NoNewestWindow)
    day = newest_window(road.store, road.baseline, road.candidate, window=Window.DAY, now=early)
    assert isinstance(day, NoNewestWindow)  # 24 posts a day are too few


def test_a_week_that_may_be_sealed_is_not_looked_at(road: Road) -> None:
    fill(road.store, later(336))
    create(road.store, Rules(test_since=NEXT_MONDAY + WEEK), name="later")
    for model in (road.baseline, road.candidate):
        bring_up_to_date(road.store, model)
    found = both(road)
    assert isinstance(found, NewestWindow)
    assert found.begins == NEXT_MONDAY


def test_a_check_predicts_in_a_recorded_execution_once_and_only_if_the_policy_asks(
    road: Road,
) -> None:
    store = road.store
    set_policy(store)
    released(store, 3)
    fill(store, later(400))
    check(store, 5)
    assert not [each for each in listing(store) if each.kind == "drift"]
    set_policy(store, GATE)
    (gate,) = check(store, 5).gates
    assert gate.name == NEW_POSTS
    assert gate.interval is not None
    runs = [each for each in listing(store) if each.kind == "drift"]
    assert {each.inputs["training"] for each in runs} == {3, 5}
    assert check(store, 5).gates == (gate,)
    assert len([each for each in listing(store) if each.kind == "drift"]) == 2


def test_a_look_predicts_nothing_and_an_approval_outlasts_another_week(road: Road) -> None:
    store = road.store
    set_policy(store)
    released(store, 3)
    set_policy(store, GATE)
    approved(store, 5)
    before = check_of(store, 5)
    (gate,) = before.gates
    assert standing(gate) == Standing.NOT_APPLICABLE
    fill(store, later(400))
    assert check_of(store, 5) == before
    check(store, 5)
    after = check_of(store, 5)
    assert after.gates[0].value is not None
    assert after.digest == before.digest
