"""How a SQLite file is opened: to be written or, where that cannot be, only to be read.

A database with a write-ahead log needs two files beside it even of those who only read. Where the
folder cannot be written, or the disk is full, and nobody else has made them, it is read without.
"""

import sqlite3
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from core.errors import StorageError
from core.store.database import PATIENCE

PAGES = 1_000
"""Of the log of writes, 4 KiB each, before a writer has to shorten it."""
_UNWRITABLE = (
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_PERM,
)
_KIND = 0xFF
"""SQLite's extended codes have their kind in the last byte."""


class Unlocked(sqlite3.Connection):
    """Reads the file as it is, without locks or log: it holds for one question, not longer."""


def connect(path: Path) -> sqlite3.Connection:
    """A connection to the database at ``path``, which is made where there is none.

    Raises:
        StorageError: it can only be read, and last changes wait in a log that cannot be read so.
    """
    connection = _opened(str(path))
    try:
        _use_wal(connection)
    except sqlite3.OperationalError as error:
        connection.close()
        if not path.exists() or error.sqlite_errorcode & _KIND not in _UNWRITABLE:
            raise
        return _reading(path)
    except BaseException:
        connection.close()
        raise
    return connection


def connect_to_look(path: Path) -> sqlite3.Connection:
    """A connection that only reads, and that makes no file beside the database at ``path``.

    Raises:
        StorageError: last changes wait in a log that cannot be read so.
    """
    # Where nobody has it open, there is no log, and SQLite would make one to read with.
    return _reading(path) if _size(_log(path)) else _unlocked(path)


def set_up(engine: Engine) -> None:
    """Have every connection of an engine be as Signoff needs it."""
    event.listen(engine, "connect", _configure)
    event.listen(engine, "checkin", _let_go)


def set_pragmas(connection: Any) -> None:
    """Those that :meth:`core.store.sqlite.SQLite.append` changes for a while."""
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(f"PRAGMA wal_autocheckpoint={PAGES}")
    connection.execute(f"PRAGMA busy_timeout={PATIENCE * 1000:.0f}")


def _reading(path: Path) -> sqlite3.Connection:
    where = f"file:{quote(str(path))}?mode=ro"
    connection = _opened(where, uri=True)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        connection.close()
    else:
        return connection
    if _size(_log(path)):
        raise StorageError(
            f"{path} cannot be written, and its last changes cannot be read without that",
            "They are in the file next to it whose name ends in -wal. Copy the folder to a disk"
            " with free space, and set SIGNOFF_HOME to the copy.",
        )
    return _unlocked(path)


def _unlocked(path: Path) -> sqlite3.Connection:
    where = f"file:{quote(str(path))}?mode=ro&immutable=1"
    return _opened(where, uri=True, factory=Unlocked)


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _opened(database: str, **more: Any) -> sqlite3.Connection:
    # SQLAlchemy's pool gives a connection to one thread at a time.
    made: sqlite3.Connection = sqlite3.connect(
        database, timeout=PATIENCE, check_same_thread=False, **more
    )
    return made


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _configure(connection: Any, _record: object) -> None:
    # sqlite3 would begin transactions late and only before some statements; Signoff begins them
    # itself.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys=ON")
    # So that REPLACE, too, meets the triggers that keep decisions from being deleted.
    connection.execute("PRAGMA recursive_triggers=ON")
    if isinstance(connection, Unlocked):
        connection.execute("PRAGMA temp_store=MEMORY")  # the disk may be full
    set_pragmas(connection)


def _let_go(connection: Any, record: ConnectionPoolEntry) -> None:
    """Whoever asks next opens it anew: it may have changed, or be writable by then."""
    if isinstance(connection, Unlocked):
        record.invalidate()


def _use_wal(connection: sqlite3.Connection) -> None:
    # In a new database. While another process makes the same switch, SQLite refuses at once
    # instead of waiting for its busy timeout.
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
