"""What waits, what was sent, and what was given up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.store import Store
from core.store import notifications as table
from core.store.notifications import Notification


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """``since``: address -> when it was first seen. ``counts``: status -> number of messages.
    ``messages``: newest first.
    """

    since: Mapping[str, datetime]
    counts: Mapping[str, int]
    messages: tuple[Notification, ...]


def listing(store: Store, *, ended: bool = False, limit: int) -> Listing:
    """The newest messages.

    Args:
        ended: also those that were sent.
    """
    with store.read() as session:
        return Listing(
            since={name: each.since for name, each in table.known(session).items()},
            counts=table.counts(session),
            messages=tuple(table.listing(session, ended=ended, limit=limit)),
        )
