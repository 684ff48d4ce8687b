"""Two models on the same posts: what each label's change would be if the models were the same.

Shapes as in :mod:`core.stats.classification`. All tests here are exact: no draws, no seed.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from core.arrays import Bools, Floats, Ints
from core.stats.classification import ratio

TAIL_SDS = 9.0
"""The swap test sums binomial terms this many standard deviations around the middle; what lies
further out has a probability below 1e-18."""
SMALLEST_P = 1e-18
"""What is reported for a change that lies out there: no sum of probabilities is exactly 0."""
TIE = 1e-12
"""Differences this close count as equal."""


@dataclass(frozen=True, slots=True)
class PairedCounts:
    """For each label, how the two models' first predictions concern it. Shape (c,) each.

    Of the posts that have the label: ``both``, ``only_baseline`` or ``only_candidate`` found it.
    Of the posts that do not: ``both``, ``only_baseline`` or ``only_candidate`` was wrong to name
    it (``false_*``).
    """

    support: Ints
    both: Ints
    only_baseline: Ints
    only_candidate: Ints
    false_both: Ints
    false_baseline: Ints
    false_candidate: Ints

    @property
    def decisions(self) -> Floats:
        """What an F1 is a share of, the mean of both models' (see :class:`LabelCounts`)."""
        alone = self.only_baseline + self.only_candidate
        alone = alone + self.false_baseline + self.false_candidate
        decisions: Floats = self.support + self.both + self.false_both + alone / 2
        return decisions

    @property
    def f1_baseline(self) -> Floats:
        hits = self.both + self.only_baseline
        return ratio(2 * hits, self.support + hits + self.false_both + self.false_baseline)

    @property
    def f1_candidate(self) -> Floats:
        hits = self.both + self.only_candidate
        return ratio(2 * hits, self.support + hits + self.false_both + self.false_candidate)


@dataclass(frozen=True, slots=True)
class LabelTest:
    """A test of each label, shape (c,) each.

    ``p_value``: probability of a difference at least as large, either way, by chance alone.
    ``null_sd``: the standard deviation of the difference in that case.
    """

    p_value: Floats
    null_sd: Floats


def paired_counts(truth: Ints, baseline: Ints, candidate: Ints, *, labels: int) -> PairedCounts:
    """Counts for each of ``labels`` labels.

    Args:
        truth, baseline, candidate: label of each post and the two first predictions, shape (n,);
            -1 for no prediction.
    """

    def count(values: Ints, where: Bools) -> Ints:
        return np.bincount(values[where & (values >= 0)], minlength=labels)

    right, now_right = baseline == truth, candidate == truth
    same = baseline == candidate
    return PairedCounts(
        support=np.bincount(truth, minlength=labels),
        both=count(truth, right & now_right),
        only_baseline=count(truth, right & ~now_right),
        only_candidate=count(truth, now_right & ~right),
        false_both=count(baseline, same & ~right),
        false_baseline=count(baseline, ~same & ~right),
        false_candidate=count(candidate, ~same & ~now_right),
    )


def swap_test_f1(counts: PairedCounts) -> LabelTest:
    """Exact paired permutation test of each label's F1 difference.

    If the two models were exchangeable, swapping their predictions on any post would be as likely
    as not. For one label only two numbers then vary: how many of the posts that one model alone
    finds are the baseline's, Binomial(m, 1/2), and how many of those that one alone wrongly names,
    independently Binomial(m', 1/2). So the permutation distribution (Fisher's, two-sided by the
    absolute difference) is a sum over a small grid instead of draws.

    Returns:
        p-value 1 and spread 0 where nothing differs between the two models.
    """
    size = len(counts.support)
    p_value, null_sd = np.ones(size), np.zeros(size)
    right = counts.only_baseline + counts.only_candidate
    named = counts.false_baseline + counts.false_candidate
    observed = np.abs(counts.f1_candidate - counts.f1_baseline)
    for label in np.flatnonzero(right + named):
        hits, hit_weights = _half_binomial(int(right[label]))
        errors, error_weights = _half_binomial(int(named[label]))
        shared = int(counts.support[label] + counts.both[label] + counts.false_both[label])
        both = int(counts.both[label])
        baseline = _f1(both, shared, hits[:, None], errors[None, :])
        candidate = _f1(both, shared, right[label] - hits[:, None], named[label] - errors[None, :])
        change = candidate - baseline
        weights = hit_weights[:, None] * error_weights[None, :]
        p_value[label] = weights[np.abs(change) >= observed[label] - TIE].sum()
        null_sd[label] = np.sqrt((weights * change**2).sum())
    return LabelTest(p_value=np.clip(p_value, SMALLEST_P, 1.0), null_sd=null_sd)


def mcnemar_exact(only_baseline: Ints, only_candidate: Ints) -> Floats:
    """Exact two-sided McNemar test (McNemar 1947), element by element.

    Args:
        only_baseline, only_candidate: posts that one model alone gets right; any equal shapes.

    Of the posts that one alone gets right, the smaller side is Binomial(m, 1/2) if the models are
    equally good; the p-value is twice the probability of it being that small, 1 where m is 0.
    """
    fewer = np.minimum(only_baseline, only_candidate)
    trials = np.asarray(only_baseline + only_candidate)
    p_value: Floats = np.minimum(1.0, 2 * special.bdtr(fewer, trials, 0.5))
    return np.maximum(p_value, SMALLEST_P)


def benjamini_hochberg(p_values: Floats) -> Floats:
    """q-values (Benjamini & Hochberg 1995); NaN where the p-value is, which no test was made of.

    The q-value of the i-th smallest of m p-values is the smallest of p(j) · m / j over j from i up.
    """
    # In our own lines because loading scipy.stats for them takes two seconds.
    q_values = np.full(len(p_values), np.nan)
    order = np.argsort(p_values)[: np.count_nonzero(~np.isnan(p_values))]  # NaN is sorted last
    if len(order):
        scaled = p_values[order] * len(order) / np.arange(1, len(order) + 1)
        q_values[order] = np.minimum.accumulate(scaled[::-1])[::-1].clip(max=1.0)
    return q_values


def _f1(both: int, shared: int, hits: Ints, errors: Ints) -> Floats:
    """F1 of one model that alone finds ``hits`` posts and alone wrongly names ``errors``."""
    return ratio(2 * (both + hits), shared + hits + errors)


def _half_binomial(trials: int) -> tuple[Ints, Floats]:
    """Values and probabilities of Binomial(trials, 1/2), without its negligible tails."""
    reach = TAIL_SDS * np.sqrt(trials) / 2
    low = max(0, int(np.floor(trials / 2 - reach)))
    values = np.arange(low, trials - low + 1)
    log_ways = (
        special.gammaln(trials + 1)
        - special.gammaln(values + 1)
        - special.gammaln(trials - values + 1)
    )
    return values, np.exp(log_ways - trials * np.log(2))
