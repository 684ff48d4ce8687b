"""From the vectors of a post's words to its probabilities, and back to gradients. Pure NumPy.

B posts of at most T words, vectors of d numbers, C pooled vectors of each post, L labels. A pooled
vector is a weighted mean of the words' vectors. The poolings differ in the weights:

- ``mean``: one vector, all words weigh the same;
- ``chunk``: five vectors, one for each fifth of the words;
- ``attentive``: four vectors; each has a query, and a word weighs more the better it answers it
  (Yang et al. 2016, "Hierarchical Attention Networks for Document Classification").
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import Int64s

Float32s = NDArray[np.float32]

MEAN, CHUNK, ATTENTIVE = "mean", "chunk", "attentive"
CHUNKS, QUERIES = 5, 4
VECTORS = {MEAN: 1, CHUNK: CHUNKS, ATTENTIVE: QUERIES}
"""Pooled vectors of a post."""


@dataclass(frozen=True, slots=True)
class Head:
    """What stands behind the tables: ``queries`` (C, d), used by the attentive pooling only;
    ``out`` (C * d, L) and ``bias`` (L,). Also the shape of their gradients.
    """

    queries: Float32s
    out: Float32s
    bias: Float32s

    @property
    def parts(self) -> tuple[Float32s, Float32s, Float32s]:
        return self.queries, self.out, self.bias


def weights(kind: str, vectors: Float32s, lengths: Int64s, queries: Float32s) -> Float32s:
    """How much each word counts in each pooled vector, (B, T, C); 0 behind a post's last word.

    Args:
        vectors: of the words, (B, T, d).
        lengths: words of each post, (B,).
    """
    place = np.arange(vectors.shape[1])
    real = place < lengths[:, None]
    if kind == ATTENTIVE:
        scores = np.where(real[..., None], vectors @ queries.T, -np.inf)
        top = scores.max(axis=1, keepdims=True, initial=-1e30)
        odds = np.exp(scores - top)
        shares = odds / np.maximum(odds.sum(axis=1, keepdims=True), 1e-30)
        return np.asarray(shares, dtype=np.float32)
    chunks = VECTORS[kind]
    chunk = place * chunks // np.maximum(lengths, 1)[:, None]
    member = (chunk[..., None] == np.arange(chunks)) & real[..., None]
    shares = member / np.maximum(member.sum(axis=1, keepdims=True), 1)
    return np.asarray(shares, dtype=np.float32)


def pooled(share: Float32s, vectors: Float32s) -> Float32s:
    """The pooled vectors of each post, one behind the other, (B, C * d)."""
    return np.asarray(share.transpose(0, 2, 1) @ vectors).reshape(len(vectors), -1)


def softmax(scores: NDArray[np.floating]) -> Float32s:
    """Of each row."""
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def gradients(
    kind: str,
    vectors: Float32s,
    lengths: Int64s,
    head: Head,
    label: Int64s,
    weight: Float32s,
    kept: Float32s,
) -> tuple[float, Float32s, Head]:
    """The weighted cross-entropy of a batch, summed over its posts and divided by B, and its
    gradients: of the words' vectors (B, T, d), and of the head.

    Args:
        label: of each post, (B,).
        weight: of each post, (B,).
        kept: what the pooled vectors are multiplied by, (B, C * d): dropout.
    """
    posts, _, size = vectors.shape
    share = weights(kind, vectors, lengths, head.queries)
    dropped = pooled(share, vectors) * kept
    said = softmax(dropped @ head.out + head.bias)
    rows = np.arange(posts)
    loss = -float(np.sum(weight * np.log(np.maximum(said[rows, label], 1e-30)))) / posts
    said[rows, label] -= 1
    back = said * (weight / posts)[:, None]
    of_pooled = ((back @ head.out.T) * kept).reshape(posts, -1, size)
    of_vectors = share @ of_pooled
    of_queries = np.zeros_like(head.queries)
    if kind == ATTENTIVE:
        of_share = vectors @ of_pooled.transpose(0, 2, 1)
        of_scores = share * (of_share - np.sum(share * of_share, axis=1, keepdims=True))
        of_vectors += of_scores @ head.queries
        of_queries = np.einsum("btc,btd->cd", of_scores, vectors, optimize=True)
    return loss, of_vectors, Head(of_queries, dropped.T @ back, back.sum(axis=0))
