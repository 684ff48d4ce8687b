"""The workspace's database: SQLite in WAL, opened, upgraded, and handed out as transactions."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.orm import Session

from core.errors import StorageError
from core.store.artifacts import Artifacts, disk_full, explain, storage_errors
from core.store.schema import bring_up_to_date

DATABASE = "signoff.db"
PATIENCE = 30.0
"""Seconds that a transaction waits for others to end theirs."""
PAGES, MOST_PAGES = 1_000, 25_000
"""Of the log of writes, 4 KiB each, before whoever writes has to shorten it: who waits for the disk
anyway, and who does not."""
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
    def write(self) -> Iterator[Session]:
        """A transaction that holds the write lock from its start and commits at its end.

        Taking the lock first means that what was read inside is still true when it commits.
        """
        with Session(self.engine.execution_options(signoff_write=True)) as session:
            with session.begin():
                yield session

    @contextmanager
    def append(
        self, *, durable: bool = True, patience: float = PATIENCE
    ) -> Iterator[sqlite3.Connection]:
        """The same by the driver alone, for rows that come hundreds of times a second: SQLAlchemy
        takes ten times as long for a transaction as SQLite does for that and a row.

        Args:
            durable: False: it outlives the process, but the last ones may be lost where the machine
                loses its power; the next durable one makes those before it durable. A commit takes
                a tenth of the time.
            patience: seconds to wait for other writers.

        Raises:
            StorageError: others wrote for longer, the disk is full, or the database is damaged.
        """
        try:
            with closing(self.engine.raw_connection()) as pooled:
                with _appending(pooled.driver_connection, durable, patience) as driver:
                    yield driver
        except sqlite3.Error as error:
            explained = _explained(error, self.home / DATABASE, patience)
            if explained is None:
                raise
            raise explained from error

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
            deadline = time.monotonic() + PATIENCE
            while connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()[0]:
                if time.monotonic() > deadline:
                    raise StorageError(
                        "Another process is still reading the old database",
                        "Wait until it has finished, then run the command again.",
                    )
                time.sleep(0.01)

    def empty_log(self) -> bool:
        """Write the log of writes into the database and cut it off; False if another process
        reads what stands in it, and it has to stay for now. Waits for nobody.
        """
        engine = self.engine.execution_options(signoff_no_transaction=True)
        with engine.connect() as connection:
            connection.execute(text("PRAGMA busy_timeout=0"))
            busy = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()[0]
            connection.execute(text(f"PRAGMA busy_timeout={PATIENCE * 1000:.0f}"))
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
        UnknownSchemaError: another version of Signoff wrote the database.
    """
    with storage_errors(home):
        (home / "logs").mkdir(parents=True, exist_ok=True)
    database = home / DATABASE
    engine = _engine(database)
    try:
        bring_up_to_date(engine, database)
    except BaseException:
        engine.dispose()
        raise
    return Store(home=home, engine=engine, artifacts=Artifacts(home / "artifacts"))


@contextmanager
def _appending(driver: Any, durable: bool, patience: float) -> Iterator[sqlite3.Connection]:
    """A transaction of :meth:`Store.append`. The connection is afterwards as it was before."""
    try:
        if not durable:
            # Who does not wait for the disk does not copy the log of writes into the database
            # either: the next that waits does both.
            driver.execute("PRAGMA synchronous=NORMAL")
            driver.execute(f"PRAGMA wal_autocheckpoint={MOST_PAGES}")
        driver.execute(f"PRAGMA busy_timeout={round(patience * 1000)}")
        driver.execute("BEGIN IMMEDIATE")
        yield driver
        driver.execute("COMMIT")
    finally:
        if driver.in_transaction:
            driver.rollback()
        _set_pragmas(driver)


def _engine(database: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(database)),
        connect_args={"timeout": PATIENCE},
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
    cursor.execute("PRAGMA foreign_keys=ON")
    # So that REPLACE, too, meets the triggers that keep decisions from being deleted.
    cursor.execute("PRAGMA recursive_triggers=ON")
    cursor.close()
    _set_pragmas(connection)


def _set_pragmas(connection: Any) -> None:
    """Those that :meth:`Store.append` changes for a while."""
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(f"PRAGMA wal_autocheckpoint={PAGES}")
    connection.execute(f"PRAGMA busy_timeout={PATIENCE * 1000:.0f}")


def _use_wal(cursor: sqlite3.Cursor) -> None:
    # In a new database. While another process makes the same switch, SQLite refuses at once
    # instead of waiting for as long as it was told to.
    deadline = time.monotonic() + PATIENCE
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
    writes = options.get("signoff_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _translate(database: Path) -> Any:
    """SQLite's own refusals as sentences; programming errors stay what they are."""

    def handle(context: ExceptionContext) -> None:
        explained = _explained(context.original_exception, database, PATIENCE)
        if explained is not None:
            raise explained from context.original_exception

    return handle


def _explained(error: BaseException, database: Path, patience: float) -> StorageError | None:
    said = str(error)
    if isinstance(error, OSError):
        return explain(error, database)
    if "full" in said:
        return disk_full(database)
    if any(words in said for words in _DAMAGE):
        return StorageError(
            f"{database} is damaged or not a Signoff database ({said})",
            "Restore it from a backup, or set SIGNOFF_HOME to another workspace.",
        )
    if "locked" in said:
        return StorageError(
            f"Another process has kept {database} locked for {patience:.0f} s",
            "Wait until it has finished, then run the command again.",
        )
    if "unable to open" in said or "readonly" in said or "disk I/O" in said:
        return StorageError(
            f"{database} cannot be used: {said}",
            "Check the folder's permissions and its disk, or set SIGNOFF_HOME to another folder.",
        )
    return None
