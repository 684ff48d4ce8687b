"""How long texts are kept that users sent, and how they are erased.

Suggestions, p@1 and choices stay: figures are made of those. A text that a reviewer chose for
judging or training models is kept until somebody asks for its erasure. docs/feedback.md says it
all in words for users.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.access import authorise
from core.erasure.erase import erase as erase_posts
from core.errors import NotFoundError, StorageError
from core.identity import Role
from core.progress import Progress, silent
from core.settings import settings
from core.store import Store, labels
from core.store import submissions as table

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

    For whoever keeps or shows texts anyway: mostly it only looks, and it fails for nobody. What
    another process hinders is erased the next time.
    """
    with store.read() as session:
        oldest = table.oldest_expiring(session)
    if oldest is None or oldest > datetime.now(UTC) - keeps() - _OVERDUE:
        return 0
    try:
        return _erase_expired(store)
    except StorageError:
        return 0


def erase_expired(store: Store) -> ErasedTexts:
    """Erase every text that was kept for long enough, and all traces of it in the database's files.

    Raises:
        RefusedError: whoever acts is no admin.
        StorageError: others keep the database busy. The texts are erased by then, traces may be
            left.
    """
    with store.write() as session:
        authorise(session, Role.ADMIN, to="erase texts")
    erased = _erase_expired(store)
    store.scrub()
    return ErasedTexts(erased)


def erase(store: Store, publics: Sequence[str], *, progress: Progress = silent) -> ErasedTexts:
    """Erase the texts of submissions, and the posts that were made of them, from all snapshots too.

    Args:
        publics: as :func:`core.feedback.submissions.keep` named them.

    Raises:
        NotFoundError: one is not there; nothing is erased then.
        RefusedError: whoever acts is no admin.
        StorageError: as :func:`core.erasure.erase.erase`.
    """
    with store.write() as session:
        authorise(session, Role.ADMIN, to="erase texts")
        ids = table.ids_of(session, publics)
        if missing := set(publics) - ids.keys():
            raise NotFoundError(
                f"There is no submission {min(missing)[:50]!r}",
                "Its id came with the suggestions; signoff feedback export lists all.",
            )
        posts = [labels.post_id(i) for i in ids.values() if labels.label_of(session, i)]
        texts = table.erase_named(session, ids.values())
    if not posts:
        store.scrub()
        return ErasedTexts(texts)
    # Those that are no posts yet get a tombstone all the same, so that they never become any.
    made = erase_posts(store, posts, progress=progress)
    store.scrub()
    return ErasedTexts(texts, made.erased.total())


def _erase_expired(store: Store) -> int:
    with store.write() as session:
        erased = table.erase_older(session, before=datetime.now(UTC) - keeps())
    if erased:
        store.empty_log()
    return erased
