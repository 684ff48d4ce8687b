"""Groups of posts against all posts, within strata. Pure."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from core.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class Stratified:
    """Of each of g groups, shape (g,).

    ``expected``: its share of hits if its posts hit as often as all posts of their stratum; NaN
    without a post. ``p_value``: two-sided; 1 where nothing could differ.
    """

    expected: Floats
    p_value: Floats


def against_all(hits: Ints, posts: Ints) -> Stratified:
    """Whether a group hits as often as the other groups, in strata that differ by themselves.

    Mantel & Haenszel 1959, "Statistical Aspects of the Analysis of Data from Retrospective
    Studies of Disease", each group against all others: given the hits of a stratum, those of a
    group are hypergeometric; differences and variances are added over strata, and compared with
    the normal distribution, with a correction for continuity of 1/2.

    Args:
        hits, posts: by group and stratum, shape (g, s); hits from 0 to posts.
    """
    n, m = posts.sum(axis=0), hits.sum(axis=0)
    share = m / np.maximum(n, 1)
    expected = posts * share
    inside = posts * (n - posts) / np.maximum(n - 1, 1)
    variance = (inside * share * (1 - share)).sum(axis=1)
    apart = np.maximum(np.abs((hits - expected).sum(axis=1)) - 0.5, 0)
    z = np.divide(apart, np.sqrt(variance), out=np.zeros_like(apart), where=variance > 0)
    size = posts.sum(axis=1)
    return Stratified(
        expected=np.divide(
            expected.sum(axis=1), size, out=np.full(len(size), np.nan), where=size > 0
        ),
        p_value=special.erfc(z / np.sqrt(2)),
    )
