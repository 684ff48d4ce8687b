"""Writing batches of posts, and reading them in the order of time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from core.collect.posts import Post, row
from core.executions import record
from core.store import Store
from core.store import posts as table
from core.store.posts import WriteCounts, write_posts
from core.store.writing import write
from tests.factories import FIRST, fill, make_post


@pytest.fixture
def execution(store: Store) -> int:
    with record(store, "import", params={}, inputs={}) as run:
        return run.number


def written(store: Store, posts: list[Post], execution: int) -> WriteCounts:
    with write(store) as session:
        return write_posts(session, [row(post, "file") for post in posts], execution)


def test_rows_are_inserted_updated_or_left(store: Store, execution: int) -> None:
    first = [make_post(id="a1"), make_post(id="a2"), make_post(id="a3")]
    assert written(store, first, execution) == WriteCounts(inserted=3)
    second = [make_post(id="a1"), make_post(id="a2", score=9), make_post(id="a4")]
    assert written(store, second, execution) == WriteCounts(1, 1, 1)
    assert written(store, [], execution) == WriteCounts()


def test_of_rows_with_one_id_the_last_counts(store: Store, execution: int) -> None:
    batch = [make_post(title="old"), make_post(title="new")]
    assert written(store, batch, execution) == WriteCounts(inserted=1, unchanged=1)
    with store.read() as session:
        assert table.posts_by_id(session, ["abc1"])["abc1"].title == "new"


def test_a_post_may_move_to_another_subreddit(store: Store, execution: int) -> None:
    written(store, [make_post(subreddit="cats")], execution)
    assert written(store, [make_post(subreddit="space")], execution) == WriteCounts(updated=1)
    with store.read() as session:
        assert table.posts_by_id(session, ["abc1"])["abc1"].subreddit == "space"


def test_subreddits_are_compared_without_case(store: Store, execution: int) -> None:
    written(store, [make_post(id="a1", subreddit="AskReddit")], execution)
    written(store, [make_post(id="a2", subreddit="askreddit")], execution)
    with store.read() as session:
        assert table.totals(session).subreddits == 1
        assert table.posts_by_id(session, ["a2"])["a2"].subreddit == "AskReddit"


def test_two_spellings_in_one_batch_are_one_subreddit(store: Store, execution: int) -> None:
    written(store, [make_post(id="a1", subreddit="Cats"), make_post(id="a2", subreddit="cats")], 1)
    with store.read() as session:
        assert table.totals(session).subreddits == 1


def test_posts_come_oldest_first_and_ties_by_id(store: Store) -> None:
    moments = {"b": FIRST, "a": FIRST, "c": FIRST - 5, "d": FIRST + 5}
    fill(store, [make_post(id=name, created_utc=moment) for name, moment in moments.items()])

    def ids(session: Session, **span: int) -> list[str]:
        return [post.id for batch in table.posts_in_order(session, **span) for post in batch]

    with store.read() as session:
        assert ids(session) == ["c", "a", "b", "d"]
        assert ids(session, since=FIRST) == ["a", "b", "d"]
        assert ids(session, until=FIRST) == ["c"]
        assert ids(session, since=FIRST, until=FIRST + 5) == ["a", "b"]


def test_totals_tell_generated_posts_apart(store: Store) -> None:
    fill(store, [make_post(id="a1")])
    fill(store, [make_post(id="a2", created_utc=FIRST + 9)], source="generated")
    with store.read() as session:
        totals = table.totals(session)
    assert (totals.posts, totals.generated) == (2, 1)
    assert (totals.first_utc, totals.last_utc) == (FIRST, FIRST + 9)
    assert totals.last_execution == 2


def test_an_empty_store_has_no_totals(store: Store) -> None:
    with store.read() as session:
        assert table.totals(session) == table.PostTotals(0, 0, None, None, 0, None)


@given(st.tuples(*[st.integers(0, 99)] * 3), st.tuples(*[st.integers(0, 99)] * 3))
def test_counts_add_up(a: tuple[int, int, int], b: tuple[int, int, int]) -> None:
    expected = WriteCounts(*(x + y for x, y in zip(a, b, strict=True)))
    assert WriteCounts(*a) + WriteCounts(*b) == expected
