"""Who may do what: asked inside the transaction that writes, so that a role which was withdrawn a
moment ago no longer counts.
"""

from sqlalchemy.orm import Session

from core.errors import RefusedError
from core.identity import Actor, Role, Way, acting
from core.store import access as table


def role_of(session: Session, actor: Actor) -> Role:
    """The role that ``actor`` holds now; who was never given one looks only."""
    if actor.way == Way.LOCAL:
        return Role.ADMIN
    if actor.way == Way.NOBODY:
        return Role.VIEWER
    return Role(table.roles(session).get((actor.way, actor.name), Role.VIEWER))


def authorise(session: Session, needed: Role, *, to: str) -> Actor:
    """Who acts, if they may.

    Args:
        to: what they want to do, as a verb with its object: ``approve a candidate``.

    Raises:
        RefusedError: they may not.
    """
    actor = acting()
    held = role_of(session, actor)
    if held >= needed:
        return actor
    if actor.way == Way.NOBODY:
        raise RefusedError(
            f"Nobody has signed in, so nobody may {to} here",
            "Sign in, or use Signoff on the machine that it runs on.",
        )
    raise RefusedError(
        f"{actor.name} may not {to}: that takes the role {needed.title}, theirs is {held.title}",
        f"An admin gives it: signoff users set {actor.name} {needed.title}.",
    )
