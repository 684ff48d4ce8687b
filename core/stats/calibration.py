"""Whether p@1, the probability of the first prediction, is the share of posts it is right for."""

from dataclasses import dataclass

import numpy as np

from core.arrays import Bools, Floats, Int64s
from core.stats.classification import ratio

BINS = 15


@dataclass(frozen=True, slots=True)
class Reliability:
    """Bins of equal width over [0, 1]: posts, mean p@1 and accuracy in each. Shape (bins,)."""

    posts: Int64s
    mean_p: Floats
    accuracy: Floats


def reliability(p: Floats, right: Bools, *, bins: int = BINS) -> Reliability:
    """The reliability curve.

    Args:
        p: p@1 of each post, in [0, 1]; shape (n,).
        right: whether the first prediction is right; shape (n,).
    """
    where = bin_of(p, bins=bins)
    posts = np.bincount(where, minlength=bins)
    return Reliability(
        posts=posts,
        mean_p=ratio(np.bincount(where, weights=p, minlength=bins), posts),
        accuracy=ratio(np.bincount(where, weights=right.astype(float), minlength=bins), posts),
    )


def bin_of(p: Floats, *, bins: int = BINS) -> Int64s:
    """The bin of equal width that each p@1 falls into; 1.0 falls into the last."""
    return np.minimum((p * bins).astype(np.int64), bins - 1)


def expected_calibration_error(curve: Reliability) -> float:
    """Mean over posts of |accuracy - mean p@1| of their bin (Naeini et al. 2015); 0 for none."""
    total = curve.posts.sum()
    if not total:
        return 0.0
    return float((np.abs(curve.accuracy - curve.mean_p) * curve.posts).sum() / total)
