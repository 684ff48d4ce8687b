"""The rows of a Parquet file, of which only what is wanted is read."""

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from core.collect.columns import check, columns_of
from core.collect.containers import BUFFER, Counted
from core.collect.moments import LARGEST_SECOND
from core.collect.paths import PostFile
from core.collect.rows import Skipped, Wanted
from core.collect.tables import Label
from core.errors import InputError

ROWS = 2_000
AT_ONCE = 2**25
"""Bytes of texts that are unpacked at once. A file of a few KB can hold gigabytes of one text."""
_LARGEST_ROW = 2**24
_NUMBER = "the number of the row"
_WORD = 11
"""Characters of the longest word for a field that is missing, and more."""


def read_parquet(
    file: PostFile, opened: Counted, wanted: Wanted, label: Label, named: Mapping[str, str]
) -> Iterator[tuple[int, Mapping[str, Any] | Skipped | None]]:
    """Every row, from 1; None: not wanted. Row groups that hold nothing wanted are not read.

    Args:
        label: what the file says of the subreddit, given the columns.
        named: field -> column, where the user says so.

    Raises:
        InputError: it comes from a pipe, or has not the columns of posts.
    """
    if file.is_pipe:
        raise InputError(
            "is Parquet, which cannot be read from a pipe", "Save it as a file, and import that."
        )
    with pq.ParquetFile(file.path) as plain:
        schema, metadata = plain.schema_arrow, plain.metadata
    columns = columns_of(schema.names, named)
    check(columns, schema.names)
    more = dict(label(columns))
    condition = _condition(schema, columns, wanted)
    fragment = next(ds.dataset(file.path, format="parquet").get_fragments())
    chosen = {group.id for group in fragment.subset(condition).row_groups}
    texts = [name for name in columns.values() if _is_text(schema.field(name).type)]
    table = pq.ParquetFile(file.path, pre_buffer=False, buffer_size=BUFFER, read_dictionary=texts)
    done = 0
    for group in range(table.num_row_groups):
        size = metadata.row_group(group).num_rows
        if group not in chosen:
            yield from ((done + n, None) for n in range(1, size + 1))
            done += size
            continue
        batches = table.iter_batches(
            _rows(metadata.row_group(group)),
            row_groups=[group],
            columns=list(dict.fromkeys(columns.values())),
        )
        for batch in batches:
            for part in _parts(batch):
                found = _found(part, condition, columns)
                for n in range(part.num_rows):
                    row = found.get(n)
                    yield done + n + 1, None if row is None else row | more
                done += part.num_rows
            opened.position = file.size * done // metadata.num_rows


def _rows(group: Any) -> int:
    """How many rows to read at once: of long texts few, as far as the file says how long."""
    each = max(1, group.total_byte_size // max(1, group.num_rows))
    if each > _LARGEST_ROW:
        raise InputError(
            f"has rows of {each:,} bytes, far more than a post has",
            "Check what made it, or leave it out.",
        )
    return int(min(ROWS, max(1, AT_ONCE // each)))


def _parts(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The batch in parts whose texts take no more than :data:`AT_ONCE` bytes of memory.

    A text that many rows share is held once here, and once for each row afterwards.
    """
    longest = 1
    for column in batch.columns:
        values = column.dictionary if pa.types.is_dictionary(column.type) else column
        if _is_text(values.type) and len(values):
            longest = max(longest, pc.max(pc.binary_length(values)).as_py() or 0)
    step = max(1, AT_ONCE // longest)
    for start in range(0, batch.num_rows, step):
        yield batch.slice(start, step)


def _found(
    part: pa.RecordBatch, condition: pc.Expression, columns: Mapping[str, str]
) -> dict[int, dict[str, Any]]:
    """Number in the part -> fields, of the rows that the condition takes."""
    numbered = pa.table(part).append_column(_NUMBER, pa.array(range(part.num_rows)))
    rows = numbered.filter(condition).to_pylist()
    return {row[_NUMBER]: {field: row[name] for field, name in columns.items()} for row in rows}


def _condition(schema: pa.Schema, columns: Mapping[str, str], wanted: Wanted) -> pc.Expression:
    """What pyarrow can tell of the wanted posts by itself: never less than all of them."""
    condition = pc.scalar(value=True)
    created = pc.field(columns["created_utc"])
    kind = schema.field(columns["created_utc"]).type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        if wanted.since is not None:
            condition &= created >= wanted.since
        if wanted.until is not None:  # what is no second yet is one after it was divided
            condition &= (created < wanted.until) | (created >= LARGEST_SECOND)
    column = columns.get("subreddit")
    if wanted.subreddits and column and pa.types.is_string(schema.field(column).type):
        written = pc.field(column).cast(pa.string())
        odd = pc.match_substring_regex(written, r"^$|[^A-Za-z0-9_.-]") | pc.field(column).is_null()
        unclear = "subreddit_name_prefixed" in columns or "permalink" in columns
        plain = pc.utf8_lower(written).isin(list(wanted.subreddits))
        condition &= plain | odd | (pc.utf8_length(written) <= _WORD if unclear else odd)
    return condition


def _is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_large_binary(kind)
    )
