"""The files in a zip archive, read one after the other as they are unpacked.

Nothing is ever written, and no path of an archive is followed: a member is known by its number, and
its name only says what to leave out and is shown to people. Archives that are made to fill memory
or time are refused before they are unpacked.
"""

import io
import os
import struct
import zipfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from core.collect.containers import Counted
from core.errors import InputError

MOST_MEMBERS = 2_000
"""Each opens the archive, and reads its list of members, by itself."""
DIRECTORY = 2**24
"""Bytes of an archive's list of members, at most: it is held in memory."""
EXPANDED = 250
"""Times its own size that an archive may expand to. Tables and dumps reach 5 to 50."""
SMALL = 2**28
"""Bytes up to which it may expand anyway."""
_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Those that are unpacked in bounded memory, whatever an archive says."""
_ENCRYPTED = 0x1
_OFFICE = "[Content_Types].xml"
_DAMAGED = (
    *(zipfile.BadZipFile, OSError, EOFError, ValueError, IndexError, struct.error),
    NotImplementedError,
)
"""What opening an archive raises where it is damaged, or of a later version."""
_EXPORT = "Save it as CSV or Parquet, and import that."
_UNPACK = "Unpack it, and import the files in it."


@dataclass(frozen=True, slots=True, order=True)
class Member:
    """A file in an archive: its number there, and what it is called."""

    number: int
    name: str
    size: int
    """Bytes that it unpacks to."""

    @property
    def base(self) -> str:
        """The name without folders."""
        return PurePosixPath(self.name.replace("\\", "/")).name


def is_zip(path: Path) -> bool:
    """Whether a file begins as a zip archive does. A pipe is not looked at: it is read once."""
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return file.read(4) in _MAGIC
    except OSError:
        return False


def members_of(path: Path) -> list[Member]:
    """The files in an archive, without folders, in their order.

    Raises:
        InputError: it is damaged, protected by a password, or made to harm; or it is a document.
    """
    try:
        if _begins_as_document(path):
            raise InputError("is an Excel or Word file", _EXPORT)
        with _Guarded(path) as file, zipfile.ZipFile(file) as archive:
            listed = archive.infolist()
    except _DAMAGED as error:
        raise _damaged(error) from error
    if any(info.filename == _OFFICE for info in listed):
        raise InputError("is an Excel or Word file", _EXPORT)
    if len(listed) > MOST_MEMBERS:
        raise InputError(
            f"is a zip archive of more than {MOST_MEMBERS:,} files", "Unpack it, and import those."
        )
    size = path.stat().st_size
    expanded = sum(info.file_size for info in listed)
    packed = sum(info.compress_size for info in listed)
    if packed > size or (expanded > SMALL and expanded > EXPANDED * size):
        raise InputError(
            f"is a zip archive of {size:,} bytes that expands to {expanded:,}, as no files of posts"
            " do",
            "If you trust where it comes from, unpack it, and import the files in it.",
        )
    if any(info.flag_bits & _ENCRYPTED for info in listed):
        raise InputError("is a zip archive that is protected by a password", _UNPACK)
    if any(info.compress_type not in _METHODS for info in listed if _is_file(info)):
        raise InputError("is a zip archive of a kind that Signoff does not unpack", _UNPACK)
    return [
        Member(number, info.filename, info.file_size)
        for number, info in enumerate(listed)
        if _is_file(info)
    ]


def _is_file(info: zipfile.ZipInfo) -> bool:
    return not info.filename.endswith("/")  # is_dir() fails at an empty name


def _begins_as_document(path: Path) -> bool:
    with path.open("rb") as file:
        return _OFFICE.encode() in file.read(2_000)


def open_member(path: Path, member: Member) -> Counted:
    """The unpacked bytes of a member. Reading them raises zipfile.BadZipFile, zlib.error, EOFError
    or OSError where the archive is damaged.

    Raises:
        InputError: the archive cannot be read any more.
    """
    try:
        return _Unpacked(path, member.number)
    except _DAMAGED as error:
        raise _damaged(error) from error


class _Unpacked(Counted):
    """A member of an archive, which is closed together with it."""

    def __init__(self, path: Path, number: int) -> None:
        with ExitStack() as opened:
            archive = opened.enter_context(zipfile.ZipFile(opened.enter_context(_Guarded(path))))
            super().__init__(archive.open(archive.infolist()[number]))
            self._opened = opened.pop_all()

    def close(self) -> None:
        super().close()
        self._opened.close()


class _Guarded(io.FileIO):
    """A file that is never read whole, whatever its own directory says of its size."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            size = os.fstat(self.fileno()).st_size - self.tell()
        if size > DIRECTORY:
            raise InputError("is a zip archive whose list of files is too long", _UNPACK)
        return super().read(size) or b""


def _damaged(error: Exception) -> InputError:
    said = " ".join(str(error).split())[:200]
    return InputError(f"is a zip archive that cannot be read ({said})", "Fetch it again.")
