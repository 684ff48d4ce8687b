"""Rows that the driver appends by itself."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from core.errors import StorageError
from core.store import Store, open_store
from core.store.sqlite import DATABASE
from core.store.tables import SubredditRow
from core.store.tables_feedback import LabelRow
from core.store.writing import append, write

FULL, NORMAL = 2, 1


class Subreddit(NamedTuple):
    name: str
    key: str


class Label(NamedTuple):
    submission: int
    at: datetime
    by: str
    use: str
    withdrawn: bool


ORPHAN = Label(4711, datetime(2026, 5, 31, tzinfo=UTC), "ada", "train", withdrawn=False)
"""A label of a submission that is not there."""


@pytest.fixture
def statements(store: Store) -> Callable[[], list[str]]:
    """What the driver has been given since it was last asked; there is one connection."""
    given: list[str] = []
    pooled = store.engine.raw_connection()
    driver = pooled.driver_connection
    assert driver is not None
    driver.set_trace_callback(given.append)
    pooled.close()

    def taken() -> list[str]:
        taken = list(given)
        given.clear()
        return taken

    return taken


def pragma(store: Store, name: str) -> int:
    with write(store) as session:
        value: int = session.execute(text(f"PRAGMA {name}")).scalar_one()
        return value


def names(store: Store) -> list[str]:
    with store.read() as session:
        return list(session.execute(text("SELECT name FROM subreddits ORDER BY id")).scalars())


def synchronous_at_commit(statements: list[str]) -> int:
    """As it was last set before the commit."""
    assert "BEGIN IMMEDIATE" in statements
    before = statements[: statements.index("COMMIT")]
    return NORMAL if "PRAGMA synchronous=NORMAL" in before else FULL


@pytest.mark.parametrize(
    "order", [(True, False, True), (False, True, False)], ids=["durable first", "durable between"]
)
def test_each_transaction_waits_for_the_disk_as_it_was_asked_to(
    store: Store, statements: Callable[[], list[str]], order: tuple[bool, ...]
) -> None:
    modes = []
    for number, durable in enumerate(order):
        assert pragma(store, "synchronous") == FULL
        statements()
        append(store, SubredditRow, [Subreddit(str(number), str(number))], durable=durable)
        modes.append(synchronous_at_commit(statements()))
    assert modes == [FULL if durable else NORMAL for durable in order]
    assert pragma(store, "synchronous") == FULL
    assert names(store) == ["0", "1", "2"]


def test_what_fails_leaves_nothing_behind(store: Store) -> None:
    rows = [Subreddit("cats", "cats"), Subreddit("Cats", "cats")]
    with pytest.raises(IntegrityError, match="UNIQUE"):
        append(store, SubredditRow, rows, durable=False)
    assert names(store) == []
    assert pragma(store, "synchronous") == FULL


def test_rows_keep_to_the_rules_of_the_tables(store: Store) -> None:
    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        append(store, LabelRow, [ORPHAN])


def test_it_waits_no_longer_than_its_patience(store: Store) -> None:
    other = open_store(store.home)
    with write(other) as session:
        session.execute(text("SELECT 1"))
        with pytest.raises(StorageError, match="locked for 0 s"):
            append(store, SubredditRow, [Subreddit("cats", "cats")], patience=0.05)
    append(store, SubredditRow, [Subreddit("cats", "cats")])
    assert pragma(store, "busy_timeout") == 30_000
    other.engine.dispose()


def test_a_database_that_cannot_be_opened_is_told(store: Store) -> None:
    store.engine.dispose()
    (store.home / DATABASE).write_bytes(b"not one" * 1_000)
    with pytest.raises(StorageError, match="damaged"):
        append(store, SubredditRow, [Subreddit("cats", "cats")])
