"""What two models take for what, and how that moved between them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from core.arrays import Bools, Floats, Places
from core.stats import paired, unpaired
from core.stats.classification import ratio
from core.stats.confusions import ConfusedPairs, confused_pairs
from core.stats.intervals import Interval
from core.stats.predictions import Predictions
from core.stats.shares import exact_share, independent_difference, paired_difference

RARER: Final = "rarer"
OFTENER: Final = "more often"
NOT_SHOWN: Final = "no change shown"
TOO_FEW: Final = "too few posts"
Move = Literal["rarer", "more often", "no change shown", "too few posts"]

Q_LIMIT = 0.05
FEWEST_POSTS = 6
"""How many posts one model alone must confuse: with fewer, no exact test can call a pair."""
MOST_MOVED, MOST_COMMON = 50, 25
"""How many pairs are kept: of the largest moves, and of each side's commonest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfusionChange:
    """Posts of ``subreddit`` whose first prediction is ``predicted``.

    ``baseline``, ``candidate``: how many, of ``support_baseline`` and ``support`` posts of the
    subreddit. ``difference``: of the two shares, with its 95% ``interval``. ``q_value``: None where
    too few posts moved for a test.
    """

    subreddit: str
    predicted: str
    baseline: int
    candidate: int
    support_baseline: int
    support: int
    difference: float
    interval: Interval
    q_value: float | None
    verdict: Move


@dataclass(frozen=True, slots=True)
class ConfusionCounts:
    """Pairs of subreddits that either model confuses, how many were tested, and what that showed
    beyond the chance of these posts.
    """

    pairs: int
    tested: int
    rarer: int
    more_often: int


def confusions(
    sides: tuple[Predictions, Predictions],
    *,
    names: Sequence[str],
    shared: Bools,
    paired_: bool,
) -> tuple[ConfusionCounts, tuple[ConfusionChange, ...]]:
    """The confused pairs of the subreddits that both models know, counted, and the notable ones.

    Each pair is tested exactly: on the same posts by McNemar's test, on the posts that one model
    alone confuses that way; on different posts by Fisher's, on two samples of the subreddit.
    Benjamini and Hochberg over all pairs that were tested. How far retraining alone moves a pair
    is not known.

    Returns:
        The counts, and the pairs that moved most, those called first, then the commonest.
    """
    found = confused_pairs(sides, labels=shared, paired=paired_)
    tested: Bools = found.alone.sum(axis=0) >= FEWEST_POSTS
    q_value = np.full(len(found.truth), np.nan)
    q_value[tested] = paired.benjamini_hochberg(_p_values(found.among(tested)))
    called = np.nan_to_num(q_value, nan=1.0) < Q_LIMIT
    shares = ratio(found.posts, found.support)
    difference = shares[1] - shares[0]
    kept = _notable(found, difference, called)
    counts = ConfusionCounts(
        pairs=len(found.truth),
        tested=int(tested.sum()),
        rarer=int((called & (difference < 0)).sum()),
        more_often=int((called & (difference > 0)).sum()),
    )
    return counts, tuple(_changes(found.among(kept), q_value[kept], names))


def _p_values(found: ConfusedPairs) -> Floats:
    if found.both is not None:
        return paired.mcnemar_exact(found.alone[0], found.alone[1])
    return unpaired.fisher_exact(found.posts, found.support)


def _notable(found: ConfusedPairs, difference: Floats, called: Bools) -> Places:
    """Places of the pairs that are kept, in their order."""
    moved = np.abs(difference) * found.support[1]
    by_move = np.lexsort((found.predicted, found.truth, -moved, ~called))[:MOST_MOVED]
    common = [
        np.lexsort((found.predicted, found.truth, -posts))[:MOST_COMMON] for posts in found.posts
    ]
    both = np.concatenate([by_move, *common])
    _, first = np.unique(both, return_index=True)
    places: Places = both[np.sort(first)]
    return places


def _changes(
    found: ConfusedPairs, q_value: Floats, names: Sequence[str]
) -> Sequence[ConfusionChange]:
    shares = ratio(found.posts, found.support)
    low, high = _intervals(found, shares)
    differences = shares[1] - shares[0]
    return [
        ConfusionChange(
            subreddit=names[truth],
            predicted=names[predicted],
            baseline=int(found.posts[0, at]),
            candidate=int(found.posts[1, at]),
            support_baseline=int(found.support[0, at]),
            support=int(found.support[1, at]),
            difference=float(differences[at]),
            interval=(float(low[at]), float(high[at])),
            q_value=None if np.isnan(q_value[at]) else float(q_value[at]),
            verdict=_move(float(q_value[at]), float(differences[at])),
        )
        for at, (truth, predicted) in enumerate(zip(found.truth, found.predicted, strict=True))
    ]


def _intervals(found: ConfusedPairs, shares: Floats) -> Floats:
    """Of the differences of the shares, shape (2, m)."""
    if found.both is not None:
        return paired_difference(found.alone[0], found.alone[1], found.support[0])
    counts = (found.posts.astype(np.float64), found.support.astype(np.float64))
    bounds = exact_share(*counts)  # of both sides, shape (2, 2, m)
    return independent_difference(shares[0], shares[1], bounds[:, 0], bounds[:, 1])


def _move(q_value: float, difference: float) -> Move:
    if np.isnan(q_value):
        return TOO_FEW
    if q_value >= Q_LIMIT:
        return NOT_SHOWN
    return RARER if difference < 0 else OFTENER
