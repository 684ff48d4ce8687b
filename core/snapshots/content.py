"""What a split holds, in two forms: canonical bytes, which the digest is taken of and which are
the same on every machine, and Parquet, which is quick to load. Pure but for the encoding.
"""

import hashlib
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

FORMAT = 1
"""Of the canonical form and of the Parquet files; part of every digest."""


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

    def take(self, where: NDArray[np.intp]) -> "SplitData":
        """The posts at these positions."""
        return SplitData(
            ids=[self.ids[i] for i in where],
            lines=[self.lines[i] for i in where],
            label=self.label[where],
            created=self.created[where],
            labels=self.labels,
        )


def content_digest(data: SplitData) -> str:
    """SHA-256 over one line of JSON per post: id, subreddit, moment, normalised text."""
    digest = hashlib.sha256()
    moments, labels = data.created.tolist(), data.label.tolist()
    for post, label, moment, line in zip(data.ids, labels, moments, data.lines, strict=True):
        digest.update(orjson.dumps([post, data.labels[label], moment, line]) + b"\n")
    return digest.hexdigest()


def manifest_digest(manifest: dict[str, Any]) -> str:
    """The digest that names a snapshot: SHA-256 of its manifest as sorted JSON."""
    return hashlib.sha256(orjson.dumps(manifest, option=orjson.OPT_SORT_KEYS)).hexdigest()


def to_parquet(data: SplitData) -> bytes:
    """The split as a Parquet file, its labels in the metadata."""
    table = pa.table(
        {
            "post_id": pa.array(data.ids, pa.string()),
            "label": pa.array(data.label, pa.int32()),
            "created_utc": pa.array(data.created, pa.int64()),
            "line": pa.array(data.lines, pa.string()),
        }
    ).replace_schema_metadata({"labels": orjson.dumps(list(data.labels))})
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def ids_from_parquet(content: bytes) -> list[str]:
    """Only the ids of the posts."""
    ids: list[str] = pq.read_table(pa.BufferReader(content), columns=["post_id"])[0].to_pylist()
    return ids


def from_parquet(content: bytes) -> SplitData:
    """Inverse of :func:`to_parquet`."""
    table = pq.read_table(pa.BufferReader(content))
    return SplitData(
        ids=table["post_id"].to_pylist(),
        lines=table["line"].to_pylist(),
        label=table["label"].to_numpy(),
        created=table["created_utc"].to_numpy(),
        labels=tuple(orjson.loads(table.schema.metadata[b"labels"])),
    )
