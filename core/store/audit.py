"""The audit log as stored: one entry a decision, each with the hash of the one before."""

from dataclasses import asdict, dataclass

from sqlalchemy import LargeBinary, Row, cast, select
from sqlalchemy.orm import Session

from core.store.tables import AuditRow
from core.store.tables_audit import AuditSignatureRow

_ENTRIES = select(
    AuditRow.number,
    cast(AuditRow.content, LargeBinary),
    cast(AuditRow.previous, LargeBinary),
    cast(AuditRow.digest, LargeBinary),
)
_SIGNATURES = select(
    AuditSignatureRow.number,
    cast(AuditSignatureRow.key, LargeBinary),
    cast(AuditSignatureRow.signature, LargeBinary),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of the chain."""

    number: int
    content: str
    """Canonical JSON: the very text that was hashed."""
    previous: str
    digest: str


@dataclass(frozen=True, slots=True)
class Signature:
    """Of the entry of that number, by a public key; both in hexadecimal."""

    number: int
    key: str
    signature: str


def append(session: Session, entry: Entry) -> None:
    session.add(AuditRow(**asdict(entry)))
    session.flush()


def sign(session: Session, signature: Signature) -> None:
    session.add(AuditSignatureRow(**asdict(signature)))
    session.flush()


def signatures(session: Session) -> dict[int, Signature]:
    """Number of the entry -> its signature. Whatever bytes the file holds come back, as above."""
    rows = session.execute(_SIGNATURES)
    return {number: Signature(number, _text(key), _text(signed)) for number, key, signed in rows}


def last(session: Session) -> Entry | None:
    """The head of the chain; None before the first decision."""
    row = session.execute(_ENTRIES.order_by(AuditRow.number.desc()).limit(1)).first()
    return None if row is None else _entry(row)


def entries(session: Session) -> list[Entry]:
    """The whole chain by number. Whatever bytes the file holds come back, also invalid ones."""
    return [_entry(row) for row in session.execute(_ENTRIES.order_by(AuditRow.number))]


def after(session: Session, number: int) -> list[Entry]:
    """The entries behind that one, as :func:`entries` gives them."""
    query = _ENTRIES.where(AuditRow.number > number).order_by(AuditRow.number)
    return [_entry(row) for row in session.execute(query)]


def _entry(row: Row[int, bytes, bytes, bytes]) -> Entry:
    number, content, previous, digest = row
    return Entry(number, _text(content), _text(previous), _text(digest))


def _text(stored: bytes) -> str:
    return stored.decode("utf-8", "surrogateescape")  # the way back gives the same bytes
