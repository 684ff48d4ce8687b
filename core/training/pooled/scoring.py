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
    vectors_of_post, size = queries.shape
    for row in range(len(starts) - 1):
        begin, count = starts[row], starts[row + 1] - starts[row]
        vectors = np.empty((count, size), dtype=np.float32)
        for place in range(count):
            word, pair = words[begin + place], pairs[begin + place]
            for i in range(size):
                vectors[place, i] = word_rows[word, i] + pair_rows[pair, i]
        scores = made[row]
        scores[:] = bias
        share = np.empty(count, dtype=np.float32)
        for vector in range(vectors_of_post):
            if attentive:
                _attend(vectors, queries[vector], share)
            else:
                _divide(vector, vectors_of_post, share)
            for i in range(size):
                value = np.float32(0)
                for place in range(count):
                    value += share[place] * vectors[place, i]
                weights = out[vector * size + i]
                for label in range(len(scores)):
                    scores[label] += value * weights[label]
        _softmax(scores)


@compiled
def _attend(vectors: Float32s, query: Float32s, share: Float32s) -> None:
    """Write how much each word counts: the softmax of how well it answers the query."""
    for place in range(len(vectors)):
        answer = np.float32(0)
        for i in range(len(query)):
            answer += vectors[place, i] * query[i]
        share[place] = answer
    if len(share):
        _softmax(share)


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
