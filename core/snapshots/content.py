"""What a split holds, in two forms: canonical bytes, which the digest is taken of and which are
the same on every machine, and Parquet, which is quick to load. Pure but for the encoding.
"""

import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from core.arrays import Bools, Int32s, Int64s

FORMAT = 2
"""The version of the canonical form; part of every digest."""

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
        "origin": pa.string(),
    }
)
"""Of a split. What stands behind ``line`` describes the post: no model sees it, and it is not in
the digest. ``title_length`` is in characters; ``subreddit_age_days`` counts from the first post
of the subreddit among the posts in the rules' span of time. ``origin``: ``feedback`` of texts
that users sent to a model, ``reddit`` of all others.
"""

ERASED = "erased"
"""A column that only files with erased posts have: SHA-256 of the canonical form of a post whose
text was erased, null for all others. :data:`TEXTS` of such a post are empty.
"""
TEXTS = ("line", "domain", "flair")

Source: TypeAlias = Path | pa.Buffer
"""Where a split's Parquet file is: on the disk or, where it must never lie there, in memory."""

_CANONICAL = ("post_id", "label", "created_utc", "line")
_ATTRIBUTES = ("post_id", "created_utc", *SCHEMA.names[len(_CANONICAL) :])
_LABELS = b"labels"
"""In a file's metadata."""
_REPEATING = ["label", "domain", "flair", "origin"]
"""Columns whose values come often enough for a dictionary to pay."""


@dataclass(frozen=True, slots=True)
class FrozenPosts:
    """Posts on their way into a split, oldest first.

    ``rows`` of :data:`SCHEMA` may hold more posts: those at ``positions`` (int64, n, ascending)
    are meant. Splits share one set of rows, which are copied a row group at a time only.
    """

    rows: pa.Table
    labels: tuple[str, ...]
    positions: Int64s

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
    """The posts of one split, oldest first, without erased ones.

    ``ids`` and ``lines`` are lists of n strings; ``label`` (int32, n) indexes ``labels``;
    ``created`` (int64, n) is in epoch seconds.
    """

    ids: list[str]
    lines: list[str]
    label: Int32s
    created: Int64s
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)

    def among(self, posts: Bools) -> "SplitData":
        """Only the posts for which it says so, shape (n,)."""
        return self.taken(np.flatnonzero(posts))

    def taken(self, positions: Int64s) -> "SplitData":
        """The posts at these positions, in this order."""
        return replace(
            self,
            ids=[self.ids[position] for position in positions],
            lines=[self.lines[position] for position in positions],
            label=self.label[positions],
            created=self.created[positions],
        )


@dataclass(frozen=True, slots=True)
class SplitFile:
    """A split whose lines are left in its file, and read in parts by :func:`read_lines`.

    ``ids`` holds n strings; ``label`` (int32, n) indexes ``labels``; ``sizes`` are the posts of
    each row group. Erased posts are in none of them. Shown, it tells of no post.
    """

    source: Source
    ids: pa.ChunkedArray = field(repr=False)
    label: Int32s = field(repr=False)
    labels: tuple[str, ...]
    sizes: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Held:
    """What a split's file holds, for verifying it. ``digest``: as :func:`content_digest`."""

    posts: int
    labels: tuple[str, ...]
    digest: str
    erased: list[str]
    """Ids."""


@dataclass(frozen=True, slots=True)
class Blanked:
    """A split's file without the text of ``erased`` posts."""

    content: bytes = field(repr=False)
    erased: int


def content_digest(posts: FrozenPosts) -> str:
    """SHA-256 over the SHA-256 of each post as a line of JSON: id, subreddit, moment, normalised
    text. It can still be computed where only the hash of a post is left.
    """
    digest = hashlib.sha256()
    for group in posts.groups():
        digest.update(_part(group, posts.labels))
    return digest.hexdigest()


def held(source: Source) -> Held:
    """What the file of :func:`to_parquet` or :func:`blanked` at ``source`` holds."""
    digest, erased = hashlib.sha256(), list[str]()
    with _parquet(source) as file:
        labels = _labels(file.schema_arrow)
        for number in range(file.num_row_groups):
            group = file.read_row_group(number, use_threads=False)
            digest.update(_part(group, labels))
            if ERASED in group.column_names:
                erased += group["post_id"].filter(group[ERASED].is_valid()).to_pylist()
        posts = file.metadata.num_rows
    return Held(posts, labels, digest.hexdigest(), erased)


def blanked(source: Source, posts: pa.Array) -> Blanked | None:
    """The file at ``source`` without the text of ``posts`` (ids); None if it holds none of them.

    Every post keeps its place, its label, its moment and the numbers that describe it.
    """
    with _parquet(source) as file:
        if not pc.any(pc.is_in(_read(file, ("post_id",))[0], value_set=posts)).as_py():
            return None
        schema = file.schema_arrow
        if ERASED not in schema.names:
            schema = schema.append(pa.field(ERASED, pa.binary()))
        buffer, erased = io.BytesIO(), 0
        with _writer(buffer, schema) as writer:
            for number in range(file.num_row_groups):
                group = _blank(file.read_row_group(number), posts, schema)
                erased += len(group) - group[ERASED].null_count
                writer.write_table(group)
    return Blanked(buffer.getvalue(), erased)


def snapshot_digest(
    *,
    normaliser: int,
    rules: Mapping[str, Any],
    labels: Sequence[str],
    splits: Mapping[str, tuple[int, str]],
) -> str:
    """The digest that names a snapshot: SHA-256 of its manifest as sorted JSON.

    Args:
        rules: as JSON values.
        splits: split -> number of posts, :func:`content_digest`.
    """
    manifest = {
        "format": FORMAT,
        "normaliser": normaliser,
        "rules": dict(rules),
        "labels": list(labels),
        "splits": {name: {"posts": n, "sha256": digest} for name, (n, digest) in splits.items()},
    }
    return hashlib.sha256(orjson.dumps(manifest, option=orjson.OPT_SORT_KEYS)).hexdigest()


def to_parquet(posts: FrozenPosts) -> bytes:
    """The split as a Parquet file, its labels in the metadata."""
    buffer = io.BytesIO()
    schema = SCHEMA.with_metadata({_LABELS: orjson.dumps(list(posts.labels))})
    with _writer(buffer, schema) as writer:
        for group in posts.groups():
            writer.write_table(group.replace_schema_metadata(schema.metadata))
    return buffer.getvalue()


def from_parquet(source: Source) -> SplitData:
    """Ids, lines, labels and moments of :func:`to_parquet`."""
    with _parquet(source) as file:
        table, labels = _read(file, _CANONICAL), _labels(file.schema_arrow)
    return SplitData(
        ids=table["post_id"].to_pylist(),
        lines=table["line"].to_pylist(),
        label=table["label"].to_numpy(),
        created=table["created_utc"].to_numpy(),
        labels=labels,
    )


def split_file(source: Source) -> SplitFile:
    """The file of :func:`to_parquet` at ``source``, without its lines."""
    with _parquet(source) as file:
        table = _read(file, ("post_id", "label"))
        return SplitFile(
            source=source,
            ids=table["post_id"],
            label=table["label"].to_numpy(),
            labels=_labels(file.schema_arrow),
            sizes=tuple(_size(file, number) for number in range(file.num_row_groups)),
        )


def read_lines(source: Source, group: int) -> list[str]:
    """The lines of one row group."""
    with _parquet(source) as file:
        lines: list[str] = _read(file, ("line",), group)[0].to_pylist()
    return lines


def read_moments(split: SplitFile) -> Int64s:
    """When each post was created, in epoch seconds; shape (n,), ascending."""
    with _parquet(split.source) as file:
        created: Int64s = _read(file, ("created_utc",))[0].to_numpy()
    return created


def line_of(split: SplitFile, post_id: str) -> str:
    """The line of a post; empty if the split does not hold it, or not any more."""
    place: int = pc.index(split.ids, post_id).as_py()
    if place < 0:
        return ""
    ends = np.cumsum(split.sizes)
    group = int(np.searchsorted(ends, place, side="right"))
    return read_lines(split.source, group)[place - int(ends[group])]


def ids_from_parquet(source: Source) -> pa.ChunkedArray:
    """Only the ids of the posts, in Arrow's memory."""
    with _parquet(source) as file:
        return _read(file, ("post_id",))[0]


def moments_from_parquet(source: Source) -> pa.ChunkedArray:
    """Only when the posts were made, in epoch seconds."""
    with _parquet(source) as file:
        return _read(file, ("created_utc",))[0]


def attributes_from_parquet(source: Source) -> pd.DataFrame:
    """What describes the posts. Erased posts are here too, with the numbers that describe them: an
    earlier prediction of them stands.
    """
    with _parquet(source) as file:
        table = file.read(columns=list(_ATTRIBUTES)).replace_schema_metadata()
        frame: pd.DataFrame = table.to_pandas()
    return frame


def _parquet(source: Source) -> pq.ParquetFile:
    return pq.ParquetFile(source if isinstance(source, Path) else pa.BufferReader(source))


def _writer(buffer: io.BytesIO, schema: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(buffer, schema, compression="zstd", use_dictionary=_REPEATING)


def _labels(schema: pa.Schema) -> tuple[str, ...]:
    return tuple(orjson.loads(schema.metadata[_LABELS]))


def _read(file: pq.ParquetFile, columns: Sequence[str], group: int | None = None) -> pa.Table:
    """Columns of the posts that were not erased, of all or of one row group."""
    erased = [ERASED] if ERASED in file.schema_arrow.names else []
    names = [*columns, *erased]
    if group is None:
        table = file.read(columns=names)
    else:
        table = file.read_row_group(group, names, use_threads=False)
    if erased:
        table = table.filter(table[ERASED].is_null())
    return table.select(columns)


def _size(file: pq.ParquetFile, group: int) -> int:
    """Posts of a row group that were not erased."""
    if ERASED in file.schema_arrow.names:
        nulls: int = file.read_row_group(group, [ERASED])[0].null_count
        return nulls
    rows: int = file.metadata.row_group(group).num_rows
    return rows


def _canonical(group: pa.Table, labels: Sequence[str]) -> list[bytes]:
    """The canonical form of each post."""
    columns = (group[name].to_pylist() for name in _CANONICAL)
    return [
        orjson.dumps([post, labels[label], moment, line]) + b"\n"
        for post, label, moment, line in zip(*columns, strict=True)
    ]


def _part(group: pa.Table, labels: Sequence[str]) -> bytes:
    """What a row group adds to the digest of its split."""
    lines = _canonical(group, labels)
    kept = group[ERASED].to_pylist() if ERASED in group.column_names else [None] * len(lines)
    hashes = zip(lines, kept, strict=True)
    return b"".join(known or hashlib.sha256(line).digest() for line, known in hashes)


def _blank(group: pa.Table, posts: pa.Array, schema: pa.Schema) -> pa.Table:
    """A row group without the text of ``posts``; their hashes in :data:`ERASED`."""
    group = group.combine_chunks()
    if ERASED not in group.column_names:
        group = group.append_column(ERASED, pa.nulls(len(group), pa.binary()))
    where = pc.and_(pc.is_in(group["post_id"], value_set=posts), group[ERASED].is_null())
    hashes = [hashlib.sha256(c).digest() for c in _canonical(group.filter(where), _labels(schema))]
    erased = pc.replace_with_mask(
        group[ERASED].combine_chunks(), where.combine_chunks(), pa.array(hashes, pa.binary())
    )
    columns = {name: group[name] for name in group.column_names} | {ERASED: erased}
    for name in TEXTS:
        columns[name] = pc.if_else(where, "", columns[name])
    return pa.table(columns, schema=schema)
