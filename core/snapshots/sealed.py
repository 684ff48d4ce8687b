"""Sealing the test split. There is no function here that opens one.

The split is encrypted (AES-256-GCM) with a key that lies outside the artifacts: the file
``seal.key`` of the workspace, readable by its owner only, or ``SIGNOFF_SEAL_KEY``. Opening comes
with the recorded opening of a release; until then nothing in Signoff reads what is sealed.
"""

import base64
import binascii
import hashlib
import hmac
import os
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import InputError
from core.settings import settings
from core.store import Store
from core.store.artifacts import storage_errors

KEY_BYTES = 32
NONCE_BYTES = 12


def seal(store: Store, plain: bytes, *, snapshot: str) -> str:
    """Encrypt ``plain`` and store it; the digest of the sealed file.

    The snapshot's digest is authenticated with the content, so that one snapshot's sealed split
    cannot be passed off as another's. The nonce is a keyed digest of both: the same split sealed
    again with the same key gives the same file, so that a lost one can be restored, and no nonce
    ever serves two contents.
    """
    key = _key(store)
    content = hashlib.sha256(plain).digest()
    nonce = hmac.digest(key, snapshot.encode() + content, "sha256")[:NONCE_BYTES]
    sealed = AESGCM(key).encrypt(nonce, plain, snapshot.encode())
    return store.artifacts.put_bytes(nonce + sealed)


def _key(store: Store) -> bytes:
    given = settings().seal_key
    if given:
        return _decode(given.encode(), "SIGNOFF_SEAL_KEY")
    path = store.home / "seal.key"
    with suppress(FileExistsError):
        _write_new(path, base64.b64encode(AESGCM.generate_key(8 * KEY_BYTES)))
    with storage_errors(path):
        return _decode(path.read_bytes(), str(path))


def _write_new(path: Path, content: bytes) -> None:
    """Create ``path`` whole or not at all, unless it exists."""
    part = path.with_name(f"{path.name}.{os.getpid()}")
    with storage_errors(path):
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(handle)
    try:
        os.link(part, path)
    finally:
        part.unlink()


def _decode(text: bytes, where: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise InputError(
            f"The key in {where} is not {KEY_BYTES} bytes in base64",
            "Restore the key: without it no test split sealed with it can ever be opened.",
        )
    return key
