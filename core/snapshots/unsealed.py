"""Opening a sealed test split: the only place that decrypts, and in memory only.

Who may import this is held by a contract in ``pyproject.toml``: the recorded opening of a release,
the rotation of the key, and erasing, verifying and sealing in the store, which show nothing of it.
What is decrypted here is never written to disk, log or message; but for what
:func:`texts_of_store` gives to a release of the store, which is on record.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd
import pyarrow as pa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.access.transactions import unattended
from core.errors import CorruptArtifactError, NotFoundError, StorageError, WrongKeyError
from core.hints import Command, Hint
from core.snapshots import keys
from core.snapshots.content import SplitFile, attributes_from_parquet, split_file
from core.snapshots.keys import SealKey
from core.snapshots.read import listing
from core.snapshots.sealed import NONCE_BYTES, store_name
from core.store import Store, store_seals
from core.store import snapshots as snapshots_table
from core.store.snapshots import Snapshot


@dataclass(frozen=True, slots=True)
class Opened:
    """The plain bytes of a split, and the key that it was sealed with. Shown, it tells neither."""

    plain: bytes = field(repr=False)
    key: SealKey


def unseal(store: Store, snapshot: Snapshot) -> SplitFile:
    """The test split of ``snapshot``, in memory. Raises as :func:`decrypted` does."""
    return split_file(pa.py_buffer(decrypted(store, snapshot).plain))


def attributes_of(split: SplitFile) -> pd.DataFrame:
    """What describes the posts of an opened split, see :func:`.read.load_attributes`."""
    return attributes_from_parquet(split.source)


def decrypted(store: Store, snapshot: Snapshot) -> Opened:
    """The content of the sealed file of ``snapshot``.

    Raises:
        NotFoundError: the key or the sealed file is missing.
        RefusedError: others than its owner can read the key.
        InputError: the key is none.
        CorruptArtifactError: the file is not what was stored, or belongs to another snapshot.
        WrongKeyError: it was sealed with another key.
    """
    # Under the write lock, so that no rotation changes row, key or file between the three.
    with unattended(store, because="it takes the lock to read, and changes nothing") as session:
        now = snapshots_table.get(session, snapshot.digest) or snapshot
        sealed = store.artifacts.read(now.sealed_test)
        tried = keys.known(store)
    split = opened(sealed, snapshot, tried)
    if split is None:
        raise _refusal(store, sealed, snapshot, tried)
    return split


def texts_of_store(store: Store, snapshot: Snapshot) -> Opened:
    """The texts of its test split's posts that were taken out of the store, see
    :mod:`.store_texts`. Raises as :func:`decrypted` does, and NotFoundError if there are none.
    """
    with unattended(store, because="it takes the lock to read, and changes nothing") as session:
        held = store_seals.of_snapshot(session, snapshot.digest)
        if held is None:
            raise NotFoundError(
                f"The posts in the test split of {snapshot.id} are not sealed in the store",
                "They may have been released meanwhile. Run the command again.",
            )
        sealed = store.artifacts.read(held.file)
        tried = keys.known(store)
    texts = opened_as(sealed, store_name(snapshot.digest), tried)
    if texts is None:
        raise WrongKeyError(
            f"The key in {' or '.join(key.where for key in tried)} does not open the posts of"
            f" snapshot {snapshot.id} that are sealed in the store",
            f"Restore the key that they were sealed with as {store.home / keys.PREVIOUS} (mode"
            " 600), then run the command again.",
        )
    return texts


def opened(sealed: bytes, snapshot: Snapshot, tried: Sequence[SealKey]) -> Opened | None:
    """What ``sealed`` holds; None if none of the keys opens it as the split of ``snapshot``."""
    return opened_as(sealed, snapshot.digest, tried)


def opened_as(sealed: bytes, name: str, tried: Sequence[SealKey]) -> Opened | None:
    """What ``sealed`` holds; None if none of the keys opens it as what was sealed by ``name``."""
    nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    for key in tried:
        try:
            return Opened(AESGCM(key.secret).decrypt(nonce, rest, name.encode()), key)
        except (InvalidTag, ValueError):  # ValueError: too short to hold a nonce
            continue
    return None


def _refusal(
    store: Store, sealed: bytes, snapshot: Snapshot, tried: Sequence[SealKey]
) -> StorageError:
    """Why none of the keys opens it."""
    for other in listing(store):
        if opened(sealed, other, tried) is not None:
            return CorruptArtifactError(
                f"The sealed file of snapshot {snapshot.id} belongs to {other.id}",
                "It was not loaded. Restore the database from a backup.",
            )
    return WrongKeyError(
        f"The key in {' or '.join(key.where for key in tried)} does not open the test split of"
        f" snapshot {snapshot.id}: it was sealed with another key",
        Hint(
            f"Freeze a newer snapshot; or restore that key as {store.home / keys.PREVIOUS} (mode"
            " 600), then change the key of this split.",
            Command("seal rotate"),
        ),
    )
