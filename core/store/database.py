"""What differs from one database to another. All else in ``core.store`` asks through SQLAlchemy.

Each kind of database has one module that keeps to :class:`Database`. So far there is ``sqlite``.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.store.presence import Presence
from core.store.types import Base

IDS_AT_ONCE = 5_000
"""Ids in one statement: drivers limit how many values it takes."""
PATIENCE = 30.0
"""Seconds that a transaction waits for others to end theirs."""


class Database(Protocol):
    """An open database. What its driver refuses is raised as a ``StorageError`` in plain words."""

    @property
    def engine(self) -> Engine:
        """Its transactions see one consistent moment."""

    @property
    def writer(self) -> Engine:
        """Its transactions hold the write lock from their start."""

    @property
    def presence(self) -> Presence:
        """Which recorded work goes on in it."""

    def append(
        self, table: type[Base], rows: Sequence[NamedTuple], *, durable: bool, patience: float
    ) -> None:
        """See :meth:`core.store.Store.append`."""

    def upsert(self, table: type[Base]) -> Any:
        """An ``INSERT`` that has ``on_conflict_do_update`` and ``excluded``."""

    def overwrite_erased(self, session: Session) -> None:
        """From now on in this transaction, deleted and replaced text is overwritten."""

    def scrub(self) -> None:
        """See :meth:`core.store.Store.scrub`."""

    def scrub_quickly(self) -> bool:
        """See :meth:`core.store.Store.scrub_quickly`."""

    def unguarded(self, session: Session) -> list[str]:
        """Tables whose rows should never change, but could: somebody took their triggers away."""

    def size(self) -> int:
        """In bytes."""

    def damage(self, *, thorough: bool) -> list[str]:
        """What does not fit together in its files, in words; rows that refer to none included.
        Reads all of it.

        Args:
            thorough: also compare every index with its table, which takes several times as long.
        """

    def writing(self) -> int | None:
        """The number of the process that holds the write lock, 0 for one that has none here; None
        where nobody does, or where that cannot be told.
        """

    def back_up(self) -> Path:
        """Write a consistent copy; where it is."""

    def backups(self) -> list[Path]:
        """The copies, oldest first."""


def database_of(session: Session) -> Database:
    """The database that a session of :class:`core.store.Store` asks."""
    database: Database = session.info["database"]
    return database
