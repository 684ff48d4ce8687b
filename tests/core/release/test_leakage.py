"""A candidate that has seen the test is refused, and the refusal says how many and which by id."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from core.collect.posts import Post
from core.release.leakage import EXAMPLES, Leakage, find_leakage
from core.snapshots import create
from core.snapshots.content import SplitFile, split_file, to_parquet
from core.snapshots.read import OPEN_SPLITS, open_split
from core.snapshots.rules import Rules
from core.store import Store
from tests.factories import fill, make_corpus, make_frozen, make_post

CORPUS = make_corpus(posts=100)
TRAIN, TEST = CORPUS[:300], CORPUS[300:]
FIRST_MOMENT = TEST[0].created_utc
NONE = dict.fromkeys(("same", "same_text", "near", "contained", "evaluated", "newer"), 0)


def as_split(posts: Sequence[Post]) -> SplitFile:
    return split_file(pa.py_buffer(to_parquet(make_frozen(posts))))


def look(
    train: Sequence[Post],
    test: Sequence[Post] = TEST,
    *,
    first_moment: int | None = FIRST_MOMENT,
    **more: Any,
) -> Leakage:
    options = {"most_near": 0.02} | more
    return find_leakage([as_split(train)], as_split(test), first_moment=first_moment, **options)


def reposted(posts: Sequence[Post], title: Callable[[str], str]) -> list[Post]:
    """The posts again, by other ids, in another subreddit, before the split begins."""
    return [
        replace(
            post,
            id=f"again{n}",
            subreddit="space" if post.subreddit != "space" else "cats",
            created_utc=FIRST_MOMENT - 1,
            title=title(post.title),
        )
        for n, post in enumerate(posts)
    ]


def test_an_honest_candidate_may_be_tested() -> None:
    found = look(TRAIN)
    assert found.refused == ""
    assert found.counts == NONE
    assert found.posts == len(TEST)


def test_one_post_of_the_split_among_the_training_posts_refuses() -> None:
    trained_on = replace(TEST[5], created_utc=FIRST_MOMENT - 1)
    found = look([*TRAIN, trained_on])
    assert found.counts == NONE | {"same": 1}
    assert found.refused == f"it was trained on 1 post of the test split ({TEST[5].id})"


def test_the_same_post_counts_though_its_text_was_edited_since() -> None:
    edited = replace(TEST[5], title="[deleted]", body="", created_utc=FIRST_MOMENT - 1)
    assert look([*TRAIN, edited]).counts["same"] == 1


def test_one_post_of_the_time_of_the_split_refuses() -> None:
    at_once = make_post(id="late", created_utc=FIRST_MOMENT, title="Nothing like the others")
    just_before = replace(at_once, id="early", created_utc=FIRST_MOMENT - 1)
    assert look([*TRAIN, just_before]).refused == ""
    found = look([*TRAIN, at_once])
    assert found.counts == NONE | {"newer": 1}
    assert found.refused == "it was trained on 1 post from the time of the test split (late)"


def test_a_random_split_has_no_time_of_its_own() -> None:
    late = make_post(id="late", created_utc=FIRST_MOMENT, title="Nothing like the others")
    found = look([*TRAIN, late], first_moment=None)
    assert found.newer is None
    assert "newer" not in found.counts
    assert found.refused == ""


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        (lambda title: title, "same_text"),
        (lambda title: f"{title} (x-post from r/cats)", "same_text"),
        (lambda title: f"{title} [Crosspost from /r/cats]", "same_text"),
        (lambda title: f"{title}!!!", "near"),
        (lambda title: f"So, {title}", "near"),
        (lambda title: title[:-1], "near"),
    ],
    ids=["as it was", "x-post", "crosspost", "louder", "with a word in front", "a letter short"],
)
def test_crossposts_of_the_split_are_found(title: Callable[[str], str], kind: str) -> None:
    found = look([*TRAIN, *reposted(TEST[:30], title)])
    expected = NONE | {kind: 30}
    assert found.counts == expected
    assert found.refused.startswith("30 posts of 100 in the test split resemble posts that it")
    assert TEST[0].id in found.refused


def test_threads_recur_so_a_small_share_may_resemble() -> None:
    two = [*TRAIN, *reposted(TEST[:1], str), *reposted(TEST[1:2], lambda title: f"{title}!")]
    assert look(two, most_near=0.02).refused == ""
    assert look(two, most_near=0.02).counts == NONE | {"same_text": 1, "near": 1}
    refused = look(two, most_near=0.019).refused
    assert (
        f"1 with the same text ({TEST[0].id}), 1 with nearly the same text ({TEST[1].id})"
        in refused
    )
    assert "more than the limit of 1.9%" in refused


def test_the_threshold_decides_what_is_nearly_the_same() -> None:
    louder = [*TRAIN, *reposted(TEST[:30], lambda title: f"So, {title}")]
    assert look(louder, threshold=0.7).near.count == 30
    assert look(louder, threshold=0.99).near.count == 0


def test_a_title_that_speaks_of_crossposts_keeps_its_words() -> None:
    said = make_post(id="a", created_utc=FIRST_MOMENT, title="How does a crosspost work here")
    mark = make_post(id="b", created_utc=FIRST_MOMENT, title="(x-post from r/pics)")
    other = make_post(id="c", created_utc=FIRST_MOMENT - 1, title="(x-post from r/gifs)")
    assert look([*TRAIN, other], [said, mark]).counts["same_text"] == 0


def test_every_split_that_was_used_is_looked_at() -> None:
    splits = [as_split(TRAIN[:200]), as_split(TRAIN[200:]), as_split(TEST[:10])]
    found = find_leakage(splits, as_split(TEST), first_moment=FIRST_MOMENT, most_near=0.02)
    assert found.counts == NONE | {"same": 10, "newer": 10}


def test_posts_that_it_was_evaluated_on_in_the_open_are_found_by_id_and_by_text() -> None:
    again = reposted(TEST[10:20], str)
    found = look(TRAIN, evaluated_on=[as_split([*TEST[:10], *again, *TRAIN[:50]])])
    assert found.counts == NONE | {"evaluated": 20}
    assert found.refused.startswith(
        "it was evaluated on 20 posts of the test split without an opening, in an open split of"
    )
    few = look(TRAIN, evaluated_on=[as_split([*TEST[:2], *TRAIN[:50]])])
    assert (few.evaluated.count, few.refused) == (2, "")


def test_ids_are_given_of_a_few_posts_only_and_no_text_ever() -> None:
    found = look([*TRAIN, *TEST[:40]])
    assert found.same.examples == tuple(post.id for post in TEST[:EXAMPLES])
    assert f"{TEST[EXAMPLES - 1].id} and 30 more)" in found.refused
    everything = f"{found} {found.refused}"
    words = {word for post in TEST for word in post.title.split() if word.startswith("mark")}
    assert not [word for word in words if word in everything]


def test_progress_tells_of_every_training_post() -> None:
    told: list[tuple[float, float | None]] = []
    look(TRAIN, progress=lambda _step, done, total: told.append((done, total)))
    assert told[0] == (0, 300)
    assert told[-1] == (300, 300)


def test_a_snapshot_does_not_leak_into_its_own_later_posts(store: Store) -> None:
    fill(store, CORPUS)
    snapshot, _ = create(store, Rules())
    splits = [open_split(store, snapshot, split) for split in OPEN_SPLITS]
    test = CORPUS[-40:]
    cut = snapshot.cutoffs["test"]
    assert cut == test[0].created_utc
    assert find_leakage(splits, as_split(test), first_moment=cut, most_near=0.02).refused == ""


def test_the_same_text_with_another_link_is_the_same_text() -> None:
    again = [replace(post, domain="youtu.be") for post in reposted(TEST[:3], str)]
    assert look([*TRAIN, *again]).same_text.count == 3
    texts = [
        replace(post, body=f"{post.title} {post.body}", title="", is_self=True) for post in again
    ]
    assert look([*TRAIN, *texts]).same_text.count == 3
