"""Frames and JSON as artifacts."""

import io
from typing import Any

import orjson
import pandas as pd

from core.store.artifacts import Artifacts


def put_frame(artifacts: Artifacts, frame: pd.DataFrame) -> str:
    """Store a frame as Parquet; its digest."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer, compression="zstd", index=False)
    return artifacts.put_bytes(buffer.getvalue())


def read_frame(artifacts: Artifacts, digest: str) -> pd.DataFrame:
    return pd.read_parquet(io.BytesIO(artifacts.read(digest)))


def put_json(artifacts: Artifacts, value: Any) -> str:
    """Store a JSON value; its digest."""
    return artifacts.put_bytes(orjson.dumps(value))


def read_json(artifacts: Artifacts, digest: str) -> Any:
    return orjson.loads(artifacts.read(digest))
