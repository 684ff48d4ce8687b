"""The posts behind a subreddit's figures are those that count in them; sealed ones stay away."""

import pytest

from core.comparison.posts import GONE
from core.drift.behind import KINDS, MISSED, RIGHT, TAKEN, PostsBehind, posts_behind
from core.drift.due import rests_on, standing
from core.drift.predicting import bring_up_to_date
from core.drift.report import report
from core.drift.report import rests_on as report_rests_on
from core.drift.windows import Window
from core.erasure.erase import erase
from core.snapshots import create
from core.snapshots.rules import Rules
from tests.conftest import Road
from tests.core.drift.test_predicting import NEXT_MONDAY, later
from tests.factories import fill


@pytest.fixture
def watched(road: Road) -> Road:
    """160 new posts, an hour apart, of which all are predicted."""
    fill(road.store, later(160))
    bring_up_to_date(road.store, road.baseline)
    return road


def behind(road: Road, subreddit: str, *, most: int = 200) -> PostsBehind:
    return posts_behind(
        road.store,
        road.baseline,
        begins=NEXT_MONDAY,
        window=Window.WEEK,
        subreddit=subreddit,
        most=most,
    )


def test_each_post_of_a_window_is_behind_its_subreddit_and_behind_what_it_was_taken_for(
    watched: Road,
) -> None:
    (figures,) = (
        each.figures
        for each in report(watched.store, watched.baseline).windows
        if each.begins == NEXT_MONDAY
    )
    assert figures is not None
    assert figures.realised is not None
    names = {post.subreddit for post in later(160)}
    found = {name: behind(watched, name) for name in names}
    counts = {kind: sum(each.counts[kind] for each in found.values()) for kind in KINDS}
    assert counts[MISSED] + counts[RIGHT] == figures.posts
    assert counts[RIGHT] == round(figures.realised["accuracy"].value * figures.posts)
    assert counts[TAKEN] <= counts[MISSED]
    for name, each in found.items():
        assert {post.subreddit for post in each.shown if post.kind != TAKEN} <= {name}
        assert {post.said[0][0] for post in each.shown if post.kind != MISSED} <= {name}
        kinds = [KINDS.index(post.kind) for post in each.shown]
        assert kinds == sorted(kinds)
        missed = [post.said[0][1] for post in each.shown if post.kind == MISSED]
        assert missed == sorted(missed, reverse=True)
    assert len(behind(watched, "cats", most=3).shown) <= 3
    assert behind(watched, "nosuch").shown == ()


def test_what_a_newer_sealed_test_may_hold_is_counted_and_not_shown(watched: Road) -> None:
    name = later(160)[0].subreddit
    before = behind(watched, name)
    create(watched.store, Rules(test_since=NEXT_MONDAY), name="later")
    after = behind(watched, name)
    assert before.hidden == 0
    assert len(before.shown) == after.hidden > 0
    assert after.shown == ()


def test_an_erased_post_leaves_the_list(watched: Road) -> None:
    name = later(160)[0].subreddit
    first = behind(watched, name).shown[0]
    assert first.post is not None
    assert first.title == first.post.title != GONE
    erase(watched.store, [first.id])
    assert first.id not in {post.id for post in behind(watched, name).shown}


def test_how_current_it_is(road: Road) -> None:
    store, model = road.store, road.baseline
    now = standing(store, model)
    assert (now.newest, now.execution, now.waiting, now.behind) == (None, None, 0, True)
    fill(store, later(80))
    seen, shown = rests_on(store), report_rests_on(store, model)
    assert standing(store, model).waiting == 80
    number = bring_up_to_date(store, model)
    now = standing(store, model)
    assert (now.execution, now.waiting, now.behind) == (number, 0, False)
    assert now.newest == max(post.created_utc for post in later(80))
    assert rests_on(store) != seen
    assert report_rests_on(store, model) != shown
