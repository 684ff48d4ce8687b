"""The audit log as people read it: every entry a sentence, made from what was hashed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.audit import chain
from core.audit.chain import Decision
from core.audit.events import Event
from core.store import Store
from core.store import audit as audit_table
from core.store.audit import Entry

UNREADABLE = "unreadable"


class Table(Protocol):
    """Reads the entries of one table, as :class:`core.audit.events.Events` does."""

    table: str

    def of_decision(self, decision: Decision) -> Event: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry. ``at``, ``by``, ``candidate`` and ``alias`` are None where the entry does not say
    them.

    ``kind``: of the decision, :data:`UNREADABLE` where someone wrote over it.
    """

    number: int
    at: datetime | None
    by: str | None
    kind: str
    candidate: int | None
    alias: str | None
    sentence: str


def lines(store: Store, tables: Iterable[Table], names: Mapping[str, str]) -> list[Line]:
    """The log, the newest entry first. Whether it is intact, :func:`core.audit.verify` says.

    Args:
        tables: whose events it holds.
        names: digest -> what people call that snapshot.
    """
    by_name = {each.table: each for each in tables}
    with store.read() as session:
        entries = audit_table.entries(session)
    return [line_of(entry, by_name, names) for entry in reversed(entries)]


def line_of(entry: Entry, tables: Mapping[str, Table], names: Mapping[str, str]) -> Line:
    """What one entry says. Pure.

    Args:
        tables: name -> its events.
        names: digest -> what people call that snapshot.
    """
    try:
        decision = chain.read(entry)
        event = tables[decision.record.partition("/")[0]].of_decision(decision)
    except (ValueError, TypeError, KeyError):
        return Line(
            number=entry.number,
            at=None,
            by=None,
            kind=UNREADABLE,
            candidate=None,
            alias=None,
            sentence="This entry cannot be read: it was changed after it was written.",
        )
    candidate, alias = (decision.details.get(name) for name in ("candidate", "alias"))
    return Line(
        number=entry.number,
        at=event.at,
        by=event.by,
        kind=event.kind,
        candidate=candidate if isinstance(candidate, int) else None,
        alias=alias if isinstance(alias, str) else None,
        sentence=event.sentence(names),
    )
