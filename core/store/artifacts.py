"""Files named by the SHA-256 of their content.

Written to a temporary name, flushed to the disk and renamed, so that a digest never names half
a file; verified whenever they are loaded. Callers name digests, never paths.
"""

import errno
import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from core.errors import CorruptArtifactError, NotFoundError, StorageError
from core.store.left_behind import SCRATCH, UNFINISHED, drop_old, sweep
from core.store.locks import Lock, lock, unlocked
from core.store.permissions import permitted

PATIENCE = 30.0
"""Seconds to wait for others who store or remove artifacts."""
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Artifacts:
    """The content-addressed files below one folder."""

    root: Path

    def put_bytes(self, content: bytes) -> str:
        """Store ``content``; its digest. Storing the same content again only makes it new, see
        :meth:`remove_unless_new`.
        """
        with self.scratch() as folder:
            path = folder / "content"
            with storage_errors(path):
                path.write_bytes(content)
            return self.put_file(path)

    def put_file(self, path: Path) -> str:
        """Move a finished file of :meth:`scratch` into the store; its digest."""
        digest = file_digest(path)
        target = self.place(digest)
        with storage_errors(target):
            flush(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.chmod(permitted(0o444))
            with self._storing():
                os.utime(path)  # it may have been written long ago, or be the second of its kind
                path.replace(target)
            flush(target.parent)
            flush(self.root)
        return digest

    def open(self, digest: str) -> Path:
        """The path of a verified artifact, to be read at once and kept nowhere.

        Raises:
            NotFoundError: nothing was stored under this digest, or it was deleted.
            CorruptArtifactError: the content is not what was stored.
        """
        if not _DIGEST.fullmatch(digest):
            raise NotFoundError(f"{digest!r} is not a digest", "Give 64 hexadecimal digits.")
        path = self.place(digest)
        if not path.exists():
            raise NotFoundError(
                f"Artifact {digest[:12]} is missing from the workspace",
                "Restore it from a backup, or run the step that made it again, with --force.",
            )
        if file_digest(path) != digest:
            raise CorruptArtifactError(
                f"Artifact {digest[:12]} is corrupted: its content no longer matches its digest",
                f"It was not loaded. Restore {path} from a backup, or delete it and run the step"
                " that made it again, with --force.",
            )
        return path

    def read(self, digest: str) -> bytes:
        """The verified content."""
        return self.open(digest).read_bytes()

    def remove(self, digest: str) -> None:
        """Delete an artifact that nothing names any more, if it is there."""
        with storage_errors(self.root):
            self.place(digest).unlink(missing_ok=True)

    def remove_unless_new(self, digest: str, *, before: float) -> int | None:
        """Delete an artifact that was last stored ``before`` that moment, and that nothing names.

        Nobody can store it between looking and deleting: who does so before makes it new, who does
        so afterwards makes it again.

        Args:
            before: epoch seconds, by the clock of the artifacts' file system.

        Returns:
            Its size in bytes; None where it is new, or not there.

        Raises:
            StorageError: the disk refuses, or others store artifacts without a pause.
        """
        path = self.place(digest)
        with storage_errors(path), self._alone():
            try:
                found = path.stat()
            except FileNotFoundError:
                return None
            if found.st_mtime >= before:
                return None
            path.unlink()
        return found.st_size

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder on the store's own file system for files in the making; removed at the end."""
        with storage_errors(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            folder, held = self._locked_folder()
        try:
            with folder as name:
                yield Path(name)
        finally:
            held.release()

    @contextmanager
    def unfinished(self, name: str, *, resume: bool = True) -> Iterator[Path]:
        """A folder that is removed when the block succeeds. If it fails, or the process is killed,
        it stays, and is given again for the same name within :data:`UNFINISHED_DAYS`.

        Args:
            name: for a file; the same for the same work.
            resume: give it as it was left; else it is empty.
        """
        folder = self.root / f"{UNFINISHED}{name}"
        with storage_errors(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            drop_old(self.root)
            if not resume:
                shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(exist_ok=True)
        try:
            yield folder
        except BaseException:
            with suppress(OSError):
                folder.rmdir()  # where nothing was left in it
            raise
        shutil.rmtree(folder, ignore_errors=True)

    def sweep(self) -> None:
        """Remove the scratch folders of processes that are gone."""
        sweep(self.root)

    def _locked_folder(self) -> tuple[tempfile.TemporaryDirectory[str], Lock]:
        while True:  # until no sweep of another process comes between making and locking it
            folder = tempfile.TemporaryDirectory(
                dir=self.root, prefix=SCRATCH, ignore_cleanup_errors=True
            )
            if (held := lock(Path(folder.name))) is not None:
                return folder, held
            folder.cleanup()

    @contextmanager
    def _storing(self) -> Iterator[None]:
        """Meanwhile nobody deletes artifacts; others may store theirs at the same time."""
        deadline = time.monotonic() + PATIENCE
        while True:
            with unlocked(self.root) as free:
                if free:
                    yield
                    return
            _wait(deadline, "Another process has been removing artifacts")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Meanwhile nobody stores or deletes artifacts."""
        deadline = time.monotonic() + PATIENCE
        while (held := lock(self.root)) is None:
            _wait(deadline, "Other processes have been storing artifacts")
        try:
            yield
        finally:
            held.release()

    def place(self, digest: str) -> Path:
        """Where an artifact is, if it is there; not verified, see :meth:`open`."""
        return self.root / digest[:2] / digest


def _wait(deadline: float, why: str) -> None:
    if time.monotonic() > deadline:
        raise StorageError(
            f"{why} for {PATIENCE:.0f} s",
            "Wait until it has finished, or end it if it stands still; then run the command again.",
        )
    time.sleep(0.005)


def file_digest(path: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def storage_errors(path: Path, *, chosen: bool = False) -> Iterator[None]:
    """Turn what the operating system says of a write into what the person can do about it.

    ``chosen``: see :func:`explain`.
    """
    try:
        yield
    except OSError as error:
        raise explain(error, path, chosen=chosen) from error


def write_whole(path: Path, content: bytes) -> None:
    """Write a file of the user's choice whole or not at all, in the place of an earlier one."""
    half = path.with_name(f"{path.name}.{SCRATCH}{os.getpid()}")
    with storage_errors(path, chosen=True):
        try:
            half.write_bytes(content)
            flush(half)
            half.replace(path)
        except BaseException:
            half.unlink(missing_ok=True)
            raise
        flush(path.parent)


def append_line(path: Path, line: str) -> None:
    """Add a line to a file of the user's choice, made if it is not there, and flush it.

    A last line that was cut off stays a line of its own.
    """
    with storage_errors(path, chosen=True), path.open("a+b") as file:
        file.seek(max(file.seek(0, os.SEEK_END) - 1, 0))
        begun = file.read(1) not in (b"", b"\n")
        file.write(f"{chr(10) if begun else ''}{line}\n".encode())
        file.flush()
        os.fsync(file.fileno())


def explain(error: OSError, path: Path, *, chosen: bool = False) -> StorageError:
    """The operating system's refusal as a sentence with a way out.

    Args:
        chosen: the user named this file: it is not in the workspace, so moving that does not help.
    """
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(path, chosen=chosen)
    return StorageError(
        f"Cannot write to {path}: {error.strerror or error}",
        "Choose a file in a folder that exists and that you can write to."
        if chosen
        else "Check that the folder exists and that you can write to it, or set SIGNOFF_HOME to"
        " another folder.",
    )


def disk_full(path: Path, *, chosen: bool = False) -> StorageError:
    whole = "" if chosen else "Nothing half-written is left behind. "
    elsewhere = "name a file on another disk" if chosen else "set SIGNOFF_HOME to a larger disk"
    return StorageError(
        f"The disk that holds {path.parent} is full",
        f"{whole}Free some space, or {elsewhere}, and run the command again.",
    )


def flush(path: Path) -> None:
    """Have the disk hold a file, or the names in a folder, before going on."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
