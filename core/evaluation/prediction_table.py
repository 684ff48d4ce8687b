"""The prediction table: what a model said of every post, kept as Parquet."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from core.arrays import Bools, Floats, Int32s

NO_LABEL = -1
"""In a table: the model gave fewer than k labels."""


@dataclass(frozen=True, slots=True)
class PredictionTable:
    """What a model said of n posts.

    ``vocabulary`` holds every subreddit of posts and model, sorted; ``label`` (int32, (n,)) and
    ``top_labels`` (int32, (n, k), -1 for none) index it; ``top_probs`` (float32, (n, k)).
    ``model_labels`` are the subreddits that the model can name. ``calibrated`` ((n,)): the posts
    that its probabilities were calibrated on, which cannot tell how well; None: no post.
    """

    post_id: NDArray[np.object_]
    label: Int32s
    top_labels: Int32s
    top_probs: NDArray[np.float32]
    vocabulary: tuple[str, ...]
    model_labels: tuple[str, ...]
    calibrated: Bools | None = None

    @property
    def first(self) -> Int32s:
        """The first prediction of each post."""
        return self.top_labels[:, 0]

    @property
    def p_at_1(self) -> Floats:
        return self.top_probs[:, 0].astype(np.float64)

    @property
    def right(self) -> Bools:
        """Whether the first prediction is the post's subreddit."""
        right: Bools = self.first == self.label
        return right

    def among(self, posts: Bools) -> "PredictionTable":
        """Only the posts for which it says so, shape (n,)."""
        return replace(
            self,
            post_id=self.post_id[posts],
            label=self.label[posts],
            top_labels=self.top_labels[posts],
            top_probs=self.top_probs[posts],
            calibrated=None if self.calibrated is None else self.calibrated[posts],
        )


def reindex(labels: Sequence[str], vocabulary: Sequence[str]) -> Int32s:
    """Where each label stands in ``vocabulary``; one entry more, so that ``[-1]`` gives -1."""
    place = {label: i for i, label in enumerate(vocabulary)}
    return np.array([*(place[label] for label in labels), NO_LABEL], dtype=np.int32)


def to_parquet(table: PredictionTable) -> bytes:
    """A column for each array; labels in the metadata."""
    k = table.top_labels.shape[1]
    columns = {
        "post_id": pa.array(table.post_id, pa.string()),
        "label": pa.array(table.label),
        "top_labels": pa.FixedSizeListArray.from_arrays(table.top_labels.ravel(), k),
        "top_probs": pa.FixedSizeListArray.from_arrays(table.top_probs.ravel(), k),
    }
    if table.calibrated is not None:
        columns["calibrated"] = pa.array(table.calibrated)
    metadata = {
        "vocabulary": orjson.dumps(list(table.vocabulary)),
        "model_labels": orjson.dumps(list(table.model_labels)),
    }
    buffer = io.BytesIO()
    arrow = pa.table(columns).replace_schema_metadata(metadata)
    pq.write_table(arrow, buffer, compression="zstd")
    return buffer.getvalue()


def from_parquet(content: bytes) -> PredictionTable:
    """Inverse of :func:`to_parquet`."""
    arrow = pq.read_table(pa.BufferReader(content)).combine_chunks()
    return PredictionTable(
        post_id=arrow["post_id"].to_numpy(),
        label=arrow["label"].to_numpy(),
        top_labels=_matrix(arrow["top_labels"]).astype(np.int32, copy=False),
        top_probs=_matrix(arrow["top_probs"]).astype(np.float32, copy=False),
        vocabulary=tuple(orjson.loads(arrow.schema.metadata[b"vocabulary"])),
        model_labels=tuple(orjson.loads(arrow.schema.metadata[b"model_labels"])),
        calibrated=arrow["calibrated"].to_numpy() if "calibrated" in arrow.column_names else None,
    )


def labels_in(path: Path) -> tuple[str, ...]:
    """The subreddits that the model can name, of a file of :func:`to_parquet`."""
    return tuple(orjson.loads(pq.read_schema(path).metadata[b"model_labels"]))


def _matrix(column: pa.ChunkedArray) -> NDArray[np.generic]:
    lists = column.combine_chunks()
    flat: NDArray[np.generic] = lists.flatten().to_numpy()
    return flat.reshape(len(column), column.type.list_size)
