"""The log itself: a record and its entry are written together, and it is exported as it stands."""

import json
from dataclasses import asdict
from pathlib import Path

from sqlalchemy.orm import Session

from core.audit import chain
from core.audit.chain import Decision
from core.audit.signing import own_key
from core.store import Store, grounds
from core.store import audit as audit_table
from core.store.artifacts import write_whole
from core.store.audit import Entry, Signature
from core.store.records import Record

DECIDED = "decided"
"""In ``info`` of a session: an entry was written in it, which is to be anchored once it commits."""


def append(
    session: Session,
    record: Record,
    *,
    before: str | None,
    after: str | None,
) -> None:
    """Chain a stored record in the transaction that wrote it, with what it rests on: both or
    neither. The entry is signed where SIGNOFF_AUDIT_KEY names a key.

    Args:
        before: what the decision changed, as it was: a candidate's state, the version that an
            alias names, or the role of a person or a token.
        after: the same, as it is now.
    """
    rests_on = grounds.of_record(session, record)
    decision = chain.of_record(record, before=before, after=after, rests_on=rests_on)
    session.info[DECIDED] = True
    entry = chain.link(decision, audit_table.last(session))
    audit_table.append(session, entry)
    if key := own_key():
        audit_table.sign(session, key.sign(entry))


def decisions(session: Session) -> list[Decision]:
    """What the log says, oldest first. Raises as :func:`core.audit.chain.decisions` does."""
    return chain.decisions(audit_table.entries(session))


def head(store: Store) -> Entry | None:
    """The newest entry; None before the first decision."""
    with store.read() as session:
        return audit_table.last(session)


def exported(store: Store) -> list[str]:
    """The log as JSON lines, one entry each; ``content`` is the very text that was hashed.
    ``key`` and ``signature`` are null where an entry is not signed.
    """
    with store.read() as session:
        entries, signatures = audit_table.entries(session), audit_table.signatures(session)
    return [json.dumps(_line(entry, signatures.get(entry.number))) for entry in entries]


def _line(entry: Entry, signature: Signature | None) -> dict[str, object]:
    """Written as JSON, what is not valid text is escaped."""
    key = signature.key if signature else None
    signed = signature.signature if signature else None
    return {**asdict(entry), "key": key, "signature": signed}


def export(store: Store, path: Path) -> int:
    """Write :func:`exported` to a file, whole or not at all; the number of entries."""
    lines = exported(store)
    write_whole(path, "".join(f"{line}\n" for line in lines).encode())
    return len(lines)
