"""Write transactions, for :mod:`core.access.transactions`: there, each asks who acts, or says
why it asks nobody.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy.orm import Session

from core.store.database import PATIENCE
from core.store.engine import Store
from core.store.types import Base


@contextmanager
def write(store: Store) -> Iterator[Session]:
    """A transaction that holds the write lock from its start and commits at its end.

    Taking the lock first means that what was read inside is still true when it commits.
    """
    with Session(store.database.writer, info={"database": store.database}) as session:
        with session.begin():
            yield session


def append(
    store: Store,
    table: type[Base],
    rows: Sequence[NamedTuple],
    *,
    durable: bool = True,
    patience: float = PATIENCE,
) -> None:
    """Add rows in one transaction by the driver alone, for rows that come hundreds of times a
    second: SQLAlchemy takes ten times as long as the driver for a transaction and a row.

    Args:
        rows: their fields are columns of ``table``; all have the same fields.
        durable: False: it outlives the process, but the last ones may be lost where the machine
            loses its power; the next durable one makes those before it durable. A commit takes
            a tenth of the time.
        patience: seconds to wait for other writers.

    Raises:
        StorageError: others wrote for longer, the disk is full, or the database is damaged.
    """
    store.database.append(table, rows, durable=durable, patience=patience)
