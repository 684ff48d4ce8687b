"""The file of texts that were taken out of the table of posts, before it is encrypted. Pure."""

import io
from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from core.store.store_seals import PostTexts

SCHEMA = pa.schema(dict.fromkeys(PostTexts._fields, pa.string()))


def to_parquet(parts: Iterable[Sequence[PostTexts]]) -> bytes:
    """The texts as a Parquet file, each part a row group."""
    buffer = io.BytesIO()
    with pq.ParquetWriter(buffer, SCHEMA, compression="zstd") as writer:
        for part in parts:
            columns = list(zip(*part, strict=True)) or [()] * len(SCHEMA)
            writer.write_table(pa.table([pa.array(c, pa.string()) for c in columns], schema=SCHEMA))
    return buffer.getvalue()


def from_parquet(content: bytes) -> Iterator[list[PostTexts]]:
    """The texts of :func:`to_parquet`, in its parts."""
    with pq.ParquetFile(pa.BufferReader(content)) as file:
        for number in range(file.num_row_groups):
            columns = file.read_row_group(number).columns
            yield [PostTexts(*row) for row in zip(*(c.to_pylist() for c in columns), strict=True)]


def ids(content: bytes) -> pa.ChunkedArray:
    """Which posts the file holds."""
    with pq.ParquetFile(pa.BufferReader(content)) as file:
        return file.read(columns=["id"])["id"]


def without(content: bytes, posts: pa.Array) -> bytes | None:
    """The file without ``posts`` (ids); None if it holds none of them."""
    if not pc.any(pc.is_in(ids(content), value_set=posts)).as_py():
        return None
    gone = set(posts.to_pylist())
    return to_parquet([one for one in part if one.id not in gone] for part in from_parquet(content))
