"""Frames and JSON as artifacts, and frames as files that people take away."""

import io
from typing import Any

import orjson
import pandas as pd

from core.store.artifacts import Artifacts

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def put_frame(artifacts: Artifacts, frame: pd.DataFrame) -> str:
    """Store a frame as Parquet; its digest."""
    return artifacts.put_bytes(as_parquet(frame))


def read_frame(artifacts: Artifacts, digest: str) -> pd.DataFrame:
    return pd.read_parquet(io.BytesIO(artifacts.read(digest)))


def put_json(artifacts: Artifacts, value: Any) -> str:
    """Store a JSON value; its digest."""
    return artifacts.put_bytes(orjson.dumps(value))


def read_json(artifacts: Artifacts, digest: str) -> Any:
    return orjson.loads(artifacts.read(digest))


def as_parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, compression="zstd", index=False)
    return buffer.getvalue()


def as_csv(frame: pd.DataFrame) -> bytes:
    """UTF-8, one row a line, in full precision.

    A text that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    texts = frame.select_dtypes(exclude=["number", "bool"]).columns
    harmless = {
        name: frame[name].map(lambda v: f"'{v}" if isinstance(v, str) and v[:1] in _FORMULA else v)
        for name in texts
    }
    content: str = frame.assign(**harmless).to_csv(index=False)
    return content.encode()
