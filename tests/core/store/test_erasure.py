"""Tombstones: what stays of an erased post, and that it never comes back."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from core.collect.posts import Post, row
from core.executions import record
from core.store import Store
from core.store import erasure as table
from core.store import posts as posts_table
from core.store.erasure import Recheck, Tombstone
from core.store.posts import WriteCounts, write_posts
from core.store.writing import write
from tests.factories import FIRST, fill, make_post

NOW = datetime(2026, 5, 31, tzinfo=UTC)


@pytest.fixture
def run(store: Store) -> int:
    fill(store, [make_post(id=f"a{n}", created_utc=FIRST + n, body="hm") for n in range(4)])
    with record(store, "erase", params={}, inputs={}) as made:
        return made.number


def bury(store: Store, run: int, *ids: str, unknown: bool = False) -> dict[str, str]:
    with write(store) as session:
        reasons = dict.fromkeys(ids, "deleted")
        return table.bury(session, reasons, execution=run, at=NOW, unknown=unknown)


def written(store: Store, run: int, *posts: Post) -> WriteCounts:
    with write(store) as session:
        return write_posts(session, [row(post, "file") for post in posts], run)


def test_id_subreddit_moment_and_why_stay_and_nothing_else(store: Store, run: int) -> None:
    assert bury(store, run, "a1", "a2") == {"a1": "deleted", "a2": "deleted"}
    with store.read() as session:
        assert table.tombstone(session, "a1") == Tombstone(
            post_id="a1",
            subreddit="cats",
            created_utc=FIRST + 1,
            at=NOW,
            reason="deleted",
            execution=run,
        )
        assert posts_table.posts_by_id(session, ["a1", "a2"]) == {}
        assert posts_table.totals(session).posts == 2
        columns = {name for (_, name, *_) in session.execute(text("PRAGMA table_info(tombstones)"))}
    assert not columns & {"title", "body", "url", "domain", "flair", "fingerprint"}


def test_an_erased_post_never_comes_back(store: Store, run: int) -> None:
    bury(store, run, "a1")
    again, new = make_post(id="a1", title="Once more"), make_post(id="a9")
    assert written(store, run, again, new) == WriteCounts(inserted=1, erased=1)
    assert written(store, run, again, again) == WriteCounts(erased=2)
    with store.read() as session:
        assert table.stored(session, ["a1", "a9"]) == {"a9"}


def test_a_post_that_was_never_here_can_be_kept_from_coming(store: Store, run: int) -> None:
    assert bury(store, run, "b1") == {}
    assert written(store, run, make_post(id="b1")) == WriteCounts(inserted=1)
    assert bury(store, run, "b2", unknown=True) == {"b2": "deleted"}
    assert written(store, run, make_post(id="b2")) == WriteCounts(erased=1)
    with store.read() as session:
        found = table.tombstone(session, "b2")
    assert found is not None
    assert (found.subreddit, found.created_utc) == (None, None)


def test_the_first_tombstone_stays(store: Store, run: int) -> None:
    bury(store, run, "a1")
    with write(store) as session:
        again = table.bury(session, {"a1": "removed"}, execution=run, at=NOW + timedelta(days=1))
        found = table.tombstone(session, "a1")
    assert again == {}
    assert found is not None
    assert (found.reason, found.at) == ("deleted", NOW)


def test_many_are_erased_at_once(store: Store, run: int) -> None:
    many = [f"c{n}" for n in range(12_000)]
    assert len(bury(store, run, *many, "a1", unknown=True)) == 12_001
    with store.read() as session:
        assert table.buried(session, [*many, "a1", "a2"]) == {*many, "a1"}


def test_numbers_tell_what_was_erased_since(store: Store, run: int) -> None:
    with store.read() as session:
        assert table.newest(session) == 0
    bury(store, run, "a1")
    with store.read() as session:
        first = table.newest(session)
    bury(store, run, "a3", "a2")
    with store.read() as session:
        assert sorted(table.buried_after(session, first)) == ["a2", "a3"]
        assert sorted(table.buried_after(session, 0)) == ["a1", "a2", "a3"]
        assert table.buried_after(session, table.newest(session)) == []


def test_erased_posts_of_a_span_are_counted(store: Store, run: int) -> None:
    bury(store, run, "a0", "a1", "a3", "z9", unknown=True)
    with store.read() as session:
        assert table.count(session, since=None, until=None) == 3
        assert table.count(session, since=FIRST + 1, until=None) == 2
        assert table.count(session, since=FIRST, until=FIRST + 1) == 1


def test_since_when_a_post_is_absent_is_kept_until_it_is_shown_or_erased(
    store: Store, run: int
) -> None:
    later = NOW + timedelta(hours=5)
    with write(store) as session:
        table.write_absences(session, absent=["a0", "a1", "a2"], shown=[], at=NOW)
    with write(store) as session:
        table.write_absences(session, absent=["a1", "a3"], shown=["a0"], at=later)
    bury(store, run, "a2")
    with store.read() as session:
        assert table.absences(session, ["a0", "a1", "a2", "a3"]) == {"a1": NOW, "a3": later}


def test_a_round_is_kept_for_each_scope(store: Store) -> None:
    first = Recheck(scope="reddit", began_at=NOW, cursor="a1")
    ended = Recheck(scope="reddit", began_at=NOW, cursor="a3", ended_at=NOW + timedelta(hours=1))
    with write(store) as session:
        table.write_recheck(session, first)
    with write(store) as session:
        assert table.recheck(session, "reddit") == first
        table.write_recheck(session, ended)
    with store.read() as session:
        assert (table.recheck(session, "reddit"), table.recheck(session, "all")) == (ended, None)


def test_which_posts_are_asked_for(store: Store, run: int) -> None:
    fill(store, [make_post(id=name) for name in ("r3", "r1", "r2")], source="reddit")
    fill(store, [make_post(id="g1")], source="generated")
    with store.read() as session:
        assert table.ids_to_check(session, "reddit", after="", most=9) == ["r1", "r2", "r3"]
        assert table.ids_to_check(session, "reddit", after="r1", most=1) == ["r2"]
        assert table.count_to_check(session, "reddit", after="r1") == 2
        everything = ["a0", "a1", "a2", "a3", "r1", "r2", "r3"]
        assert table.ids_to_check(session, "all", after="", most=9) == everything
        assert table.count_to_check(session, "all", after="") == 7
