"""Whether the log is what was written."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.audit import chain
from core.audit.chain import Anchor, Break
from core.audit.signatures import Unsigned, broken_signatures, signed, unsigned
from core.errors import BrokenChainError
from core.store import Store, grounds, records, releases
from core.store import audit as audit_table
from core.store.audit import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What verifying the log showed."""

    events: int
    """How many entries the log has."""
    head: Entry | None
    anchors: int | None
    """With how many anchors it was compared; None where these cannot be read back."""
    broken: Break | None
    """The first entry that is not what was written; None if the log is intact."""
    signed: int
    """How many entries are signed."""
    unsigned: tuple[Unsigned, ...]
    """Who has a key, and what they did not sign with it."""


def verify(store: Store, *, anchors: Iterable[Anchor] | None = ()) -> Verification:
    """Look for the first entry that was edited, deleted, put in or moved, that lost its record, or
    that rests on something that was changed; and whether the database still guards the log.

    Args:
        anchors: heads that the log had; None where there are some that cannot be read back.
    """
    heads = list(anchors or ())
    with store.read() as session:
        entries = audit_table.entries(session)
        broken = chain.first_break(
            entries,
            records=records.everything(session),
            grounds=grounds.digests(session, chain.grounds_of(entries)),
            versions={one.version: one.candidate for one in releases.versions(session)},
            aliases=releases.aliases(session),
            anchors=heads,
        )
        unguarded = store.database.unguarded(session)
        signatures = audit_table.signatures(session)
    found = [*([broken] if broken else []), *broken_signatures(entries, signatures)]
    broken = min(found, key=lambda one: one.number, default=None)
    if broken is None and unguarded:
        broken = Break(
            len(entries) + 1, f"the database no longer refuses changes of {', '.join(unguarded)}"
        )
    head = entries[-1] if entries else None
    return Verification(
        events=len(entries),
        head=head,
        anchors=None if anchors is None else len(heads),
        broken=broken,
        signed=signed(entries, signatures),
        unsigned=tuple(unsigned(entries, signatures)),
    )


def require_whole(log: Verification) -> None:
    """Refuse a broken log.

    Raises:
        BrokenChainError: it is broken.
    """
    if log.broken:
        raise BrokenChainError(
            f"The audit log is broken at entry {log.broken.number}: {log.broken.why}",
            "Leave the database as it is, and compare it with a backup or an earlier export.",
        )
