"""Whether entries are signed by whom they name. Pure.

Keys are registered and revoked by entries of the log themselves, so who had which key at an entry
follows from those before it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.audit.chain import Break, Decision, read
from core.audit.signing import is_valid
from core.store.audit import Entry, Signature

REGISTERED, REVOKED = "key_registered", "key_revoked"
"""The kinds of events that make a key known, and end it."""


@dataclass(frozen=True, slots=True)
class Unsigned:
    """The entries that a person wrote while they had a key: those without a signature, and those
    that were signed with a key that is neither theirs nor a service's.
    """

    name: str
    missing: tuple[int, ...]
    foreign: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose key it is. ``service``: it signs whatever its service writes, in anybody's name."""

    name: str
    service: bool

    def may_sign(self, by: str) -> bool:
        return self.service or _same(self.name, by)


def broken_signatures(
    entries: Sequence[Entry], signatures: Mapping[int, Signature]
) -> Iterator[Break]:
    """Signatures that are not those of their entries, or whose entry is missing."""
    missing = dict(signatures)
    for entry in entries:
        signature = missing.pop(entry.number, None)
        if signature is not None and not is_valid(signature, entry):
            yield Break(entry.number, f"the signature of entry {entry.number} does not match it")
    end = max((entry.number for entry in entries), default=0)
    for number in missing:
        yield Break(min(number, end + 1), f"entry {number} was signed, but is missing")


def signed(entries: Iterable[Entry], signatures: Mapping[int, Signature]) -> int:
    """How many entries have a signature by a key that could sign for their author at that time. The
    entry that registers a key counts if that key signed it.
    """
    count, keys = 0, dict[str, Holder]()
    for entry, decision in _read(entries):
        if decision.kind == REGISTERED:
            _note(keys, decision)
        signature = signatures.get(entry.number)
        holder = keys.get(signature.key) if signature else None
        count += holder is not None and holder.may_sign(decision.by)
        _note(keys, decision)
    return count


def unsigned(entries: Iterable[Entry], signatures: Mapping[int, Signature]) -> list[Unsigned]:
    """Of everybody with a key, what is not signed with it; by name, those left out who signed all.

    An entry counts from the registration of their first key on, until their last is revoked.
    """
    keys: dict[str, Holder] = {}
    missing: dict[str, list[int]] = {}
    foreign: dict[str, list[int]] = {}
    for entry, decision in _read(entries):
        signature = signatures.get(entry.number)
        owner = next((h.name for h in keys.values() if _owns(h, decision.by)), None)
        if owner is not None and signature is None:
            missing.setdefault(owner, []).append(entry.number)
        elif owner is not None and signature is not None:
            holder = keys.get(signature.key)
            if holder is None or not holder.may_sign(decision.by):
                foreign.setdefault(owner, []).append(entry.number)
        _note(keys, decision)
    return [
        Unsigned(name, tuple(missing.get(name, ())), tuple(foreign.get(name, ())))
        for name in sorted(missing.keys() | foreign.keys())
    ]


def _read(entries: Iterable[Entry]) -> Iterator[tuple[Entry, Decision]]:
    """Each entry with what it says; what nobody can read is reported elsewhere."""
    for entry in entries:
        try:
            decision = read(entry)
        except ValueError:
            continue
        yield entry, decision


def _note(keys: dict[str, Holder], decision: Decision) -> None:
    """Remember a key that was registered; forget one that was revoked."""
    key = str(decision.details.get("public_key"))
    if decision.kind == REGISTERED:
        service = decision.details.get("service") is True
        keys[key] = Holder(str(decision.details.get("name")), service)
    elif decision.kind == REVOKED:
        keys.pop(key, None)


def _owns(holder: Holder, name: str) -> bool:
    return not holder.service and _same(holder.name, name)


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
