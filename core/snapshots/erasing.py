"""Taking the text of erased posts out of the files of a snapshot.

Each file is rewritten without it, then one transaction names the new files, then the old ones
go. The test split is opened and sealed again for that, in memory only.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

import pyarrow as pa

from core.access.transactions import WITHIN_A_RUN, unattended
from core.errors import ConflictError, CorruptArtifactError, InputError, RefusedError, WrongKeyError
from core.executions import Run
from core.hints import Command, Hint
from core.snapshots import store_texts
from core.snapshots.content import blanked
from core.snapshots.files import keep
from core.snapshots.read import OPEN_SPLITS
from core.snapshots.sealed import Sealed, require_present, sealed, store_name
from core.snapshots.unsealed import decrypted, opened_as, texts_of_store
from core.store import Store, erasure, store_seals
from core.store import snapshots as snapshots_table
from core.store.snapshots import Snapshot

STORE = "store"
"""Where a split is named: the texts of the test split that are sealed in the store."""
TRIES = 5
"""Another process that changes the same files may be faster, but not for ever."""
_UNREADABLE = (InputError, RefusedError, CorruptArtifactError, WrongKeyError)
"""What is wrong with one file, and leaves the others as they are."""


@dataclass(frozen=True, slots=True)
class Emptied:
    """A snapshot as it is now.

    ``files``: split -> digest of its new file. ``left``: split -> why it could not be rewritten.
    """

    snapshot: Snapshot
    files: dict[str, str]
    left: dict[str, str]


def pending(store: Store) -> list[Snapshot]:
    """Snapshots whose files may hold text of erased posts, newest first."""
    with store.read() as session:
        newest = erasure.newest(session)
        return [s for s in snapshots_table.listing(session) if s.erased_until < newest]


def empty(store: Store, snapshot: Snapshot, run: Run) -> Emptied:
    """Take the text of all erased posts out of the files of ``snapshot``.

    Raises:
        ConflictError: others keep changing the snapshot's files.
        StorageError: the disk refuses.
    """
    for _ in range(TRIES):
        with store.read() as session:
            now = snapshots_table.get(session, snapshot.digest) or snapshot
            newest = erasure.newest(session)
            posts = erasure.buried_after(session, now.erased_until)
        made = _Emptying(store, now, pa.array(posts, pa.string()), run)
        after = made.snapshot(until=newest)
        with (
            suppress(ConflictError),
            unattended(store, because=WITHIN_A_RUN) as session,
        ):
            for resealed in made.resealed:  # a rotation may have begun between the two
                require_present(store, resealed.key)
            if store_seals.files(session).get(now.digest) != made.held:
                continue
            if snapshots_table.swap_files(session, now, after):
                if made.held is not None and STORE in made.files:
                    texts = made.files[STORE]
                    store_seals.reseal(session, now.digest, before=made.held, after=texts)
                return Emptied(after, made.files, made.left)
    raise ConflictError(
        f"Another run keeps changing the files of snapshot {snapshot.id}",
        Hint("Wait until it has finished, then erase again.", Command("collect erase")),
    )


class _Emptying:
    """The new files of one snapshot, in the making."""

    def __init__(self, store: Store, before: Snapshot, posts: pa.Array, run: Run) -> None:
        self.left: dict[str, str] = {}
        self.resealed: list[Sealed] = []
        self._store, self._before, self._posts, self._run = store, before, posts, run
        self.files: dict[str, str] = {}
        self._erased = dict(before.erased)
        for split in OPEN_SPLITS:
            self._try(split, self._open)
        self._try("test", self._sealed)
        with store.read() as session:
            self.held = store_seals.files(session).get(before.digest)
        if self.held is not None:
            self._try(STORE, self._store_texts)

    def snapshot(self, *, until: int) -> Snapshot:
        """The snapshot with its new files. Where one is left, it has still to be done."""
        if self.left:
            until = self._before.erased_until
        before, files = self._before, self.files
        return replace(
            before,
            train=files.get("train", before.train),
            valid=files.get("valid", before.valid),
            sealed_test=files.get("test", before.sealed_test),
            erased=self._erased,
            erased_until=until,
        )

    def _try(self, split: str, rewrite: Callable[[str], None]) -> None:
        try:
            rewrite(split)
        except _UNREADABLE as error:
            self.left[split] = str(error)

    def _open(self, split: str) -> None:
        copy = blanked(self._store.artifacts.open(getattr(self._before, split)), self._posts)
        if copy is not None:
            self.files[split] = keep(self._store, copy.content, self._run)
            self._erased[split] = copy.erased

    def _sealed(self, split: str) -> None:
        plain = decrypted(self._store, self._before).plain
        copy = blanked(pa.py_buffer(plain), self._posts)
        if copy is not None:
            self._seal(split, copy.content, name=self._before.digest)
            self._erased[split] = copy.erased

    def _store_texts(self, split: str) -> None:
        texts = store_texts.without(texts_of_store(self._store, self._before).plain, self._posts)
        if texts is not None:
            self._seal(split, texts, name=store_name(self._before.digest))

    def _seal(self, split: str, content: bytes, *, name: str) -> None:
        made = sealed(self._store, content, snapshot=name, run=self._run)
        again = opened_as(self._store.artifacts.read(made.digest), name, [made.key])
        if again is None or again.plain != content:
            raise CorruptArtifactError(
                f"The test split of snapshot {self._before.id} was sealed again, but does not open",
                Hint(
                    "The earlier file is kept. Check disk and memory, then erase again.",
                    Command("collect erase"),
                ),
            )
        self.resealed.append(made)
        self.files[split] = made.digest
