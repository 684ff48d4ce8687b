"""Workspaces of earlier revisions: what they hold is upgraded, nothing is lost."""

import sqlite3
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine

from core.release import audit
from core.release.aliases import move, rollback
from core.release.chain import Decision, read
from core.release.review import approve, propose, reject
from core.store import Store, open_store
from core.store import audit as table
from core.store.schema import _config
from tests.conftest import Road
from tests.factories import make_event


def at_revision(revision: str, store: Store, home: Path) -> Path:
    """A workspace of an earlier revision that holds the same rows, as far as it has their place."""
    home.mkdir()
    database = home / "signoff.db"
    engine = create_engine(f"sqlite:///{database}")
    config = _config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
    earlier = sqlite3.connect(database)
    earlier.execute("ATTACH ? AS newer", [str(store.home / "signoff.db")])
    with earlier:
        for name in tables(earlier):
            columns = earlier.execute(f"PRAGMA table_info({name})").fetchall()
            names = ", ".join(f'"{column[1]}"' for column in columns)
            earlier.execute(f"INSERT INTO {name} SELECT {names} FROM newer.{name}")  # noqa: S608
    earlier.close()
    return home


def tables(connection: sqlite3.Connection) -> list[str]:
    query = "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    return [name for (name,) in connection.execute(query) if name != "alembic_version"]


def decisions(store: Store) -> list[Decision]:
    with store.read() as session:
        return [read(entry) for entry in table.entries(session)]


@pytest.fixture
def decided(road: Road) -> Store:
    """Every kind of decision was taken."""
    store = road.store
    propose(store, 3, by="ada", note="“first”")
    first = str(approve(store, 3, by="bob", comment="größer").version)
    move(store, "staging", first, by="bob", expected=None)
    move(store, "production", first, by="bob", expected=None)
    propose(store, 5, by="ada")
    second = str(approve(store, 5, by="bob", comment="better").version)
    move(store, "production", second, by="bob", expected=first)
    rollback(store, "production", by="cy")
    return store


def test_decisions_of_0002_are_chained_as_they_would_have_been(
    decided: Store, tmp_path: Path
) -> None:
    earlier = at_revision("0002", decided, tmp_path / "earlier")
    upgraded = open_store(earlier)
    verdict = audit.verify(upgraded)
    assert (verdict.events, verdict.broken) == (8, None)
    with decided.read() as mine, upgraded.read() as theirs:
        assert table.entries(theirs) == table.entries(mine)
    upgraded.engine.dispose()
    assert len(list(earlier.glob("*.backup.db"))) == 1


def test_a_rejection_of_0002_is_chained_and_what_follows_continues_it(
    road: Road, tmp_path: Path
) -> None:
    propose(road.store, 3, by="ada")
    reject(road.store, 3, by="bob", comment="no")
    upgraded = open_store(at_revision("0002", road.store, tmp_path / "earlier"))
    assert decisions(upgraded) == decisions(road.store)
    with upgraded.write() as session:
        audit.append(session, make_event("proposed", candidate=5))
    verdict = audit.verify(upgraded)
    assert (verdict.events, verdict.broken) == (3, None)
    upgraded.engine.dispose()


def test_a_workspace_of_0002_without_decisions_has_an_empty_log(road: Road, tmp_path: Path) -> None:
    upgraded = open_store(at_revision("0002", road.store, tmp_path / "earlier"))
    verdict = audit.verify(upgraded)
    assert (verdict.events, verdict.broken) == (0, None)
    upgraded.engine.dispose()
