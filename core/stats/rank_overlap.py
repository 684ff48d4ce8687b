"""How alike two rankings are of which only the first items are known."""

import numpy as np

from core.arrays import Floats, Ints

PERSISTENCE = 0.9
"""The chance that a reader who looked at one rank looks at the next."""


def rank_biased_overlap(ours: Ints, theirs: Ints, *, p: float = PERSISTENCE) -> Floats:
    """Extrapolated rank-biased overlap of each pair of rankings; shape (n,), from 0 to 1.

    Webber, Moffat & Zobel 2010, "A Similarity Measure for Indefinite Rankings": with X(d) items
    that both have among their first d, and k known ranks,

        RBO = X(k) / k · p^k + (1 - p) / p · Σ_{d=1..k} X(d) / d · p^d

    It is 1 for equal rankings and 0 for those that share no item, and earlier ranks count more. Of
    two rankings of different length, the longer one is cut to the shorter. Without any item it is
    0.

    Args:
        ours, theirs: items in the order of their ranks, shape (n, k), k of 1 or more; -1 behind the
            last one. No item stands twice in a ranking.
        p: above 0 and below 1.
    """
    k = ours.shape[1]
    known = np.minimum((ours >= 0).sum(axis=1), (theirs >= 0).sum(axis=1))
    there = np.arange(k) < known[:, None]
    equal = (ours[:, :, None] == theirs[:, None, :]) & there[:, :, None] & there[:, None, :]
    rank = np.arange(k)
    first = np.maximum(rank[:, None], rank[None, :])  # the depth at which both have been seen
    shared = np.stack([equal[:, first == d].sum(axis=1) for d in range(k)], axis=1).cumsum(axis=1)
    # Behind the last known rank the agreement stays as it is there: that is the extrapolation.
    depth = np.minimum(rank + 1, np.maximum(known, 1)[:, None])
    agreement = shared / depth
    weights = (1 - p) * p**rank
    overlap: Floats = agreement @ weights + agreement[:, -1] * p**k
    return overlap
