"""Figures of one or two models with all that their intervals need: draws and influence.

Two figures taken from the same posts differ with less chance than two from different posts:
:func:`difference` is told which it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.stats import classification, jackknife
from core.stats.bootstrap import RESAMPLES, cells, draw_f1, draw_sums
from core.stats.calibration import BINS, bin_of
from core.stats.classification import KS, ratio
from core.stats.intervals import Interval, bca_interval, percentile_interval

Ints = NDArray[np.integer]
Floats = NDArray[np.float64]

P_BINS = 20
"""p@1 is drawn in so many bins of equal counts a side, each by its mean."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one model said of n posts: ``top`` (n, k), -1 for none; ``p_at_1`` (n,)."""

    top: Ints
    p_at_1: Floats


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure, its draws (resamples,), and the influence of its posts (see ``jackknife``)."""

    value: float
    draws: Floats
    parts: tuple[jackknife.Part, ...]

    @property
    def interval(self) -> Interval:
        """The 95% interval that is shown: jackknife, corrected for bias."""
        return _pair(jackknife.jackknife_interval(np.asarray(self.value), self.parts))

    @property
    def percentile(self) -> Interval:
        return _pair(percentile_interval(self.draws))

    @property
    def bca(self) -> Interval:
        a = jackknife.acceleration(self.parts)
        return _pair(bca_interval(self.draws, np.asarray(self.value), a))


def estimate(
    truth: Ints,
    sides: Sequence[Outcome],
    *,
    labels: int,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
) -> list[dict[str, Estimate]]:
    """Every metric of each side, all drawn on the same posts.

    ``precision_at_k`` and ``recall_at_k`` for each of ``classification.KS`` that the predictions
    reach.

    Args:
        truth: label of each post, shape (n,), n at least 1.
        sides: one or two.
    """
    found = _draw_f1(truth, sides, labels=labels, rng=rng, resamples=resamples)
    for name, values in _means(truth, sides).items():
        for side, mean in enumerate(_draw_means(values, rng=rng, resamples=resamples)):
            found[side][name] = mean
    for side, error in enumerate(_draw_ece(truth, sides, rng=rng, resamples=resamples)):
        found[side]["ece"] = error
    for metrics in found:
        for k in (k for k in KS if f"recall_at_{k}" in metrics):
            metrics[f"precision_at_{k}"] = scaled(metrics[f"recall_at_{k}"], 1 / k)
    return found


def difference(baseline: Estimate, candidate: Estimate, *, paired: bool) -> Estimate:
    """Candidate minus baseline.

    Args:
        paired: both come from one call of :func:`estimate`, else from two on different posts.
    """
    if paired:
        (before, posts), (after, _) = baseline.parts[0], candidate.parts[0]
        parts: tuple[jackknife.Part, ...] = ((after - before, posts),)
    else:
        parts = (*scaled(baseline, -1.0).parts, *candidate.parts)
    return Estimate(
        value=candidate.value - baseline.value,
        draws=candidate.draws - baseline.draws,
        parts=parts,
    )


def scaled(figure: Estimate, factor: float) -> Estimate:
    """The figure times ``factor``."""
    return Estimate(
        value=figure.value * factor,
        draws=figure.draws * factor,
        parts=tuple((influence * factor, posts) for influence, posts in figure.parts),
    )


def _draw_f1(
    truth: Ints,
    sides: Sequence[Outcome],
    *,
    labels: int,
    rng: np.random.Generator,
    resamples: int,
) -> list[dict[str, Estimate]]:
    """Accuracy and F1 of each side."""
    posts = cells(truth, *(side.top[:, 0] for side in sides))
    drawn = draw_f1(posts, labels=labels, rng=rng, resamples=resamples)
    found = []
    for index, (side, first) in enumerate(zip(sides, posts.first, strict=True)):
        counts = classification.label_counts(truth, side.top[:, 0], labels=labels)
        influence = jackknife.f1_influence(posts, first, labels=labels)
        found.append(
            {
                name: Estimate(
                    value=getattr(classification, name)(counts),
                    draws=draws[index],
                    parts=((influence[name], posts.posts),),
                )
                for name, draws in drawn.items()
            }
        )
    return found


def _means(truth: Ints, sides: Sequence[Outcome]) -> dict[str, Floats]:
    """Metrics that are means over posts: each post's value on every side, shape (n, s)."""
    reached = min(side.top.shape[1] for side in sides)
    found = {
        f"recall_at_{k}": np.stack(
            [(side.top[:, :k] == truth[:, None]).any(axis=1) for side in sides], axis=1
        ).astype(np.float64)
        for k in KS
        if k <= reached
    }
    return {**found, "p_at_1_mean": np.stack([side.p_at_1 for side in sides], axis=1)}


def _draw_means(values: Floats, *, rng: np.random.Generator, resamples: int) -> list[Estimate]:
    """The mean of each column."""
    cell = np.zeros(len(values), dtype=np.int64)
    for column in values.T:
        edges = np.unique(np.quantile(column, np.linspace(0, 1, P_BINS + 1)))
        cell = cell * (P_BINS + 1) + np.searchsorted(edges, column)
    _, sums = draw_sums(cell, values, rng=rng, resamples=resamples)
    totals = sums.sum(axis=1)
    ones = np.ones(len(values), dtype=np.int64)
    return [
        Estimate(
            value=float(column.mean()),
            draws=ratio(drawn, totals[-1]),
            parts=((column - column.mean(), ones),),
        )
        for column, drawn in zip(values.T, totals[:-1], strict=True)
    ]


def _draw_ece(
    truth: Ints, sides: Sequence[Outcome], *, rng: np.random.Generator, resamples: int
) -> list[Estimate]:
    """The expected calibration error of each side; see :mod:`core.stats.calibration`."""
    n = len(truth)
    bins = [bin_of(side.p_at_1) for side in sides]
    right = [side.top[:, 0] == truth for side in sides]
    gaps = np.stack([r - side.p_at_1 for r, side in zip(right, sides, strict=True)], axis=1)
    cell = np.zeros(n, dtype=np.int64)
    for b, r in zip(bins, right, strict=True):
        cell = cell * 2 * BINS + 2 * b + r
    found, sums = draw_sums(cell, gaps, rng=rng, resamples=resamples)
    made, ones = [], np.ones(n, dtype=np.int64)
    for side in range(len(sides)):
        of_bin = found // (2 * BINS) ** (len(sides) - 1 - side) // 2 % BINS
        drawn = [np.abs(sums[side][of_bin == b].sum(axis=0)) for b in range(BINS)]
        gap = np.bincount(bins[side], weights=gaps[:, side], minlength=BINS)
        total, mine = np.abs(gap).sum(), gap[bins[side]]
        without = (total - np.abs(mine) + np.abs(mine - gaps[:, side])) / max(n - 1, 1)
        value = total / n
        made.append(
            Estimate(
                value=float(value),
                draws=ratio(np.sum(drawn, axis=0), sums[-1].sum(axis=0)),
                parts=(((n - 1) * (value - without), ones),),
            )
        )
    return made


def _pair(bounds: Floats) -> Interval:
    low, high = bounds
    return float(low), float(high)
