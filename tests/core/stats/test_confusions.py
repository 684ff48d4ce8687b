"""Confused pairs, against pandas and scikit-learn."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix

from core.stats.confusions import confused_pairs
from core.stats.predictions import Predictions
from tests.properties import examples

LABELS = 5


def side(truth: list[int], first: list[int]) -> Predictions:
    top = np.array(first, dtype=np.int32).reshape(-1, 1)
    return Predictions(np.array(truth), top, np.full(top.shape, 0.5))


posts_of_both = st.lists(
    st.tuples(st.integers(0, LABELS - 1), st.integers(-1, LABELS - 1), st.integers(-1, LABELS - 1)),
    min_size=1,
    max_size=60,
)


@settings(max_examples=examples(100))
@given(posts_of_both, st.lists(st.booleans(), min_size=LABELS, max_size=LABELS))
def test_pairs_are_those_of_a_cross_tabulation(
    posts: list[tuple[int, int, int]], counted: list[bool]
) -> None:
    truth, first, second = (list(column) for column in zip(*posts, strict=True))
    found = confused_pairs(
        (side(truth, first), side(truth, second)), labels=np.array(counted), paired=True
    )
    frame = pd.DataFrame(posts, columns=["truth", "baseline", "candidate"])
    assert found.both is not None
    seen = {}
    for at, pair in enumerate(zip(found.truth.tolist(), found.predicted.tolist(), strict=True)):
        said = frame[["baseline", "candidate"]] == pair[1]
        among = frame["truth"] == pair[0]
        assert found.posts[:, at].tolist() == said[among].sum().tolist()
        assert found.both[at] == said[among].all(axis=1).sum()
        assert found.support[:, at].tolist() == [among.sum()] * 2
        seen[pair] = found.posts[:, at].tolist()
    for index, said in enumerate((first, second)):
        known = [place for place, label in enumerate(said) if label >= 0]
        matrix = (
            confusion_matrix(
                [truth[i] for i in known], [said[i] for i in known], labels=range(LABELS)
            )
            if known
            else np.zeros((LABELS, LABELS))
        )
        for pair in np.argwhere(matrix).tolist():
            if pair[0] != pair[1] and counted[pair[0]] and counted[pair[1]]:
                assert seen[(pair[0], pair[1])][index] == matrix[pair[0], pair[1]]


@pytest.mark.parametrize("paired", [True, False])
def test_nothing_confused_is_no_pair(paired: bool) -> None:
    right = side([0, 1], [0, 1])
    found = confused_pairs((right, right), labels=np.ones(2, dtype=bool), paired=paired)
    assert found.posts.shape == (2, 0)


def test_of_different_posts_no_pair_is_confused_by_both_sides_at_once() -> None:
    found = confused_pairs(
        (side([0, 0, 1], [1, 1, 1]), side([0], [1])), labels=np.ones(2, dtype=bool), paired=False
    )
    assert found.both is None
    assert found.alone.tolist() == found.posts.tolist() == [[2], [1]]
    assert found.support.tolist() == [[2], [1]]
