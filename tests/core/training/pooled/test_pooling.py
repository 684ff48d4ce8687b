"""Gradients are those that differences give; weights are what each pooling promises."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.training.pooled.pooling import (
    ATTENTIVE,
    CHUNK,
    CHUNKS,
    MEAN,
    VECTORS,
    Head,
    gradients,
    pooled,
    weights,
)

LENGTHS = np.array([7, 3, 1, 0, 5])
POSTS, LONGEST, SIZE, LABELS = len(LENGTHS), 7, 4, 3


def drawn(kind: str, *, seed: int = 0) -> tuple[np.ndarray, Head]:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(POSTS, LONGEST, SIZE))
    vectors[np.arange(LONGEST) >= LENGTHS[:, None]] = 0
    count = VECTORS[kind]
    return vectors, Head(
        rng.normal(size=(count, SIZE)),
        rng.normal(size=(count * SIZE, LABELS)),
        rng.normal(size=LABELS),
    )


@pytest.mark.parametrize("kind", VECTORS)
def test_gradients_are_those_of_small_differences(kind: str) -> None:
    vectors, head = drawn(kind)
    rng = np.random.default_rng(1)
    label, weight = rng.integers(0, LABELS, POSTS), rng.random(POSTS)
    kept = (rng.random((POSTS, head.out.shape[0])) < 0.7) / 0.7

    def loss() -> float:
        return gradients(kind, vectors, LENGTHS, head, label, weight, kept)[0]

    _, of_vectors, of_head = gradients(kind, vectors, LENGTHS, head, label, weight, kept)
    for values, given_ in zip((vectors, *head.parts), (of_vectors, *of_head.parts), strict=True):
        for place in np.ndindex(values.shape):
            if values is vectors and place[1] >= LENGTHS[place[0]]:
                continue  # nothing stands there
            before = values[place]
            sides = []
            for step in (1e-3, -1e-3):
                values[place] = before + step
                sides.append(loss())
            values[place] = before
            assert given_[place] == pytest.approx((sides[0] - sides[1]) / 2e-3, abs=5e-4)


@given(st.integers(0, 50), st.sampled_from(list(VECTORS)))
def test_weights_are_shares_of_a_posts_own_words(seed: int, kind: str) -> None:
    vectors, head = drawn(kind, seed=seed)
    shares = weights(kind, vectors, LENGTHS, head.queries)
    assert shares.shape == (POSTS, LONGEST, VECTORS[kind])
    assert (shares >= 0).all()
    assert not shares[np.arange(LONGEST) >= LENGTHS[:, None]].any()
    sums = shares.sum(axis=1)
    some = LENGTHS > 0 if kind != CHUNK else LENGTHS >= CHUNKS
    np.testing.assert_allclose(sums[some], 1, rtol=1e-5)
    assert not sums[LENGTHS == 0].any()


def test_the_mean_is_the_mean_and_chunks_are_fifths() -> None:
    vectors, head = drawn(MEAN)
    means = pooled(weights(MEAN, vectors, LENGTHS, head.queries), vectors)
    np.testing.assert_allclose(means[0], vectors[0].mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(means[1], vectors[1, :3].mean(axis=0), rtol=1e-5)
    assert not means[3].any()
    shares = weights(CHUNK, vectors, LENGTHS, head.queries)
    np.testing.assert_allclose(shares[4, :5], np.eye(CHUNKS))
    assert np.count_nonzero(shares[0], axis=1).tolist() == [1] * 7
    assert np.count_nonzero(shares[0], axis=0).sum() == 7


def test_a_word_that_answers_a_query_weighs_more_in_its_vector() -> None:
    vectors, head = drawn(ATTENTIVE)
    vectors[0, 2] = 10 * head.queries[1]
    shares = weights(ATTENTIVE, vectors, LENGTHS, head.queries)
    assert shares[0, :, 1].argmax() == 2
