"""The tables of release policies, of seals and of signatures, see :mod:`core.store.tables`."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.store.tables import RecordRow
from core.store.types import Base, Digest


class PolicyEventRow(RecordRow):
    """A release policy asked for or adopted. Appended, never changed, as release events are."""

    __tablename__ = "policy_events"
    __table_args__ = ({"sqlite_autoincrement": True},)

    text: Mapped[str]
    """The policy itself, byte for byte."""
    digest: Mapped[Digest]
    """SHA-256 of the text."""
    comment: Mapped[str]
    asked_by: Mapped[str | None]
    """Who had asked for it, where adopting took two people."""


class SealEventRow(RecordRow):
    """The posts of a sealed test sealed in the table of posts, or put back into it. Appended, never
    changed, as release events are.
    """

    __tablename__ = "seal_events"
    __table_args__ = ({"sqlite_autoincrement": True},)

    snapshot: Mapped[str] = mapped_column(ForeignKey("snapshots.digest"), index=True)
    posts: Mapped[int]
    comment: Mapped[str]


class AuditSignatureRow(Base):
    """The signature of an entry. Appended, never changed, as the entry is."""

    __tablename__ = "audit_signatures"

    number: Mapped[int] = mapped_column(ForeignKey("audit.number"), primary_key=True)
    key: Mapped[Digest]
    """The public key, in hexadecimal."""
    signature: Mapped[str] = mapped_column(String(128))
    """Of the entry's ``digest``, in hexadecimal, as ``core.audit.signing`` says."""
