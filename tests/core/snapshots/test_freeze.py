"""The same posts and rules give the same snapshot, whatever else differs."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from core.collect.posts import Post
from core.errors import InputError, NotFoundError, RefusedError
from core.executions import get, listing
from core.snapshots import create, find, load_split
from core.snapshots import listing as snapshots
from core.snapshots.read import load_attributes
from core.snapshots.rules import Rules
from core.store import Store, open_store
from core.store.snapshots import Snapshot
from core.text import FIELD
from tests.factories import FIRST, HOUR, WORDS, fill, make_corpus, make_post

RULES = Rules(min_posts=5)


def freeze(store: Store, rules: Rules = RULES, *, name: str | None = None) -> Snapshot:
    return create(store, rules, name=name)[0]


def support(store: Store, snapshot: Snapshot) -> Counter[str]:
    """Posts of each subreddit in the open splits."""
    parts = [load_split(store, snapshot, split) for split in ("train", "valid")]
    return Counter(part.labels[label] for part in parts for label in part.label)


def test_posts_in_another_order_and_workspace_give_the_same_digest(
    store: Store, tmp_path: Path
) -> None:
    posts = make_corpus()
    fill(store, posts)
    first = freeze(store)
    Random(0).shuffle(posts)
    other = open_store(tmp_path / "other")
    for start in range(0, len(posts), 70):
        fill(other, posts[start : start + 70])
    second = freeze(other, name="another")
    other.engine.dispose()
    assert second.digest == first.digest
    assert (second.train, second.valid) == (first.train, first.valid)


@pytest.mark.parametrize(
    "rules",
    [
        Rules(min_posts=6),
        Rules(min_posts=5, max_posts=30),
        Rules(min_posts=5, since=FIRST + HOUR),
        Rules(min_posts=5, split="random"),
        Rules(min_posts=5, split="random", seed=1),
        Rules(min_posts=5, fractions=(0.6, 0.2, 0.2)),
    ],
)
def test_other_rules_give_another_digest(store: Store, rules: Rules) -> None:
    fill(store, make_corpus())
    assert freeze(store).digest != freeze(store, rules).digest


@pytest.mark.parametrize("changed", ["title", "subreddit", "created_utc", "one more"])
def test_other_posts_give_another_digest(store: Store, changed: str) -> None:
    posts = make_corpus()
    fill(store, posts)
    before = freeze(store).digest
    first = posts[0]
    changes: dict[str, Post] = {
        "title": replace(first, title="another title"),
        "subreddit": replace(first, subreddit="space"),
        "created_utc": replace(first, created_utc=first.created_utc - 1),
        "one more": replace(first, id="new", title="one more post"),
    }
    fill(store, [changes[changed]])
    assert freeze(store).digest != before


def test_what_a_model_never_sees_does_not_change_the_digest(store: Store) -> None:
    posts = make_corpus()
    fill(store, posts)
    before = freeze(store)
    fill(store, [replace(post, score=post.score + 1) for post in posts])
    assert freeze(store) == before


def test_the_line_tells_what_a_post_links_to_and_not_where_it_was_posted(store: Store) -> None:
    posts = make_corpus()
    first, second, third = posts[:3]
    posts[0] = replace(first, body="", domain="www.Imgur.com")
    posts[1] = replace(second, is_self=True, body="It purrs.", domain=f"self.{second.subreddit}")
    posts[2] = replace(third, is_self=True, body="", domain=f"self.{third.subreddit}")
    fill(store, posts)
    lines = load_split(store, freeze(store), "train").lines
    assert [line.split(FIELD)[1:] for line in lines[:3]] == [
        ["", "imgur.com"],
        ["it purrs .", "self"],
        ["", "self"],
    ]


def test_a_repost_of_a_text_with_another_link_is_the_same_text(store: Store) -> None:
    posts = make_corpus()
    last = posts[-1]
    repost = replace(posts[0], id="r", created_utc=last.created_utc + 1, domain="youtu.be")
    fill(store, [*posts, repost])
    assert freeze(store).left_out == {"same_text_in_an_earlier_split": 1}


def test_the_splits_add_up(store: Store) -> None:
    fill(store, make_corpus())
    snapshot = freeze(store)
    assert snapshot.splits == {"train": 192, "valid": 24, "test": 24}
    assert load_split(store, snapshot, "train").labels == tuple(sorted(WORDS))
    assert snapshot.left_out == {}
    train = load_split(store, snapshot, "train")
    valid = load_split(store, snapshot, "valid")
    assert (len(train), len(valid)) == (192, 24)
    assert train.created.max() < snapshot.cutoffs["valid"] == valid.created.min()
    assert valid.created.max() < snapshot.cutoffs["test"]


def test_reposts_never_straddle_two_splits(store: Store) -> None:
    posts = make_corpus()
    last = posts[-1].created_utc
    reposts = [
        replace(post, id=f"r{n}", created_utc=last + n, subreddit="space")
        for n, post in enumerate(posts[:10])
    ]
    fill(store, posts + reposts)
    snapshot = freeze(store)
    assert snapshot.left_out == {"same_text_in_an_earlier_split": 10}
    assert sum(snapshot.splits.values()) == 240


def test_small_subreddits_are_left_out_and_counted(store: Store) -> None:
    rare = [make_post(id=f"r{n}", subreddit="rare", created_utc=FIRST + n) for n in range(4)]
    fill(store, make_corpus() + rare)
    snapshot = freeze(store)
    assert snapshot.left_out == {"small_subreddit": 4}
    assert "rare" not in load_split(store, snapshot, "train").labels
    with_rare = freeze(store, Rules(min_posts=4))
    assert "rare" in load_split(store, with_rare, "train").labels


def test_the_newest_posts_of_a_large_subreddit_are_kept(store: Store) -> None:
    fill(store, make_corpus(subreddits=["cats", "space"], posts=60))
    fill(store, [replace(p, id=f"n{p.id}", title=f"more {p.title}") for p in make_corpus()[:8]])
    snapshot = freeze(store, Rules(min_posts=1, max_posts=40, fractions=(0.5, 0.4, 0.1)))
    assert sum(snapshot.splits.values()) == 40 + 40 + 2 + 2
    assert snapshot.left_out["over_max_posts"] == 128 - 84
    oldest = load_split(store, snapshot, "train")
    large = [m for m, label in zip(oldest.created, oldest.label, strict=True) if label in {0, 3}]
    assert min(large) >= FIRST + (120 - 80) * HOUR


def test_only_posts_between_since_and_until_enter(store: Store) -> None:
    fill(store, make_corpus())
    since, until = FIRST + 40 * HOUR, FIRST + 140 * HOUR
    snapshot = freeze(store, Rules(min_posts=5, since=since, until=until))
    assert sum(snapshot.splits.values()) == 100
    assert load_split(store, snapshot, "train").created[0] == since
    assert snapshot.cutoffs["test"] < until


def test_freezing_again_gives_the_same_snapshot_and_execution(store: Store) -> None:
    fill(store, make_corpus())
    first = create(store, RULES)
    assert create(store, RULES) == first
    assert len(snapshots(store)) == 1
    forced, number = create(store, RULES, force=True)
    assert forced == first[0]
    assert number > first[1]


def test_forcing_restores_a_split_that_was_lost(store: Store) -> None:
    fill(store, make_corpus())
    snapshot = freeze(store)
    for digest in (snapshot.train, snapshot.valid):
        store.artifacts.open(digest).unlink()
    with pytest.raises(NotFoundError, match="--force"):
        load_split(store, snapshot, "train")
    create(store, RULES, force=True)
    assert len(load_split(store, snapshot, "train")) == 192
    assert len(load_split(store, snapshot, "valid")) == 24


def test_attributes_are_those_of_the_posts(store: Store) -> None:
    posts = make_corpus()
    posts[4] = replace(posts[4], score=-3, num_comments=7, domain="i.imgur.com", over_18=True)
    posts[5] = replace(posts[5], is_self=True, flair="Help", url="https://x.com/y")
    fill(store, posts)
    snapshot = freeze(store)
    frame = load_attributes(store, snapshot, "train").set_index("post_id")
    assert list(frame.index) == load_split(store, snapshot, "train").ids
    for post in posts[:6]:
        row = frame.loc[post.id]
        assert row["title_length"] == len(post.title)
        for name in ("created_utc", "is_self", "score", "num_comments", "flair", "over_18"):
            assert row[name] == getattr(post, name)
    assert frame.loc[posts[4].id, "domain"] == "i.imgur.com"
    assert set(load_attributes(store, snapshot, "valid")["post_id"]).isdisjoint(frame.index)
    for split in ("test", "other"):
        with pytest.raises((RefusedError, InputError)):
            load_attributes(store, snapshot, split)


def test_a_subreddits_age_counts_from_its_first_post_that_was_read(store: Store) -> None:
    day = 24 * HOUR
    cats = [make_post(id=f"c{n}", title=f"cat {n}", created_utc=FIRST + n * day) for n in range(9)]
    late = FIRST + 4 * day
    cooks = [replace(post, id=f"k{post.id}", title=f"cook {post.title}") for post in cats[4:]]
    cooks = [replace(post, subreddit="cooking") for post in cooks]
    cooks[0] = replace(cooks[0], title="")  # has no text, yet the subreddit was there
    fill(store, cats + cooks)
    snapshot = freeze(store, Rules(min_posts=1, fractions=(0.7, 0.2, 0.1)))
    ages = load_attributes(store, snapshot, "train").set_index("post_id")["subreddit_age_days"]
    assert ages["c0"] == 0
    assert ages["c5"] == 5
    assert ages["kc5"] == 1
    since = freeze(store, Rules(min_posts=1, since=late, fractions=(0.7, 0.2, 0.1)))
    ages = load_attributes(store, since, "train").set_index("post_id")["subreddit_age_days"]
    assert ages["c5"] == 1


def test_attributes_stay_as_frozen_until_the_freezing_is_forced(store: Store) -> None:
    posts = make_corpus()
    fill(store, posts)
    before = freeze(store)
    fill(store, [replace(post, score=post.score + 1) for post in posts])
    scores = load_attributes(store, freeze(store), "train")["score"]
    forced, _ = create(store, RULES, force=True)
    assert forced.digest == before.digest
    assert (load_attributes(store, forced, "train")["score"] == scores + 1).all()
    assert find(store, forced.digest) == forced


def test_a_random_split_is_marked_as_optimistic(store: Store) -> None:
    fill(store, make_corpus())
    assert freeze(store, Rules(split="random")).optimistic
    assert not freeze(store).optimistic


def test_generated_posts_mark_the_snapshot(store: Store) -> None:
    fill(store, make_corpus())
    assert not freeze(store).generated
    fill(store, [make_post(id="g1")], source="generated")
    assert freeze(store).generated


def test_a_name_is_given_once(store: Store) -> None:
    fill(store, make_corpus())
    made = freeze(store, name="spring")
    with pytest.raises(RefusedError, match="already a snapshot named spring"):
        freeze(store, Rules(min_posts=1), name="spring")
    assert find(store, "spring") == made
    assert len(listing(store, kinds=["snapshot"])) == 1


@pytest.mark.parametrize("name", ["", "two words", "a:valid", "../x", "-x", "line\nbreak"])
def test_a_name_that_no_command_could_take_is_refused(store: Store, name: str) -> None:
    fill(store, make_corpus())
    with pytest.raises(InputError, match="cannot be a snapshot's name"):
        freeze(store, name=name)


@pytest.mark.parametrize(
    ("posts", "said"),
    [
        ([], "no posts to freeze"),
        (make_corpus(subreddits=["cats"]), "Only one subreddit has 1 post or more"),
        (make_corpus(subreddits=["cats", "space"], posts=1), "2 posts are too few"),
    ],
)
def test_too_little_is_refused_and_leaves_no_snapshot(
    store: Store, posts: list[Post], said: str
) -> None:
    if posts:
        fill(store, posts)
    with pytest.raises(InputError, match=said):
        freeze(store, Rules(min_posts=1))
    assert snapshots(store) == []
    assert [e.status for e in listing(store, kinds=["snapshot"])] in ([], ["failed"])


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"since": 4_000_000_000}, r"no posts from 2096-10-02. The stored posts are from 20"),
        ({"until": 1_000}, r"no posts before 1970-01-01. The stored posts are from 20"),
        ({"min_posts": 500, "since": 1_000}, r"500 posts or more from 1970-01-01. A classifier"),
        ({"min_posts": 500, "since": 1_000}, r"The stored posts are .*: choose other dates, or"),
        ({"min_posts": 500}, r"500 posts or more. A .* two. Import more subreddits, or lower"),
    ],
)
def test_dates_that_leave_too_little_are_named(
    store: Store, rules: dict[str, int], said: str
) -> None:
    fill(store, make_corpus())
    with pytest.raises(InputError, match=said):
        freeze(store, Rules(**rules))


def test_a_snapshot_is_found_by_name_or_by_enough_digits(store: Store) -> None:
    fill(store, make_corpus())
    snapshot = freeze(store, name="spring")
    for reference in ("spring", snapshot.digest, snapshot.digest[:4], snapshot.digest[:9].upper()):
        assert find(store, reference) == snapshot
    for reference in ("", snapshot.digest[:3], "autumn", "%%%%", "____"):
        with pytest.raises(NotFoundError):
            find(store, reference)


def test_the_execution_says_what_was_frozen(store: Store) -> None:
    fill(store, make_corpus())
    snapshot, number = create(store, RULES)
    made = get(store, number)
    assert made.outputs == {"snapshot": snapshot.digest}
    assert made.metrics == {"train": 192, "valid": 24, "test": 24, "subreddits": 4}
    assert made.params["min_posts"] == 5
