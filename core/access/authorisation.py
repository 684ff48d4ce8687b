"""Who may do what: asked inside the transaction that writes, so that a role which was withdrawn a
moment ago no longer counts.
"""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from core.access.history import grants
from core.access.identity import Actor, Role, Way, current_actor
from core.errors import RefusedError
from core.hints import Command, Hint
from core.settings import settings


def role_of(session: Session, actor: Actor) -> Role:
    """The role that ``actor`` holds now; who was never given one looks only."""
    if actor.way == Way.LOCAL:
        return Role.ADMIN
    if actor.way == Way.NOBODY:
        return Role.VIEWER
    held = grants(session)
    if actor.way != Way.TOKEN:
        granted = held.person(actor.name)
        return Role.titled(granted.role) if granted else Role.VIEWER
    token = held.token(actor.name)
    if token is None or token.expired(datetime.now(UTC)):
        return Role.VIEWER
    return Role.titled(token.role)


def authorise(session: Session, needed: Role, *, to: str) -> Actor:
    """Who acts, if they may.

    Args:
        to: what they want to do, as a verb with its object: ``approve a candidate``.

    Raises:
        RefusedError: they may not.
    """
    actor = current_actor()
    held = role_of(session, actor)
    if settings().ci and needed > Role.REVIEWER:
        raise RefusedError(
            f"In continuous integration (SIGNOFF_CI), nobody can {to}",
            "Do this where people work: at their command line or on the pages.",
        )
    if held >= needed:
        return actor
    if actor.way == Way.NOBODY:
        raise RefusedError(
            f"You are not signed in, so you cannot {to} here",
            "Sign in, or use Signoff on the machine it runs on.",
        )
    raise RefusedError(
        f"{actor.name} cannot {to}: that needs the {needed.title} role, and {actor.name} is a"
        f" {held.title}",
        Hint(
            f"An admin can grant {actor.name} that role.",
            Command("users set", actor.name, needed.title),
        )
        if actor.way == Way.SIGNED_IN
        else Hint(
            "An admin can create a token with that role.",
            Command("tokens create", "NAME", role=needed.title),
        ),
    )


def refusal(session: Session, needed: Role, *, to: str) -> RefusedError | None:
    """Why who acts cannot do that; None where they may. As :func:`authorise`, to ask beforehand."""
    try:
        authorise(session, needed, to=to)
    except RefusedError as why:
        return why
    return None
