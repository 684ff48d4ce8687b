"""Migrations make the tables; one revision is the newest; a newer database is left alone."""

import re
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import IntegrityError

import core.store.schema
import core.store.tables_annotations
import core.store.tables_audit
import core.store.tables_drift
import core.store.tables_feedback
import core.store.tables_jobs
import core.store.tables_notifications
import core.store.tables_requests
import core.store.tables_serving  # together they fill the metadata
from core.errors import StorageError, UnknownSchemaError
from core.release import history
from core.store import Store, open_store
from core.store.releases import next_version
from core.store.schema import HEAD, bring_up_to_date
from core.store.types import Base
from core.store.writing import write
from tests.commands import race
from tests.conftest import Road
from tests.factories import fill, make_event, make_post

MIGRATIONS = Path(core.store.schema.__file__).with_name("migrations")


def set_revision(home: Path, revision: str) -> None:
    with sqlite3.connect(home / "signoff.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", [revision])
    connection.close()


def contents(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in home.iterdir() if path.is_file()}


def assert_whole(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrations_make_exactly_the_tables(store: Store) -> None:
    assert_whole(store)


def test_migrations_name_keys_and_constraints_as_the_tables_do(store: Store) -> None:
    """Alembic compares neither the checks nor all names."""
    made = create_engine("sqlite://")
    Base.metadata.create_all(made)
    named = [constraints(made), constraints(store.engine)]
    assert named[0] == named[1]
    assert len(named[0]) > 60


def constraints(engine: Engine) -> set[tuple[str, str]]:
    """Each table's definition, part by part: SQLite keeps the words it was made with."""
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'table' OR type = 'index'"
    with engine.connect() as connection:
        rows = connection.execute(text(query)).all()
    return {
        (name, part.strip())
        for name, sql in rows
        if sql and name != "alembic_version"
        for part in re.split(r",|\n", re.sub(r"\s*\)$", "", sql))  # added columns end a line less
    }


def test_head_names_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_a_newest_database_is_not_touched(store: Store) -> None:
    assert not bring_up_to_date(store.database)


@pytest.mark.parametrize("revision", ["0000", f"{int(HEAD) + 1:04d}", "9999"])
def test_a_database_of_another_signoff_is_refused_and_not_changed(
    store: Store, revision: str
) -> None:
    set_revision(store.home, revision)
    store.engine.dispose()
    before = contents(store.home)
    with pytest.raises(UnknownSchemaError, match=rf"does not know .*\({revision}\)") as caught:
        open_store(store.home)
    assert "SIGNOFF_HOME" in str(caught.value.hint)
    assert contents(store.home) == before


def test_an_empty_file_becomes_a_database(home: Path) -> None:
    home.mkdir()
    (home / "signoff.db").touch()
    store = open_store(home)
    assert_whole(store)
    store.engine.dispose()
    assert list(home.glob("*.backup.db")) == []


@pytest.mark.slow
def test_processes_that_open_a_new_workspace_at_once_all_succeed(home: Path) -> None:
    prepare = "from core.settings import settings; from core.store import open_store"
    act = "for n in range(20): open_store(settings().home / str(n)).engine.dispose()"
    assert race(prepare, act, processes=3) == ["", "", ""]
    assert len(list(home.glob("*/signoff.db"))) == 20
    assert list(home.glob("*/*.backup.db")) == []


def test_a_backup_is_a_whole_copy(store: Store) -> None:
    fill(store, [make_post()])
    path = store.back_up()
    copy = sqlite3.connect(path)
    assert copy.execute("SELECT id FROM posts").fetchall() == [("abc1",)]
    copy.close()


@pytest.mark.parametrize("content", [b"not a database" * 100, b"SQLite format 3\x00" + b"x" * 4096])
def test_a_file_that_is_no_database_is_refused(home: Path, content: bytes) -> None:
    home.mkdir()
    (home / "signoff.db").write_bytes(content)
    with pytest.raises(StorageError, match=r"signoff\.db is damaged or not a Signoff database"):
        open_store(home)
    assert (home / "signoff.db").read_bytes() == content


def test_a_file_in_the_place_of_the_folder_is_refused(home: Path) -> None:
    home.write_text("mine")
    with pytest.raises(StorageError, match=str(home)):
        open_store(home)
    assert home.read_text() == "mine"


def test_a_folder_in_the_place_of_the_database_is_refused(home: Path) -> None:
    (home / "signoff.db").mkdir(parents=True)
    with pytest.raises(StorageError, match="cannot be used"):
        open_store(home)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE executions SET metrics = '{}'",
        "DELETE FROM executions",
        "UPDATE versions SET n = 9",
        "DELETE FROM versions",
        "UPDATE audit SET content = ''",
        "DELETE FROM audit",
        "REPLACE INTO audit SELECT * FROM audit",
    ],
)
def test_what_is_finished_never_changes(road: Road, statement: str) -> None:
    with write(road.store) as session:
        next_version(session, at=datetime.now(UTC), candidate=road.baseline.execution)
        history.append(session, make_event("proposed", candidate=3))
    with pytest.raises(IntegrityError), write(road.store) as session:
        session.execute(text(statement))
