"""The keys by which people and services sign what they write into the audit log.

Everybody registers keys of their own; an admin those of others, and of services. The private keys
are in files of their owners: see :mod:`core.audit.signing`.
"""

from datetime import UTC, datetime

from core.access.events import KeyRegistered, KeyRevoked
from core.access.history import append, grants
from core.access.identity import Role, current_actor
from core.access.names import person
from core.access.transactions import acting
from core.errors import NotFoundError, RefusedError
from core.hints import Command, Hint
from core.store import Store

REGISTER = "register a key to sign with"


def register(
    store: Store, public_key: str, *, name: str | None = None, service: bool = False
) -> KeyRegistered:
    """Make a public key known as somebody's: from now on, what they write should be signed.

    Args:
        public_key: 64 hexadecimal digits.
        name: whose key it is; None: the actor's own.
        service: it signs what a server writes for the people whom the server has identified.

    Raises:
        InputError: that is not a valid name.
        RefusedError: the key is registered already, or it belongs to somebody else and the actor
            is not an admin.
    """
    owner = current_actor().name if name is None else person(name)
    own = not service and owner.lower() == current_actor().name.lower()
    with acting(store, Role.REVIEWER if own else Role.ADMIN, to=REGISTER) as (session, actor):
        known = grants(session).keys.get(public_key)
        if known is not None:
            raise RefusedError(
                f"This key is registered for {known.name}", "One key belongs to one owner."
            )
        registered = KeyRegistered(
            at=datetime.now(UTC),
            by=actor.name,
            name=owner,
            public_key=public_key,
            service=service,
        )
        return append(session, registered)


def revoke(store: Store, public_key: str) -> KeyRevoked:
    """End a key: what is signed with it from now on is not signed by its owner.

    Args:
        public_key: the key, or how it begins, if no other begins so.

    Raises:
        NotFoundError: no key, or more than one, begins like that.
        RefusedError: it belongs to somebody else and the actor is not an admin.
    """
    key = _the_one(store, public_key)
    own = not key.service and key.name.lower() == current_actor().name.lower()
    with acting(store, Role.REVIEWER if own else Role.ADMIN, to="revoke a key") as (session, actor):
        if key.public_key not in grants(session).keys:
            raise NotFoundError("This key was revoked by somebody just now", "Nothing was changed.")
        revoked = KeyRevoked(
            at=datetime.now(UTC), by=actor.name, name=key.name, public_key=key.public_key
        )
        return append(session, revoked)


def listing(store: Store) -> list[KeyRegistered]:
    """The keys that were not revoked, by their owners' names."""
    with store.read() as session:
        return sorted(grants(session).keys.values(), key=lambda each: (each.name, each.id))


def _the_one(store: Store, beginning: str) -> KeyRegistered:
    found = [key for key in listing(store) if key.public_key.startswith(beginning.lower())]
    if len(found) != 1 or not beginning:
        raise NotFoundError(
            f"{len(found) or 'No'} keys begin with {beginning[:64]!r}",
            Hint("Give more of the key; list the keys.", Command("audit key list")),
        )
    return found[0]
