"""Addresses that are told what happens, and the messages for them: waiting, sent or given up."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from core.store import drift_alarms
from core.store.tables import AuditRow
from core.store.tables_notifications import NotificationAddressRow, NotificationRow
from core.store.types import Json

WAITING, SENT, GIVEN_UP = "waiting", "sent", "given up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An address, and how far it has been told, see :class:`.NotificationAddressRow`."""

    name: str
    since: datetime
    decisions: int
    alarms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A message for one address, see :class:`.NotificationRow`. ``id`` is 0 until it is stored."""

    address: str
    event: str
    key: str
    kinds: tuple[str, ...]
    at: datetime
    title: str
    text: str
    about: Json
    queued_at: datetime
    due_at: datetime
    status: str = WAITING
    attempts: int = 0
    ended_at: datetime | None = None
    error: str | None = None
    id: int = 0


def known(session: Session) -> dict[str, Known]:
    """Name -> address, of all that were ever configured."""
    rows = session.scalars(select(NotificationAddressRow))
    return {row.name: Known(**{name: getattr(row, name) for name in _KNOWN}) for row in rows}


def at_head(session: Session, name: str, now: datetime) -> Known:
    """A new address, to be told of what happens after this transaction."""
    decisions = session.scalar(select(func.max(AuditRow.number))) or 0
    return Known(name=name, since=now, decisions=decisions, alarms=drift_alarms.newest(session))


def put(session: Session, address: Known) -> None:
    """Write how far an address has been told, also of one that is new."""
    session.merge(NotificationAddressRow(**{name: getattr(address, name) for name in _KNOWN}))
    session.flush()


def add(session: Session, messages: Iterable[Notification]) -> None:
    """Queue messages."""
    for each in messages:
        values = {name: getattr(each, name) for name in _COLUMNS if name != "id"}
        session.add(NotificationRow(**values | {"kinds": list(each.kinds)}))
    session.flush()


def due(session: Session, addresses: Collection[str], now: datetime) -> list[Notification]:
    """The messages for these addresses that are to be tried now, in the order of their events."""
    query = select(NotificationRow).where(
        NotificationRow.status == WAITING,
        NotificationRow.due_at <= now,
        NotificationRow.address.in_(addresses),
    )
    return [_frozen(row) for row in session.scalars(query.order_by(NotificationRow.id))]


def listing(session: Session, *, ended: bool, limit: int) -> list[Notification]:
    """The newest messages that wait or were given up, newest first; ``ended``: also those sent."""
    query = select(NotificationRow).order_by(NotificationRow.id.desc()).limit(limit)
    if not ended:
        query = query.where(NotificationRow.status != SENT)
    return [_frozen(row) for row in session.scalars(query)]


def counts(session: Session) -> dict[str, int]:
    """Status -> number of messages."""
    query = select(NotificationRow.status, func.count()).group_by(NotificationRow.status)
    found = {row.status: row[1] for row in session.execute(query)}
    return {status: found.get(status, 0) for status in (WAITING, SENT, GIVEN_UP)}


def end(
    session: Session, message: Notification, status: str, now: datetime, **values: Any
) -> Notification:
    """Nothing more is done for a message; ``values``: what else has become of it."""
    return change(session, message, status=status, ended_at=now, **values)


def change(session: Session, message: Notification, **values: Any) -> Notification:
    """Write what has become of a message."""
    session.execute(update(NotificationRow).where(NotificationRow.id == message.id).values(values))
    return replace(message, **values)


def postpone(session: Session, address: str, until: datetime) -> None:
    """Let whatever waits for an address wait at least until then."""
    session.execute(
        update(NotificationRow)
        .where(
            NotificationRow.address == address,
            NotificationRow.status == WAITING,
            NotificationRow.due_at < until,
        )
        .values(due_at=until)
    )


def of_strangers(
    session: Session, addresses: Collection[str], before: datetime
) -> list[Notification]:
    """What waits since before that moment for addresses that are not among these."""
    query = select(NotificationRow).where(
        NotificationRow.status == WAITING,
        NotificationRow.queued_at < before,
        NotificationRow.address.not_in(addresses),
    )
    return list(map(_frozen, session.scalars(query)))


def renew(session: Session, addresses: Sequence[str], now: datetime) -> None:
    """Let all that waits for these addresses, or was given up, be tried now, and for as long as
    something new.
    """
    session.execute(
        update(NotificationRow)
        .where(
            NotificationRow.address.in_(addresses),
            or_(NotificationRow.status == WAITING, NotificationRow.status == GIVEN_UP),
        )
        .values(status=WAITING, queued_at=now, due_at=now, ended_at=None)
    )


def _frozen(row: NotificationRow) -> Notification:
    values = {name: getattr(row, name) for name in _COLUMNS}
    return Notification(**values | {"kinds": tuple(row.kinds)})


_KNOWN = [column.name for column in NotificationAddressRow.__table__.columns]
_COLUMNS = [column.name for column in NotificationRow.__table__.columns]
