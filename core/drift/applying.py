"""A model applied to posts: its predictions as drift keeps them, with the counts of words."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from core.arrays import Int32s
from core.drift.tables import DriftTable
from core.drift.training_words import TrainingWords
from core.evaluation.evaluate import TOP
from core.evaluation.predict import predict
from core.evaluation.prediction_table import PredictionTable
from core.progress import Progress
from core.snapshots.content import (
    SCHEMA,
    FrozenPosts,
    SplitData,
    SplitFile,
    read_lines,
    read_moments,
    split_file,
    to_parquet,
)
from core.store import Store
from core.store.drift import NewPost
from core.store.models import Model
from core.text import normalise, read_of, words_of
from core.training.families import kind
from core.training.load import loader


def applied(
    store: Store,
    model: Model,
    posts: SplitData,
    words: TrainingWords,
    *,
    lines: int,
    progress: Progress,
) -> DriftTable:
    """What a model says of posts.

    Args:
        words: of its training posts.
        lines: version of the normaliser that made the lines of the posts.
    """
    data = in_memory(posts)
    said = said_of(store, model, data, lines=lines, progress=progress)
    return DriftTable(_as_model_spells(said), read_moments(data), *counted(words, data))


def said_of(
    store: Store, model: Model, data: SplitFile, *, lines: int, progress: Progress
) -> PredictionTable:
    """The predictions alone, subreddits spelled as they are. Arguments: see :func:`applied`."""
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


def counted(words: TrainingWords, data: SplitFile) -> tuple[Int32s, Int32s]:
    """Words of each post, and how many of them are not among ``words``; shape (n,) each."""
    parts = [
        words.count([words_of(line) for line in read_lines(data.source, group)])
        for group in range(len(data.sizes))
    ]
    none = np.zeros(0, dtype=np.int32)
    return (
        np.concatenate([none, *(every for every, _ in parts)]),
        np.concatenate([none, *(unknown for _, unknown in parts)]),
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


def _as_model_spells(said: PredictionTable) -> PredictionTable:
    """The table with the subreddits of its posts spelled as the model does: Reddit changes their
    case at times.
    """
    model = {name.lower(): name for name in said.model_labels}
    place = {name: i for i, name in enumerate(said.vocabulary)}
    spelled = [place[model.get(name.lower(), name)] for name in said.vocabulary]
    return replace(said, label=np.array(spelled, dtype=np.int32)[said.label])
