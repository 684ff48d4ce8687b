"""Nobody gets round the seal by new ids, later times, pieces of posts, or another snapshot."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from core.collect.posts import Post
from core.errors import RefusedError
from core.release import review
from core.release.openings import open_test
from core.snapshots import Snapshot, create, find, keys
from core.snapshots.rotation import rotate
from core.snapshots.rules import Rules
from core.store import Store
from tests.conftest import Road
from tests.decisions import budget_of
from tests.factories import CAREFUL, HOUR, fill, make_corpus, set_policy

POSTS = make_corpus()
LATER = 1_000 * HOUR
"""Behind all posts of the workspace, so that no times overlap."""


@pytest.fixture
def store(road: Road) -> Store:
    """#3 and #5 are proposed; the test of ``small`` was opened for #5."""
    set_policy(road.store, CAREFUL)
    for number in (3, 5):
        review.propose(road.store, number)
    open_test(road.store, 5, reason="first")
    return road.store


def as_they_are(title: str) -> str:
    return title


def again(
    store: Store,
    name: str,
    posts: Sequence[Post] = POSTS,
    *,
    edit: Callable[[str], str] = as_they_are,
    later: int = LATER,
) -> Snapshot:
    """The posts once more, by new ids and with later times, frozen into a snapshot of their own."""
    copies = [
        replace(
            post,
            id=f"{name}{n}",
            created_utc=post.created_utc + later,
            title=edit(post.title),
            body=edit(post.body) if post.body else "",
        )
        for n, post in enumerate(posts)
    ]
    fill(store, copies)
    rules = Rules(since=copies[0].created_utc, until=copies[-1].created_utc + 1, min_posts=5)
    return create(store, rules, name=name)[0]


def other_posts() -> list[Post]:
    """As many posts of the same subreddits that say something else."""
    return [
        replace(post, title=f"{post.title[::-1]} {n * 7919}", body=post.body[::-1])
        for n, post in enumerate(make_corpus(seed=7))
    ]


@pytest.mark.parametrize(
    "edit",
    [as_they_are, lambda text: f"{text} !", lambda text: f"So, {text}", str.upper],
    ids=["as they were", "louder", "with a word in front", "in capitals"],
)
def test_the_same_posts_by_new_ids_and_with_later_times_are_no_new_test(
    store: Store, edit: Callable[[str], str]
) -> None:
    """Looks already taken at a text count, whichever snapshot it is in."""
    again(store, "again", edit=edit)
    found = budget_of(store, "again")
    assert (found.used, found.elsewhere, found.state) == (1, 1, "in use")
    open_test(store, 3, reason="a second answer", on="again")
    assert (budget_of(store, "again").used, budget_of(store, "small").used) == (2, 2)
    assert budget_of(store, "small").elsewhere == 1


def test_a_spent_test_is_not_refreshed_by_freezing_its_posts_again(store: Store) -> None:
    set_policy(store, CAREFUL.replace("epsilon = 0.5", "epsilon = 0.3\n").replace("0.1", "0.4"))
    again(store, "again")
    with pytest.raises(RefusedError, match="is spent: 1 uses of 1, 1 of them through other"):
        open_test(store, 3, reason="once more", on="again")


def test_other_posts_are_a_new_test(store: Store) -> None:
    again(store, "fresh", other_posts())
    assert budget_of(store, "fresh").used == 0
    assert budget_of(store, "small").used == 1


def test_among_other_posts_they_are_no_new_test_either(store: Store) -> None:
    mixed = other_posts()
    mixed[-12:] = POSTS[-12:]
    again(store, "half", mixed)
    assert budget_of(store, "half").used == 1


def test_looks_count_also_where_the_posts_were_erased_in_between(store: Store) -> None:
    from core.erasure.erase import erase

    erase(store, [post.id for post in POSTS[-24:]])
    again(store, "again")
    assert budget_of(store, "again").used == 1


def test_looks_count_after_a_change_of_the_key(store: Store) -> None:
    rotate(store)
    again(store, "again")
    assert budget_of(store, "again").used == 1
    rotate(store)
    again(store, "third", later=2 * LATER)
    assert budget_of(store, "third").used == 1


def test_removing_the_key_gives_no_new_test(store: Store) -> None:
    """What cannot be compared counts as looked at."""
    (store.home / keys.PRESENT).unlink()
    again(store, "again")
    found = budget_of(store, "again")
    assert (found.used, found.elsewhere) == (1, 1)
    open_test(store, 3, reason="next", on="again")


def test_snapshots_from_before_there_were_fingerprints_are_compared_before_an_opening(
    store: Store,
) -> None:
    again(store, "again")
    with store.database.writer.begin() as connection:
        for verb in ("update", "delete"):
            connection.exec_driver_sql(f"DROP TRIGGER shared_texts_no_{verb}")
        connection.exec_driver_sql("DELETE FROM shared_texts")
        connection.exec_driver_sql("DELETE FROM fingerprints")
    assert budget_of(store, "again").used == 0
    open_test(store, 3, reason="next", on="again")
    assert budget_of(store, "again").used == 2
    assert find(store, "small").digest
