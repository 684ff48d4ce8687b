"""Which key a split was sealed with, told without opening it.

A split is a Parquet file, and those begin with four known bytes. So the first bytes of the sealed
file, together with a key, tell whether it was sealed with that key; nothing else is opened, and
nothing is written. What the whole file holds is not looked at: its digest is for that.
"""

from enum import StrEnum

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from core.errors import StorageError
from core.snapshots import keys
from core.snapshots.keys import SealKey
from core.snapshots.sealed import NONCE_BYTES
from core.store import Store
from core.store.snapshots import Snapshot

_MAGIC = b"PAR1"
"""https://parquet.apache.org/docs/file-format/"""
_FIRST_BLOCK = (2).to_bytes(4, "big")
"""The counter of the first block of content, NIST SP 800-38D, section 7.1."""


class Fits(StrEnum):
    """Which key opens a sealed split."""

    PRESENT = "present"
    PREVIOUS = "previous"
    NONE = "none"


def fits(store: Store, snapshot: Snapshot) -> Fits:
    """Which of the keys at hand the test split of ``snapshot`` was sealed with.

    Raises:
        NotFoundError: the key or the sealed file is missing.
        RefusedError: others than its owner can read the key, or this is continuous integration.
        InputError: what is there is no key.
        StorageError: the file cannot be read.
    """
    present, *before = keys.known(store)
    head = _head(store, snapshot)
    if _sealed_with(present, head):
        return Fits.PRESENT
    return Fits.PREVIOUS if any(_sealed_with(key, head) for key in before) else Fits.NONE


def _head(store: Store, snapshot: Snapshot) -> bytes:
    path = store.artifacts.place(snapshot.sealed_test)
    try:
        with path.open("rb") as file:
            return file.read(NONCE_BYTES + len(_MAGIC))
    except OSError as error:
        raise StorageError(
            f"The sealed test split of {snapshot.id} cannot be read: {error.strerror}",
            f"Restore {path} from a backup.",
        ) from error


def _sealed_with(key: SealKey, head: bytes) -> bool:
    nonce, begins = head[:NONCE_BYTES], head[NONCE_BYTES:]
    if len(begins) < len(_MAGIC):
        return False
    encryptor = Cipher(AES(key.secret), ECB()).encryptor()  # noqa: S305 - one block, as GCM does
    stream = encryptor.update(nonce + _FIRST_BLOCK)
    return bytes(a ^ b for a, b in zip(begins, stream, strict=False)) == _MAGIC
