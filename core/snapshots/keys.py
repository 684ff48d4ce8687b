"""The key of the sealed splits: where it is, how it is made, how a new one takes its place.

It lies outside the artifacts: in the file ``seal.key`` of the workspace, which only its owner may
read, or in ``SIGNOFF_SEAL_KEY``. While splits are resealed with a new key, the one before is
kept next to it, as ``seal.key.previous`` or ``SIGNOFF_SEAL_KEY_PREVIOUS``.
"""

import base64
import binascii
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import InputError, NotFoundError, RefusedError
from core.hints import Command, Hint
from core.settings import settings
from core.store import Store
from core.store.artifacts import flush, storage_errors

KEY_BYTES = 32
PRESENT = "seal.key"
PREVIOUS = "seal.key.previous"


@dataclass(frozen=True, slots=True)
class SealKey:
    """``where`` it was found, for messages. Shown, it does not tell the key."""

    secret: bytes = field(repr=False)
    where: str


def present(store: Store) -> SealKey:
    """The key that splits are sealed with.

    Raises:
        NotFoundError: there is none. None is made: it would open nothing.
        RefusedError: others than its owner can read its file; or this is continuous integration,
            where what a change runs must not reach the test that judges it.
        InputError: what is there is no key.
    """
    if settings().ci:
        raise RefusedError(
            "In continuous integration (SIGNOFF_CI), nothing uses the key of the sealed tests",
            "Do this where the key is, outside of it. Remove the key from there, if it was given.",
        )
    key = _given(settings().seal_key, "SIGNOFF_SEAL_KEY") or _read(store.home / PRESENT)
    if key is None:
        raise NotFoundError(
            f"The key of the sealed test splits is missing: there is no {store.home / PRESENT},"
            " and SIGNOFF_SEAL_KEY is not set. Without it they can never be opened",
            Hint(
                "Restore the key from a backup, or freeze a newer snapshot.",
                Command("snapshot create"),
            ),
        )
    return key


def known(store: Store) -> list[SealKey]:
    """The keys that may open a split: the present one and, during a rotation, the one before.

    Raises as :func:`present` does.
    """
    given = _given(settings().seal_key_previous, "SIGNOFF_SEAL_KEY_PREVIOUS")
    before = given or _read(store.home / PREVIOUS)
    return [present(store), *([before] if before else [])]


def present_or_new(store: Store) -> SealKey:
    """The present key; the first time, one is made. Raises as :func:`present` does otherwise."""
    path = store.home / PRESENT
    if not settings().seal_key and not settings().ci and not path.exists():
        with suppress(FileExistsError), _new_file(path) as part:
            os.link(part, path)
    return present(store)


def replace(store: Store) -> SealKey:
    """Put a new key in the place of the present one, which is kept as the previous; the new one.

    Where that was begun before and splits may still need the previous key, nothing is changed: the
    present key is the new one. At every moment both are on the disk. To be called while holding
    the database's write lock.

    Raises:
        RefusedError: the environment gives the key, and not the one before.
        Others as :func:`present`.
    """
    old = present(store)
    if settings().seal_key:
        if not settings().seal_key_previous:
            raise RefusedError(
                "SIGNOFF_SEAL_KEY gives the key of the sealed splits, so only the environment can"
                " change it",
                "Set SIGNOFF_SEAL_KEY_PREVIOUS to the current key and SIGNOFF_SEAL_KEY to a new"
                " one (openssl rand -base64 32), then run the command again.",
            )
        return old
    path, before = store.home / PRESENT, store.home / PREVIOUS
    kept = _read(before)
    if kept is None:
        with storage_errors(before):
            os.link(path, before)
            flush(path.parent)
    elif kept.secret != old.secret:
        return old
    with _new_file(path) as part:
        part.replace(path)
        flush(path.parent)
    return present(store)


def forget_previous(store: Store) -> None:
    """Remove the previous key's file, and what killed processes left of keys in the making.

    A key in the environment is for people to remove. To be called under the write lock.
    """
    if not settings().seal_key:
        for path in store.home.glob(f"{PRESENT}.*"):
            if path.name == PREVIOUS or path.suffix[1:].isdigit():
                path.unlink(missing_ok=True)


def _given(text: str, where: str) -> SealKey | None:
    return _key(text.encode(), where) if text else None


def _read(path: Path) -> SealKey | None:
    if not path.exists():
        return None
    with storage_errors(path):
        mode, text = path.stat().st_mode, path.read_bytes()
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise RefusedError(
            f"People other than its owner can read the key in {path}", f"Run: chmod 600 {path}"
        )
    return _key(text, str(path))


def _key(text: bytes, where: str) -> SealKey:
    try:
        secret = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        secret = b""
    if len(secret) != KEY_BYTES:
        raise InputError(
            f"The key in {where} is not {KEY_BYTES} bytes in base64",
            "Restore the key. Without it, no test split sealed with it can ever be opened.",
        )
    return SealKey(secret, where)


@contextmanager
def _new_file(path: Path) -> Iterator[Path]:
    """A new key in its own file next to ``path``, complete and on the disk; removed at the end."""
    part = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with storage_errors(part):
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)))
                file.flush()
                os.fsync(handle)
        yield part
    finally:
        part.unlink(missing_ok=True)
