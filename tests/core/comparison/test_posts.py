"""The posts behind the numbers."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from core.comparison.align import Aligned
from core.comparison.compare import Pair, changes_of, compare, pair, slices_of
from core.comparison.posts import (
    CANDIDATE,
    CHANGE,
    GONE,
    KINDS,
    SUBREDDIT,
    Laid,
    Page,
    Which,
    behind,
    chosen,
    kinds_of,
    lay_out,
    page,
    place_of,
    post_in_full,
    taken_by_one,
    with_titles,
)
from core.errors import NotFoundError, RefusedError
from core.evaluation.evaluate import evaluate, evaluate_unsealed
from core.snapshots.unsealed import unseal
from tests.conftest import Road


@pytest.fixture
def pair_(road: Road) -> Pair:
    return pair(road.store, 3, 5)


def page_of(
    laid: Laid,
    *,
    start: int = 0,
    most: int = 25,
    order: str = CHANGE,
    down: bool = False,
    **which: Any,
) -> Page:
    places = chosen(laid, Which(**which), order=order, down=down)
    return page(laid, places, start=start, most=most)


def two_sides(truth: list[int], before: list[int], after: list[int]) -> Laid:
    """First predictions of two models, of the subreddits a, b and c."""
    first = [np.array(side)[:, None] for side in (before, after)]
    sure = [np.full(side.shape, 0.5) for side in first]
    posts = Aligned(
        post_id=np.array([f"p{n}" for n in range(len(truth))], dtype=object),
        truth=np.array(truth),
        baseline=first[0],
        candidate=first[1],
        baseline_probs=sure[0],
        candidate_probs=sure[1],
        names=("a", "b", "c"),
        shared=np.ones(3, dtype=bool),
    )
    return Laid(posts, kinds_of(posts), [])


def test_every_post_stands_on_exactly_one_page(road: Road, pair_: Pair) -> None:
    laid = lay_out(road.store, pair_, {})
    total, seen = page_of(laid).total, []
    for start in range(0, total, 7):
        seen += page_of(laid, start=start, most=7).rows["post_id"].tolist()
    assert len(seen) == total == pair_.baseline.posts
    assert set(seen) == set(laid.posts.post_id)


def test_kinds_are_counted_as_the_comparison_counts_them(road: Road, pair_: Pair) -> None:
    laid = lay_out(road.store, pair_, {})
    found = laid.posts.churn
    for kind in ("fixed", "broken", "swapped"):
        those = page_of(laid, kinds=(kind,), most=10_000)
        assert those.total == len(those.rows) == getattr(found, kind).sum()
        assert set(those.rows["change"]) <= {kind}


def test_broken_posts_come_first(road: Road, pair_: Pair) -> None:
    changes = page_of(lay_out(road.store, pair_, {}), most=10_000).rows["change"]
    ranks = [KINDS.index(kind) for kind in changes]
    assert ranks == sorted(ranks)


def test_posts_are_ordered_by_what_is_asked(road: Road, pair_: Pair) -> None:
    laid = lay_out(road.store, pair_, {})
    sure = page_of(laid, order=CANDIDATE, down=True, most=10_000).rows["candidate_p"].tolist()
    assert sure == sorted(sure, reverse=True)
    names = page_of(laid, order=SUBREDDIT, most=10_000).rows["subreddit"].tolist()
    assert names == sorted(names, key=str.lower)


def test_a_post_is_found_at_its_place(road: Road, pair_: Pair) -> None:
    laid = lay_out(road.store, pair_, {})
    places = chosen(laid, order=SUBREDDIT)
    rows = page(laid, places, most=10_000).rows
    found = [place_of(laid, places, str(post)) for post in rows["post_id"]]
    assert found == list(range(len(rows)))
    assert place_of(laid, places, "p99999") is None


def test_posts_can_be_chosen_by_subreddit_and_by_slice(road: Road, pair_: Pair) -> None:
    laid = lay_out(road.store, pair_, {"cats": "animals", "space": "science"})
    cats = page_of(laid, subreddit="cats", most=10_000)
    assert set(cats.rows["subreddit"]) == {"cats"}
    animals = page_of(laid, slices=(("topic", "animals"),), most=10_000)
    assert set(animals.rows["post_id"]) == set(cats.rows["post_id"])
    assert page_of(laid, subreddit="cats", slices=(("topic", "science"),)).total == 0
    assert page_of(laid, subreddit="no such").total == 0
    with pytest.raises(NotFoundError, match="no value"):
        page_of(laid, slices=(("topic", "sports"),))


def test_posts_taken_for_a_subreddit_are_others_the_newly_taken_first() -> None:
    #                        own  newly, broken   both    no longer  newly, swapped  neither
    laid = two_sides(truth=[0, 1, 1, 1, 2, 2], before=[1, 1, 0, 0, 1, 2], after=[0, 0, 0, 1, 0, 2])
    places = chosen(laid, Which(taken_for="a"))
    assert places.tolist() == [1, 4, 3, 2]
    assert chosen(laid, Which(taken_for="a"), down=True).tolist() == [2, 3, 4, 1]
    assert taken_by_one(laid, "a") == (1, 2)
    assert chosen(laid, Which(subreddit="c", taken_for="a")).tolist() == [4]
    assert chosen(laid, Which(taken_for="a", kinds=("broken",))).tolist() == [1]
    assert not len(chosen(laid, Which(taken_for="no such")))


@pytest.mark.parametrize(
    ("before", "after", "first"),
    [
        ([0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0, 1, 1], Which(taken_for="a")),
        ([0, 0, 0, 0, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1, 1, 1], Which(taken_for="a")),
        ([0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 1, 1, 0, 1, 1, 1], Which(subreddit="a")),
        ([0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 1, 1, 1, 1, 1, 1], Which(subreddit="a")),
        ([0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 0, 0, 1, 1, 1, 1], Which(subreddit="a")),
    ],
    ids=["precision falls", "precision rises, recall falls", "both fall", "recall falls", "none"],
)
def test_the_posts_that_account_for_a_change_come_first(
    before: list[int], after: list[int], first: Which
) -> None:
    laid = two_sides([0] * 4 + [1] * 4, before, after)
    found = behind(laid, "a")
    assert found[0] == first
    assert set(found) == {Which(subreddit="a"), Which(taken_for="a")}


def test_a_post_in_full_is_what_both_models_said_of_its_line(road: Road, pair_: Pair) -> None:
    laid = lay_out(road.store, pair_, {})
    for row in page_of(laid, most=40).rows.itertuples():
        found = post_in_full(road.store, pair_, str(row.post_id))
        assert found.post is not None
        assert f"mark{int(str(row.post_id)[1:])}x" in found.line
        assert (found.subreddit, found.change) == (row.subreddit, row.change)
        assert [name for name, _ in found.baseline] == list(row.baseline)
        assert found.candidate[0][1] == pytest.approx(row.candidate_p)
    with pytest.raises(NotFoundError, match="no post"):
        post_in_full(road.store, pair_, "p99999")


def test_posts_that_are_no_longer_stored_are_said_to_be_gone(road: Road, pair_: Pair) -> None:
    rows = page_of(lay_out(road.store, pair_, {})).rows.assign(post_id="erased")
    assert set(with_titles(road.store, rows)["title"]) == {GONE}


def test_different_posts_cannot_be_laid_side_by_side(road: Road, pair_: Pair) -> None:
    other = evaluate(road.store, road.candidate, road.snapshot, split="train")
    with pytest.raises(RefusedError, match="different posts"):
        lay_out(road.store, dataclasses.replace(pair_, candidate=other), {})


def test_every_stored_slice_holds_the_posts_that_its_page_shows(road: Road, pair_: Pair) -> None:
    made = compare(road.store, pair_)
    slices, changes = slices_of(road.store, made), changes_of(road.store, made)
    assert slices is not None
    topics = dict(zip(changes["subreddit"].str.lower(), changes["topic"], strict=True))
    laid = lay_out(road.store, pair_, topics)
    rows = slices[slices["section"] == "slice"]
    assert {"kind of post", "hour (UTC)", "title length"} & set(rows["dimension"])
    for row in rows.itertuples():
        where = ((str(row.dimension), str(row.value)),)
        assert page_of(laid, slices=where).total == row.posts
        assert page_of(laid, slices=where, kinds=("broken",)).total == row.broken


def test_posts_of_a_test_split_are_never_shown(road: Road, pair_: Pair) -> None:
    data = unseal(road.store, road.snapshot)
    models = (road.baseline, road.candidate)
    opened = Pair(*(evaluate_unsealed(road.store, m, road.snapshot, data) for m in models))
    for sealed in (opened, Pair(pair_.baseline, opened.candidate)):
        with pytest.raises(RefusedError, match="stores the figures and never shows a post"):
            lay_out(road.store, sealed, {})
        with pytest.raises(RefusedError, match="stores the figures and never shows a post"):
            post_in_full(road.store, sealed, data.ids[0].as_py())
