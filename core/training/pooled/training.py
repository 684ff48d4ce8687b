"""Posts become a pooled model: passes over batches in an order that the seed decides."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.arrays import Floats, Int32s, Int64s
from core.errors import InputError
from core.progress import Progress
from core.snapshots.content import SplitData
from core.training.pooled.adam import Adam
from core.training.pooled.model import PooledModel
from core.training.pooled.pooling import VECTORS, Float32s, Head, gradients
from core.training.pooled.reading import Tokens, padded, read, vocabulary
from core.training.recency import recency

BATCH = 256
SORTED = 64
"""Batches whose posts are sorted by length together, so that little of a batch is padding."""


def train(
    data: SplitData, *, params: Mapping[str, Any], seed: int, progress: Progress
) -> PooledModel:
    """The model of these posts.

    Args:
        params: see :data:`core.training.pooled_family.PARAMETERS`.

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
    learner = _Learner.begun(params, words=len(words), labels=len(present), rng=rng)
    weight = recency(data.created, params["half_life"])
    steps = params["epochs"] * -(-len(data) // BATCH)
    done = 0
    for _ in range(params["epochs"]):
        for posts in batches(tokens.lengths, rng):
            progress("Training", 100 * done / steps, 100)
            learner.learn(tokens, posts, label, weight, 1 - done / steps)
            done += 1
    progress("Training", 100, 100)
    return PooledModel(
        labels=tuple(data.labels[place] for place in present),
        vocabulary=words,
        words=learner.words.values,
        pairs=learner.pairs.values,
        head=Head(*(part.values for part in learner.head)),
        kind=params["pooling"],
        made={"posts": len(data), "params": dict(params), "seed": seed},
    )


def batches(lengths: Int64s, rng: np.random.Generator) -> Iterator[Int64s]:
    """The places of all posts in batches of about equal length, the batches in a random order."""
    order = rng.permutation(len(lengths))
    for start in range(0, len(order), BATCH * SORTED):
        some = order[start : start + BATCH * SORTED]
        some = some[np.argsort(lengths[some], kind="stable")]
        parts = [some[first : first + BATCH] for first in range(0, len(some), BATCH)]
        for part in rng.permutation(len(parts)):
            yield parts[part]


@dataclass(slots=True)
class _Learner:
    """All that is learned, with what Adam knows of it."""

    params: Mapping[str, Any]
    words: Adam
    pairs: Adam
    head: tuple[Adam, Adam, Adam]
    rng: np.random.Generator

    @classmethod
    def begun(
        cls, params: Mapping[str, Any], *, words: int, labels: int, rng: np.random.Generator
    ) -> "_Learner":
        size, count = params["dim"], VECTORS[params["pooling"]]

        def drawn(*shape: int) -> Float32s:
            made = rng.standard_normal(shape, dtype=np.float32)
            made *= np.float32(1 / np.sqrt(size))
            return made

        tables = [drawn(words + 1, size), np.zeros((params["buckets"] + 1, size), np.float32)]
        tables[0][0] = 0  # stands for nothing
        head = (
            drawn(count, size),
            np.zeros((count * size, labels), np.float32),
            np.zeros(labels, np.float32),
        )
        one, two, three = (Adam(part) for part in head)
        return cls(params, Adam(tables[0]), Adam(tables[1]), (one, two, three), rng)

    def learn(
        self, tokens: Tokens, posts: Int64s, label: Int64s, weight: Floats, left: float
    ) -> None:
        """One step. ``left``: the share of all steps that are still to be done."""
        words, pairs, lengths = padded(tokens, posts)
        vectors = self.words.values[words] + self.pairs.values[pairs]
        head = Head(*(part.values for part in self.head))
        kept = self._kept(len(posts), head.out.shape[0])
        _, of_vectors, of_head = gradients(
            self.params["pooling"],
            vectors,
            lengths,
            head,
            label[posts],
            weight[posts].astype(np.float32),
            kept,
        )
        rate = self.params["lr"] * left
        for part, gradient in zip(self.head, of_head.parts, strict=True):
            part.step(gradient, rate)
        flat = of_vectors.reshape(-1, of_vectors.shape[2])
        for table, rows in ((self.words, words), (self.pairs, pairs)):
            named, summed = _by_row(rows.ravel(), flat)
            table.step(summed, rate, named)

    def _kept(self, posts: int, size: int) -> Float32s:
        share = 1 - self.params["dropout"]
        drawn = self.rng.random((posts, size), dtype=np.float32) < share
        return np.asarray(drawn / np.float32(share), dtype=np.float32)


def _by_row(rows: Int32s, gradients_: Float32s) -> tuple[Int32s, Float32s]:
    """The different rows but 0, and the sum of the gradients of each."""
    order = np.argsort(rows, kind="stable")
    ordered = rows[order]
    order = order[np.searchsorted(ordered, 1) :]
    ordered = rows[order]
    firsts = np.flatnonzero(np.diff(ordered, prepend=0))
    if not len(firsts):
        return ordered, gradients_[:0]
    return ordered[firsts], np.add.reduceat(gradients_[order], firsts, axis=0)
