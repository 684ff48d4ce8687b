"""What a pooled model has learned so far, and one step of learning more."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.arrays import Floats, Int32s, Int64s
from core.training.pooled.adam import Adam
from core.training.pooled.pooling import VECTORS, Float32s, Head, gradients
from core.training.pooled.reading import Tokens, padded


@dataclass(slots=True)
class Learner:
    """All that is learned, with what Adam knows of it. ``rng`` decides what dropout leaves out."""

    params: Mapping[str, Any]
    words: Adam
    pairs: Adam
    queries: Adam
    out: Adam
    bias: Adam
    rng: np.random.Generator

    @classmethod
    def begun(
        cls, params: Mapping[str, Any], *, words: int, labels: int, rng: np.random.Generator
    ) -> "Learner":
        """Before the first step.

        Args:
            params: see :data:`core.training.pooled_family.PARAMETERS`.
            words, labels: how many there are.
        """
        size, count = params["dim"], VECTORS[params["pooling"]]

        def drawn(*shape: int) -> Float32s:
            made = rng.standard_normal(shape, dtype=np.float32)
            made *= np.float32(1 / np.sqrt(size))
            return made

        of_words = drawn(words + 1, size)
        of_words[0] = 0  # stands for nothing
        return cls(
            params,
            words=Adam.begun(of_words),
            pairs=Adam.begun(np.zeros((params["buckets"] + 1, size), np.float32)),
            queries=Adam.begun(drawn(count, size)),
            out=Adam.begun(np.zeros((count * size, labels), np.float32)),
            bias=Adam.begun(np.zeros(labels, np.float32)),
            rng=rng,
        )

    @property
    def parts(self) -> dict[str, Adam]:
        """By their names."""
        return {name: getattr(self, name) for name in ("words", "pairs", "queries", "out", "bias")}

    @property
    def head(self) -> Head:
        """What stands behind the tables."""
        return Head(self.queries.values, self.out.values, self.bias.values)

    def learn(
        self, tokens: Tokens, posts: Int64s, label: Int64s, weight: Floats, left: float
    ) -> None:
        """One step. ``left``: the share of all steps that are still to be done."""
        words, pairs, lengths = padded(tokens, posts)
        vectors = self.words.values[words] + self.pairs.values[pairs]
        _, of_vectors, of_head = gradients(
            self.params["pooling"],
            vectors,
            lengths,
            self.head,
            label[posts],
            weight[posts].astype(np.float32),
            self._kept(len(posts), len(self.out.values)),
        )
        rate = self.params["lr"] * left
        head = (self.queries, self.out, self.bias)
        for part, gradient in zip(head, of_head.parts, strict=True):
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
