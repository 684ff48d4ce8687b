"""The rows of a file: CSV, NDJSON or Parquet, in any compression, told by its first bytes."""

import csv
import io
import lzma
import sys
import zlib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import partial
from typing import IO, Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import zstandard

from core.collect.containers import BUFFER, Counted, decompressed
from core.collect.paths import STDIN, PostFile
from core.collect.rows import FIELDS, REQUIRED, Skipped, Wanted
from core.errors import InputError

Row = tuple[int, Mapping[str, Any] | Skipped | None]
"""Line (the row's last, from 1) and fields; or why there are none; None: not wanted."""

LONGEST = 2**24
"""Bytes of a line beyond which it is not a post. Reddit takes 40,000 characters."""
PARQUET_ROWS = 2_000
_PARQUET = b"PAR1"
_MARK = "\ufeff"
_NUMBER = "row"
_KEY = b'"subreddit"'
_UNREADABLE = (
    *(OSError, EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError),
    pa.ArrowException,
)


class Format(StrEnum):
    """How posts are written down."""

    CSV = "csv"
    NDJSON = "ndjson"
    """One JSON object a line."""


def open_file(file: PostFile) -> Counted:
    """The bytes of the file, or of standard input."""
    try:
        if file.path == STDIN:
            return Counted(open(sys.stdin.fileno(), "rb", buffering=0, closefd=False))
        return Counted(file.path.open("rb", buffering=0))
    except OSError as error:
        raise _unreadable(error) from error


def read_rows(
    file: PostFile, opened: Counted, wanted: Wanted, format_: Format | None = None
) -> Iterator[Row]:
    """Every row of the file, in its order.

    Rows that are not wanted may be left out before they are parsed: those come as None. All others
    are still to be asked.

    Args:
        format_: None: by the first byte, ``{`` begins NDJSON.

    Raises:
        InputError: the file cannot be read, from its start or from some line on.
    """
    try:
        content = decompressed(opened)
        if content.peek(len(_PARQUET)).startswith(_PARQUET):
            yield from _parquet(file, opened, wanted)
        elif (format_ or _format_of(content)) is Format.NDJSON:
            yield from _ndjson(content, wanted)
        else:
            yield from _csv(content, file.subreddit)
    except _UNREADABLE as error:
        raise _unreadable(error) from error


def _format_of(content: io.BufferedReader) -> Format:
    first = content.peek(BUFFER).removeprefix(_MARK.encode()).lstrip()
    if not first:
        raise InputError("is empty", "Download the file again, or leave it out.")
    if first.startswith(b"["):
        raise InputError(
            "is one JSON array", "Write one object per line, as jq -c '.[]' FILE does."
        )
    return Format.NDJSON if first.startswith(b"{") else Format.CSV


def _csv(content: io.BufferedReader, subreddit: str) -> Iterator[Row]:
    # Bytes that are not UTF-8 cost the row that holds them, not the file.
    text = io.TextIOWrapper(content, encoding="utf-8", errors="surrogateescape", newline="")
    reader = csv.reader(text)
    header = [name.strip().lstrip(_MARK) for name in next(reader, [])]
    label = _label(header, subreddit)
    names, more = [*header, *label], list(label.values())
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield reader.line_num, Skipped("unparsable", str(error))
            continue
        if cells is None:
            return
        if len(cells) == len(header):
            yield reader.line_num, dict(zip(names, cells + more, strict=True))
        elif cells:
            detail = f"{len(cells)} fields, the header has {len(header)}"
            yield reader.line_num, Skipped("wrong_field_count", detail)


def _ndjson(content: io.BufferedReader, wanted: Wanted) -> Iterator[Row]:
    names = {name.encode() for name in wanted.subreddits}
    for number, line in enumerate(iter(partial(content.readline, LONGEST), b""), 1):
        if len(line) == LONGEST and not line.endswith(b"\n"):
            _skip_line(content)
            yield number, Skipped("unparsable", f"a line of more than {LONGEST:,} bytes")
        elif names and not _may_name(line, names):
            yield number, None
        elif line.strip():
            yield number, _parse(line.removeprefix(_MARK.encode()))


def _may_name(line: bytes, wanted: set[bytes]) -> bool:
    """Whether the post can be of one of these subreddits, without parsing it.

    A crosspost also holds the post that it repeats, with a subreddit of its own.
    """
    unknown = True
    at = line.find(_KEY)
    while at >= 0:
        _, _, rest = line[at + len(_KEY) : at + 200].partition(b'"')
        name, end, _ = rest.partition(b'"')
        if not end or b"\\" in name or name.lower().rpartition(b"/")[2] in wanted:
            return True
        unknown = False
        at = line.find(_KEY, at + len(_KEY))
    return unknown


def _parse(line: bytes) -> Mapping[str, Any] | Skipped:
    try:
        fields = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        try:
            line.decode()
        except UnicodeDecodeError:
            return Skipped("not_utf8", "the line is not UTF-8")
        return Skipped("unparsable", str(error))
    if not isinstance(fields, dict):
        return Skipped("unparsable", "not a JSON object")
    return fields


def _skip_line(content: IO[bytes]) -> None:
    for more in iter(partial(content.readline, LONGEST), b""):
        if more.endswith(b"\n"):
            return


def _parquet(file: PostFile, opened: Counted, wanted: Wanted) -> Iterator[Row]:
    """Row groups whose statistics rule out every wanted post are not read."""
    if file.is_pipe:
        raise InputError(
            "is Parquet, which cannot be read from a pipe", "Save it as a file, and import that."
        )
    table = pq.ParquetFile(file.path, pre_buffer=False, buffer_size=BUFFER)
    schema = table.schema_arrow
    label = _label(schema.names, file.subreddit)
    columns = [name for name in schema.names if name in FIELDS]
    condition = _condition(schema, wanted)
    fragment = next(ds.dataset(file.path, format="parquet").get_fragments())
    chosen = {group.id for group in fragment.subset(condition).row_groups}
    done = 0
    for group in range(table.num_row_groups):
        size = table.metadata.row_group(group).num_rows
        if group not in chosen:
            yield from ((done + n, None) for n in range(1, size + 1))
            done += size
            continue
        for batch in table.iter_batches(PARQUET_ROWS, row_groups=[group], columns=columns):
            numbered = pa.table(batch).append_column(_NUMBER, pa.array(range(len(batch))))
            rows = numbered.filter(condition).to_pylist()
            by_number = {row.pop(_NUMBER): row | label for row in rows}
            yield from ((done + n + 1, by_number.get(n)) for n in range(len(batch)))
            done += len(batch)
            opened.position = file.size * done // table.metadata.num_rows


def _condition(schema: pa.Schema, wanted: Wanted) -> pc.Expression:
    """What pyarrow can tell of the wanted posts by itself: never less than all of them."""
    condition = pc.scalar(value=True)
    created = schema.field("created_utc").type
    if pa.types.is_integer(created) or pa.types.is_floating(created):
        if wanted.since is not None:
            condition &= pc.field("created_utc") >= wanted.since
        if wanted.until is not None:
            condition &= pc.field("created_utc") < wanted.until
    if wanted.subreddits and "subreddit" in schema.names:
        named = pc.utf8_lower(pc.field("subreddit").cast(pa.string()))
        forms = [form + name for name in wanted.subreddits for form in ("", "r/", "/r/")]
        condition &= named.isin(forms)
    return condition


def _label(columns: list[str], subreddit: str) -> dict[str, str]:
    """What to add to each row of a table with these columns, so that it names its subreddit."""
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise InputError(
            f"has no column {', '.join(missing)}",
            f"The first line must name the columns, among them {', '.join(REQUIRED)}.",
        )
    if "subreddit" in columns or "subreddit_name_prefixed" in columns:
        return {}
    if not subreddit:
        raise InputError(
            "has no column subreddit, and its name does not say which subreddit it is",
            "Name it SUBREDDIT.csv, SUBREDDIT.csv.gz or SUBREDDIT.parquet.",
        )
    return {"subreddit": subreddit}


def _unreadable(error: BaseException) -> InputError:
    return InputError(f"cannot be read ({error})", "Download the file again.")
