"""Rows that the driver appends by itself."""

import sqlite3

import pytest
from sqlalchemy import text

from core.errors import StorageError
from core.store import Store, open_store
from core.store.engine import DATABASE

FULL, NORMAL = 2, 1
INSERT = "INSERT INTO labels (submission, at, by, use) VALUES (?, '2026-05-31', 'ada', 'train')"


def synchronous(store: Store) -> int:
    with store.write() as session:
        found: int = session.execute(text("PRAGMA synchronous")).scalar_one()
        return found


@pytest.mark.parametrize(
    "order", [(True, False, True), (False, True, False)], ids=["durable first", "durable between"]
)
def test_each_transaction_waits_for_the_disk_as_it_was_asked_to(
    store: Store, order: tuple[bool, ...]
) -> None:
    found = []
    for durable in order:
        with store.append(durable=durable) as driver:
            found += driver.execute("PRAGMA synchronous").fetchone()
    assert found == [FULL if durable else NORMAL for durable in order]
    assert synchronous(store) == FULL


def test_what_fails_leaves_nothing_behind(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.append(durable=False) as driver:
        driver.execute("CREATE TABLE half (written INTEGER)")
        raise ZeroDivisionError
    with store.read() as session:
        assert session.execute(text("SELECT 1 FROM sqlite_master WHERE name = 'half'")).all() == []
    assert synchronous(store) == FULL


def test_rows_keep_to_the_rules_of_the_tables(store: Store) -> None:
    with pytest.raises(sqlite3.IntegrityError), store.append() as driver:
        driver.execute(INSERT, (4711,))


def test_it_waits_no_longer_than_its_patience(store: Store) -> None:
    other = open_store(store.home)
    with other.write() as session:
        session.execute(text("SELECT 1"))
        with pytest.raises(StorageError, match="locked for 0 s"), store.append(patience=0.05):
            pass
    with store.append() as driver:
        assert driver.execute("PRAGMA busy_timeout").fetchone() == (30_000,)
    other.engine.dispose()


def test_a_database_that_cannot_be_opened_is_told(store: Store) -> None:
    store.engine.dispose()
    (store.home / DATABASE).write_bytes(b"not one" * 1_000)
    with pytest.raises(StorageError, match="damaged"), store.append():
        pass
