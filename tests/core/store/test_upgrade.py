"""Workspaces of earlier revisions: what they hold is upgraded, nothing is lost."""

import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import create_engine

from core.comparison.compare import compare, pair
from core.errors import RefusedError
from core.release import aliases, audit, candidates, review
from core.release.chain import Decision, read
from core.store import Store, open_store, releases
from core.store import audit as table
from core.store.schema import _config
from tests.conftest import Road
from tests.factories import by, make_event, set_policy


def at_revision(revision: str, store: Store, home: Path) -> Path:
    """A workspace of an earlier revision that holds the same rows, as far as it has their place."""
    shutil.copytree(store.artifacts.root, home / "artifacts")
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


class Earlier:
    """A workspace in which decisions are taken as an earlier Signoff took them."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def decide(self, kind: str, candidate: int, **more: Any) -> None:
        with self.store.write() as session:
            audit.append(session, make_event(kind, candidate=candidate, **more))

    def approve(self, candidate: int, **more: Any) -> str:
        with self.store.write() as session:
            version = releases.next_version(session, at=datetime.now(UTC), candidate=candidate)
        self.decide("approved", candidate, version=version, comment="größer", **more)
        return version

    def move(self, kind: str, candidate: int, alias: str, before: str | None, after: str) -> None:
        with self.store.write() as session:
            releases.move_alias(session, alias, before=before, after=after)
        self.decide(kind, candidate, alias=alias, before=before, version=after)


@pytest.fixture
def decided(road: Road) -> Store:
    """Every kind of decision that there was before 0004."""
    store = road.store
    earlier = Earlier(store)
    earlier.decide("proposed", 3, comment="“first”")
    first = earlier.approve(3)
    earlier.move("released", 3, "staging", None, first)
    earlier.move("released", 3, "production", None, first)
    comparison = compare(store, pair(store, 3, 5)).execution
    earlier.decide("proposed", 5, comparison=comparison)
    second = earlier.approve(5, comparison=comparison)
    earlier.move("released", 5, "production", first, second)
    earlier.move("rolled_back", 3, "production", second, first)
    return store


@pytest.mark.parametrize("revision", ["0002", "0003"])
def test_decisions_of_earlier_revisions_are_chained_as_they_would_have_been(
    decided: Store, tmp_path: Path, revision: str
) -> None:
    earlier = at_revision(revision, decided, tmp_path / "earlier")
    upgraded = open_store(earlier)
    verdict = audit.verify(upgraded)
    assert (verdict.events, verdict.broken) == (8, None)
    with decided.read() as mine, upgraded.read() as theirs:
        assert table.entries(theirs) == table.entries(mine)
    assert candidates.listing(upgraded) == candidates.listing(decided)
    assert [found.state for found in candidates.listing(upgraded)] == ["released", "released"]
    upgraded.engine.dispose()
    assert len(list(earlier.glob("*.backup.db"))) == 1


@pytest.mark.parametrize("revision", ["0002", "0003"])
def test_a_rejection_is_chained_and_what_follows_continues_it(
    road: Road, tmp_path: Path, revision: str
) -> None:
    earlier = Earlier(road.store)
    earlier.decide("proposed", 3)
    earlier.decide("rejected", 3, comment="no")
    upgraded = open_store(at_revision(revision, road.store, tmp_path / "earlier"))
    assert decisions(upgraded) == decisions(road.store)
    with upgraded.write() as session:
        audit.append(session, make_event("proposed", candidate=5))
    verdict = audit.verify(upgraded)
    assert (verdict.events, verdict.broken) == (3, None)
    upgraded.engine.dispose()


@pytest.mark.parametrize("revision", ["0002", "0003"])
def test_a_workspace_without_decisions_has_an_empty_log(
    road: Road, tmp_path: Path, revision: str
) -> None:
    upgraded = open_store(at_revision(revision, road.store, tmp_path / "earlier"))
    verdict = audit.verify(upgraded)
    assert (verdict.events, verdict.broken) == (0, None)
    upgraded.engine.dispose()


def test_an_earlier_approval_holds_and_goes_out_by_way_of_staging(
    road: Road, tmp_path: Path
) -> None:
    """It is bound to no evidence, so none makes it void."""
    earlier = Earlier(road.store)
    earlier.decide("proposed", 3)
    version = earlier.approve(3)
    upgraded = open_store(at_revision("0003", road.store, tmp_path / "earlier"))
    with pytest.raises(RefusedError, match="has not been in staging"):
        aliases.move(upgraded, "production", version, expected=None)
    for alias in ("staging", "production"):
        aliases.move(upgraded, alias, version, expected=None)
    assert candidates.get(upgraded, 3).state == "released"
    assert audit.verify(upgraded).broken is None
    upgraded.engine.dispose()


def test_an_earlier_proposal_is_decided_by_todays_rules(road: Road, tmp_path: Path) -> None:
    Earlier(road.store).decide("proposed", 3)
    upgraded = open_store(at_revision("0003", road.store, tmp_path / "earlier"))
    with by("bob"), pytest.raises(RefusedError, match="has not been opened"):
        review.approve(upgraded, 3, comment="fine")
    set_policy(upgraded)
    with by("bob"):
        assert review.approve(upgraded, 3, comment="fine").state == "approved"
    assert audit.verify(upgraded).broken is None
    upgraded.engine.dispose()


def test_texts_and_answers_of_before_get_names_places_and_a_time_to_go(
    road: Road, tmp_path: Path
) -> None:
    with road.store.write() as session:
        version = releases.next_version(session, at=datetime.now(UTC), candidate=3)
    copy = at_revision("0007", road.store, tmp_path / "earlier")
    earlier = sqlite3.connect(copy / "signoff.db")
    with earlier:
        for title, suggestions in (("cat", '[["cats", 0.9], ["space", 0.1]]'), ("none", "[]")):
            earlier.execute(
                "INSERT INTO submissions (at, title, body, version, suggestions)"
                " VALUES ('2026-05-31 12:00:00.000000', ?, 'body', ?, ?)",
                [title, version, suggestions],
            )
        earlier.executemany(
            "INSERT INTO feedback (at, submission, subreddit)"
            " VALUES ('2026-05-31 12:00:01.000000', 1, ?)",
            [("Space",), ("dogs",)],
        )
    earlier.close()
    upgraded = open_store(copy)
    upgraded.engine.dispose()
    now = sqlite3.connect(copy / "signoff.db")
    query = "SELECT title, expires, source, p_at_1, twin FROM submissions ORDER BY id"
    assert now.execute(query).fetchall() == [
        ("cat", 1, "page", 0.9, None),
        ("none", 1, "page", None, None),
    ]
    publics = {public for (public,) in now.execute("SELECT public FROM submissions")}
    assert [len(public) for public in publics] == [22, 22]
    query = "SELECT submission, subreddit, place FROM feedback ORDER BY id"
    assert now.execute(query).fetchall() == [(1, "Space", 2), (1, "dogs", None)]
    assert now.execute("PRAGMA foreign_key_check").fetchall() == []
    assert now.execute("PRAGMA foreign_key_list(feedback)").fetchone()[2] == "submissions"
    now.close()
