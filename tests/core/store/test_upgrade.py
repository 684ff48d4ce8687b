"""An upgrade keeps every row and a copy of what was, however many processes begin it.

The next revision is made up here.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import StorageError
from core.store import open_store, schema
from tests.commands import race
from tests.conftest import Road
from tests.unwritable import make_unwritable

THIS, FOLLOWING = schema.HEAD, f"{int(schema.HEAD) + 1:04d}"
NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "FOLLOWING"
down_revision = "THIS"


def upgrade() -> None:
    op.add_column("posts", sa.Column("language", sa.String(8), nullable=True))
    op.execute("UPDATE posts SET language = 'en'")
""".replace("FOLLOWING", FOLLOWING).replace("THIS", THIS)
UPGRADE = """
from pathlib import Path
from core.settings import settings
from core.store import open_store, schema
schema.HEAD = {head!r}
schema._MIGRATIONS = Path({folder!r})
"""


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    """The folder of migrations of a next version."""
    folder = tmp_path / "migrations"
    shutil.copytree(Path(schema.__file__).with_name("migrations"), folder)
    (folder / "versions" / "next.py").write_text(NEXT)
    return folder


@pytest.fixture
def updated(migrations: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """From now on, this process is that next version."""
    monkeypatch.setattr(schema, "HEAD", FOLLOWING)
    monkeypatch.setattr(schema, "_MIGRATIONS", migrations)
    return migrations


def rows(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """Table -> its rows, but for the schema's revision and the new column."""
    with closing(sqlite3.connect(database)) as connection:
        return dict(_tables(connection))


def _tables(connection: sqlite3.Connection) -> Iterator[tuple[str, list[tuple[object, ...]]]]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    for (name,) in connection.execute(query).fetchall():
        columns = [column[1] for column in connection.execute(f"PRAGMA table_info({name})")]
        names = ", ".join(f'"{column}"' for column in columns if column != "language")
        if name != "alembic_version":
            yield name, connection.execute(f"SELECT {names} FROM {name}").fetchall()  # noqa: S608


def revision(database: Path) -> str:
    with closing(sqlite3.connect(database)) as connection:
        (number,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(number)


@pytest.mark.usefixtures("updated")
def test_an_upgrade_keeps_every_row_and_a_copy_of_what_was(road: Road) -> None:
    home = road.store.home
    before = rows(home / "signoff.db")
    upgraded = open_store(home)
    upgraded.engine.dispose()
    assert rows(home / "signoff.db") == before
    assert revision(home / "signoff.db") == FOLLOWING
    (backup,) = upgraded.backups()
    assert (revision(backup), rows(backup)) == (THIS, before)
    open_store(home).engine.dispose()
    assert upgraded.backups() == [backup]


def test_an_upgrade_that_fails_changes_nothing(road: Road, updated: Path) -> None:
    path = updated / "versions" / "next.py"
    path.write_text(f"{NEXT}    op.drop_column('posts', 'nonsense')\n")
    before = rows(road.store.home / "signoff.db")
    with pytest.raises(StorageError, match="no such column"):
        open_store(road.store.home)
    assert rows(road.store.home / "signoff.db") == before
    assert revision(road.store.home / "signoff.db") == THIS


@pytest.mark.slow
def test_processes_that_upgrade_at_once_all_succeed_and_keep_one_copy(
    home: Path, migrations: Path
) -> None:
    for number in range(10):
        open_store(home / str(number)).engine.dispose()
    act = "for n in range(10): open_store(settings().home / str(n)).engine.dispose()"
    assert race(UPGRADE.format(folder=str(migrations), head=FOLLOWING), act, processes=3) == [
        "",
        "",
        "",
    ]
    for number in range(10):
        folder = home / str(number)
        assert revision(folder / "signoff.db") == FOLLOWING
        assert [revision(path) for path in folder.glob("*.backup.db")] == [THIS]


def test_what_cannot_be_upgraded_says_so(
    road: Road, updated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a disk that is mounted read-only."""
    road.store.engine.dispose()
    make_unwritable(monkeypatch)
    with pytest.raises(StorageError, match=r"An earlier version of Signoff .* not written"):
        open_store(road.store.home)
    assert revision(road.store.home / "signoff.db") == THIS
