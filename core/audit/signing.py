"""Ed25519 keys that sign entries of the audit log: where they lie, what they sign, how to check it.

A key is a file in PEM (PKCS 8) that only its owner may read, outside of the workspace. What is
signed is the hash of an entry, as its 64 hexadecimal digits in ASCII.
"""

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from platformdirs import user_config_path

from core.errors import InputError, NotFoundError, RefusedError
from core.hints import Command, Hint
from core.settings import settings
from core.store.artifacts import flush, storage_errors
from core.store.audit import Entry, Signature


@dataclass(frozen=True, slots=True)
class SigningKey:
    """``where``: its file. Shown, it does not tell the secret."""

    private: Ed25519PrivateKey = field(repr=False)
    where: Path

    @property
    def public(self) -> str:
        """The public key, in hexadecimal."""
        return self.private.public_key().public_bytes_raw().hex()

    def sign(self, entry: Entry) -> Signature:
        """The signature of an entry by this key."""
        return Signature(entry.number, self.public, self.private.sign(_message(entry)).hex())


def own_key() -> SigningKey | None:
    """The key that SIGNOFF_AUDIT_KEY names; None where it is not set.

    Raises:
        Errors as :func:`read_key` does: nothing is decided unsigned that was to be signed.
    """
    path = settings().audit_key
    return None if path is None else read_key(path)


def default_path() -> Path:
    """Where a key lies unless somebody chooses another file: in the user's configuration."""
    return settings().audit_key or user_config_path("signoff", appauthor=False) / "audit-key.pem"


def make_key(path: Path, *, home: Path) -> SigningKey:
    """Write a new key to a file that only its owner may read.

    Args:
        home: the folder of the workspace, in which it must not lie.

    Raises:
        RefusedError: there is a file already, or it would lie in the workspace.
    """
    if path.resolve().is_relative_to(home.resolve()):
        raise RefusedError(
            f"{path} lies in the workspace: anybody who can change the log could take the key",
            "Choose a file outside of the workspace.",
        )
    private = Ed25519PrivateKey.generate()
    content = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with storage_errors(path, chosen=True):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise RefusedError(
                f"{path} already exists",
                Hint("Register its key, or choose another file.", Command("audit key register")),
            ) from None
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(handle)
        flush(path.parent)
    return SigningKey(private, path)


def read_key(path: Path) -> SigningKey:
    """The key in a file.

    Raises:
        NotFoundError: there is no such file.
        RefusedError: others than its owner can read it.
        InputError: it is no Ed25519 key in PEM.
    """
    if not path.is_file():
        raise NotFoundError(
            f"There is no key {path} to sign the audit log with",
            Hint("Create one, or unset SIGNOFF_AUDIT_KEY.", Command("audit key create")),
        )
    with storage_errors(path):
        mode, content = path.stat().st_mode, path.read_bytes()
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise RefusedError(
            f"People other than its owner can read the key in {path}", f"Run: chmod 600 {path}"
        )
    try:
        private = load_pem_private_key(content, password=None)
    except (ValueError, TypeError):
        private = None
    if not isinstance(private, Ed25519PrivateKey):
        raise InputError(
            f"{path} is not an Ed25519 key in PEM without a password",
            Hint("Restore it, or create another.", Command("audit key create")),
        )
    return SigningKey(private, path)


def is_valid(signature: Signature, entry: Entry) -> bool:
    """Whether a signature is that of this entry by the key that it names. Pure."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signature.key))
        key.verify(bytes.fromhex(signature.signature), _message(entry))
    except (ValueError, InvalidSignature):
        return False
    return True


def _message(entry: Entry) -> bytes:
    return entry.digest.encode("utf-8", "surrogateescape")
