"""Replacing the key of the sealed splits, and telling which of them the keys at hand open.

A new key is put in place first, and the one before kept next to it; then every split, and what
was taken out of the store, is resealed in memory; then one transaction names all the new files;
then the old files and the old key go.
Opening tries both keys, so that a rotation killed at any moment leaves nothing that cannot be
opened, and the next one finishes it.
"""

from dataclasses import dataclass
from functools import partial

from core.access.identity import Role
from core.access.transactions import acting, unattended
from core.errors import CorruptArtifactError, NotFoundError, SignoffError, WrongKeyError
from core.executions import Run, listing, record
from core.progress import Progress, silent
from core.snapshots import keys
from core.snapshots.files import keep
from core.snapshots.fingerprints import name_of
from core.snapshots.keys import SealKey
from core.snapshots.recognising import Fits
from core.snapshots.sealed import encrypted, store_name
from core.snapshots.unsealed import decrypted, opened_as, texts_of_store
from core.store import Store, shared_texts, store_seals
from core.store import snapshots as snapshots_table
from core.store.snapshots import Snapshot

KIND = "rotate"


@dataclass(frozen=True, slots=True)
class SealState:
    """``why``: what is in the way where no key opens the split."""

    snapshot: Snapshot
    fits: Fits
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Rotation:
    """``left``: snapshots whose split no key at hand opens; they stay as they were."""

    execution: int
    key: SealKey
    resealed: list[Snapshot]
    left: list[Snapshot]


def status(store: Store) -> list[SealState]:
    """Which key opens each sealed split, newest snapshot first. Shows nothing of them.

    Raises as :func:`core.snapshots.keys.present` does, if there is a snapshot.
    """
    snapshots = _snapshots(store)
    return [_state(store, snapshot, keys.present(store)) for snapshot in snapshots]


def rotate(store: Store, *, progress: Progress = silent) -> Rotation:
    """Seal the test split of every snapshot with a new key, or finish a rotation that was cut off.

    Raises:
        RefusedError: the actor is not an admin, or the environment does not give both keys.
        CorruptArtifactError, NotFoundError: a key or a sealed file is damaged or missing; both
            keys are kept, and the next rotation goes on from there.
    """
    with acting(store, Role.ADMIN, to="change the key of the sealed test splits"):
        # Freezing asks for the key in such a transaction, too: whatever was sealed with the old
        # one has its row by now, or will never have one.
        key = keys.replace(store)
    snapshots = _snapshots(store)
    resealed: dict[str, str | None] = {}
    before = {snapshot.digest: snapshot.sealed_test for snapshot in snapshots}
    with store.read() as session:
        prints = shared_texts.fingerprints(session)
        held = store_seals.files(session)
    inputs = {"sealed": before, "fingerprints": prints, "posts": held}
    with record(store, KIND, params={}, inputs=inputs) as run:
        for done, snapshot in enumerate(snapshots):
            progress("Sealing with the new key", done, len(snapshots))
            resealed[snapshot.digest] = _resealed(store, snapshot, key, run)
        after = {digest: sealed for digest, sealed in resealed.items() if sealed}
        run.outputs = {"sealed": after}
        for digest, sealed in after.items():
            run.on_success(
                partial(snapshots_table.reseal, digest=digest, before=before[digest], after=sealed)
            )
        for digest, file in prints.items():
            again = _fingerprints_resealed(store, digest, file, key, run)
            if again is not None:
                run.on_success(
                    partial(shared_texts.reseal, snapshot=digest, before=file, after=again)
                )
        left = _texts_resealed(store, [s for s in snapshots if s.digest in held], key, run)
    _forget(store, key)
    done_with = after.keys() - left
    return Rotation(
        execution=run.number,
        key=key,
        resealed=[s for s in snapshots if s.digest in done_with],
        left=[s for s in snapshots if s.digest not in done_with],
    )


def _snapshots(store: Store) -> list[Snapshot]:
    with store.read() as session:
        return snapshots_table.listing(session)


def _state(store: Store, snapshot: Snapshot, present: SealKey) -> SealState:
    try:
        key = decrypted(store, snapshot).key
    except SignoffError as error:
        return SealState(snapshot, Fits.NONE, str(error))
    return SealState(snapshot, Fits.PRESENT if key.secret == present.secret else Fits.PREVIOUS)


def _resealed(store: Store, snapshot: Snapshot, key: SealKey, run: Run) -> str | None:
    """The sealed file of ``snapshot`` with ``key``; None if no key opens the present one."""
    try:
        split = decrypted(store, snapshot)
    except WrongKeyError:
        return None
    if split.key.secret == key.secret:
        return snapshot.sealed_test
    return _with(key, store, split.plain, snapshot, name=snapshot.digest, run=run)


def _texts_resealed(store: Store, held: list[Snapshot], key: SealKey, run: Run) -> set[str]:
    """The same of the texts that are sealed in the store; snapshots whose texts no key opens."""
    left = set[str]()
    for snapshot in held:
        with store.read() as session:
            now = store_seals.of_snapshot(session, snapshot.digest)
        if now is None:
            continue  # it was released meanwhile
        try:
            texts = texts_of_store(store, snapshot)
        except WrongKeyError:
            left.add(snapshot.digest)
            continue
        if texts.key.secret != key.secret:
            name = store_name(snapshot.digest)
            again = _with(key, store, texts.plain, snapshot, name=name, run=run)
            change = partial(
                store_seals.reseal, snapshot=snapshot.digest, before=now.file, after=again
            )
            run.on_success(change)
    return left


def _with(
    key: SealKey, store: Store, plain: bytes, snapshot: Snapshot, *, name: str, run: Run
) -> str:
    """The new file of what was sealed by ``name``, looked at once more."""
    digest = keep(store, encrypted(plain, key, snapshot=name), run)
    again = opened_as(store.artifacts.read(digest), name, [key])
    if again is None or again.plain != plain:
        raise CorruptArtifactError(
            f"The test split of snapshot {snapshot.id} was sealed with the new key, but does not"
            " open",
            "Only the key has changed, and the previous one is kept. Check disk and memory, then"
            " run the command again.",
        )
    return digest


def _fingerprints_resealed(
    store: Store, digest: str, file: str, key: SealKey, run: Run
) -> str | None:
    """The file of a snapshot's fingerprints with ``key``; None if it cannot be read: then they are
    made again, from the posts, as the next snapshot is frozen.
    """
    try:
        made = opened_as(store.artifacts.read(file), name_of(digest), keys.known(store))
    except (CorruptArtifactError, NotFoundError):
        return None
    if made is None:
        return None
    return keep(store, encrypted(made.plain, key, snapshot=name_of(digest)), run)


def _forget(store: Store, key: SealKey) -> None:
    """Remove the old files, then the old key, unless a further rotation needs them."""
    past = listing(store, kinds=[KIND], status="succeeded")
    with unattended(store, because="the change of keys asked as it began") as session:
        if keys.present(store).secret != key.secret:
            return
        named = {snapshot.sealed_test for snapshot in snapshots_table.listing(session)}
        named.update(shared_texts.fingerprints(session).values())
        named.update(store_seals.files(session).values())
        old = {
            digest
            for run in past
            for kind in ("sealed", "fingerprints", "posts")
            for digest in run.inputs.get(kind, {}).values()
        }
        for digest in old - named:
            store.artifacts.remove(digest)
        keys.forget_previous(store)
