"""Groups of posts against all others, within strata that differ by themselves."""

from dataclasses import dataclass

import numpy as np

from core.arrays import Floats, Ints
from core.stats.paired import SMALLEST_P
from core.stats.unpaired import likely, log_choose


@dataclass(frozen=True, slots=True)
class Stratified:
    """Of each of g groups, shape (g,).

    ``expected``: its share of hits if its posts hit as often as all posts of their stratum; NaN
    without a post. ``p_value``: exact, two-sided; 1 where nothing could differ.
    """

    expected: Floats
    p_value: Floats


def against_all(hits: Ints, posts: Ints) -> Stratified:
    """Whether a group hits as often as the other groups.

    The exact form of the test of Mantel & Haenszel 1959 (Cox 1970, "Analysis of Binary Data"), of
    each group against all others: given the hits of a stratum, those of a group are hypergeometric,
    and independent between strata. The p-value is twice the probability of the smaller tail of
    their sum, at most 1. No normal distribution would do: where nearly all posts hit, the few
    misses are skewed.

    Args:
        hits, posts: by group and stratum, shape (g, s); hits from 0 to posts.
    """
    n, misses = posts.sum(axis=0), (posts - hits).sum(axis=0)
    size = posts.sum(axis=1)
    expected = (posts * (1 - misses / np.maximum(n, 1))).sum(axis=1)
    return Stratified(
        expected=np.divide(expected, size, out=np.full(len(size), np.nan), where=size > 0),
        p_value=np.array(
            [
                _p_value(seen, group, n, misses)
                for seen, group in zip((posts - hits).sum(axis=1).tolist(), posts, strict=True)
            ]
        ),
    )


def _p_value(seen: int, group: Ints, all_posts: Ints, all_misses: Ints) -> float:
    """Of ``seen`` misses of a group that has so many posts of each stratum, shape (s,)."""
    lowest, weights = 0, np.ones(1)
    for first, total, missed in zip(
        group.tolist(), all_posts.tolist(), all_misses.tolist(), strict=True
    ):
        if first:
            low, likelihood = _misses(first, total, missed)
            lowest, weights = lowest + low, np.convolve(weights, likelihood)
    place = seen - lowest
    tails = weights[: max(place + 1, 0)].sum(), weights[max(place, 0) :].sum()
    return float(np.clip(2 * min(tails), SMALLEST_P, 1))


def _misses(first: int, total: int, missed: int) -> tuple[int, Floats]:
    """The least number of misses that a group may well have, and the probability of that number
    and each larger one: hypergeometric, without its negligible tails.
    """
    values = likely(missed, total, first)
    values = values[missed - values <= total - first]
    log_p = log_choose(missed, values) + log_choose(total - missed, first - values)
    return int(values[0]), np.exp(log_p - log_choose(total, np.asarray(first)))
