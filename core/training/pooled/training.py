"""Posts become a pooled model: passes over batches in an order that the seed decides."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from core.arrays import Int64s
from core.errors import InputError
from core.progress import Progress
from core.snapshots.content import SplitData
from core.training.pooled import unfinished as kept
from core.training.pooled.learner import Learner
from core.training.pooled.model import PooledModel
from core.training.pooled.reading import read, vocabulary
from core.training.pooled.unfinished import Moment
from core.training.recency import recency

BATCH = 256
GROUP = 64 * BATCH
"""Posts that are sorted by length together, so that little of a batch is padding."""
SECONDS = 120
"""Between two moments that are kept: writing hundreds of MiB takes one or two."""


def train(
    data: SplitData,
    *,
    params: Mapping[str, Any],
    seed: int,
    progress: Progress,
    unfinished: Path | None = None,
) -> PooledModel:
    """The model of these posts.

    Args:
        params: see :data:`core.training.pooled_family.PARAMETERS`.
        unfinished: see :class:`core.training.classifier.Family`; None: nothing is kept.

    Raises:
        InputError: there are no posts.
    """
    if not len(data):
        raise InputError("The training split is empty", "Choose a snapshot with training posts.")
    progress("Reading", 0, None)
    present, label = np.unique(data.label, return_inverse=True)
    words = vocabulary(data.lines, min_df=params["min_df"])
    rows = {word: row for row, word in enumerate(words, start=1)}
    tokens = read(data.lines, rows, buckets=params["buckets"])
    rng = np.random.default_rng(seed)
    learner = Learner.begun(params, words=len(words), labels=len(present), rng=rng)
    weight = recency(data.created, params["half_life"])
    steps = params["epochs"] * -(-len(data) // BATCH)
    written = time.monotonic()
    for moment in _moments(learner, len(data), unfinished):
        if unfinished is not None and time.monotonic() - written >= SECONDS:
            kept.keep(unfinished, learner, moment)
            written = time.monotonic()
        some = moment.order[moment.place : moment.place + GROUP]
        for posts in batches(some, tokens.lengths, rng):
            done = learner.bias.steps
            progress("Training", 100 * done / steps, 100)
            learner.learn(tokens, posts, label, weight, 1 - done / steps)
    progress("Training", 100, 100)
    return PooledModel(
        labels=tuple(data.labels[place] for place in present),
        vocabulary=words,
        words=learner.words.values,
        pairs=learner.pairs.values,
        head=learner.head,
        kind=params["pooling"],
        made={"posts": len(data), "params": dict(params), "seed": seed},
    )


def _moments(learner: Learner, posts: int, unfinished: Path | None) -> Iterator[Moment]:
    """Each group of posts of each pass, from where a training that was killed had come to."""
    found = None if unfinished is None else kept.resume(unfinished, learner)
    for epoch in range(found.epoch if found else 0, learner.params["epochs"]):
        first, order = (found.place, found.order) if found else (0, learner.rng.permutation(posts))
        found = None
        for place in range(first, posts, GROUP):
            yield Moment(epoch, order, place)


def batches(posts: Int64s, lengths: Int64s, rng: np.random.Generator) -> Iterator[Int64s]:
    """A group of posts in batches of about equal length, the batches in a random order.

    Args:
        posts: their places.
        lengths: words of every post.
    """
    ordered = posts[np.argsort(lengths[posts], kind="stable")]
    parts = [ordered[first : first + BATCH] for first in range(0, len(ordered), BATCH)]
    for part in rng.permutation(len(parts)):
        yield parts[part]
