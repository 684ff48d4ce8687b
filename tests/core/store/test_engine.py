"""Transactions on a real SQLite."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, StatementError

from core.errors import StorageError
from core.store import Store
from core.store import executions as table
from core.store import posts as posts_table
from core.store.writing import write
from tests.factories import fill, make_corpus, make_post

SHORTENING = """
import fcntl, sys
with open(sys.argv[1], "r+b") as shared:
    fcntl.lockf(shared, fcntl.LOCK_EX, 1, 121)  # as SQLite does while it shortens the log
    print("begun", flush=True)
    sys.stdin.read()
"""


def pragma(store: Store, name: str) -> object:
    with store.read() as session:
        return session.scalar(text(f"PRAGMA {name}"))


def begin(store: Store, at: datetime) -> int:
    values = {
        "kind": "train",
        "by": "ada",
        "started_at": at,
        "command": "",
        "cache_key": "k",
        **{name: {} for name in ("params", "inputs", "code", "environment", "process")},
    }
    with write(store) as session:
        return table.begin(session, values)


def test_the_database_is_safe_against_crashes_and_loose_ends(store: Store) -> None:
    assert pragma(store, "journal_mode") == "wal"
    assert pragma(store, "foreign_keys") == 1
    assert pragma(store, "synchronous") == 2
    assert pragma(store, "busy_timeout") == 30_000


def test_a_row_that_points_nowhere_is_refused(store: Store) -> None:
    with pytest.raises(IntegrityError, match="FOREIGN KEY"), write(store) as session:
        session.execute(text("INSERT INTO aliases VALUES ('production', '20260531.1')"))


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), write(store) as session:
        session.execute(text("INSERT INTO subreddits (name, key) VALUES ('cats', 'cats')"))
        raise ZeroDivisionError
    with store.read() as session:
        assert session.scalar(text("SELECT count(*) FROM subreddits")) == 0


def test_moments_come_back_aware_and_in_utc(store: Store) -> None:
    moment = datetime(2026, 5, 31, 14, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    number = begin(store, moment)
    with store.read() as session:
        found = table.get(session, number)
    assert found is not None
    assert found.started_at == moment
    assert found.started_at.tzinfo == UTC


def test_a_moment_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(StatementError, match="without a time zone"):
        begin(store, datetime(2026, 5, 31))  # noqa: DTZ001 - that is the point


def test_a_reader_sees_one_moment_while_others_write(store: Store) -> None:
    fill(store, [make_post(id="a1")])
    with store.read() as session:
        before = posts_table.totals(session)
        fill(store, [make_post(id="a2")])
        assert posts_table.totals(session) == before
    with store.read() as session:
        assert posts_table.totals(session).posts == 2


def test_a_full_disk_is_told_in_words_and_leaves_no_half_batch(store: Store) -> None:
    fill(store, [make_post(id="before")])
    pages = int(str(pragma(store, "page_count"))) + 4
    posts = make_corpus(posts=500)
    with store.engine.connect() as connection:  # keeps the limit: it is the pool's connection
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(StorageError) as caught:
        fill(store, posts)
    assert str(store.home) in caught.value.reason
    assert "full" in caught.value.reason
    assert "Free some space" in str(caught.value.hint)
    with store.read() as session:
        assert posts_table.totals(session).posts == 1


def test_writing_anew_waits_for_another_process_that_shortens_the_log(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, [make_post(id="a1")])
    words = [sys.executable, "-c", SHORTENING, f"{store.home / 'signoff.db'}-shm"]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "begun\n"
        monkeypatch.setattr(time, "sleep", lambda _seconds: other.communicate())
        store.scrub()
        assert other.poll() == 0
    assert (store.home / "signoff.db-wal").stat().st_size == 0
