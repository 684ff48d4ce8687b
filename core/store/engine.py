"""The workspace's database: SQLite in WAL, opened, upgraded, and handed out as transactions."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.orm import Session

from core.errors import StorageError
from core.store.artifacts import Artifacts, disk_full, explain, storage_errors
from core.store.schema import bring_up_to_date

BUSY_TIMEOUT_MS = 30_000
MOST_PAGES = 25_000
"""Of the log of writes, 4 KiB each, before whoever writes has to shorten it."""
_DAMAGE = ("not a database", "malformed", "no such table", "no such column")
"""What SQLite says of a file that is broken, or from which someone took a table or a column."""


@dataclass(frozen=True, slots=True)
class Store:
    """One workspace: its database and its artifacts."""

    home: Path
    engine: Engine
    artifacts: Artifacts

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A consistent view of the database."""
        with Session(self.engine) as session:
            yield session

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Session]:
        """A transaction that holds the write lock from its start and commits at its end.

        Taking the lock first means that what was read inside is still true when it commits.

        Args:
            durable: False: it outlives the process, but the last ones may be lost where the machine
                loses its power; the next durable one makes those before it durable. A commit takes
                a tenth of the time.
        """
        options = {"signoff_write": True, "signoff_durable": durable}
        with Session(self.engine.execution_options(**options)) as session:
            with session.begin():
                yield session

    def scrub(self) -> None:
        """Write the database anew, so that its files hold nothing of rows that were deleted.

        SQLite leaves deleted rows in free space, and with ``secure_delete`` still the copies that
        it made when it moved rows (docs/decisions/0014-erasure.md has the figures). Writers wait
        meanwhile; for a moment it takes as much disk again.

        Raises:
            StorageError: another process reads or writes, or the disk is full. Nothing is lost.
        """
        engine = self.engine.execution_options(signoff_no_transaction=True)
        with engine.connect() as connection:
            connection.execute(text("VACUUM"))
            # What it replaced stands in the log of writes until that is cut off. SQLite waits for
            # readers, but refuses at once while another process shortens the log.
            deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
            while connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()[0]:
                if time.monotonic() > deadline:
                    raise StorageError(
                        "Another process still reads the database as it was",
                        "Wait until it is done, then run the command again.",
                    )
                time.sleep(0.01)

    def empty_log(self) -> bool:
        """Write the log of writes into the database and cut it off; False if another process
        reads what stands in it, and it has to stay for now. Waits for nobody.
        """
        engine = self.engine.execution_options(signoff_no_transaction=True)
        with engine.connect() as connection:
            connection.execute(text("PRAGMA busy_timeout = 0"))
            busy = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()[0]
            connection.execute(text(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}"))
        return not busy

    def backups(self) -> list[Path]:
        """Copies of the database beside it, oldest first."""
        return sorted(self.home.glob("*.backup.db"))

    @property
    def logs(self) -> Path:
        return self.home / "logs"


def open_store(home: Path) -> Store:
    """Open the workspace at ``home``; make it, or upgrade its database, where needed.

    Raises:
        StorageError: the folder cannot be used, or the database is not one.
        SchemaTooNewError: a newer Signoff wrote the database.
    """
    with storage_errors(home):
        (home / "logs").mkdir(parents=True, exist_ok=True)
    database = home / "signoff.db"
    engine = _engine(database)
    try:
        bring_up_to_date(engine, database)
    except BaseException:
        engine.dispose()
        raise
    return Store(home=home, engine=engine, artifacts=Artifacts(home / "artifacts"))


def _engine(database: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(database)),
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000},
        hide_parameters=True,  # texts of users, which an error would carry into the log
    )
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _translate(database))
    return engine


def _configure(connection: Any, _record: object) -> None:
    # sqlite3 would begin transactions late and only before some statements; Signoff begins them
    # itself (see _begin).
    connection.isolation_level = None
    cursor = connection.cursor()
    _use_wal(cursor)
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    # So that REPLACE, too, meets the triggers that keep decisions from being deleted.
    cursor.execute("PRAGMA recursive_triggers=ON")
    cursor.close()


def _use_wal(cursor: sqlite3.Cursor) -> None:
    # In a new database. While another process makes the same switch, SQLite refuses at once
    # instead of waiting for as long as it was told to.
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _begin(connection: Any) -> None:
    options = connection.get_execution_options()
    if options.get("signoff_no_transaction"):
        return
    if not options.get("signoff_write"):
        connection.exec_driver_sql("BEGIN")
        return
    # Who does not wait for the disk does not copy the log of writes into the database either: the
    # next that waits does both.
    durable = options.get("signoff_durable", True)
    driver = connection.connection.dbapi_connection
    driver.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
    driver.execute(f"PRAGMA wal_autocheckpoint={1_000 if durable else MOST_PAGES}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _translate(database: Path) -> Any:
    """SQLite's own refusals as sentences; programming errors stay what they are."""

    def handle(context: ExceptionContext) -> None:
        said = str(context.original_exception)
        if isinstance(context.original_exception, OSError):
            raise explain(context.original_exception, database) from context.original_exception
        if "full" in said:
            raise disk_full(database) from context.original_exception
        if any(words in said for words in _DAMAGE):
            raise StorageError(
                f"{database} is damaged or not a Signoff database ({said})",
                "Restore it from a backup, or set SIGNOFF_HOME to another workspace.",
            ) from context.original_exception
        if "locked" in said:
            raise StorageError(
                f"Another process has kept {database} locked for {BUSY_TIMEOUT_MS // 1000} s",
                "Wait until its work is done, then run the command again.",
            ) from context.original_exception
        if "unable to open" in said or "readonly" in said or "disk I/O" in said:
            raise StorageError(
                f"{database} cannot be used: {said}",
                "Check the folder's rights and its disk, or set SIGNOFF_HOME to another one.",
            ) from context.original_exception

    return handle
