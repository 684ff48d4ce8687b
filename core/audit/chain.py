"""The hash chain of decisions: how an entry continues it, and where it was tampered with. Pure.

An entry's hash is the SHA-256 of the previous entry's hash, a line feed and its own content, which
is JSON with sorted keys and no spaces, in UTF-8. The first entry continues :data:`START`.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import orjson
from pydantic import JsonValue

from core.errors import BrokenChainError
from core.hints import Command, Hint
from core.store.audit import Entry
from core.store.records import Record

START = "0" * 64
POLICIES, ADOPTED = "policy_events", "adopted"
"""The table of release policies, and the kind of event that puts one into force."""
BUILT_IN_POLICY = "built-in:"
"""What the policy of a decision begins with that was judged before any was adopted."""
BUILT_IN_DIGESTS = frozenset(
    {
        "b8475384bfa58b0d0d02b2f0354b5d3f6668c381b7f2536dd7a81823abd0b322",
        "f467f94fb23a361172a2feaf980be89d11fc5103ec36f12925e7484ba4a67a55",
    }
)
"""SHA-256 of the built-in policy of every version of Signoff that has recorded one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What one entry says."""

    record: str
    """What it records, as ``table/id``."""
    at: str
    """ISO 8601 in UTC, with microseconds."""
    by: str
    kind: str
    before: str | None
    after: str | None
    """What the decision changed: a candidate's state, the version that an alias names, or the role
    of a person or a token."""
    rests_on: dict[str, str]
    """What was decided on: the model, its snapshot, evaluations and comparison, as ``table/key`` ->
    SHA-256 of the row."""
    details: dict[str, JsonValue]
    """Whatever else the record holds; what it leaves empty is left out."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The head of the chain at a moment, kept outside of the workspace."""

    number: int
    digest: str
    at: str


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain stops being what was written: the number of the entry, and why."""

    number: int
    why: str


def of_record(
    record: Record, *, before: str | None, after: str | None, rests_on: Mapping[str, str]
) -> Decision:
    """What the entry of a stored decision says."""
    return Decision(
        record=record.key,
        at=_moment(record.at),
        by=record.by,
        kind=record.kind,
        before=before,
        after=after,
        rests_on=dict(rests_on),
        details={
            name: _moment(value) if isinstance(value, datetime) else value
            for name, value in record.details.items()
        },
    )


def link(decision: Decision, head: Entry | None) -> Entry:
    """The entry of ``decision`` that continues the chain after ``head``."""
    content = orjson.dumps(asdict(decision), option=orjson.OPT_SORT_KEYS).decode()
    number, previous = (head.number, head.digest) if head else (0, START)
    return Entry(number + 1, content, previous, digest(previous, content))


def digest(previous: str, content: str) -> str:
    """The hash of an entry. Bytes that are not UTF-8 count as they were stored."""
    return hashlib.sha256(f"{previous}\n{content}".encode("utf-8", "surrogateescape")).hexdigest()


def read(entry: Entry) -> Decision:
    """What an entry says.

    Raises:
        ValueError: it is not what :func:`link` writes.
    """
    try:
        decision = Decision(**orjson.loads(entry.content))
    except TypeError as error:
        raise ValueError(f"entry {entry.number} is not a decision") from error
    of_kind = {"record": str, "rests_on": dict, "details": dict}
    if not all(isinstance(getattr(decision, name), kind) for name, kind in of_kind.items()):
        raise ValueError(f"entry {entry.number} is not a decision")
    return decision


def first_break(
    entries: Sequence[Entry],
    *,
    records: Mapping[str, Record | None],
    grounds: Mapping[str, str | None],
    versions: Mapping[str, int],
    aliases: Mapping[str, str],
    anchors: Iterable[Anchor] = (),
) -> Break | None:
    """The first entry that is not what was written, or has no record; None if all is intact.

    What has no entry counts as the entry after the last.

    Args:
        entries: the chain, by number.
        records: the decisions by what entries call them; None for one that cannot be read.
        grounds: what the rows that entries rest on are now, as ``table/key`` -> SHA-256; None for
            one that is missing.
        versions: version -> its candidate.
        aliases: alias -> the version that it names.
        anchors: heads that the chain had.
    """
    breaks = [
        *_unlinked(entries),
        *_unmatched(entries, records),
        *_groundless(entries, grounds),
        *_unapproved(entries, records.values(), versions),
        *_unmoved(entries, records.values(), aliases),
        *_misjudged(entries),
        *_unanchored(entries, anchors),
    ]
    return min(breaks, key=lambda one: one.number, default=None)


def _unlinked(entries: Iterable[Entry]) -> Iterator[Break]:
    """The first entry that does not continue the chain: behind it, nothing is certain."""
    expected, previous = 1, START
    for entry in entries:
        number = entry.number
        if number < 1:
            yield Break(number, f"entry {number} was inserted before the first")
        elif number > expected:
            yield Break(expected, f"entry {expected} is missing")
        elif entry.previous != previous:
            yield Break(
                number,
                f"entry {number} does not continue {f'entry {number - 1}' if number > 1 else START}"
                ": an entry was changed, removed, inserted or moved",
            )
        elif entry.digest != digest(entry.previous, entry.content):
            yield Break(number, f"the content of entry {number} does not match its hash")
        else:
            expected, previous = number + 1, entry.digest
            continue
        return


def _unmatched(
    entries: Sequence[Entry],
    records: Mapping[str, Record | None],
) -> Iterator[Break]:
    """Entries without their record, other than their record, and records without an entry."""
    missing = dict(records)
    for entry in entries:
        number = entry.number
        try:
            decision = read(entry)
        except ValueError:
            yield Break(number, f"entry {number} cannot be read")
            continue
        what = decision.record
        if what not in missing:
            yield Break(
                number, f"entry {number} records {what}, which is missing or already has an entry"
            )
            continue
        record = missing.pop(what)
        if record is None:
            yield Break(number, f"{what}, which entry {number} records, cannot be read")
        elif differing := _differences(decision, record):
            yield Break(number, f"{what} differs from entry {number} in {', '.join(differing)}")
    yield from (Break(_end(entries) + 1, f"{what} has no entry") for what in missing)


def decisions(entries: Sequence[Entry]) -> list[Decision]:
    """What a chain says.

    Raises:
        BrokenChainError: it is not linked, or an entry cannot be read.
    """
    for broken in _unlinked(entries):
        raise BrokenChainError(
            f"The audit log is broken at entry {broken.number}: {broken.why}",
            Hint("Look at the whole log.", Command("audit verify")),
        )
    try:
        return [read(entry) for entry in entries]
    except ValueError as error:
        raise BrokenChainError(
            f"The audit log cannot be read: {error}",
            Hint("Look at the whole log.", Command("audit verify")),
        ) from error


def grounds_of(entries: Iterable[Entry]) -> set[str]:
    """All that the entries rest on, those left out that cannot be read."""
    found = set[str]()
    for entry in entries:
        with suppress(ValueError):
            found |= read(entry).rests_on.keys()
    return found


def _groundless(entries: Iterable[Entry], grounds: Mapping[str, str | None]) -> Iterator[Break]:
    """Entries that rest on something that is not as it was."""
    for entry in entries:
        with suppress(ValueError):
            for name, was in sorted(read(entry).rests_on.items()):
                now = grounds.get(name)
                if now != was:
                    how = "was changed" if now else "is missing or cannot be read"
                    yield Break(entry.number, f"{name}, which entry {entry.number} rests on, {how}")


def _unapproved(
    entries: Sequence[Entry], records: Iterable[Record | None], versions: Mapping[str, int]
) -> Iterator[Break]:
    """Versions that are not those that approvals made."""
    approved = {
        record.details["version"]: record.details.get("candidate")
        for record in records
        if record is not None and "version" in record.details and "alias" not in record.details
    }
    for name in sorted(map(str, approved.keys() | versions.keys())):
        if versions.get(name) != approved.get(name):
            yield Break(
                _end(entries) + 1, f"version {name} is not what was approved under this name"
            )


def _unmoved(
    entries: Sequence[Entry], records: Iterable[Record | None], aliases: Mapping[str, str]
) -> Iterator[Break]:
    """Aliases that name another version than their last move gave them."""
    moved = {
        record.details["alias"]: record.details.get("version")
        for record in records
        if record is not None and "alias" in record.details
    }
    for name in sorted(map(str, moved.keys() | aliases.keys())):
        now, given = aliases.get(name), moved.get(name)
        if now != given:
            names = f"{name} names {now or 'no version'}"
            why = f"{names}, but its last recorded move set it to {given or 'nothing'}"
            yield Break(_end(entries) + 1, why)


def _misjudged(entries: Iterable[Entry]) -> Iterator[Break]:
    """Policies with another text than their digest names, and decisions that were judged by another
    policy than the one in force.
    """
    in_force: JsonValue = None
    for entry in entries:
        try:
            decision = read(entry)
        except ValueError:
            continue
        number, details = entry.number, decision.details
        judged_by = details.get("policy")
        if decision.record.startswith(f"{POLICIES}/"):
            text = str(details.get("text")).encode("utf-8", "surrogatepass")
            if hashlib.sha256(text).hexdigest() != details.get("digest"):
                yield Break(number, f"the policy of entry {number} does not match its digest")
            if decision.kind == ADOPTED:
                in_force = details.get("digest")
        elif judged_by is not None and not _is_in_force(judged_by, in_force):
            yield Break(number, f"entry {number} was judged by a policy that was not in force")


def _is_in_force(policy: JsonValue, adopted: JsonValue) -> bool:
    if adopted:
        return policy == adopted
    return policy in {f"{BUILT_IN_POLICY}{digest}" for digest in BUILT_IN_DIGESTS}


def _differences(decision: Decision, record: Record) -> list[str]:
    """In which fields an entry and its record say different things."""
    now = of_record(
        record, before=decision.before, after=decision.after, rests_on=decision.rests_on
    )
    said, stored = asdict(decision), asdict(now)
    del said["details"], stored["details"]
    return sorted(_differing(said, stored) | _differing(decision.details, now.details))


def _differing(one: Mapping[str, object], other: Mapping[str, object]) -> set[str]:
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


def _unanchored(entries: Sequence[Entry], anchors: Iterable[Anchor]) -> Iterator[Break]:
    """The first anchor that the chain no longer holds."""
    digests = {entry.number: entry.digest for entry in entries}
    end, held = _end(entries), 0
    for anchor in sorted(anchors, key=lambda one: one.number):
        number = anchor.number
        if number > end:
            cut = f"the log ends with entry {end}" if end else "the log is empty"
            yield Break(end + 1, f"{cut}, but entry {number} was anchored at {anchor.at}")
            return
        if digests.get(number) != anchor.digest:
            yield Break(
                number,
                f"entry {number} is not the one that was anchored at {anchor.at}: the chain was"
                f" rewritten somewhere after entry {held}",
            )
            return
        held = number


def _end(entries: Sequence[Entry]) -> int:
    return entries[-1].number if entries else 0


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
