"""Events of one table, each kind a class of its own, become records and come back: in this place.

An event is a frozen dataclass with the fields of its kind, and ``str(event)`` is a sentence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import ClassVar, Generic, TypeVar

from sqlalchemy.orm import Session

from core import records as typed
from core.audit.chain import Decision
from core.errors import BrokenChainError
from core.hints import Command, Hint
from core.store import records as records_table
from core.store.records import Record, Value

_EVERY = ("id", "at", "by")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that somebody did. ``id`` is 0 until it is stored."""

    kind: ClassVar[str]
    at: datetime
    by: str
    id: int = 0

    def sentence(self, names: Mapping[str, str]) -> str:
        """What happened, as a sentence without a full stop.

        Args:
            names: digest -> what people call that snapshot; the others are named by their digest.
        """
        del names  # the kinds that name a snapshot need them
        return str(self)


E = TypeVar("E", bound=Event)
Kind = TypeVar("Kind", bound=Event)


class Events(Generic[E]):
    """The kinds of events that a table holds.

    Args:
        table: the name of the table.
        kinds: a class for each kind.
        blank: column -> what it holds in rows of the kinds that have no such field.
    """

    def __init__(
        self, table: str, kinds: Sequence[type[E]], *, blank: Mapping[str, Value] | None = None
    ) -> None:
        self.table = table
        self.kinds: dict[str, type[E]] = {kind.kind: kind for kind in kinds}
        self._blank = blank or {}

    def append(self, session: Session, event: Kind) -> tuple[Kind, Record]:
        """Write an event, for :func:`core.audit.append` to chain; with its id, and as a record."""
        stored = records_table.append(session, self.record(event))
        return replace(event, id=stored.id), stored

    def read(self, session: Session, **where: Value) -> list[E]:
        """The events in the order in which they happened.

        Args:
            where: column -> the value that it must have.

        Raises:
            BrokenChainError: one of them is not what was written.
        """
        return [
            self._stored(record) for record in records_table.of_table(session, self.table, **where)
        ]

    def record(self, event: Event) -> Record:
        """The event as a row."""
        names = [each.name for each in fields(event) if each.name not in _EVERY]
        values = {name: getattr(event, name) for name in names}
        details = {name: value for name, value in values.items() if value is not None}
        return Record(
            table=self.table,
            kind=event.kind,
            at=event.at,
            by=event.by,
            id=event.id,
            details={**self._blank, **details},
        )

    def of_record(self, record: Record) -> E:
        """The event of a row.

        Raises:
            ValueError: no kind of event has such a row.
        """
        return self._event(
            record.kind, {"id": record.id, "at": record.at, "by": record.by}, record.details
        )

    def of_decision(self, decision: Decision) -> E:
        """The event that an entry of the audit log records.

        Raises:
            ValueError: no kind of event has such an entry.
        """
        number = decision.record.removeprefix(f"{self.table}/")
        if not number.isdigit():
            raise ValueError(f"{decision.record} is not a record of {self.table}")
        every = {"id": int(number), "at": decision.at, "by": decision.by}
        return self._event(decision.kind, every, decision.details)

    def _event(self, kind: str, every: Mapping[str, object], details: Mapping[str, object]) -> E:
        if kind not in self.kinds:
            raise ValueError(f"{self.table} has no event of the kind {kind!r}")
        made = self.kinds[kind]
        names = {each.name for each in fields(made)}
        blank = {name for name, value in self._blank.items() if details.get(name) == value} - names
        own = {name: value for name, value in details.items() if name not in blank}
        missing = dict.fromkeys(names - own.keys() - every.keys())
        return typed.from_json(made, {**missing, **own, **every})

    def _stored(self, record: Record) -> E:
        try:
            return self.of_record(record)
        except ValueError as error:
            raise BrokenChainError(
                f"{record.key} was changed outside of Signoff",
                Hint("The audit log shows where it was changed.", Command("audit verify")),
            ) from error
