"""Erasing the texts that somebody names, and all that was made of them."""

from collections.abc import Sequence

from core.access.identity import Role
from core.access.transactions import acting
from core.erasure.erase import erase as erase_posts
from core.errors import NotFoundError
from core.feedback.retention import ErasedTexts
from core.hints import Command, Hint
from core.progress import Progress, silent
from core.store import Store, labels
from core.store import submissions as submissions_table


def erase(store: Store, publics: Sequence[str], *, progress: Progress = silent) -> ErasedTexts:
    """Erase the texts of submissions, and the posts that were made of them, from all snapshots too.

    Args:
        publics: as :func:`core.feedback.submissions.keep` named them.

    Raises:
        NotFoundError: one is not there; nothing is erased then.
        RefusedError: the actor is not an admin.
        StorageError: as :func:`core.erasure.erase.erase`.
    """
    with acting(store, Role.ADMIN, to="erase texts") as (session, _):
        ids = submissions_table.ids_of(session, publics)
        if missing := set(publics) - ids.keys():
            raise NotFoundError(
                f"There is no submission {min(missing)[:50]!r}",
                Hint(
                    "Its id came with the suggestions; export all of them.",
                    Command("feedback export", "FILE"),
                ),
            )
        posts = [labels.post_id(i) for i in ids.values() if labels.label_of(session, i)]
        texts = submissions_table.erase_named(session, ids.values())
    if not posts:
        store.scrub()
        return ErasedTexts(texts)
    # Texts that are not posts yet get a tombstone too, so that they never become any.
    made = erase_posts(store, posts, progress=progress)
    store.scrub()
    return ErasedTexts(texts, made.erased.total())
