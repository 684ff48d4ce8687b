"""The rows of a file: CSV, JSON or Parquet, in any compression, told by its first bytes."""

import csv
import io
import json
import lzma
import sys
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import IO, Any

import orjson
import pyarrow as pa
import zstandard

from core.collect.archives import is_zip, open_member
from core.collect.columns import is_comment, named
from core.collect.containers import BUFFER, Counted, as_it_is, decompressed
from core.collect.documents import is_document, objects, posts_in
from core.collect.encodings import Recoded, encoding_of
from core.collect.faults import fault_of
from core.collect.labels import FileLabel
from core.collect.names import without_prefix
from core.collect.parquet import read_parquet
from core.collect.paths import PACKED, STDIN, PostFile, why_not_read
from core.collect.rows import EVERYTHING, Skipped, Wanted
from core.collect.tables import read_table
from core.errors import InputError

Row = tuple[int, Mapping[str, Any] | Skipped | None]
"""Line (the row's last, from 1) and fields; or why there are none; None: not wanted."""

LONGEST = 2**24
"""Bytes of a line beyond which it is not a post. Reddit takes 40,000 characters."""
_PARQUET = b"PAR1"
_MARK = "\ufeff"
_KEY = b'"subreddit"'
UNREADABLE = (
    *(OSError, zlib.error, lzma.LZMAError, zstandard.ZstdError, pa.ArrowException, csv.Error),
    *(ValueError, RecursionError, MemoryError, zipfile.BadZipFile),
)
"""What reading a file raises where it is damaged, or is not what it seems to be."""


class Format(StrEnum):
    """How posts are written down."""

    CSV = "csv"
    NDJSON = "ndjson"
    """One JSON object a line."""


def open_file(file: PostFile) -> Counted:
    """The bytes of the file, or of standard input."""
    if file.member is not None:
        return open_member(file.path, file.member)
    try:
        if file.path == STDIN:
            return Counted(open(sys.stdin.fileno(), "rb", buffering=0, closefd=False))
        return Counted(file.path.open("rb", buffering=0))
    except OSError as error:
        raise _unreadable(error) from error


@dataclass(frozen=True, slots=True)
class Options:
    """What to take from a file, and how it is written."""

    wanted: Wanted = EVERYTHING
    format: Format | None = None
    """None: by the first byte, ``{`` and ``[`` begin JSON."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Field of Reddit's API -> what the file calls it, where the user says so."""


def read_rows(file: PostFile, opened: Counted, options: Options) -> Iterator[Row]:
    """Every row of the file, in its order.

    Rows that are not wanted may be left out before they are parsed: those come as None. All others
    are still to be asked.

    Raises:
        InputError: the file cannot be read, from its start or from some line on.
    """
    label = FileLabel(file.path, options.wanted.subreddits)
    try:
        # What is compressed inside an archive as well is refused below, as compressed twice.
        packed = file.member is not None
        content = as_it_is(opened) if packed else decompressed(opened)
        start = content.peek(BUFFER)
        if start.startswith(_PARQUET) and packed:
            raise InputError("is Parquet inside an archive", "Unpack it, and import that.")
        if start.startswith(_PARQUET):
            yield from read_parquet(file, opened, options.wanted, label, options.columns)
            return
        encoding = encoding_of(start)
        if encoding:
            content = io.BufferedReader(Recoded(content, encoding), BUFFER)
            start = content.peek(BUFFER)
        fault = fault_of(start)
        if fault:
            raise _of_archive(file) or fault
        if (options.format or _format_of(start)) is Format.CSV:
            yield from read_table(content, label, options.columns)
        else:
            read = _document if is_document(start) else _ndjson
            yield from _posts(read(content, options), label, options)
    except EOFError as error:
        raise InputError(
            f"cannot be read to its end: it is truncated ({error})", "Fetch it again."
        ) from error
    except UNREADABLE as error:
        raise _unreadable(error) from error


def _of_archive(file: PostFile) -> InputError | None:
    """Why nothing of an archive is read, which knows better than its first bytes."""
    if file.is_pipe or file.member or not is_zip(file.path):
        return None
    return why_not_read(file.path) or PACKED


def _format_of(start: bytes) -> Format:
    first = start.removeprefix(_MARK.encode()).lstrip()
    return Format.NDJSON if first.startswith((b"{", b"[")) else Format.CSV


def _ndjson(content: io.BufferedReader, options: Options) -> Iterator[Row]:
    names = {name.encode() for name in options.wanted.subreddits}
    for number, line in enumerate(iter(partial(content.readline, LONGEST), b""), 1):
        if len(line) == LONGEST and not line.endswith(b"\n"):
            _skip_line(content)
            yield number, Skipped("unparsable", f"a line of more than {LONGEST:,} bytes")
        elif names and not _may_name(line, names):
            yield number, None
        elif line.strip():
            yield number, _parse(line.removeprefix(_MARK.encode()))


def _document(content: io.BufferedReader, options: Options) -> Iterator[Row]:
    for number, found in enumerate(objects(content, LONGEST), 1):
        if found is None:
            yield number, Skipped("unparsable", f"an object of more than {LONGEST:,} bytes")
        else:
            yield number, _parse(found)


def _posts(rows: Iterator[Row], label: FileLabel, options: Options) -> Iterator[Row]:
    """The posts of each object, which is mostly one itself, with the names of Reddit's API."""
    more: dict[str, str] | None = None
    for number, parsed in rows:
        if parsed is None or isinstance(parsed, Skipped):
            yield number, parsed
            continue
        for found in posts_in(parsed):
            if is_comment(found):
                yield number, Skipped("comment", "it answers a post, and has no title")
                continue
            fields = named(found, options.columns)
            more = label.of_objects(fields) if more is None else more
            yield number, {**fields, **more} if more else fields


def _may_name(line: bytes, wanted: set[bytes]) -> bool:
    """Whether the post can be of one of these subreddits, without parsing it.

    A crosspost also holds the post that it repeats, with a subreddit of its own.
    """
    unknown = True
    at = line.find(_KEY)
    while at >= 0:
        rest = line[at + len(_KEY) : at + 200].lstrip(b" \t:")
        name, end, _ = rest[1:].partition(b'"')
        if not rest.startswith(b'"') or not end or b"\\" in name:
            return True
        if name.lower() in wanted or _plain(name) in wanted:
            return True
        unknown = False
        at = line.find(_KEY, at + len(_KEY))
    return unknown


def _plain(name: bytes) -> bytes:
    """A name of another form than most: with a prefix, or with blanks around it."""
    if name.isalnum():
        return name.lower()
    return without_prefix(name.decode(errors="replace")).lower().encode()


def _parse(line: bytes) -> Mapping[str, Any] | Skipped:
    try:
        fields = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        fields = _parse_leniently(line, str(error))
        if isinstance(fields, Skipped):
            return fields
    if not isinstance(fields, dict):
        return Skipped("unparsable", "not a JSON object")
    return fields


def _parse_leniently(line: bytes, error: str) -> Any:
    """What other programs write as JSON: NaN and Infinity, which are missing, and half emojis."""
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return Skipped("not_utf8", "the line is not UTF-8")
    try:
        fields = json.loads(text, parse_constant=lambda _name: None, strict=False)
    except (ValueError, RecursionError):
        return Skipped("unparsable", error)
    return _whole(fields)


def _whole(value: Any) -> Any:
    """The same with half surrogates, which no text can hold, replaced."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_whole(key): _whole(one) for key, one in value.items()}
    return [_whole(one) for one in value] if isinstance(value, list) else value


def _skip_line(content: IO[bytes]) -> None:
    for more in iter(partial(content.readline, LONGEST), b""):
        if more.endswith(b"\n"):
            return


def _unreadable(error: BaseException) -> InputError:
    said = " ".join(str(error).split())[:300] or type(error).__name__
    return InputError(f"cannot be read ({said})", "Download the file again.")
