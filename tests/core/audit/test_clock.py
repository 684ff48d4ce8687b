"""A clock that cannot be right is told, and nothing else happens."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from core.access.identity import Role
from core.access.members import grant
from core.audit import clock
from core.audit.clock import doubt
from core.store import Store
from core.store.sqlite import DATABASE
from tests.commands import signoff
from tests.conftest import Road


def test_a_clock_that_goes_with_the_records_is_believed(road: Road) -> None:
    now = datetime.now(UTC)
    assert doubt(road.store, now) is None
    assert doubt(road.store, now + timedelta(days=4_000)) is None
    assert doubt(road.store, now - timedelta(hours=20)) is None


def test_a_clock_before_the_release_is_doubted(store: Store) -> None:
    said = doubt(store, datetime(1970, 1, 1, tzinfo=UTC))
    assert said is not None
    assert "shows 1970-01-01 00:00 UTC" in said


def test_a_clock_before_the_last_decision_is_doubted(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant(store, "bob", Role.VIEWER)
    now = datetime.now(UTC) - timedelta(days=2)
    monkeypatch.setattr(clock, "RELEASED", now)
    said = doubt(store, now)
    assert said is not None
    assert "the workspace has records of" in said


def test_a_damaged_database_says_nothing_of_it(store: Store) -> None:
    with closing(sqlite3.connect(store.home / DATABASE)) as database:
        database.execute("DROP TABLE access_events")
    assert doubt(store) is None


def test_a_command_says_so_once_and_goes_on(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "RELEASED", datetime.now(UTC) + timedelta(days=3))
    outcome = signoff("executions", "list", "--json")
    assert len(outcome.json) == 6
    assert len(outcome.err.splitlines()) == 1
    assert "The clock of this machine may be wrong" in outcome.err
