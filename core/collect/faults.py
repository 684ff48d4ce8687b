"""What a file is that holds no posts, told by its first bytes. Pure."""

from core.errors import InputError

_UNPACK = "Unpack it, and import the files in it."
_AGAIN = "Fetch it again, or leave it out."
_EXPORT = "Save it as CSV or Parquet, and import that."
_KINDS: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "is a zip archive", _UNPACK),
    (b"PK\x05\x06", "is an empty zip archive", _AGAIN),
    (b"7z\xbc\xaf\x27\x1c", "is a 7z archive", _UNPACK),
    (b"Rar!\x1a\x07", "is a rar archive", _UNPACK),
    (b"SQLite format 3\0", "is an SQLite database", _EXPORT),
    (b"%PDF-", "is a PDF document", _AGAIN),
    (b"\xd0\xcf\x11\xe0", "is an old Excel or Word file", _EXPORT),
    (b"ARROW1", "is an Arrow file", _EXPORT),
    (b"ORC", "is an ORC file", _EXPORT),
    (b"Obj\x01", "is an Avro file", _EXPORT),
    (b"\x89HDF", "is an HDF5 file", _EXPORT),
    (b"\x04\x22\x4d\x18", "is compressed with lz4", "Unpack it with lz4 -d, and import that."),
    (b"\x1f\x9d", "is compressed with compress", "Unpack it with gunzip, and import that."),
    (b"\x1f\x8b", "is compressed twice", "Unpack it once, and import that."),
    (b"\x28\xb5\x2f\xfd", "is compressed twice", "Unpack it once, and import that."),
    (b"\xfd7zXZ\x00", "is compressed twice", "Unpack it once, and import that."),
    (b"BZh9", "is compressed twice", "Unpack it once, and import that."),
    (b"\x80\x04\x95", "is a Python pickle, which Signoff does not open", _EXPORT),
    (b"\x00\x05\x16\x07", "is a side file of macOS that holds no posts", "Leave it out."),
    (
        b"version https://git-lfs",
        "is a pointer of Git LFS, not the file itself",
        "Fetch the file with git lfs pull.",
    ),
)
_TAR = slice(257, 262)
_MARKUP = (b"<!doctype", b"<html", b"<head", b"<body", b"<?xml", b"<script", b"<svg", b"<!--")
_BINARY = 0.1
"""The share of control characters from which on it is no text."""
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1b")) + b"\x7f"


def fault_of(start: bytes) -> InputError | None:
    """Why a file that begins so holds no posts; None: it may hold some.

    Args:
        start: the first bytes of its content, decompressed.
    """
    if not start.removeprefix(b"\xef\xbb\xbf").strip():
        return InputError("is empty", "Download the file again, or leave it out.")
    if not start.strip(b"\0"):
        return InputError(
            "is damaged (only zeros at its beginning)",
            "Its download was not finished: fetch it again.",
        )
    if start[_TAR] == b"ustar":
        return InputError("is a tar archive", "Unpack it with tar -xf, and import the files in it.")
    for magic, what, mend in _KINDS:
        if start.startswith(magic):
            if b"[Content_Types].xml" in start[:2_000]:
                return InputError("is an Excel or Word file", _EXPORT)
            return InputError(what, mend)
    if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:20].lower().startswith(_MARKUP):
        return InputError(
            "is a web page, not a file of posts",
            "The address that it came from answered with a page: check it, and fetch it again.",
        )
    return None


def is_binary(start: bytes) -> bool:
    """Whether this is no text in any encoding that is written one byte or UTF-8 a character."""
    part = start[:4_096]
    return len(part) - len(part.translate(None, _CONTROLS)) > _BINARY * len(part)
