"""How long texts are kept that users sent, and how they are erased.

Suggestions, p@1 and choices stay: figures are made of those. A text that a reviewer chose for
judging or training models is kept until somebody asks for its erasure. docs/feedback.md says it
all in words for users.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.access.identity import Role
from core.access.transactions import acting, unattended
from core.errors import StorageError
from core.settings import settings
from core.store import Store
from core.store import submissions as submissions_table

_OVERDUE = timedelta(hours=1)
"""Texts go together, once the oldest has been kept for so much too long: so hardly more often."""


@dataclass(frozen=True, slots=True)
class ErasedTexts:
    """How many ``texts`` were erased now, and the ``posts`` that had been made of them."""

    texts: int
    posts: int = 0


def keeps() -> timedelta:
    """For how long texts are kept."""
    return timedelta(days=settings().keep_text_days)


def erase_overdue(store: Store) -> int:
    """Erase the texts that were kept for long enough, if one is overdue by an hour; how many.

    For code that keeps or shows texts anyway: mostly it only looks, and it never fails. What
    another process hinders is erased the next time.
    """
    with store.read() as session:
        oldest = submissions_table.oldest_expiring(session)
    if oldest is None or oldest > datetime.now(UTC) - keeps() - _OVERDUE:
        return 0
    try:
        return _erase_expired(store)
    except StorageError:
        return 0


def erase_expired(store: Store) -> ErasedTexts:
    """Erase every text that was kept for long enough, and all traces of it in the database's files.

    Raises:
        RefusedError: the actor is not an admin.
        StorageError: others keep the database busy. The texts are erased by then, traces may be
            left.
    """
    with acting(store, Role.ADMIN, to="erase texts"):
        pass
    erased = _erase_expired(store)
    store.scrub()
    return ErasedTexts(erased)


def _erase_expired(store: Store) -> int:
    with unattended(store, because="users were promised it") as session:
        erased = submissions_table.erase_older(session, before=datetime.now(UTC) - keeps())
    if erased:
        store.scrub_quickly()
    return erased
