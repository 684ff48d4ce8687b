"""The posts behind the numbers."""

import dataclasses

import pytest

from core.comparison.compare import Pair, changes_of, compare, pair, slices_of
from core.comparison.posts import GONE, KINDS, lay_out, page, post_in_full, with_titles
from core.errors import NotFoundError, RefusedError
from core.evaluation.evaluate import evaluate, evaluate_unsealed
from core.snapshots.unsealed import unseal
from tests.conftest import Road


@pytest.fixture
def chosen(road: Road) -> Pair:
    return pair(road.store, 3, 5)


def test_every_post_stands_on_exactly_one_page(road: Road, chosen: Pair) -> None:
    laid = lay_out(road.store, chosen, {})
    total, seen = page(laid).total, []
    for start in range(0, total, 7):
        seen += page(laid, start=start, most=7).rows["post_id"].tolist()
    assert len(seen) == total == chosen.baseline.posts
    assert set(seen) == set(laid.posts.post_id)


def test_kinds_are_counted_as_the_comparison_counts_them(road: Road, chosen: Pair) -> None:
    laid = lay_out(road.store, chosen, {})
    found = laid.posts.churn
    for kind in ("fixed", "broken", "swapped"):
        those = page(laid, kinds=[kind], most=10_000)
        assert those.total == len(those.rows) == getattr(found, kind).sum()
        assert set(those.rows["change"]) <= {kind}


def test_broken_posts_come_first(road: Road, chosen: Pair) -> None:
    changes = page(lay_out(road.store, chosen, {}), most=10_000).rows["change"]
    ranks = [KINDS.index(kind) for kind in changes]
    assert ranks == sorted(ranks)


def test_posts_can_be_chosen_by_subreddit_and_by_slice(road: Road, chosen: Pair) -> None:
    laid = lay_out(road.store, chosen, {"cats": "animals", "space": "science"})
    cats = page(laid, subreddit="cats", most=10_000)
    assert set(cats.rows["subreddit"]) == {"cats"}
    animals = page(laid, slices=[("topic", "animals")], most=10_000)
    assert set(animals.rows["post_id"]) == set(cats.rows["post_id"])
    assert page(laid, subreddit="cats", slices=[("topic", "science")]).total == 0
    assert page(laid, subreddit="no such").total == 0
    with pytest.raises(NotFoundError, match="no value"):
        page(laid, slices=[("topic", "sports")])


def test_a_post_in_full_is_what_both_models_said_of_its_line(road: Road, chosen: Pair) -> None:
    laid = lay_out(road.store, chosen, {})
    for row in page(laid, most=40).rows.itertuples():
        found = post_in_full(road.store, chosen, str(row.post_id))
        assert found.post is not None
        assert f"mark{int(str(row.post_id)[1:])}x" in found.line
        assert (found.subreddit, found.change) == (row.subreddit, row.change)
        assert [name for name, _ in found.baseline] == list(row.baseline)
        assert found.candidate[0][1] == pytest.approx(row.candidate_p)
    with pytest.raises(NotFoundError, match="no post"):
        post_in_full(road.store, chosen, "p99999")


def test_posts_that_are_no_longer_stored_are_said_to_be_gone(road: Road, chosen: Pair) -> None:
    rows = page(lay_out(road.store, chosen, {})).rows.assign(post_id="erased")
    assert set(with_titles(road.store, rows)["title"]) == {GONE}


def test_different_posts_cannot_be_laid_side_by_side(road: Road, chosen: Pair) -> None:
    other = evaluate(road.store, road.candidate, road.snapshot, split="train")
    with pytest.raises(RefusedError, match="different posts"):
        lay_out(road.store, dataclasses.replace(chosen, candidate=other), {})


def test_every_stored_slice_holds_the_posts_that_its_page_shows(road: Road, chosen: Pair) -> None:
    made = compare(road.store, chosen)
    slices, changes = slices_of(road.store, made), changes_of(road.store, made)
    assert slices is not None
    topics = dict(zip(changes["subreddit"].str.lower(), changes["topic"], strict=True))
    laid = lay_out(road.store, chosen, topics)
    rows = slices[slices["section"] == "slice"]
    assert {"kind of post", "hour (UTC)", "title length"} & set(rows["dimension"])
    for row in rows.itertuples():
        where = [(str(row.dimension), str(row.value))]
        assert page(laid, slices=where).total == row.posts
        assert page(laid, slices=where, kinds=["broken"]).total == row.broken


def test_posts_of_a_test_split_are_never_shown(road: Road, chosen: Pair) -> None:
    data = unseal(road.store, road.snapshot)
    models = (road.baseline, road.candidate)
    opened = Pair(*(evaluate_unsealed(road.store, m, road.snapshot, data) for m in models))
    for sealed in (opened, Pair(chosen.baseline, opened.candidate)):
        with pytest.raises(RefusedError, match="stores the figures and never shows a post"):
            lay_out(road.store, sealed, {})
        with pytest.raises(RefusedError, match="stores the figures and never shows a post"):
            post_in_full(road.store, sealed, data.ids[0].as_py())
