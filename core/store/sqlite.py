"""SQLite with a write-ahead log: with ``sqlite_connections``, what knows the driver, its errors and
its files.
"""

import shutil
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from sqlalchemy import URL, Engine, create_engine, event, text
from sqlalchemy import insert as sql_insert
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.errors import StorageError
from core.store.artifacts import disk_full, explain
from core.store.database import PATIENCE
from core.store.permissions import close
from core.store.presence import Presence
from core.store.sqlite_connections import connect, connect_to_look, set_pragmas, set_up
from core.store.sqlite_health import damage, writer
from core.store.types import Base

DATABASE = "signoff.db"
MOST_PAGES = 25_000
"""As ``PAGES``, for a writer that does not wait for the disk anyway."""
_ROOM = 2**16
"""Bytes without which SQLite cannot even begin to write."""
_VERBS = ("UPDATE", "DELETE")
_DAMAGE = ("not a database", "malformed", "no such table", "no such column")
"""SQLite's words about a file that is broken, or from which someone took a table or a column."""


@dataclass(frozen=True, slots=True)
class SQLite:
    """An open database file. Keeps to :class:`core.store.database.Database`."""

    path: Path
    engine: Engine

    @property
    def writer(self) -> Engine:
        return self.engine.execution_options(signoff_write=True)

    @property
    def presence(self) -> Presence:
        return Presence(self.path.with_name("processes"))

    def append(
        self,
        table: type[Base],
        rows: Sequence[NamedTuple],
        *,
        durable: bool = True,
        patience: float = PATIENCE,
    ) -> None:
        try:
            with closing(self.engine.raw_connection()) as pooled:
                with _appending(pooled.driver_connection, durable, patience) as driver:
                    if rows:
                        statement = _insertion(table, rows[0]._fields)
                        driver.executemany(statement, map(_as_stored, rows))
        except sqlite3.IntegrityError as error:
            raise IntegrityError(None, None, error) from error
        except sqlite3.Error as error:
            explained = _explained(error, self.path, patience)
            if explained is None:
                raise
            raise explained from error

    def upsert(self, table: type[Base]) -> sqlite.Insert:
        return sqlite.insert(table)

    def overwrite_erased(self, session: Session) -> None:
        # Otherwise the text would still stand in the file, in the space that it leaves free.
        session.connection().exec_driver_sql("PRAGMA secure_delete = ON")

    def scrub(self) -> None:
        # SQLite leaves deleted rows in free space, and with secure_delete still the copies that it
        # made when it moved rows: docs/decisions/0014-erasure.md has the figures.
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

    def scrub_quickly(self) -> bool:
        engine = self.engine.execution_options(signoff_no_transaction=True)
        with engine.connect() as connection:
            connection.execute(text("PRAGMA busy_timeout=0"))
            busy = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()[0]
            connection.execute(text(f"PRAGMA busy_timeout={PATIENCE * 1000:.0f}"))
        return not busy

    def unguarded(self, session: Session) -> list[str]:
        query = text("SELECT sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = [str(statement) for statement in session.scalars(query)]
        return sorted(
            table
            for table in GUARDED
            if not all(
                any(each.startswith(_refusal(table, verb, "1")) for each in triggers)
                for verb in _VERBS
            )
        )

    def size(self) -> int:
        return self.path.stat().st_size

    def damage(self, *, thorough: bool) -> list[str]:
        return damage(self.engine, thorough=thorough)

    def writing(self) -> int | None:
        return writer(self.path)

    def back_up(self) -> Path:
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        target = self.path.with_name(f"{self.path.stem}-{moment}.backup.db")
        engine = self.engine.execution_options(signoff_no_transaction=True)
        try:
            with engine.connect() as connection:
                connection.execute(text("VACUUM INTO :target"), {"target": str(target)})
        except BaseException:
            with suppress(OSError):  # of a folder in which nothing could be made either
                target.unlink(missing_ok=True)  # half a copy is none
            raise
        close(target)
        return target

    def backups(self) -> list[Path]:
        return sorted(self.path.parent.glob("*.backup.db"))


def open_sqlite(home: Path, *, to_look: bool = False) -> SQLite:
    """The database of the workspace at ``home``, which is made where there is none. Where it cannot
    be written, it can be read, and writing raises a StorageError.

    Args:
        to_look: only read it, and change nothing at all; then it must be there.
    """
    path = home / DATABASE
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        creator=partial(connect_to_look if to_look else connect, path),
        hide_parameters=True,  # texts of users, which an error would carry into the log
    )
    set_up(engine)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _translate(path))
    return SQLite(path, engine)


GUARDED = {
    "audit",
    "audit_signatures",
    "release_events",
    "access_events",
    "policy_events",
    "seal_events",
    "annotation_events",
    "versions",
    "models",
    "evaluations",
    "comparisons",
    "shared_texts",
}
"""Tables of whose rows none is ever changed or deleted: triggers refuse it."""


def never(table: str, verb: str, why: str, *, when: str = "1") -> str:
    """The statement that makes a trigger: it refuses ``verb`` (UPDATE, DELETE) on a table.

    Args:
        why: the refusal in words.
        when: a condition on the row; by default every row is protected.
    """
    return f"{_refusal(table, verb, when)}'{why}'); END"


def _refusal(table: str, verb: str, when: str) -> str:
    name = f"{table}_no_{verb.lower()}"
    return f"CREATE TRIGGER {name} BEFORE {verb} ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, "


@contextmanager
def _appending(driver: Any, durable: bool, patience: float) -> Iterator[sqlite3.Connection]:
    """A transaction of :meth:`SQLite.append`. The connection is afterwards as it was before."""
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
        set_pragmas(driver)


@cache
def _insertion(table: type[Base], columns: tuple[str, ...]) -> str:
    return str(sql_insert(table).compile(dialect=sqlite.dialect(), column_keys=columns))


def _as_stored(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """As SQLAlchemy would write it: moments and lists as text."""
    return tuple(_value(value) for value in row)


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    if isinstance(value, list):
        return orjson.dumps(value).decode()
    return value


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
    message = str(error)
    if isinstance(error, OSError):
        return explain(error, database)
    if "full" in message:
        return disk_full(database)
    if any(damage in message for damage in _DAMAGE):
        return StorageError(
            f"{database} is damaged or not a Signoff database ({message})",
            "Restore it from a backup, or set SIGNOFF_HOME to another workspace.",
        )
    if "locked" in message:
        return StorageError(
            f"Another process has kept {database} locked for {patience:.0f} s",
            "Wait until it has finished, then run the command again.",
        )
    if "readonly" in message:
        return _only_read(database)
    if "unable to open" in message or "disk I/O" in message:
        return StorageError(
            f"{database} cannot be used: {message}",
            "Check the folder's permissions and its disk, or set SIGNOFF_HOME to another folder.",
        )
    return None


def _only_read(database: Path) -> StorageError:
    if shutil.disk_usage(database.parent).free < _ROOM:
        return disk_full(database)
    return StorageError(
        f"{database} can be read, but not written",
        "Check who may write to the file and to its folder, and whether the disk is mounted"
        " read-only.",
    )
