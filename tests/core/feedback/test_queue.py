"""Texts that users corrected wait for a reviewer, and become posts with their origin kept."""

from typing import Any

import numpy as np
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from core.access.identity import NOBODY, acting_as
from core.comparison.dimensions import dimensions, in_slice
from core.errors import ConflictError, InputError, NotFoundError, RefusedError
from core.executions import get, listing
from core.feedback.bring import bring
from core.feedback.queue import (
    EVALUATE,
    TRAIN,
    Which,
    count_waiting,
    label,
    waiting,
    withdraw,
)
from core.feedback.submissions import answer
from core.serving.model import Suggestion
from core.snapshots import create, load_split
from core.snapshots.read import load_attributes
from core.snapshots.rules import Rules
from core.snapshots.unsealed import unseal
from core.store import Store, open_store
from core.store import posts as posts_table
from core.store.snapshots import Snapshot
from core.store.tables_feedback import LabelRow, SubmissionRow
from core.store.writing import write
from core.text import SELF
from core.training.earlier import open_posts
from tests.conftest import Road
from tests.core.feedback.conftest import FOUND, Send
from tests.factories import by
from tests.workspaces import make_older

SPLITS = ("train", "valid", "test")


def titles(store: Store) -> list[str]:
    found = waiting(store)
    assert count_waiting(store) == len(found)
    return [one.title for one in found]


def split_of(store: Store, snapshot: Snapshot, post: str) -> str | None:
    """Which split holds a post; None if none does."""
    ids = {name: set(load_split(store, snapshot, name).ids) for name in ("train", "valid")}
    ids["test"] = set(unseal(store, snapshot).ids.to_pylist())
    return next((name for name in SPLITS if post in ids[name]), None)


def test_what_users_corrected_waits_newest_first(road: Road, send: Send) -> None:
    store = road.store
    for title, said in (
        ("right", "Cats"),
        ("second", "space"),
        ("another", "dogs"),
        ("none", None),
    ):
        answer(store, send(title), said)
    send("not answered")
    answer(store, send("not kept", keep_text=False), "dogs")
    found = waiting(store, limit=2)
    assert (count_waiting(store), [(one.title, one.said) for one in found]) == (
        3,
        [("none", None), ("another", "dogs")],
    )
    assert found[0].suggestions == [(one.subreddit, one.probability) for one in FOUND]
    assert [one.title for one in waiting(store, limit=2, after=2)] == ["second"]


def test_the_queue_is_searched_and_filtered_by_version(road: Road, send: Send) -> None:
    store = road.store
    for title, body, said in (
        ("A kitten", "It purrs.", "dogs"),
        ("100% wool", "", None),
        ("100 wool", "", "Kittens"),
    ):
        answer(store, send(title, body=body), said)

    def found(**which: Any) -> list[str]:
        wanted = Which(**which)
        texts = waiting(store, which=wanted)
        assert count_waiting(store, wanted) == len(texts)
        return [one.title for one in texts]

    assert found(text="PURRS") == ["A kitten"]
    assert found(text="kitten") == ["100 wool", "A kitten"]
    assert found(text="100%") == ["100% wool"]
    assert len(found(version=waiting(store)[0].version)) == 3
    assert found(version="20000101.1") == []


def test_the_least_confident_come_first_if_wanted(road: Road, send: Send) -> None:
    for p in (0.9, 0.2, 0.5):
        sent = send(str(p), suggestions=(Suggestion("cats", p),))
        answer(road.store, sent, None)
    answer(road.store, send("nothing", suggestions=()), None)
    titles = [one.title for one in waiting(road.store, which=Which(unsure_first=True))]
    assert titles == ["nothing", "0.2", "0.5", "0.9"]


def test_a_label_that_is_taken_back_leaves_the_text_waiting_and_stays_on_record(
    road: Road, send: Send
) -> None:
    store, sent = road.store, send("word")
    answer(store, sent, None)
    label(store, sent, "cats", use=EVALUATE)
    assert titles(store) == []
    withdraw(store, sent)
    assert titles(store) == ["word"]
    assert bring(store) is None
    assert label(store, sent, "dogs", use=TRAIN).subreddit == "dogs"
    with store.read() as session:
        rows = session.execute(select(LabelRow.subreddit, LabelRow.withdrawn)).all()
    assert [tuple(row) for row in rows] == [("cats", False), ("cats", True), ("dogs", False)]


def test_a_text_whose_label_was_taken_back_expires_again(road: Road, send: Send) -> None:
    store, sent = road.store, send("word")

    def expires() -> bool:
        with store.read() as session:
            return bool(session.scalar(select(SubmissionRow.expires)))

    label(store, sent, "cats")
    assert not expires()
    withdraw(store, sent)
    assert expires()


def test_only_ones_own_label_is_taken_back_and_only_before_it_is_a_post(
    road: Road, send: Send
) -> None:
    store, sent = road.store, send("word")
    with pytest.raises(NotFoundError, match="no label to take back"):
        withdraw(store, sent)
    with by("bob"):
        label(store, sent, "cats")
    with by("ada"), pytest.raises(ConflictError, match="bob labelled it"):
        withdraw(store, sent)
    with acting_as(NOBODY), pytest.raises(RefusedError, match="cannot label texts"):
        withdraw(store, sent)
    bring(store)
    with by("bob"), pytest.raises(RefusedError, match="Snapshots may hold"):
        withdraw(store, sent)


@pytest.mark.parametrize("change", ["UPDATE labels SET use = 'train'", "DELETE FROM labels"])
def test_labels_are_append_only_in_the_database(road: Road, send: Send, change: str) -> None:
    label(road.store, send("word"), "cats")
    with write(road.store) as session, pytest.raises(IntegrityError, match="append-only"):
        session.execute(text(change))


def test_labels_of_an_older_workspace_are_kept(road: Road, send: Send) -> None:
    store, sent = road.store, send("word")
    answer(store, sent, None)
    label(store, sent, "cats", use=EVALUATE)
    store.engine.dispose()
    make_older(store.home, "0010")
    upgraded = open_store(store.home)
    assert titles(upgraded) == []
    with upgraded.read() as session:
        kept = session.execute(select(LabelRow.subreddit, LabelRow.use, LabelRow.withdrawn)).one()
    assert tuple(kept) == ("cats", EVALUATE, False)
    withdraw(upgraded, sent)
    assert titles(upgraded) == ["word"]
    upgraded.engine.dispose()


def test_the_latest_word_of_the_user_counts(road: Road, send: Send) -> None:
    sent = send("word")
    answer(road.store, sent, "dogs")
    assert titles(road.store) == ["word"]
    answer(road.store, sent, "cats")
    assert titles(road.store) == []


def test_a_label_takes_it_off_the_queue_and_is_kept_with_who_gave_it(
    road: Road, send: Send
) -> None:
    store = road.store
    first, second = send("one"), send("two")
    for sent in (first, second):
        answer(store, sent, None)
    with by("bob"):
        said = label(store, first, "r/dogs", use=TRAIN)
    assert (said.by, said.subreddit, said.use) == ("bob", "dogs", "train")
    assert titles(store) == ["two"]
    label(store, second, None)
    assert titles(store) == []


def test_two_reviewers_at_once_one_is_told(road: Road, send: Send) -> None:
    sent = send("word")
    with by("bob"):
        label(road.store, sent, "dogs", use=TRAIN)
    with by("ada"), pytest.raises(ConflictError, match="bob has already labelled it r/dogs"):
        label(road.store, sent, "cats")
    with by("ada"):
        assert label(road.store, sent, "cats", again=True).subreddit == "cats"


def test_what_judges_models_never_trains_them(road: Road, send: Send) -> None:
    sent = send("word")
    label(road.store, sent, "cats", use=EVALUATE)
    with pytest.raises(RefusedError, match="used to evaluate models"):
        label(road.store, sent, "cats", use=TRAIN, again=True)
    assert label(road.store, sent, "space", use=EVALUATE, again=True).subreddit == "space"


def test_not_even_by_way_of_setting_it_aside(road: Road, send: Send) -> None:
    store, sent, fresh = road.store, send("word"), send("other")
    label(store, sent, "cats", use=EVALUATE)
    bring(store)
    label(store, sent, None, again=True)
    with pytest.raises(RefusedError, match="used to evaluate models"):
        label(store, sent, "cats", use=TRAIN, again=True)
    label(store, fresh, None)
    assert label(store, fresh, "cats", use=TRAIN, again=True).use == TRAIN


def test_what_trained_models_never_judges_them(road: Road, send: Send) -> None:
    store, sent = road.store, send("word")
    label(store, sent, "cats", use=TRAIN)
    label(store, sent, "cats", use=EVALUATE, again=True)  # no model can know it yet
    other = send("other")
    label(store, other, "cats", use=TRAIN)
    bring(store)
    with pytest.raises(RefusedError, match="may have been trained on this text"):
        label(store, other, "cats", use=EVALUATE, again=True)
    assert label(store, other, None, again=True).use == TRAIN
    assert label(store, other, "space", use=TRAIN, again=True).subreddit == "space"


def test_wrong_labels_are_refused(road: Road, send: Send) -> None:
    sent = send("word")
    with pytest.raises(InputError, match="not the name of a subreddit"):
        label(road.store, sent, "two words")
    with pytest.raises(InputError, match="not a use"):
        label(road.store, sent, "cats", use="test")
    for public in ("nothing", send("gone", keep_text=False)):
        with pytest.raises(NotFoundError):
            label(road.store, public, "cats")
    with acting_as(NOBODY), pytest.raises(RefusedError, match="cannot label texts"):
        label(road.store, sent, "cats")


def test_labelled_texts_become_posts_in_a_recorded_step_once(road: Road, send: Send) -> None:
    store = road.store
    assert bring(store) is None
    label(store, send("A kitten", body="It purrs."), "cats")
    label(store, send("nothing"), None)
    made = bring(store)
    assert made is not None
    assert made.posts == 1
    assert get(store, made.execution).metrics["inserted"] == 1
    with store.read() as session:
        post = posts_table.posts_by_id(session, ["fb_1"])["fb_1"]
    assert (post.subreddit, post.title, post.body) == ("cats", "A kitten", "It purrs.")
    assert post.source == "feedback"
    before = len(listing(store))
    assert bring(store) == made
    assert len(listing(store)) == before


def test_posts_of_labelled_texts_link_where_the_texts_did(road: Road, send: Send) -> None:
    store = road.store
    label(store, send("A kitten", domain="imgur.com"), "cats")
    label(store, send("A kitten", domain=SELF), "cats")
    label(store, send("A kitten"), "cats")
    bring(store)
    with store.read() as session:
        posts = {post.id: post for part in posts_table.posts_in_order(session) for post in part}
    links = [(posts[f"fb_{n}"].domain, posts[f"fb_{n}"].is_self) for n in (1, 2, 3)]
    assert links == [("imgur.com", False), (SELF, True), ("", False)]


def test_a_snapshot_holds_them_only_if_it_is_asked_to(road: Road, send: Send) -> None:
    store = road.store
    for n in range(3):
        label(store, send(f"kitten purring number{n}"), "cats", use=(EVALUATE, TRAIN)[n % 2])
    bring(store)
    again, _ = create(store, Rules())
    assert again.digest == road.snapshot.digest
    snapshot, _ = create(store, Rules(feedback=True))
    # They are the newest of all: so one that trains, as all posts go, is in the newest split.
    assert [split_of(store, snapshot, f"fb_{n}") for n in (1, 2, 3)] == ["valid", "test", "valid"]
    assert "feedback" not in road.snapshot.rules
    assert snapshot.rules["feedback"] is True


def test_backtests_read_none_of_them(road: Road, send: Send) -> None:
    label(road.store, send("kitten purring"), "cats", use=EVALUATE)
    bring(road.store)
    snapshot, _ = create(road.store, Rules(feedback=True))
    assert split_of(road.store, snapshot, "fb_1") == "valid"
    read = open_posts(road.store, snapshot)
    assert "fb_1" not in read.ids
    assert len(read) == snapshot.splits["train"] + snapshot.splits["valid"] - 1
    assert np.all(np.diff(read.created) >= 0)


def test_by_chance_too_what_judges_lands_in_valid_only(road: Road, send: Send) -> None:
    store = road.store
    for n in range(12):
        label(store, send(f"kitten purring number{n}"), "cats", use=(EVALUATE, TRAIN)[n % 2])
    bring(store)
    snapshot, _ = create(store, Rules(feedback=True, split="random", seed=4))
    where = [split_of(store, snapshot, f"fb_{n + 1}") for n in range(12)]
    assert where[::2] == ["valid"] * 6
    assert len(set(where[1::2])) > 1


def test_what_a_model_was_trained_on_does_not_judge_it(road: Road, send: Send) -> None:
    """The same text stands in train already."""
    store = road.store
    with store.read() as session:
        known = posts_table.posts_by_id(session, ["p00004"])["p00004"]
    label(store, send(known.title, body=known.body), "cats", use=EVALUATE)
    bring(store)
    for rules in (Rules(feedback=True), Rules(feedback=True, split="random", seed=1)):
        snapshot, _ = create(store, rules)
        if split_of(store, snapshot, "p00004") == "train":
            assert split_of(store, snapshot, "fb_1") is None


def test_a_text_that_was_set_aside_since_is_in_no_later_snapshot(road: Road, send: Send) -> None:
    store = road.store
    sent, other = send("kitten purring one"), send("kitten purring two")
    for each in (sent, other):
        label(store, each, "cats")
    bring(store)
    first, _ = create(store, Rules(feedback=True))
    label(store, sent, None, again=True)
    bring(store)
    second, _ = create(store, Rules(feedback=True))
    assert split_of(store, first, "fb_1") == "valid"
    assert split_of(store, second, "fb_1") is None
    assert split_of(store, second, "fb_2") == "valid"


def test_their_origin_is_a_slice(road: Road, send: Send) -> None:
    store = road.store
    label(store, send("kitten purring"), "cats")
    bring(store)
    snapshot, _ = create(store, Rules(feedback=True))
    attributes = load_attributes(store, snapshot, "valid")
    chosen = in_slice(dimensions(attributes), "origin", "feedback")
    assert attributes.loc[np.flatnonzero(chosen), "post_id"].tolist() == ["fb_1"]
    without = dimensions(load_attributes(store, road.snapshot, "valid"))
    assert "origin" not in {dimension.name for dimension in without}
