"""Two models on different posts: how often would chance alone tell them so far apart?

Shapes as in :mod:`core.stats.classification`. All tests here are exact: no draws, no seed.
"""

import numpy as np
from scipy import special

from core.arrays import Floats, Ints
from core.stats.classification import LabelCounts, ratio
from core.stats.paired import SMALLEST_P, TAIL_SDS, TIE, LabelTest

_SAME_LOG = 1e-7
"""Logarithms of probabilities this close count as equal, as in scipy's ``fisher_exact``."""


def two_sample_test_f1(
    baseline: LabelCounts, candidate: LabelCounts, *, posts: tuple[int, int]
) -> LabelTest:
    """Exact two-sample permutation test of each label's F1 difference.

    If it made no difference on which side a post was judged, dealing all posts out anew would be
    as likely as what was seen. Of one label's F1 = 2 · hits / (2 · hits + errors) only two numbers
    then vary, how many of its hits and how many of its errors (missed or wrongly named) fall to
    the baseline's side: multivariate hypergeometric. So the permutation distribution (Fisher's,
    two-sided by the absolute difference) is a sum over a small grid.

    A low p-value says that model or data differ, not which of them.

    Args:
        posts: how many posts either side has.
    """
    hits = np.stack([baseline.correct, candidate.correct])
    errors = np.stack([c.support + c.predicted - 2 * c.correct for c in (baseline, candidate)])
    size = hits.shape[1]
    p_value, null_sd = np.ones(size), np.zeros(size)
    observed = np.abs(_f1(hits[1], errors[1]) - _f1(hits[0], errors[0]))
    for label in np.flatnonzero((hits + errors).sum(axis=0)):
        all_hits, all_errors = int(hits[:, label].sum()), int(errors[:, label].sum())
        mine, weights = _deal(all_hits, all_errors, posts)
        change = _f1(all_hits - mine[0], all_errors - mine[1]) - _f1(*mine)
        p_value[label] = weights[np.abs(change) >= observed[label] - TIE].sum()
        null_sd[label] = np.sqrt((weights * change**2).sum())
    return LabelTest(p_value=np.clip(p_value, SMALLEST_P, 1.0), null_sd=null_sd)


def fisher_exact(hits: Ints, posts: Ints) -> Floats:
    """Fisher's exact two-sided test of two shares, element by element.

    Args:
        hits, posts: of both sides, shape (2, c): so many of so many.

    Given all hits, those of the first side are hypergeometric; the p-value is the probability of
    what is not likelier than what was seen. 1 where a side has no posts.
    """
    p_value = np.ones(hits.shape[1])
    for c in np.flatnonzero(posts.min(axis=0) > 0):
        total, first, marked = int(posts[:, c].sum()), int(posts[0, c]), int(hits[:, c].sum())
        low, high = max(0, marked - (total - first)), min(marked, first)
        taken = np.arange(low, high + 1)
        log_p = log_choose(first, taken) + log_choose(total - first, marked - taken)
        log_p -= log_choose(total, np.asarray(marked))
        seen = log_p[int(hits[0, c]) - low]
        p_value[c] = np.exp(log_p[log_p <= seen + _SAME_LOG]).sum()
    return np.clip(p_value, SMALLEST_P, 1.0)


def _deal(hits: int, errors: int, posts: tuple[int, int]) -> tuple[tuple[Ints, Ints], Floats]:
    """Hits and errors that may fall to the first side, as a grid, and its probabilities."""
    total, first = sum(posts), posts[0]
    mine = (
        likely(hits, total, first)[:, None],
        likely(errors, total, first)[None, :],
    )
    rest = total - hits - errors
    left = first - mine[0] - mine[1]
    possible = (left >= 0) & (left <= rest)
    log_ways = (
        log_choose(hits, mine[0])
        + log_choose(errors, mine[1])
        + log_choose(rest, np.clip(left, 0, rest))
        - log_choose(total, np.asarray(first))
    )
    return mine, np.where(possible, np.exp(log_ways), 0.0)


def likely(marked: int, total: int, first: int) -> Ints:
    """Counts of ``marked`` posts among the ``first``, without the negligible tails."""
    share = first / total
    middle, reach = marked * share, TAIL_SDS * np.sqrt(marked * share * (1 - share)) + 1
    low, high = max(0, int(middle - reach)), min(marked, first, int(np.ceil(middle + reach)))
    return np.arange(low, high + 1)


def log_choose(of: int, take: Ints) -> Floats:
    result: Floats = (
        special.gammaln(of + 1) - special.gammaln(take + 1) - special.gammaln(of - take + 1)
    )
    return result


def _f1(hits: Ints, errors: Ints) -> Floats:
    below = 2 * hits + errors
    return ratio(2 * hits, below)
