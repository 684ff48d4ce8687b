"""Who holds which role, and the tokens by which programs act.

Only an admin gives and takes them. The last admin can be removed: the operating-system user that
holds the workspace is always one.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.access.events import Granted, TokenMade, TokenRevoked, Withdrawn
from core.access.history import append, grants
from core.access.identity import Actor, Role, Way
from core.access.names import person
from core.access.transactions import acting
from core.errors import InputError, NotFoundError, RefusedError
from core.hints import Command, Hint
from core.store import Store

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
        return _holders(grants(session).people)


def tokens(store: Store) -> list[Holder]:
    """The tokens that were not revoked, by name; expired ones too."""
    with store.read() as session:
        return _holders(grants(session).tokens)


def holders(store: Store, needed: Role) -> list[str]:
    """Who was given that role, or a higher one, by name."""
    return [holder.name for holder in people(store) if holder.role >= needed]


def grant(store: Store, name: str, role: Role) -> Granted:
    """Grant a person a role, which replaces the one they have.

    Args:
        name: an email address or a login name, as :func:`core.access.names.person` takes it.

    Raises:
        InputError: that is not a valid name.
        RefusedError: the actor is not an admin; the person holds that role; a token has that name.
    """
    name = person(name)
    with acting(store, Role.ADMIN, to="grant roles") as (session, actor):
        held = grants(session)
        if held.token(name):
            raise RefusedError(f"{name} is the name of a token", "Revoke the token first.")
        granted = held.person(name)
        if granted is not None and granted.role == role.title:
            raise RefusedError(f"{name} already has the {role.title} role", "Nothing was changed.")
        return append(
            session,
            Granted(at=datetime.now(UTC), by=actor.name, name=name, role=role.title),
        )


def withdraw(store: Store, name: str) -> Withdrawn:
    """Take a person's role; from the next moment on they look only.

    Tokens that they made stay: each has a role of its own, and is revoked by its name.

    Raises:
        NotFoundError: they hold none.
        RefusedError: the actor is not an admin.
    """
    name = person(name)
    with acting(store, Role.ADMIN, to="remove roles") as (session, actor):
        if grants(session).person(name) is None:
            raise NotFoundError(
                f"{name} has no role", Hint("List who has which role.", Command("users list"))
            )
        return append(session, Withdrawn(at=datetime.now(UTC), by=actor.name, name=name))


def make_token(store: Store, name: str, role: Role, *, days: int | None = None) -> str:
    """Make a token for a program; its secret, which is kept nowhere and cannot be shown again.

    Args:
        role: what the program may do. Never admin: a leaked secret could then grant roles.
        days: after how many days it ends by itself; None: never.

    Raises:
        InputError: that is not a valid name, a token's role or a number of days.
        RefusedError: the actor is not an admin; a person or another token has that name.
    """
    name = person(name)
    if role >= Role.ADMIN:
        raise InputError(
            "A token cannot have the Admin role", "Choose viewer, reviewer or releaser."
        )
    if days is not None and not 1 <= days <= MAX_DAYS:
        raise InputError(f"A token cannot be valid for {days} days", f"Choose 1 to {MAX_DAYS:,}.")
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    with acting(store, Role.ADMIN, to="create tokens") as (session, actor):
        held = grants(session)
        if held.person(name) or held.token(name):
            what = "person with a role" if held.person(name) else "token"
            raise RefusedError(f"There is already a {what} named {name}", "Choose another name.")
        now = datetime.now(UTC)
        made = TokenMade(
            at=now,
            by=actor.name,
            name=name,
            role=role.title,
            secret=_digest(secret),
            expires_at=None if days is None else now + timedelta(days=days),
        )
        append(session, made)
    return secret


def revoke_token(store: Store, name: str) -> TokenRevoked:
    """End a token at once.

    Raises:
        NotFoundError: there is no such token.
        RefusedError: the actor is not an admin.
    """
    with acting(store, Role.ADMIN, to="revoke tokens") as (session, actor):
        token = grants(session).token(name)
        if token is None:
            raise NotFoundError(
                f"There is no token {name!r}", Hint("List the tokens.", Command("tokens list"))
            )
        return append(session, TokenRevoked(at=datetime.now(UTC), by=actor.name, name=token.name))


def actor_of_token(store: Store, secret: str) -> Actor:
    """Whom the secret of a token stands for.

    Looked up by its hash, so how long it takes tells nothing of any secret.

    Raises:
        RefusedError: no token has that secret, or it was revoked or has expired.
    """
    digest = _digest(secret)
    with store.read() as session:
        tokens = grants(session).tokens.values()
    token = next((each for each in tokens if each.secret == digest), None)
    if token is None:
        raise RefusedError(
            "This token is unknown, or was revoked",
            Hint("An admin can create another.", Command("tokens create", "NAME", role="ROLE")),
        )
    if token.expired(datetime.now(UTC)):
        raise RefusedError(
            f"The token {token.name} expired on {token.expires_at:%Y-%m-%d %H:%M} UTC",
            Hint(
                "An admin can revoke it, and create another.", Command("tokens revoke", token.name)
            ),
        )
    return Actor(token.name, Way.TOKEN)


def _holders(held: Mapping[str, Granted | TokenMade]) -> list[Holder]:
    return [
        Holder(
            name=event.name,
            role=Role.titled(event.role),
            by=event.by,
            at=event.at,
            expires_at=event.expires_at if isinstance(event, TokenMade) else None,
        )
        for _, event in sorted(held.items())
    ]


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
