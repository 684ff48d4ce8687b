"""What a split holds, in two forms: canonical bytes, which the digest is taken of and which are
the same on every machine, and Parquet, which is quick to load. Pure but for the encoding.
"""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

FORMAT = 1
"""Of the canonical form; part of every digest."""

ROW_GROUP = 8_192
"""Posts that are read at once where a split is read in parts."""

SCHEMA = pa.schema(
    {
        "post_id": pa.string(),
        "label": pa.int32(),
        "created_utc": pa.int64(),
        "line": pa.string(),
        "is_self": pa.bool_(),
        "title_length": pa.int32(),
        "score": pa.int64(),
        "num_comments": pa.int64(),
        "domain": pa.string(),
        "flair": pa.string(),
        "over_18": pa.bool_(),
        "subreddit_age_days": pa.float32(),
    }
)
"""Of a split. What stands behind ``line`` describes the post: no model sees it, and it is not in
the digest. ``title_length`` is in characters; ``subreddit_age_days`` counts from the first post
of the subreddit among those that the rules' span of time holds.
"""

Source: TypeAlias = Path | pa.Buffer
"""Where a split's Parquet file is: on the disk or, where it must never lie there, in memory."""

_CANONICAL = ("post_id", "label", "created_utc", "line")
_ATTRIBUTES = ("post_id", "created_utc", *SCHEMA.names[len(_CANONICAL) :])
_REPEATING = ["label", "domain", "flair"]
"""Columns whose values come often enough for a dictionary to pay."""


@dataclass(frozen=True, slots=True)
class FrozenPosts:
    """Posts on their way into a split, oldest first.

    ``rows`` of :data:`SCHEMA` may hold more posts: those at ``positions`` (int64, n, ascending)
    are meant. Splits share one set of rows, which are copied a row group at a time only.
    """

    rows: pa.Table
    labels: tuple[str, ...]
    positions: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.positions)

    def groups(self) -> Iterator[pa.Table]:
        """The rows meant, :data:`ROW_GROUP` at a time."""
        for start in range(0, len(self), ROW_GROUP):
            where = self.positions[start : start + ROW_GROUP]
            span = self.rows.slice(where[0], where[-1] - where[0] + 1)
            yield span.take(where - where[0])


@dataclass(frozen=True, slots=True)
class SplitData:
    """The posts of one split, oldest first.

    ``ids`` and ``lines`` are lists of n strings; ``label`` (int32, n) indexes ``labels``;
    ``created`` (int64, n) is in epoch seconds.
    """

    ids: list[str]
    lines: list[str]
    label: NDArray[np.int32]
    created: NDArray[np.int64]
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class SplitFile:
    """A split whose lines are left in its file, and read in parts by :func:`read_lines`.

    ``ids`` holds n strings; ``label`` (int32, n) indexes ``labels``; ``sizes`` are the posts of
    each row group. Shown, it tells of no post.
    """

    source: Source
    ids: pa.ChunkedArray = field(repr=False)
    label: NDArray[np.int32] = field(repr=False)
    labels: tuple[str, ...]
    sizes: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.ids)


def content_digest(posts: FrozenPosts) -> str:
    """SHA-256 over one line of JSON per post: id, subreddit, moment, normalised text."""
    digest = hashlib.sha256()
    for group in posts.groups():
        ids, labels, moments, lines = (group[name].to_pylist() for name in _CANONICAL)
        for post, label, moment, line in zip(ids, labels, moments, lines, strict=True):
            digest.update(orjson.dumps([post, posts.labels[label], moment, line]) + b"\n")
    return digest.hexdigest()


def manifest_digest(manifest: dict[str, Any]) -> str:
    """The digest that names a snapshot: SHA-256 of its manifest as sorted JSON."""
    return hashlib.sha256(orjson.dumps(manifest, option=orjson.OPT_SORT_KEYS)).hexdigest()


def to_parquet(posts: FrozenPosts) -> bytes:
    """The split as a Parquet file, its labels in the metadata."""
    buffer = io.BytesIO()
    schema = SCHEMA.with_metadata({"labels": orjson.dumps(list(posts.labels))})
    with pq.ParquetWriter(buffer, schema, compression="zstd", use_dictionary=_REPEATING) as writer:
        for group in posts.groups():
            writer.write_table(group.replace_schema_metadata(schema.metadata))
    return buffer.getvalue()


def from_parquet(source: Source) -> SplitData:
    """Ids, lines, labels and moments of :func:`to_parquet`."""
    with _parquet(source) as file:
        table = file.read(columns=list(_CANONICAL))
    return SplitData(
        ids=table["post_id"].to_pylist(),
        lines=table["line"].to_pylist(),
        label=table["label"].to_numpy(),
        created=table["created_utc"].to_numpy(),
        labels=tuple(orjson.loads(table.schema.metadata[b"labels"])),
    )


def split_file(source: Source) -> SplitFile:
    """The file of :func:`to_parquet` at ``source``, without its lines."""
    with _parquet(source) as file:
        table = file.read(columns=["post_id", "label"])
        groups = [file.metadata.row_group(n) for n in range(file.num_row_groups)]
        return SplitFile(
            source=source,
            ids=table["post_id"],
            label=table["label"].to_numpy(),
            labels=tuple(orjson.loads(table.schema.metadata[b"labels"])),
            sizes=tuple(group.num_rows for group in groups),
        )


def read_lines(source: Source, group: int) -> list[str]:
    """The lines of one row group."""
    with _parquet(source) as file:
        lines: list[str] = file.read_row_group(group, ["line"], use_threads=False)[0].to_pylist()
    return lines


def read_moments(split: SplitFile) -> NDArray[np.int64]:
    """When each post was created, in epoch seconds; shape (n,), ascending."""
    with _parquet(split.source) as file:
        created: NDArray[np.int64] = file.read(columns=["created_utc"])[0].to_numpy()
    return created


def line_at(split: SplitFile, place: int) -> str:
    """The line of the post at this place, 0 for the oldest."""
    ends = np.cumsum(split.sizes)
    group = int(np.searchsorted(ends, place, side="right"))
    return read_lines(split.source, group)[place - int(ends[group])]


def ids_from_parquet(source: Source) -> pa.ChunkedArray:
    """Only the ids of the posts, in Arrow's memory."""
    with _parquet(source) as file:
        return file.read(columns=["post_id"])["post_id"]


def attributes_from_parquet(source: Source) -> pd.DataFrame:
    """What describes the posts: those columns of :data:`SCHEMA` that the file has.

    Files of the first snapshots have no more than ``post_id`` and ``created_utc``.
    """
    with _parquet(source) as file:
        held = [name for name in _ATTRIBUTES if name in file.schema_arrow.names]
        frame: pd.DataFrame = file.read(columns=held).replace_schema_metadata().to_pandas()
    return frame


def _parquet(source: Source) -> pq.ParquetFile:
    return pq.ParquetFile(source if isinstance(source, Path) else pa.BufferReader(source))
