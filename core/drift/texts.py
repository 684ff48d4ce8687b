"""Posts of the store as models read them, and what a model says of them."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from core.evaluation.evaluate import TOP
from core.evaluation.predict import predict
from core.evaluation.prediction_table import PredictionTable
from core.progress import Progress
from core.snapshots.content import (
    SCHEMA,
    FrozenPosts,
    SplitData,
    SplitFile,
    split_file,
    to_parquet,
)
from core.store import Store
from core.store.drift import NewPost
from core.store.models import Model
from core.text import normalise, read_of
from core.training.families import kind
from core.training.load import loader


def said_of(
    store: Store, model: Model, data: SplitFile, *, lines: int, progress: Progress
) -> PredictionTable:
    """What a model says of posts, in their order.

    Args:
        data: of :func:`in_memory`.
        lines: version of the normaliser that made the lines of the posts.

    Raises as :func:`core.training.load.loader` and :func:`core.evaluation.predict.predict` do.
    """
    load = loader(store, model, lines=lines)
    hint = kind(model.family).memory_hint
    return predict(load, data, k=TOP, memory_hint=hint, progress=progress)


def with_text(posts: Sequence[NewPost]) -> SplitData:
    """The posts as models read them, oldest first, without those that have no text."""
    ordered = sorted(posts, key=lambda post: (post.created_utc, post.id))
    lines = [
        normalise(*read_of(post.title, post.body, post.domain, is_self=post.is_self))
        for post in ordered
    ]
    kept = [(post, line) for post, line in zip(ordered, lines, strict=True) if line]
    labels = tuple(sorted({post.subreddit for post, _ in kept}))
    number = {name: i for i, name in enumerate(labels)}
    return SplitData(
        ids=[post.id for post, _ in kept],
        lines=[line for _, line in kept],
        label=np.array([number[post.subreddit] for post, _ in kept], dtype=np.int32),
        created=np.array([post.created_utc for post, _ in kept], dtype=np.int64),
        labels=labels,
    )


def in_memory(posts: SplitData) -> SplitFile:
    """The posts as a split is on the disk, with nothing but what models are given or judged by."""
    columns = {
        "post_id": pa.array(posts.ids, pa.string()),
        "label": pa.array(posts.label, pa.int32()),
        "created_utc": pa.array(posts.created, pa.int64()),
        "line": pa.array(posts.lines, pa.string()),
    }
    rest = {
        field.name: pa.nulls(len(posts), field.type)
        for field in SCHEMA
        if field.name not in columns
    }
    frozen = FrozenPosts(
        pa.table(columns | rest, schema=SCHEMA), posts.labels, np.arange(len(posts))
    )
    return split_file(pa.py_buffer(to_parquet(frozen)))
