"""Sealing the test split: encrypted with AES-256-GCM. What opens it is :mod:`.unsealed`."""

import hashlib
import hmac
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import ConflictError
from core.executions import Run
from core.snapshots import keys
from core.snapshots.files import keep
from core.snapshots.keys import SealKey
from core.store import Store

NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed file, and the key that it was sealed with."""

    digest: str
    key: SealKey


def store_name(snapshot: str) -> str:
    """What the texts of a snapshot's sealed posts, taken out of the store, are sealed as."""
    return f"{snapshot}/posts"


def seal(store: Store, plain: bytes, *, snapshot: str, run: Run) -> str:
    """Encrypt ``plain`` with the current key and store it; the digest of the sealed file.

    ``snapshot``: its digest, or another name that says what the file holds, see :func:`encrypted`.
    ``run`` can only succeed while that key is still the present one: whatever is sealed with a key
    is known to the code that replaces it.
    """
    made = sealed(store, plain, snapshot=snapshot, run=run)
    run.on_success(lambda _session: require_present(store, made.key))
    return made.digest


def sealed(store: Store, plain: bytes, *, snapshot: str, run: Run) -> Sealed:
    """As :func:`seal`; the transaction that names the file must ask :func:`require_present`."""
    key = keys.present_or_new(store)
    return Sealed(keep(store, encrypted(plain, key, snapshot=snapshot), run), key)


def encrypted(plain: bytes, key: SealKey, *, snapshot: str) -> bytes:
    """The nonce, then ``plain`` encrypted, then its tag.

    The snapshot's digest is authenticated with the content, so that one snapshot's sealed split
    cannot be passed off as another's. The nonce is a keyed digest of both: the same split sealed
    again with the same key gives the same file, so that a lost one can be restored, and no nonce
    ever serves two contents.
    """
    content = hashlib.sha256(plain).digest()
    nonce = hmac.digest(key.secret, snapshot.encode() + content, "sha256")[:NONCE_BYTES]
    return nonce + AESGCM(key.secret).encrypt(nonce, plain, snapshot.encode())


def require_present(store: Store, key: SealKey) -> None:
    """Refuse what was sealed with a key that was replaced meanwhile."""
    if keys.present(store).secret != key.secret:
        raise ConflictError(
            "The key of the sealed splits has just been changed", "Run the command again."
        )
