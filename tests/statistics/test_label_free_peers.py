"""The peers of estimates without labels do what their papers say: they are judged fairly."""

import numpy as np
import pytest

from bench import label_free_peers as peers
from core.stats.predictions import Predictions

SHIFTED = [peers.cbpe, peers.pape, peers.mean_p_at_1]


def said(posts: int, *, low: float = 0.1, high: float = 0.9, seed: int = 0) -> Predictions:
    """Calibrated predictions with p@1 between two bounds."""
    rng = np.random.default_rng(seed)
    p_at_1 = rng.uniform(low, high, posts)
    truth = rng.integers(0, 20, posts)
    first = np.where(rng.random(posts) < p_at_1, truth, (truth + 1) % 20)
    rest = (1 - p_at_1)[:, None] * np.array([0.1, 0.08, 0.06, 0.04])
    top = (first[:, None] + np.arange(5)) % 20
    return Predictions(truth, top, np.column_stack([p_at_1, rest]))


@pytest.mark.parametrize(
    "peer", [*SHIFTED, peers.atc_confidence, peers.atc_entropy], ids=lambda p: p.__name__
)
def test_on_the_validation_split_itself_all_are_right(peer: peers.Peer) -> None:
    validation = said(4_000)
    assert peer(validation, validation) == pytest.approx(validation.right.mean(), abs=0.015)


@pytest.mark.parametrize("peer", SHIFTED, ids=lambda p: p.__name__)
def test_where_probabilities_stay_right_their_mean_follows_a_shift(peer: peers.Peer) -> None:
    validation, window = said(4_000), said(4_000, low=0.1, high=0.5, seed=1)
    assert peer(validation, window) == pytest.approx(window.right.mean(), abs=0.02)


def test_pape_follows_a_shift_of_what_probabilities_mean_where_cbpe_does_not() -> None:
    """The first label tells which posts are harder than their p@1; the window has more of them."""
    rng = np.random.default_rng(2)

    def harder(share: float) -> Predictions:
        posts = 6_000
        hard, p_at_1 = rng.random(posts) < share, rng.uniform(0.3, 0.9, posts)
        first = np.where(hard, 0, 1)
        right = rng.random(posts) < np.where(hard, p_at_1 / 2, p_at_1)
        truth = np.where(right, first, 2)
        rest = np.repeat((1 - p_at_1)[:, None] / 8, 4, axis=1)
        top = first[:, None] + 10 * np.arange(5)
        return Predictions(truth, top, np.column_stack([p_at_1, rest]))

    validation, window = harder(0.2), harder(0.7)
    accuracy = window.right.mean()
    assert peers.pape(validation, window) == pytest.approx(accuracy, abs=0.03)
    assert peers.cbpe(validation, window) > accuracy + 0.1
