"""Sealing the posts of a test split in the store, too, and putting them back.

What a freeze seals is a copy: the posts stay in the table ``posts``, from which the next snapshot
is frozen. Here their texts are taken out of it into a file that is encrypted as the split is. Rows
stay, with whatever is no text, so that imports know them and they can be erased. They come back by
an act that is recorded, and from then on the split is not opened any more
(docs/decisions/0033-sealing-the-store.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from core.access.authorisation import authorise
from core.access.identity import Role
from core.access.transactions import acting, unattended
from core.errors import InputError, RefusedError
from core.executions import Run, record
from core.hints import Command, Hint
from core.invisible import is_visible
from core.progress import Progress, silent
from core.release import seal_events
from core.release.seal_events import StoreReleased, StoreSealed
from core.snapshots import files, listing, store_texts
from core.snapshots.sealed import seal, store_name
from core.snapshots.unsealed import texts_of_store, unseal
from core.store import Store, store_seals
from core.store.snapshots import Snapshot
from core.store.store_seals import PostTexts, StoreSeal
from core.words import count

KIND, RELEASE = "seal_store", "release_store"
MAX_REASON = 2_000
_RELEASING = "release the posts of a sealed test"


@dataclass(frozen=True, slots=True)
class StoreSealing:
    """How the posts of a test split are sealed in the store.

    ``execution``: None where they were sealed before. ``backups``: copies of the database from
    before, which still hold their texts.
    """

    posts: int
    execution: int | None
    backups: list[Path]


def seal_store(store: Store, snapshot: Snapshot, *, progress: Progress = silent) -> StoreSealing:
    """Take the texts of the posts in the test split of ``snapshot`` out of the table of posts.

    Finishes what was cut off before; where nothing is left to do, nothing is done.

    Raises:
        RefusedError: the actor is not a reviewer; the posts were released, or another snapshot has
            sealed some of them.
        ConflictError: posts were changed meanwhile. Nothing is sealed.
        NotFoundError, CorruptArtifactError: the key or the sealed split is missing or damaged.
        StorageError: the database's files could not be cleaned. The posts are sealed by then, and
            the next call cleans them.
    """
    execution = None
    if _state(store, snapshot) != seal_events.SEALED:
        progress("Sealing the store", 0, None)
        inputs = {"snapshot": snapshot.digest}
        with record(store, KIND, params={}, inputs=inputs) as run:
            execution = run.number
            _seal(store, snapshot, run)
    _scrub(store, snapshot, progress)
    with store.read() as session:
        posts = store_seals.posts_of(session, _held(session, snapshot).id)
        sealed = seal_events.last(session, snapshot.digest)
    before = [
        path
        for path in store.backups()
        if sealed is None or path.stat().st_mtime < sealed.at.timestamp()
    ]
    return StoreSealing(posts=posts, execution=execution, backups=before)


def release_store(
    store: Store, snapshot: Snapshot, *, reason: str, progress: Progress = silent
) -> StoreReleased:
    """Put the texts back into the table of posts, in the clear. The split is not opened any more.

    Args:
        reason: why; it stays in the audit log.

    Raises:
        RefusedError: the actor is not an admin, or the posts are not sealed in the store.
        InputError: there is no reason, or it is too long.
        NotFoundError, CorruptArtifactError, WrongKeyError: the key or the file is missing, damaged
            or another one. Nothing is changed.
    """
    _require_reason(reason)
    with acting(store, Role.ADMIN, to=_RELEASING) as (session, _):
        _held(session, snapshot)
    progress("Releasing the posts", 0, None)
    with record(store, RELEASE, params={}, inputs={"snapshot": snapshot.digest}) as run:
        content = texts_of_store(store, snapshot).plain
        run.metrics = {"posts": len(store_texts.ids(content))}
        run.on_success(partial(_show, snapshot, content, reason.strip(), run))
    files.clear(store, run)
    with store.read() as session:
        return seal_events.releases(session)[snapshot.digest]


def state(store: Store, snapshot: Snapshot) -> str:
    """``open``, ``sealed`` or ``released``: how the posts of its test split are in the store."""
    with store.read() as session:
        return seal_events.state(session, snapshot.digest)


def unfinished(store: Store, snapshot: Snapshot) -> bool:
    """Whether the database's files may still hold texts that were sealed: :func:`seal_store` was
    cut off, and finishes it when it is called again.
    """
    with store.read() as session:
        held = store_seals.of_snapshot(session, snapshot.digest)
    return held is not None and not held.scrubbed


def _state(store: Store, snapshot: Snapshot) -> str:
    now = state(store, snapshot)
    if now == seal_events.RELEASED:
        raise RefusedError(
            f"The posts in the test split of {snapshot.id} were sealed in the store, and released",
            Hint(
                "Freeze a newer snapshot and seal its posts from the start.",
                Command("snapshot create", seal_store=True),
            ),
        )
    return now


def _held(session: Session, snapshot: Snapshot) -> StoreSeal:
    held = store_seals.of_snapshot(session, snapshot.digest)
    if held is None:
        raise RefusedError(
            f"The posts in the test split of {snapshot.id} are not sealed in the store",
            "There is nothing to release: its posts can be frozen as they are.",
        )
    return held


def _seal(store: Store, snapshot: Snapshot, run: Run) -> None:
    ids = unseal(store, snapshot).ids.to_pylist()
    fingerprints: dict[str, int] = {}
    with store.read() as session:
        _require_own(store, session, ids)
        content = store_texts.to_parquet(_read(session, ids, fingerprints))
    if not fingerprints:
        raise InputError(
            f"None of the posts in the test split of {snapshot.id} is stored any more",
            "There is nothing to seal in the store.",
        )
    file = seal(store, content, snapshot=store_name(snapshot.digest), run=run)
    run.outputs = {"sealed": file}
    run.metrics = {"posts": len(fingerprints)}
    run.on_success(partial(_hide, snapshot, file, fingerprints))


def _read(
    session: Session, ids: list[str], fingerprints: dict[str, int]
) -> Iterator[list[PostTexts]]:
    """The texts in batches; notes the fingerprint of each post meanwhile."""
    for part in store_seals.texts(session, ids):
        fingerprints.update({post.id: fingerprint for fingerprint, post in part})
        yield [post for _, post in part]


def _require_own(store: Store, session: Session, ids: list[str]) -> None:
    """Refuse posts that another snapshot has sealed: to release them there would open them here."""
    under = store_seals.sealed_by(session, ids)
    others = [seal for seal in store_seals.listing(session) if seal.id in under]
    if others:
        names = {snapshot.digest: snapshot.id for snapshot in listing(store)}
        other = names[others[0].snapshot]
        raise RefusedError(
            f"{count(under[others[0].id], 'post')} of this test split are sealed in the store by"
            f" snapshot {other}, and a post is under one seal only",
            Hint(
                "Release that snapshot first, or freeze one whose test split begins later.",
                Command("snapshot release-store", other, reason="…"),
            ),
        )


def _hide(snapshot: Snapshot, file: str, fingerprints: dict[str, int], session: Session) -> None:
    actor = authorise(session, Role.REVIEWER, to="seal the posts of a test split in the store")
    store_seals.hide(session, snapshot=snapshot.digest, file=file, fingerprints=fingerprints)
    sealed = StoreSealed(
        at=datetime.now(UTC),
        by=actor.name,
        snapshot=snapshot.digest,
        posts=len(fingerprints),
        comment="",
    )
    seal_events.append(session, sealed)


def _show(snapshot: Snapshot, content: bytes, reason: str, run: Run, session: Session) -> None:
    actor = authorise(session, Role.ADMIN, to=_RELEASING)
    held = _held(session, snapshot)
    posts = store_seals.show(
        session, held.id, store_texts.from_parquet(content), execution=run.number
    )
    released = StoreReleased(
        at=datetime.now(UTC),
        by=actor.name,
        snapshot=snapshot.digest,
        posts=posts,
        comment=reason,
    )
    seal_events.append(session, released)


def _scrub(store: Store, snapshot: Snapshot, progress: Progress) -> None:
    """Clean the free space of the database of the texts, unless that was done."""
    with store.read() as session:
        held = _held(session, snapshot)
    if held.scrubbed:
        return
    progress("Cleaning the database", 0, None)
    store.scrub()
    with unattended(store, because="the sealing of the store asked as it began") as session:
        store_seals.mark_scrubbed(session, held.id)


def _require_reason(reason: str) -> None:
    if not is_visible(reason):
        raise InputError(
            "Give a reason for releasing the posts",
            "It stays in the audit log; one sentence is enough.",
        )
    if len(reason) > MAX_REASON:
        raise InputError(
            f"The reason is {len(reason):,} characters long", f"Use at most {MAX_REASON:,}."
        )
