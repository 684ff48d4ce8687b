"""Files of posts as people have them: every format in every compression, by real compressors."""

import bz2
import csv
import gzip
import io
import lzma
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from core.collect.posts import Post

Fields = Mapping[str, Any]


def as_fields(post: Post) -> dict[str, Any]:
    """The post as Reddit's API names it, and as a dump holds it."""
    return {
        "id": post.id,
        "name": f"t3_{post.id}",
        "subreddit": post.subreddit,
        "created_utc": post.created_utc,
        "title": _escaped(post.title),
        "selftext": _escaped(post.body),
        "is_self": post.is_self,
        "domain": post.domain,
        "url": _escaped(post.url),
        "score": post.score,
        "num_comments": post.num_comments,
        "over_18": post.over_18,
        "link_flair_text": _escaped(post.flair) or None,
        "author": "nobody",
        "edited": False,
    }


def as_csv(rows: Sequence[Fields]) -> bytes:
    text = io.StringIO(newline="")
    columns = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def as_ndjson(rows: Iterable[Fields]) -> bytes:
    return b"".join(orjson.dumps(row) + b"\n" for row in rows)


def as_parquet(rows: Sequence[Fields], *, group: int = 50) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows)), buffer, row_group_size=group)
    return buffer.getvalue()


def long_zstd(content: bytes) -> bytes:
    """Compressed as the monthly dumps are: a window of 2 GiB, the length not known before."""
    window = zstandard.ZstdCompressionParameters(
        window_log=31, enable_ldm=True, write_checksum=True
    )
    compressor = zstandard.ZstdCompressor(compression_params=window).compressobj()
    return compressor.compress(content) + compressor.flush()


def zstd_frames(content: bytes) -> bytes:
    """Several frames behind each other, each announced by one to skip: so pzstd writes."""
    cuts = [0, len(content) // 3, len(content) // 2, len(content)]
    parts = [content[a:b] for a, b in pairwise(cuts)]
    announced = b"\x50\x2a\x4d\x18\x04\x00\x00\x00size"
    return b"".join(announced + zstandard.compress(part) for part in parts)


COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": long_zstd,
}
FORMATS: dict[str, Callable[[Sequence[Fields]], bytes]] = {
    ".csv": as_csv,
    ".ndjson": as_ndjson,
    ".jsonl": as_ndjson,
}
KINDS = [*(form + packed for form in FORMATS for packed in COMPRESSIONS), ".parquet"]
"""Endings of all files that can be read."""


def write_dump(path: Path, posts: Iterable[Post | Fields]) -> Path:
    """A file with a column for the subreddit, in the form that the end of its name says."""
    rows = [as_fields(post) if isinstance(post, Post) else post for post in posts]
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        path.write_bytes(as_parquet(rows))
        return path
    packed = path.suffix if path.suffix in COMPRESSIONS else ""
    write = FORMATS.get(Path(path.name.removesuffix(packed)).suffix, as_ndjson)
    path.write_bytes(COMPRESSIONS[packed](write(rows)))
    return path


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
