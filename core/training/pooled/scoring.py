"""From tokens to probabilities, post by post: a post gets the same bits alone and among others,
which products of whole matrices do not promise.
"""

import math

import numpy as np

from core.arrays import Int32s, Int64s
from core.training.compiled import compiled
from core.training.pooled.pooling import ATTENTIVE, Float32s, Head
from core.training.pooled.reading import Tokens


def probabilities(
    tokens: Tokens, words: Float32s, pairs: Float32s, head: Head, *, kind: str
) -> Float32s:
    """Of every label, (n, L). The same as :mod:`core.training.pooled.pooling` computes, but for
    rounding.

    Args:
        words, pairs: the tables (float32).
    """
    made = np.empty((len(tokens), len(head.bias)), dtype=np.float32)
    _probabilities(
        tokens.starts,
        tokens.words,
        tokens.pairs,
        words,
        pairs,
        head.queries,
        head.out,
        head.bias,
        kind == ATTENTIVE,
        made,
    )
    return made


@compiled
def _probabilities(
    starts: Int64s,
    words: Int32s,
    pairs: Int32s,
    word_rows: Float32s,
    pair_rows: Float32s,
    queries: Float32s,
    out: Float32s,
    bias: Float32s,
    attentive: bool,
    made: Float32s,
) -> None:
    count_of_vectors, size = queries.shape
    pooled = np.empty(count_of_vectors * size, dtype=np.float32)
    for row in range(len(starts) - 1):
        begin, count = starts[row], starts[row + 1] - starts[row]
        # Numbers that are computed alike stand side by side: vector instructions do them at once.
        vectors = np.empty((count, size), dtype=np.float32)
        turned = np.empty((size, count), dtype=np.float32)
        for place in range(count):
            word, pair = words[begin + place], pairs[begin + place]
            for i in range(size):
                vectors[place, i] = word_rows[word, i] + pair_rows[pair, i]
        turned[:] = vectors.T
        share = np.empty(count, dtype=np.float32)
        pooled[:] = 0
        for vector in range(count_of_vectors):
            if attentive:
                _attend(turned, queries[vector], share)
            else:
                _divide(vector, count_of_vectors, share)
            mine = pooled[vector * size : (vector + 1) * size]
            for place in range(count):
                for i in range(size):
                    mine[i] += share[place] * vectors[place, i]
        scores = made[row]
        scores[:] = bias
        _add_up(pooled, out, scores)
        _softmax(scores)


@compiled
def _attend(turned: Float32s, query: Float32s, share: Float32s) -> None:
    """Write how much each word counts: the softmax of how well it answers the query.

    Args:
        turned: the words' vectors, (d, words).
    """
    share[:] = 0
    for i in range(len(query)):
        for place in range(len(share)):
            share[place] += turned[i, place] * query[i]
    if len(share):
        _softmax(share)


@compiled
def _add_up(pooled: Float32s, out: Float32s, scores: Float32s) -> None:
    """Add the rows of ``out``, one after the other, four of them while a sum is at hand."""
    fours = len(pooled) // 4 * 4
    for i in range(0, fours, 4):
        v0, v1, v2, v3 = pooled[i], pooled[i + 1], pooled[i + 2], pooled[i + 3]
        for label in range(len(scores)):
            total = scores[label] + v0 * out[i, label]
            total += v1 * out[i + 1, label]
            total += v2 * out[i + 2, label]
            scores[label] = total + v3 * out[i + 3, label]
    for i in range(fours, len(pooled)):
        for label in range(len(scores)):
            scores[label] += pooled[i] * out[i, label]


@compiled
def _divide(chunk: int, chunks: int, share: Float32s) -> None:
    """Write how much each word counts in a part of the words: the same in it, 0 outside."""
    count, inside = len(share), 0
    for place in range(count):
        inside += place * chunks // count == chunk
    for place in range(count):
        member = place * chunks // count == chunk
        share[place] = np.float32(1) / np.float32(inside) if member else np.float32(0)


@compiled
def _softmax(values: Float32s) -> None:
    """In place, of at least one value."""
    top, total = values.max(), 0.0
    for place in range(len(values)):
        values[place] = math.exp(values[place] - top)
        total += values[place]
    for place in range(len(values)):
        values[place] = values[place] / total
