"""Who holds which role, and the tokens by which programs act.

Only an admin gives and takes them. The last admin may be withdrawn: whoever uses the machine that
holds the workspace is always one.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from core.access.authorisation import authorise
from core.access.events import Kind, Standing, expired, standing
from core.access.history import append
from core.access.identity import Actor, Role, Way, person
from core.errors import InputError, NotFoundError, RefusedError
from core.hints import Command, Hint
from core.store import Store
from core.store import access as table
from core.store.access import AccessRecord

PREFIX = "signoff_"
"""How secrets begin, so that people and scanners see what they are."""
SECRET_BYTES = 32
MAX_DAYS = 3_650


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A person or a token, with the role that it holds and who gave it."""

    name: str
    role: Role
    by: str
    at: datetime
    expires_at: datetime | None
    """Of a token; None: it does not end by itself."""


def people(store: Store) -> list[Holder]:
    """Everyone who was given a role, by name."""
    with store.read() as session:
        return _holders(_now(session).people)


def tokens(store: Store) -> list[Holder]:
    """The tokens that were not revoked, by name; expired ones too."""
    with store.read() as session:
        return _holders(_now(session).tokens)


def grant(store: Store, name: str, role: Role) -> AccessRecord:
    """Give a person a role, in place of the one they have.

    Args:
        name: an email address or a login name, as :func:`core.access.identity.person` takes it.

    Raises:
        InputError: that cannot be a name.
        RefusedError: whoever acts is no admin; the person holds that role; a token has that name.
    """
    name = person(name)
    with store.write() as session:
        actor = authorise(session, Role.ADMIN, to="give roles")
        now = _now(session)
        if name in now.tokens:
            raise RefusedError(f"{name} is the name of a token", "Revoke the token first.")
        held = now.people.get(name)
        if held is not None and held.role == role.title:
            raise RefusedError(f"{name} already has the {role.title} role", "Nothing was changed.")
        return append(session, _event(Kind.GRANTED, actor, name, role=role.title))


def withdraw(store: Store, name: str) -> AccessRecord:
    """Take a person's role; from the next moment on they look only.

    Tokens that they made stay: each has a role of its own, and is revoked by its name.

    Raises:
        NotFoundError: they hold none.
        RefusedError: whoever acts is no admin.
    """
    name = person(name)
    with store.write() as session:
        actor = authorise(session, Role.ADMIN, to="take roles")
        if name not in _now(session).people:
            raise NotFoundError(
                f"{name} has no role", Hint("List who has which role.", Command("users list"))
            )
        return append(session, _event(Kind.WITHDRAWN, actor, name))


def make_token(store: Store, name: str, role: Role, *, days: int | None = None) -> str:
    """Make a token for a program; its secret, which is kept nowhere and cannot be shown again.

    Args:
        role: what the program may do. Never admin: whoever finds such a secret could give roles.
        days: after how many days it ends by itself; None: never.

    Raises:
        InputError: that cannot be a name, a token's role or a number of days.
        RefusedError: whoever acts is no admin; a person or another token has that name.
    """
    name = person(name)
    if role >= Role.ADMIN:
        raise InputError(
            "A token cannot have the Admin role", "Give it viewer, reviewer or releaser."
        )
    if days is not None and not 1 <= days <= MAX_DAYS:
        raise InputError(f"A token cannot be valid for {days} days", f"Choose 1 to {MAX_DAYS:,}.")
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    with store.write() as session:
        actor = authorise(session, Role.ADMIN, to="make tokens")
        now = _now(session)
        if name in now.people or name in now.tokens:
            what = "person with a role" if name in now.people else "token"
            raise RefusedError(f"There is already a {what} named {name}", "Choose another name.")
        made = _event(
            Kind.TOKEN_MADE, actor, name, role=role.title, secret=_digest(secret), days=days
        )
        append(session, made)
    return secret


def revoke_token(store: Store, name: str) -> AccessRecord:
    """End a token at once.

    Raises:
        NotFoundError: there is no such token.
        RefusedError: whoever acts is no admin.
    """
    with store.write() as session:
        actor = authorise(session, Role.ADMIN, to="revoke tokens")
        if name not in _now(session).tokens:
            raise NotFoundError(
                f"There is no token {name!r}", Hint("List the tokens.", Command("tokens list"))
            )
        return append(session, _event(Kind.TOKEN_REVOKED, actor, name))


def actor_of_token(store: Store, secret: str) -> Actor:
    """Whom the secret of a token stands for.

    Looked up by its hash, so how long it takes tells nothing of any secret.

    Raises:
        RefusedError: no token has that secret, or it was revoked or has expired.
    """
    digest = _digest(secret)
    with store.read() as session:
        held = _now(session).tokens.values()
    found = next((token for token in held if token.secret == digest), None)
    if found is None:
        raise RefusedError(
            "This token is unknown, or was revoked",
            Hint("An admin can create another.", Command("tokens create", "NAME", role="ROLE")),
        )
    if expired(found, datetime.now(UTC)):
        raise RefusedError(
            f"The token {found.name} expired on {found.expires_at:%Y-%m-%d %H:%M} UTC",
            Hint(
                "An admin can revoke it, and create another.", Command("tokens revoke", found.name)
            ),
        )
    return Actor(found.name, Way.TOKEN)


def _now(session: Session) -> Standing:
    return standing(table.events(session))


def _holders(held: Mapping[str, AccessRecord]) -> list[Holder]:
    return [
        Holder(
            name=name,
            role=Role.titled(event.role or ""),
            by=event.by,
            at=event.at,
            expires_at=event.expires_at,
        )
        for name, event in sorted(held.items())
    ]


def _event(
    kind: Kind,
    actor: Actor,
    name: str,
    *,
    role: str | None = None,
    secret: str | None = None,
    days: int | None = None,
) -> AccessRecord:
    at = datetime.now(UTC)
    return AccessRecord(
        kind=kind,
        at=at,
        by=actor.name,
        name=name,
        role=role,
        secret=secret,
        expires_at=None if days is None else at + timedelta(days=days),
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
