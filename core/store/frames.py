"""Frames, JSON and records as artifacts."""

import io
from typing import Any

import orjson
import pandas as pd

from core.errors import CorruptArtifactError
from core.records import Record, from_json, to_json
from core.spreadsheets import as_parquet
from core.store.artifacts import Artifacts


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


def put_record(artifacts: Artifacts, record: object) -> str:
    """Store a typed result as JSON (see :mod:`core.records`); its digest."""
    return put_json(artifacts, to_json(record))


def read_record(artifacts: Artifacts, digest: str, kind: type[Record]) -> Record:
    """The typed result that :func:`put_record` stored.

    Raises:
        CorruptArtifactError: the artifact is damaged, or holds something else.
    """
    try:
        return from_json(kind, read_json(artifacts, digest))
    except ValueError:
        raise CorruptArtifactError(
            f"Artifact {digest[:12]} does not hold a {kind.__name__}",
            "Run the step that made it again, with --force.",
        ) from None
