"""Movable names for versions."""

import hashlib
import re
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from core.access.identity import Role
from core.access.transactions import acting
from core.errors import ConflictError, InputError, NotFoundError, RefusedError
from core.hints import Command, Hint
from core.release import candidates, rules
from core.release.adoption import in_force
from core.release.check import of_candidate
from core.release.comments import check_comment
from core.release.events import (
    CANARY,
    PRODUCTION,
    STAGING,
    AliasEvent,
    CanarySet,
    Cleared,
    Released,
    RolledBack,
)
from core.release.history import append, events, moves, of_alias
from core.release.states import alias_versions
from core.store import Store
from core.store import releases as releases_table
from core.store.releases import Version

_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
_TAKEN = {"latest"}
"""What people would take for the newest version, wherever the alias points."""


def current(store: Store) -> dict[str, str]:
    """Alias -> version."""
    with store.read() as session:
        return releases_table.aliases(session)


def version_of(store: Store, alias: str) -> Version | None:
    """What the alias names, or None."""
    with store.read() as session:
        name = releases_table.aliases(session).get(alias)
        return releases_table.version(session, name) if name else None


def find(store: Store, name: str) -> Version:
    """The version of that name.

    Raises:
        NotFoundError: there is none.
    """
    with store.read() as session:
        return _version(session, name)


def versions(store: Store) -> list[Version]:
    """All versions, newest first."""
    with store.read() as session:
        return releases_table.versions(session)


def history(store: Store, alias: str | None = None) -> list[AliasEvent]:
    """Every move of one alias, or of all, the latest first.

    Raises:
        NotFoundError: the alias was never set.
    """
    with store.read() as session:
        moved = moves(events(session)) if alias is None else of_alias(session, alias)
    if alias is not None and not moved:
        raise NotFoundError(
            f"The alias {alias!r} was never set",
            Hint("Set it to a version.", Command("alias set", alias, "VERSION")),
        )
    return moved[::-1]


def move(
    store: Store, alias: str, version: str, *, expected: str | None, comment: str = ""
) -> Released:
    """Point ``alias`` to ``version``, if it still names what the caller believes.

    Args:
        expected: the version that the caller saw, None for an alias not yet set.
        comment: why; it stays in the history, which also tells of production that none was given.

    Raises:
        NotFoundError: no such version.
        ConflictError: the alias names another version than ``expected``.
        RefusedError: it names this version already; or callers would get what has not been in
            staging, or whose approval is void.
        InputError: it is the canary's name, or cannot be one; or the comment is too long.
    """
    _check_name(alias)
    check_comment(comment)
    if alias == CANARY:
        raise InputError(
            "The canary needs a share of callers, not only a version",
            Hint("Give the canary a share.", Command("alias canary", version, share=0.1)),
        )
    with acting(store, Role.RELEASER, to=f"move {alias}") as (session, actor):
        target = _version(session, version)
        now = releases_table.aliases(session).get(alias)
        if now == expected == version:
            raise RefusedError(f"{alias} already names {version}", "Nothing was moved.")
        candidate = candidates.find(session, target.candidate)
        refusal = (
            against_serving(store, session, target)
            if alias == PRODUCTION
            else rules.against_staging(candidate, of_candidate(store, session, candidate))
        )
        if refusal:
            raise refusal
        if not releases_table.move_alias(session, alias, before=expected, after=version):
            raise _moved(alias, now, expected)
        released = Released(
            at=datetime.now(UTC),
            by=actor.name,
            candidate=target.candidate,
            alias=alias,
            before=expected,
            version=version,
            comment=comment.strip(),
        )
        return append(session, released)


def clear(store: Store, alias: str, *, expected: str | None = None) -> Cleared:
    """Have ``alias`` name nothing: a shadow that is to end, a name that nobody asks for any more.

    Setting it again starts over: there is nothing to roll it back to.

    Args:
        expected: the version that the caller saw; None: whatever it names now.

    Raises:
        RefusedError: it is production, which always names something; or the canary, which ends by
            its share.
        NotFoundError: it names nothing.
        ConflictError: it names another version than ``expected``.
    """
    if alias == PRODUCTION:
        raise RefusedError(
            f"{PRODUCTION} cannot be cleared: callers would get no answer",
            Hint("Set it to another version.", Command("alias set", PRODUCTION, "VERSION")),
        )
    if alias == CANARY:
        raise RefusedError(
            "The canary cannot be cleared: it ends with a share of 0",
            Hint("End the canary.", Command("alias canary", "VERSION", share=0)),
        )
    with acting(store, Role.RELEASER, to=f"clear {alias}") as (session, actor):
        now = releases_table.aliases(session).get(alias)
        if expected not in (None, now):
            raise _moved(alias, now, expected)
        if now is None:
            raise NotFoundError(
                f"The alias {alias[:50]!r} names no version",
                Hint("List the aliases.", Command("alias list")),
            )
        releases_table.remove_alias(session, alias)
        cleared = Cleared(
            at=datetime.now(UTC),
            by=actor.name,
            candidate=_version(session, now).candidate,
            alias=alias,
            before=now,
        )
        return append(session, cleared)


def set_canary(
    store: Store,
    version: str,
    *,
    share: float,
    expected: str | None = None,
    seen: CanarySet | None = None,
    comment: str = "",
) -> CanarySet:
    """Give ``version`` to a share of the callers, in place of what production names; 0 ends it.

    Args:
        expected: what the alias ``canary`` named when the caller looked, empty for nothing yet;
            None: whatever it names now.
        seen: the canary that was on when the caller looked, if it must be that very one: the same
            version that was started again is another; None: whichever is on now.
        comment: why.

    Raises:
        NotFoundError: no such version.
        ConflictError: it names another version than ``expected``, or another canary is on than
            ``seen``.
        InputError: ``share`` is not from 0 to below 1: everybody is what production is for; or the
            comment is too long.
        RefusedError: nothing is in production, or the version has not been in staging, or its
            approval is void; or it is not the canary that should end.
    """
    if not 0 <= share < 1:
        raise InputError(
            f"The share {share:g} is not at least 0 and below 1",
            "Give 0.1 for a tenth of callers.",
        )
    check_comment(comment)
    with acting(store, Role.RELEASER, to="set a canary") as (session, actor):
        target = _version(session, version)
        now = releases_table.aliases(session)
        if PRODUCTION not in now:
            raise RefusedError(
                "There is no version in production to try a canary against",
                Hint(
                    "Release this version to production.", Command("alias set", PRODUCTION, version)
                ),
            )
        if share and (refusal := against_serving(store, session, target)):
            raise refusal
        on = canary_on(session)
        before = now.get(CANARY)
        if not share and (on is None or on.version != version):
            ended = on is None and before == version
            raise RefusedError(
                f"The canary of {version} has ended" if ended else f"{version} is not the canary",
                Hint("Look at the history of the canary.", Command("alias history", CANARY)),
            )
        if on is not None and (on.version, on.share) == (version, share):
            raise RefusedError(
                f"{version} already gets {share:.0%} of callers", "Nothing was changed."
            )
        if expected is not None and expected != (before or ""):
            raise _moved(CANARY, before, expected)
        if seen is not None and seen != on:
            raise ConflictError(
                f"Somebody has just changed or ended the canary of {seen.version}",
                "Nothing was changed. Look again, then decide.",
            )
        releases_table.move_alias(session, CANARY, before=before, after=version)
        canary_set = CanarySet(
            at=datetime.now(UTC),
            by=actor.name,
            candidate=target.candidate,
            alias=CANARY,
            before=before,
            version=version,
            share=share,
            comment=comment.strip(),
        )
        return append(session, canary_set)


def canary(store: Store) -> CanarySet | None:
    """The canary that is on; None where there is none."""
    with store.read() as session:
        return canary_on(session)


def named(store: Store) -> tuple[dict[str, str], CanarySet | None]:
    """Alias -> version, and the canary that is on, as they are at one moment."""
    with store.read() as session:
        return releases_table.aliases(session), canary_on(session)


def rollback(
    store: Store, alias: str, *, expected: str | None = None, comment: str = ""
) -> RolledBack:
    """Send ``alias`` back to the version that it named before; again: to the one before that.

    Neither policy nor evidence is asked: the way back is always open.

    Args:
        expected: the version that the caller saw; None: whatever it names now.
        comment: why; empty in an emergency.

    Raises:
        RefusedError: there is no version to go back to.
        ConflictError: the alias names another version than ``expected``.
        InputError: the comment is too long.
    """
    check_comment(comment)
    with acting(store, Role.RELEASER, to=f"roll {alias} back") as (session, actor):
        stack = alias_versions(of_alias(session, alias))
        if stack and expected not in (None, stack[-1]):
            raise _moved(alias, stack[-1], expected)
        if len(stack) < 2:
            raise RefusedError(
                f"{alias} has no earlier version to go back to",
                Hint("Look at its history.", Command("alias history", alias)),
            )
        before, now = stack[-2:]
        target = _version(session, before)
        if not releases_table.move_alias(session, alias, before=now, after=before):
            raise _moved(alias, releases_table.aliases(session).get(alias), now)
        rolled_back = RolledBack(
            at=datetime.now(UTC),
            by=actor.name,
            candidate=target.candidate,
            alias=alias,
            before=now,
            version=before,
            comment=comment.strip(),
        )
        return append(session, rolled_back)


def rollback_target(store: Store, alias: str) -> str | None:
    """Where :func:`rollback` would go now; None: nowhere."""
    with store.read() as session:
        stack = alias_versions(of_alias(session, alias))
    return stack[-2] if len(stack) > 1 else None


def version_for(store: Store, caller: str) -> Version | None:
    """What ``caller`` is served: the canary if they are of its share, else production.

    The same caller gets the same one for as long as neither moves.
    """
    on = canary(store)
    if on is not None and of_share(caller, on.version, on.share):
        return version_of(store, CANARY)
    return version_of(store, PRODUCTION)


def of_share(caller: str, version: str, share: float) -> bool:
    """Whether a canary of ``version`` serves ``caller``; other callers at every version. Pure."""
    digest = hashlib.sha256(f"{version}\n{caller}".encode()).digest()
    return int.from_bytes(digest[:8]) < share * 2**64


def against_serving(store: Store, session: Session, version: Version) -> RefusedError | None:
    """Why callers may not get ``version`` now, see :func:`core.release.rules.against_serving`."""
    candidate = candidates.find(session, version.candidate)
    return rules.against_serving(
        candidate,
        of_candidate(store, session, candidate),
        staged=candidate.was_in(STAGING),
        staging_first=in_force(session).rules.staging_first,
    )


def canary_on(session: Session) -> CanarySet | None:
    """The canary that is on; None where there is none."""
    last = of_alias(session, CANARY)[-1:]
    return next((event for event in last if isinstance(event, CanarySet) and event.share), None)


def _version(session: Session, name: str) -> Version:
    version = releases_table.version(session, name)
    if version is None:
        raise NotFoundError(
            f"There is no version {name}",
            Hint("Approve a candidate to make one; list the candidates.", Command("release list")),
        )
    return version


def _moved(alias: str, now: str | None, expected: str | None) -> ConflictError:
    return ConflictError(
        f"{alias} now names {now or 'nothing'}, not {expected or 'nothing'}: somebody has moved it",
        "Nothing was moved. Look at its history, then decide again.",
    )


def _check_name(alias: str) -> None:
    if alias in _TAKEN:
        raise InputError(
            f"{alias!r} cannot be an alias: it would not follow the newest version by itself",
            "Choose a name that says what it is for, such as nightly.",
        )
    if not _NAME.fullmatch(alias):
        raise InputError(
            f"{alias!r} cannot be an alias",
            "Use lower-case letters, digits and hyphens, starting with a letter.",
        )
