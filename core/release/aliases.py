"""Movable names for versions."""

import re
from datetime import UTC, datetime

from core.errors import ConflictError, InputError, NotFoundError, RefusedError
from core.release import audit
from core.release.events import Kind, alias_versions
from core.store import Store
from core.store import releases as table
from core.store.releases import EventRecord, Version

_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")


def current(store: Store) -> dict[str, str]:
    """Alias -> version."""
    with store.read() as session:
        return table.aliases(session)


def version_of(store: Store, alias: str) -> Version | None:
    """What the alias names, or None."""
    with store.read() as session:
        name = table.aliases(session).get(alias)
        return table.version(session, name) if name else None


def versions(store: Store) -> list[Version]:
    """All versions, newest first."""
    with store.read() as session:
        return table.versions(session)


def history(store: Store, alias: str | None = None) -> list[EventRecord]:
    """Every move of one alias, or of all, the latest first.

    Raises:
        NotFoundError: the alias was never set.
    """
    with store.read() as session:
        events = [e for e in table.events(session, alias=alias) if e.alias]
    if alias is not None and not events:
        raise NotFoundError(
            f"The alias {alias!r} was never set", f"Set it: signoff alias set {alias} VERSION."
        )
    return events[::-1]


def move(store: Store, alias: str, version: str, *, by: str, expected: str | None) -> EventRecord:
    """Point ``alias`` to ``version``, if it still names what the caller believes.

    Args:
        expected: the version that the caller saw, None for an alias not yet set.

    Raises:
        NotFoundError: no such version.
        ConflictError: the alias names another version than ``expected``.
        RefusedError: it names this version already.
    """
    _check_name(alias)
    with store.write() as session:
        found = table.version(session, version)
        if found is None:
            raise NotFoundError(
                f"There is no version {version}",
                "Approving a candidate makes one; `signoff release list` shows them.",
            )
        now = table.aliases(session).get(alias)
        if now == expected == version:
            raise RefusedError(f"{alias} names {version} already", "Nothing was moved.")
        if not table.move_alias(session, alias, before=expected, after=version):
            raise _moved(alias, now, expected)
        event = EventRecord(
            kind=Kind.RELEASED,
            at=datetime.now(UTC),
            by=by,
            candidate=found.candidate,
            version=version,
            alias=alias,
            before=expected,
        )
        audit.append(session, event)
    return event


def rollback(store: Store, alias: str, *, by: str, expected: str | None = None) -> EventRecord:
    """Send ``alias`` back to the version that it named before; again: to the one before that.

    Args:
        expected: the version that the caller saw; None: whatever it names now.

    Raises:
        RefusedError: there is no version to go back to.
        ConflictError: the alias names another version than ``expected``.
    """
    with store.write() as session:
        stack = alias_versions(table.events(session, alias=alias))
        if len(stack) < 2:
            raise RefusedError(
                f"{alias} has no earlier version to go back to",
                f"`signoff alias history {alias}` shows its moves.",
            )
        before, now = stack[-2:]
        if expected is not None and expected != now:
            raise _moved(alias, now, expected)
        found = table.version(session, before)
        if found is None or not table.move_alias(session, alias, before=now, after=before):
            raise _moved(alias, table.aliases(session).get(alias), now)
        event = EventRecord(
            kind=Kind.ROLLED_BACK,
            at=datetime.now(UTC),
            by=by,
            candidate=found.candidate,
            version=before,
            alias=alias,
            before=now,
        )
        audit.append(session, event)
    return event


def rollback_target(store: Store, alias: str) -> str | None:
    """Where :func:`rollback` would go now; None: nowhere."""
    with store.read() as session:
        stack = alias_versions(table.events(session, alias=alias))
    return stack[-2] if len(stack) > 1 else None


def _moved(alias: str, now: str | None, expected: str | None) -> ConflictError:
    return ConflictError(
        f"{alias} names {now or 'nothing'}, not {expected or 'nothing'}: it was moved meanwhile",
        "Nothing was moved by you. Look at its history, then decide again.",
    )


def _check_name(alias: str) -> None:
    if not _NAME.fullmatch(alias):
        raise InputError(
            f"{alias!r} cannot be an alias",
            "Use lower-case letters, digits and hyphens, a letter first.",
        )
