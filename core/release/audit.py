"""The audit log: every decision is chained as it is written, verified, exported and anchored."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from core.access import role_after
from core.errors import BrokenChainError, InputError, RefusedError
from core.release import chain
from core.release.chain import Anchor, Break
from core.release.events import candidate_state
from core.store import Store, access, models, releases
from core.store import audit as table
from core.store.access import AccessRecord
from core.store.artifacts import append_line, storage_errors, write_whole
from core.store.audit import Entry, Record
from core.store.releases import EventRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What verifying found."""

    events: int
    """How many entries the log has."""
    head: Entry | None
    anchors: int
    broken: Break | None
    """The first entry that is not what was written; None if the log is whole."""


def append(session: Session, event: EventRecord) -> EventRecord:
    """Write a release event and its entry in the caller's write transaction: both or neither.

    Returns:
        The event with its id.
    """
    before, after = _change(session, event)
    stored = replace(event, id=releases.append(session, event))
    shown = models.comparison(session, event.comparison) if event.comparison else None
    _chain(session, stored, before, after, evidence=shown.summary if shown else None)
    return stored


def append_access(session: Session, event: AccessRecord) -> AccessRecord:
    """The same for an event that gives or takes a role or a token."""
    earlier = access.events(session)
    before, after = role_after(earlier, event), role_after([*earlier, event], event)
    stored = replace(event, id=access.append(session, event))
    _chain(session, stored, before, after)
    return stored


def verify(store: Store, *, anchors: Iterable[Anchor] = ()) -> Verdict:
    """Look for the first entry that was edited, deleted, put in or moved, or lost its record."""
    heads = list(anchors)
    with store.read() as session:
        entries = table.entries(session)
        broken = chain.first_break(
            entries,
            records=table.records(session),
            evidence=table.evidence(session),
            aliases=releases.aliases(session),
            anchors=heads,
        )
    head = entries[-1] if entries else None
    return Verdict(events=len(entries), head=head, anchors=len(heads), broken=broken)


def require_whole(verdict: Verdict) -> None:
    """Refuse a broken log.

    Raises:
        BrokenChainError: it is broken.
    """
    if verdict.broken:
        raise BrokenChainError(
            f"The audit log is broken at entry {verdict.broken.number}: {verdict.broken.why}",
            "Keep the database as it is, and compare it with a backup or an earlier"
            " `signoff audit export`.",
        )


def exported(store: Store) -> list[str]:
    """The log as JSON lines, one entry each; ``content`` is the very text that was hashed."""
    with store.read() as session:
        entries = table.entries(session)
    return [json.dumps(asdict(entry)) for entry in entries]  # escapes what is no valid text


def export(store: Store, path: Path) -> int:
    """Write :func:`exported` to a file, whole or not at all; the number of entries."""
    lines = exported(store)
    write_whole(path, "".join(f"{line}\n" for line in lines).encode())
    return len(lines)


def anchor(store: Store, path: Path) -> Anchor:
    """Add the head of the log to a file of anchors, made if it is not there.

    Raises:
        BrokenChainError: the log is broken, or does not hold the file's anchors.
        RefusedError: there is no decision yet.
    """
    verdict = verify(store, anchors=read_anchors(path) if path.exists() else ())
    require_whole(verdict)
    if verdict.head is None:
        raise RefusedError(
            "There is no decision to anchor yet", "Propose a candidate: signoff release propose."
        )
    now = datetime.now(UTC).isoformat(timespec="seconds")
    made = Anchor(verdict.head.number, verdict.head.digest, now)
    append_line(path, json.dumps(asdict(made)))
    return made


def read_anchors(path: Path) -> list[Anchor]:
    """The anchors of a file.

    Raises:
        InputError: the file is missing, or a line of it is no anchor, or it has none.
    """
    if not path.is_file():
        raise InputError(f"There is no file {path}", "`signoff audit anchor FILE` makes one.")
    with storage_errors(path):
        lines = path.read_bytes().splitlines()
    anchors = [_anchor(path, number, line) for number, line in enumerate(lines, start=1)]
    if not anchors:
        raise InputError(f"{path} holds no anchor", "Restore it from where the team keeps it.")
    return anchors


def _anchor(path: Path, number: int, line: bytes) -> Anchor:
    try:
        found = Anchor(**json.loads(line))
    except (TypeError, ValueError):
        found = None
    if found is None or [type(value) for value in asdict(found).values()] != [int, str, str]:
        raise InputError(
            f"Line {number} of {path} is no anchor", "Restore the file, or remove that line."
        )
    return found


def _chain(
    session: Session,
    stored: Record,
    before: str | None,
    after: str | None,
    *,
    evidence: str | None = None,
) -> None:
    decision = chain.of_record(stored, before=before, after=after, evidence=evidence)
    table.append(session, chain.link(decision, table.last(session)))


def _change(session: Session, event: EventRecord) -> tuple[str | None, str | None]:
    """What a decision changes: the alias's version, else the candidate's state."""
    if event.alias:
        return event.before, event.version
    earlier = releases.events(session, candidate=event.candidate)
    return candidate_state(earlier), candidate_state([*earlier, event])
