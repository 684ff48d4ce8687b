"""New posts are predicted once each, sealed ones never, and erased ones leave the files."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pyarrow.parquet as pq
import pytest

from core.collect.posts import Post
from core.drift.pending import FUTURE, NO_TEXT, SEALED, watched_since
from core.drift.predicting import bring_up_to_date
from core.drift.reading import predicted_ids, read
from core.drift.report import report
from core.drift.results import DriftReport, On, State
from core.drift.windows import Window
from core.erasure.erase import erase
from core.evaluation.evaluate import evaluate, predictions
from core.executions import get, listing
from core.metrics import FIGURES
from core.snapshots import create
from core.snapshots.read import load_ids
from core.snapshots.rules import Rules
from core.stats.classification import label_counts
from core.store import Store
from core.store import drift as drift_table
from core.store.drift import REFERENCE
from core.store.models import Model
from tests.conftest import Road
from tests.factories import FIRST, HOUR, fill, make_corpus, make_post

CORPUS = 240
"""Posts of the snapshot, an hour apart."""
NEXT_MONDAY = 1_701_043_200
"""2023-11-27, after the last of them."""


def later(number: int = 400, *, seed: int = 1, since: int = NEXT_MONDAY) -> list[Post]:
    """New posts, an hour apart, of the subreddits of the snapshot."""
    made = make_corpus(posts=number // 4, seed=seed)
    return [
        replace(post, id=f"n{seed}x{n:05d}", created_utc=since + n * HOUR)
        for n, post in enumerate(made)
    ]


def ids(store: Store, model: Model) -> list[str]:
    return sorted(predicted_ids(store, model).to_pylist())


def stored_files(store: Store, model: Model) -> dict[str, str]:
    with store.read() as session:
        return {part: f.file for part, f in drift_table.files_of(session, model.digest).items()}


def test_the_reference_is_the_evaluation_of_the_own_validation_split(road: Road) -> None:
    number = bring_up_to_date(road.store, road.baseline)
    assert number is not None
    assert (get(road.store, number).kind, get(road.store, number).status) == ("drift", "succeeded")
    reference = read(road.store, road.baseline).reference
    made = evaluate(road.store, road.baseline, road.snapshot)
    said = predictions(road.store, made)
    assert reference is not None
    assert np.array_equal(reference.said.p_at_1, said.p_at_1)
    assert np.all(np.diff(reference.created) > 0)
    shown = report(road.store, road.baseline).reference
    assert shown is not None
    assert shown.figures.realised is not None
    assert {k: v.value for k, v in shown.figures.realised.items()} == {
        key: made.metrics[key] for key in shown.figures.realised
    }


def test_each_post_is_predicted_once_and_only_what_is_new(road: Road) -> None:
    store, model = road.store, road.baseline
    first = later(80)
    fill(store, first)
    assert bring_up_to_date(store, model) is not None
    assert ids(store, model) == sorted(post.id for post in first)
    assert bring_up_to_date(store, model) is None
    before = len(listing(store))
    second = later(80, seed=2, since=NEXT_MONDAY + 30 * 60)  # between the first ones
    fill(store, [*second, replace(first[0], title="Another title, the post was edited")])
    number = bring_up_to_date(store, model)
    assert number is not None
    assert get(store, number).inputs["posts"] == 80
    assert ids(store, model) == sorted(post.id for post in (*first, *second))
    posts = read(store, model).posts
    assert posts is not None
    assert np.all(np.diff(posts.created) > 0)
    assert bring_up_to_date(store, model) is None
    assert len(listing(store)) == before + 2  # the import and the drift


def test_figures_are_those_of_an_evaluation_of_the_same_posts(road: Road) -> None:
    store, model = road.store, road.baseline
    fill(store, later(160))
    bring_up_to_date(store, model)
    again, _ = create(store, Rules(since=NEXT_MONDAY, min_posts=1), name="new")
    judged = evaluate(store, model, again)
    valid = set(load_ids(store, again, "valid").to_pylist())
    stored = read(store, model)
    said = predictions(store, judged)
    posts = stored.posts
    assert posts is not None
    order = [predicted_ids(store, model).to_pylist().index(post) for post in said.post_id]
    chosen = posts.said.among(np.ones(len(stored.names), dtype=bool))
    picked = type(chosen)(chosen.truth[order], chosen.top[order], chosen.probs[order])
    counts = label_counts(picked.truth, picked.first, labels=len(stored.names))
    assert len(order) == len(valid)
    for key in ("accuracy", "f1_macro", "recall_at_5", "p_at_1_mean"):
        if key in judged.metrics:
            assert FIGURES[key].value(picked, counts) == pytest.approx(judged.metrics[key], abs=0)


def test_posts_that_a_sealed_test_may_hold_are_never_predicted(road: Road) -> None:
    store, model = road.store, road.baseline
    posts = later(160)
    fill(store, posts)
    sealed, _ = create(store, Rules(), name="later")
    begins, ends = sealed.test_span
    bring_up_to_date(store, model)
    hidden = {post.id for post in posts if begins <= post.created_utc < ends}
    assert hidden
    assert set(ids(store, model)) == {post.id for post in posts} - hidden
    shown = report(store, model, window=Window.DAY)
    assert shown.left_out[SEALED] == len(hidden)
    assert shown.windows[-1].state == State.SEALED


def test_where_all_new_posts_may_be_sealed_that_is_counted_once(road: Road) -> None:
    store, model = road.store, road.baseline
    bring_up_to_date(store, model)
    posts = later(160)
    fill(store, posts)
    create(store, Rules(test_since=NEXT_MONDAY), name="later")
    assert bring_up_to_date(store, model) is not None
    assert bring_up_to_date(store, model) is None
    shown = report(store, model)
    assert shown.left_out == {SEALED: 160}
    assert {each.state for each in shown.windows[1:]} == {State.SEALED}
    assert ids(store, model) == []


def test_what_was_judged_before_a_snapshot_was_frozen_stays(road: Road) -> None:
    store, model = road.store, road.baseline
    fill(store, later(240))
    bring_up_to_date(store, model)
    before = report(store, model)
    assert before.windows[1].state == State.COMPLETE
    create(store, Rules(test_since=NEXT_MONDAY), name="later")
    fill(store, later(4, seed=3, since=NEXT_MONDAY + 60))  # late, and now sealed
    bring_up_to_date(store, model)
    after = report(store, model)
    assert after.left_out == {SEALED: 4}
    assert after.windows == before.windows


def test_of_a_random_snapshot_the_open_posts_are_predicted_and_no_others(road: Road) -> None:
    store, model = road.store, road.baseline
    posts = later(160)
    fill(store, posts)
    drawn, _ = create(store, Rules(split="random", min_posts=1), name="random")
    bring_up_to_date(store, model)
    open_ids = {
        post for split in ("train", "valid") for post in load_ids(store, drawn, split).to_pylist()
    }
    assert set(ids(store, model)) == {post.id for post in posts} & open_ids


def test_an_erased_post_leaves_the_files_and_the_figures(road: Road) -> None:
    store, model = road.store, road.baseline
    posts = later(80)
    fill(store, posts)
    bring_up_to_date(store, model)
    before = stored_files(store, model)
    valid = load_ids(store, road.snapshot, "valid")[3].as_py()
    erase(store, [posts[5].id, valid])
    assert posts[5].id not in ids(store, model)
    after = stored_files(store, model)
    assert set(before.values()).isdisjoint(after.values())
    kept = {path.name for path in store.artifacts.root.glob("??/*")}
    assert set(after.values()) <= kept
    assert not set(before.values()) & kept
    for file in after.values():
        held = pq.read_table(store.artifacts.open(file), columns=["post_id"])["post_id"]
        assert not {posts[5].id, valid} & set(held.to_pylist())
    counted = [each.figures.posts for each in report(store, model).windows if each.figures]
    assert sum(counted) == 79
    assert bring_up_to_date(store, model) is None


def test_odd_clocks_and_empty_posts_are_left_out_and_counted(road: Road) -> None:
    store, model = road.store, road.baseline
    fill(
        store,
        [
            *later(80),
            make_post(id="zero", created_utc=0),
            make_post(id="future", created_utc=4_000_000_000),
            make_post(id="empty", created_utc=NEXT_MONDAY + 5, title="\u200b"),
        ],
    )
    bring_up_to_date(store, model)
    assert not {"zero", "future", "empty"} & set(ids(store, model))
    shown = report(store, model)
    assert shown.left_out == {FUTURE: 1, NO_TEXT: 1}
    assert len(shown.windows) < 10


def test_subreddits_that_the_model_does_not_know_count_as_wrong_and_are_named(road: Road) -> None:
    store, model = road.store, road.baseline
    posts = [replace(post, subreddit="knitting") for post in later(80)]
    fill(store, posts)
    bring_up_to_date(store, model)
    shown = report(store, model)
    figures = [each.figures for each in shown.windows if each.figures]
    assert all(each.realised and each.realised["accuracy"].value == 0 for each in figures)
    assert all(each.label_coverage == 0 for each in figures)
    assert {each.new[0].subreddit for each in figures} == {"knitting"}


def test_the_spelling_of_a_known_subreddit_does_not_make_it_new(road: Road) -> None:
    store, model = road.store, road.baseline
    fill(store, later(80))
    with road.store.read() as session:
        assert session is not None
    from core.access.transactions import unattended
    from core.store.collection import write_facts

    with unattended(store, because="a test") as session:
        write_facts(
            session,
            [{"name": "CATS", "subscribers": 1, "over_18": False, "description": ""}],
            at=datetime.now(UTC),
        )
    bring_up_to_date(store, model)
    figures = [each.figures for each in report(store, model).windows if each.figures]
    assert all(each.new == () for each in figures)


def test_nothing_new_is_a_report_without_windows(road: Road) -> None:
    bring_up_to_date(road.store, road.baseline)
    shown = report(road.store, road.baseline)
    assert shown.windows == ()
    assert shown.since == watched_since(road.snapshot) == FIRST + (CORPUS - 1) * HOUR + 1


def test_a_model_without_an_evaluation_has_figures_but_no_distances(road: Road) -> None:
    from core.training.train import train
    from tests.factories import QUICK

    store = road.store
    model = train(store, road.snapshot, model="fasttext", params=QUICK, seed=9, threads=1)
    fill(store, later(80))
    bring_up_to_date(store, model)
    shown = report(store, model)
    assert shown.reference is None
    assert "never evaluated" in shown.no_reference
    assert all(each.figures is None or each.figures.distances is None for each in shown.windows)
    assert all(each.judged is None for each in shown.windows)
    evaluate(store, model, road.snapshot)
    assert bring_up_to_date(store, model) is not None
    assert REFERENCE in stored_files(store, model)
    assert report(store, model).reference is not None


@pytest.mark.parametrize("posts", [1, 0])
def test_few_posts_are_never_judged(road: Road, posts: int) -> None:
    store, model = road.store, road.baseline
    fill(store, later(400)[200 : 200 + posts])
    bring_up_to_date(store, model)
    shown = report(store, model)
    assert [each.judged for each in shown.windows if each.figures] == [None] * posts


def test_a_window_that_goes_on_or_was_not_collected_to_its_end_is_marked(road: Road) -> None:
    store, model = road.store, road.baseline
    fill(store, later(240))  # ten days from a Monday on
    bring_up_to_date(store, model)
    week = 7 * 24 * HOUR
    states = [each.state for each in report(store, model).windows]
    assert states[-2:] == [State.COMPLETE, State.PARTIAL]
    during = datetime.fromtimestamp(NEXT_MONDAY + week + 60, UTC)
    states = [each.state for each in report(store, model, now=during).windows]
    assert states[-2:] == [State.COMPLETE, State.RUNNING]


def test_stored_figures_are_those_computed_anew(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, model = road.store, road.baseline
    fill(store, later(240))
    bring_up_to_date(store, model)
    shown = {window: report(store, model, window=window) for window in Window}
    with monkeypatch.context() as patch:
        patch.setattr(drift_table, "windows", lambda *_: {})
        for window, before in shown.items():
            anew = report(store, model, window=window)
            assert without_words(anew) == without_words(before)
    monkeypatch.setattr("core.drift.stored.figures_of", _refuse)
    for window, before in shown.items():
        with monkeypatch.context() as patch:
            reference = before.reference
            patch.setattr("core.drift.stored.Watched.reference_report", lambda *_, r=reference: r)
            assert report(store, model, window=window) == before


def without_words(made: DriftReport) -> DriftReport:
    """The same without what only a run can count, from texts."""
    windows = [
        replace(each, figures=each.figures and replace(each.figures, words=None))
        for each in made.windows
    ]
    return replace(made, windows=tuple(windows))


def _refuse(*_words: object, **_more: object) -> None:
    raise AssertionError("computed again")


def test_submissions_of_a_model_that_nobody_asked_give_no_window(road: Road) -> None:
    assert report(road.store, road.baseline, on=On.SUBMISSIONS).windows == ()


def months(posts: Sequence[Post]) -> set[str]:
    return {f"{datetime.fromtimestamp(post.created_utc, UTC):%Y-%m}" for post in posts}


def test_files_are_of_months(road: Road) -> None:
    posts = later(400)
    fill(road.store, posts)
    bring_up_to_date(road.store, road.baseline)
    assert set(stored_files(road.store, road.baseline)) == {REFERENCE, *months(posts)}
    assert len(months(posts)) == 2
