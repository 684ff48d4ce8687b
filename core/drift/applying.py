"""A model applied to posts: its predictions as drift keeps them, with the counts of words."""

from dataclasses import replace

import numpy as np

from core.arrays import Int32s
from core.drift.tables import DriftTable
from core.drift.texts import in_memory, said_of
from core.drift.training_words import TrainingWords
from core.evaluation.prediction_table import PredictionTable
from core.progress import Progress
from core.snapshots.content import (
    SplitData,
    SplitFile,
    read_lines,
    read_moments,
)
from core.store import Store
from core.store.models import Model
from core.text import words_of


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


def _as_model_spells(said: PredictionTable) -> PredictionTable:
    """The table with the subreddits of its posts spelled as the model does: Reddit changes their
    case at times.
    """
    model = {name.lower(): name for name in said.model_labels}
    place = {name: i for i, name in enumerate(said.vocabulary)}
    spelled = [place[model.get(name.lower(), name)] for name in said.vocabulary]
    return replace(said, label=np.array(spelled, dtype=np.int32)[said.label])
