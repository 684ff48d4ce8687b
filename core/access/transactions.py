"""The ways to write: somebody acts who may, or the code says why nobody is asked.

Nothing else begins a write transaction: only this module may import :mod:`core.store.writing`, and
the store itself, which records that runs of dead processes were interrupted.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from sqlalchemy.orm import Session

from core import audit
from core.access.authorisation import authorise
from core.access.identity import Actor, Role
from core.store import Store
from core.store.database import PATIENCE
from core.store.types import Base
from core.store.writing import append, write

WITHIN_A_RUN = "it belongs to a recorded run, which asked as it began"
"""Why most of what asks nobody needs no role, for :func:`unattended`."""


_condition: ContextVar[Callable[[Session], object] | None] = ContextVar("condition", default=None)


@contextmanager
def only_while(holds: Callable[[Session], object]) -> Iterator[None]:
    """Every transaction of :func:`acting` and :func:`unattended` that begins inside asks ``holds``
    first, with its session; where that raises, nothing is written.
    """
    token = _condition.set(holds)
    try:
        yield
    finally:
        _condition.reset(token)


@contextmanager
def acting(store: Store, needed: Role, *, to: str) -> Iterator[tuple[Session, Actor]]:
    """A write transaction of somebody who may; it commits at its end, and what was decided in it is
    anchored, see :func:`core.audit.anchor_of_itself`.

    Args:
        needed: the role that it takes.
        to: what they want to do, as a verb with its object: ``approve a candidate``.

    Raises:
        RefusedError: they may not; nothing is written.
    """
    with _write(store) as session:
        yield session, authorise(session, needed, to=to)
    _anchor(store, session)


@contextmanager
def unattended(store: Store, *, because: str) -> Iterator[Session]:
    """A write transaction that asks nobody; it commits at its end.

    Args:
        because: why it needs no role, for readers of the code.
    """
    with _write(store) as session:
        yield session
    _anchor(store, session)


@contextmanager
def _write(store: Store) -> Iterator[Session]:
    with write(store) as session:
        if (holds := _condition.get()) is not None:
            holds(session)
        yield session


def _anchor(store: Store, session: Session) -> None:
    """What was decided is anchored; where nothing was, no other machine is asked anything."""
    if session.info.get(audit.DECIDED):
        audit.anchor_of_itself(store)


def append_unattended(
    store: Store,
    table: type[Base],
    rows: Sequence[NamedTuple],
    *,
    because: str,
    durable: bool = True,
    patience: float = PATIENCE,
) -> None:
    """Add rows in one fast transaction that asks nobody, see :func:`core.store.writing.append`.

    Args:
        because: as for :func:`unattended`.
    """
    append(store, table, rows, durable=durable, patience=patience)
