"""Post by post, the same probabilities as of whole batches."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.training.pooled.pooling import VECTORS, Head, pooled, softmax, weights
from core.training.pooled.reading import padded, read
from core.training.pooled.scoring import probabilities

ROWS = {word: row for row, word in enumerate("abcdefg", start=1)}
BUCKETS, SIZE, LABELS = 40, 6, 5
LINES = st.lists(st.lists(st.sampled_from("abcdefgx"), max_size=12).map(" ".join), max_size=8)


@given(LINES, st.integers(0, 20), st.sampled_from(list(VECTORS)))
def test_it_is_what_batches_give_but_for_rounding(lines: list[str], seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)

    def drawn(*shape: int) -> np.ndarray:
        return rng.normal(size=shape).astype(np.float32)

    count = VECTORS[kind]
    words, pairs = drawn(len(ROWS) + 1, SIZE), drawn(BUCKETS + 1, SIZE)
    words[0] = pairs[0] = 0
    head = Head(drawn(count, SIZE), drawn(count * SIZE, LABELS), drawn(LABELS))
    tokens = read(lines, ROWS, buckets=BUCKETS)
    ours = probabilities(tokens, words, pairs, head, kind=kind)
    assert ours.shape == (len(lines), LABELS)
    if not lines:
        return
    some_words, some_pairs, lengths = padded(tokens, np.arange(len(lines)))
    vectors = words[some_words] + pairs[some_pairs]
    share = weights(kind, vectors, lengths, head.queries)
    theirs = softmax(pooled(share, vectors) @ head.out + head.bias)
    np.testing.assert_allclose(ours, theirs, rtol=2e-4, atol=1e-6)
    assert ours.sum(axis=1) == pytest.approx(1, abs=1e-5)
    for place, line in enumerate(lines):
        alone = probabilities(read([line], ROWS, buckets=BUCKETS), words, pairs, head, kind=kind)
        np.testing.assert_array_equal(alone[0], ours[place])
