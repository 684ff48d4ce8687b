"""Scores are sums of weights, whether a column is written out in full or not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from core.training.classifier import Predictions
from core.training.linear import scoring as module
from core.training.linear.features import Rows
from core.training.linear.scoring import Scorer
from core.training.linear.solver import Solution
from core.training.linear.weights import Weights, pruned, rounded

COLUMNS, POSTS = 12, 9


def make_weights(labels: int, rng: np.random.Generator) -> Weights:
    """Some columns with few weights, some with many."""
    share = np.linspace(0, 1, COLUMNS)[:, None]
    dense = rng.normal(size=(COLUMNS, labels)) * (rng.random((COLUMNS, labels)) < share)
    bias = rng.normal(size=labels).astype(np.float32)
    solution = Solution(dense.astype(np.float32), bias)
    return rounded([pruned(solution, first=0, least=0.1)], bias)


def make_rows(rng: np.random.Generator) -> Rows:
    found = sparse.random_array((POSTS, COLUMNS), density=0.4, rng=rng).tocsr()
    return Rows(
        found.indptr.astype(np.int64),
        found.indices.astype(np.int32),
        found.data.astype(np.float32),
    )


def said(scorer: Scorer, rows: Rows, k: int) -> Predictions:
    made = Predictions.none(len(rows), k)
    scorer.first(rows, made.labels, made.probabilities)
    return made


@given(st.integers(1, 20), st.integers(0, 99))
def test_the_first_labels_are_those_of_the_largest_sums(labels: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights, rows = make_weights(labels, rng), make_rows(rng)
    column = np.repeat(np.arange(COLUMNS), np.diff(weights.starts))
    values = weights.values * weights.scales[column]
    dense = sparse.coo_array((values, (column, weights.labels)), shape=(COLUMNS, labels))
    parts = (rows.values, rows.columns, rows.starts)
    scores = sparse.csr_array(parts, shape=(POSTS, COLUMNS)) @ dense.toarray() + weights.bias
    found = said(Scorer.of(weights), rows, labels).labels
    sorted_scores = np.take_along_axis(scores, found.astype(np.intp), axis=1)
    assert (np.diff(sorted_scores, axis=1) <= 1e-5).all()
    assert (np.sort(found, axis=1) == np.arange(labels)).all()


@pytest.mark.parametrize("share", [0.0, 0.5, 2.0])
def test_columns_in_full_change_no_bit(share: float, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    weights, rows = make_weights(40, rng), make_rows(rng)
    usual = said(Scorer.of(weights), rows, 40)
    monkeypatch.setattr(module, "DENSE", share)
    other = Scorer.of(weights)
    assert len(other.full) == {0.0: COLUMNS - 1, 0.5: 5, 2.0: 0}[share]
    np.testing.assert_array_equal(said(other, rows, 40).labels, usual.labels)
    np.testing.assert_array_equal(said(other, rows, 40).probabilities, usual.probabilities)
