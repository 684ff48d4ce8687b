"""Figures of one or two models with all that their intervals need: draws and influence.

Two figures taken from the same posts differ with less chance than two from different posts:
:func:`difference` is told which it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.arrays import Bools, Floats
from core.stats import classification, effective, jackknife
from core.stats.bootstrap import RESAMPLES, cells, draw_over_labels, draw_sums
from core.stats.calibration import BINS, bin_of
from core.stats.classification import ratio
from core.stats.figures import (
    CalibrationError,
    Divided,
    Figure,
    MeanOverPosts,
    OverLabels,
    Span,
)
from core.stats.intervals import Interval, bca_interval, percentile_interval, within
from core.stats.jackknife import influence_over_labels
from core.stats.predictions import Predictions
from core.stats.shares import independent_difference

P_BINS = 20
"""p@1 is drawn in this number of bins of equal counts a side, each by its mean."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure, its draws (resamples,), the influence of its posts (see ``jackknife``), and the 95%
    interval that is shown. The interval contains the figure.

    ``span``: lowest and highest value. ``rests_on``: so many posts at most (see ``effective``);
    None for what is neither a share nor anything like it.
    """

    value: float
    draws: Floats
    parts: tuple[jackknife.Part, ...]
    interval: Interval
    span: Span
    rests_on: float | None = None

    @property
    def percentile(self) -> Interval:
        return _pair(percentile_interval(self.draws))

    @property
    def bca(self) -> Interval:
        a = jackknife.acceleration(self.parts)
        return _pair(bca_interval(self.draws, np.asarray(self.value), a))


def estimate(
    sides: Sequence[Predictions],
    figures: Mapping[str, Figure],
    *,
    labels: int,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
) -> list[dict[str, Estimate]]:
    """Each figure of each side, all drawn on the same posts, in the order of ``figures``.

    Figures that take more predictions a post than a side has are left out.

    Args:
        sides: one or two models, on the same posts, of which there is at least 1.
        figures: key -> formula. Draws come one after the other from ``rng``.
    """
    reached = min(side.top.shape[1] for side in sides)
    told = {key: figure for key, figure in figures.items() if figure.needs <= reached}
    over_labels = {key: each for key, each in told.items() if isinstance(each, OverLabels)}
    drawn = _draw_over_labels(sides, over_labels, labels=labels, rng=rng, resamples=resamples)
    estimates: dict[str, Sequence[Estimate]] = {}
    whole: dict[Figure, Sequence[Estimate]] = {}
    for key, figure in told.items():
        match figure:
            case OverLabels():
                estimates[key] = drawn[key]
            case MeanOverPosts():
                estimates[key] = _draw_means(sides, figure, rng=rng, resamples=resamples)
            case Divided():
                estimates[key] = [scaled(each, 1 / figure.by) for each in whole[figure.figure]]
            case CalibrationError():
                estimates[key] = _draw_ece(sides, figure, rng=rng, resamples=resamples)
            case _:
                raise TypeError(f"{key} is a figure of a kind that cannot be drawn")
        whole[figure] = estimates[key]
    return [{key: each[side] for key, each in estimates.items()} for side in range(len(sides))]


def difference(baseline: Estimate, candidate: Estimate, *, paired: bool) -> Estimate:
    """Candidate minus baseline.

    Args:
        paired: both come from one call of :func:`estimate`, else from two on different posts.
    """
    change = candidate.value - baseline.value
    parts = (*scaled(baseline, -1.0).parts, *candidate.parts)
    if paired:
        (before, posts), (after, _) = baseline.parts[0], candidate.parts[0]
        parts = ((after - before, posts),)
    lowest, highest = baseline.span
    furthest = (lowest - highest, highest - lowest)
    if baseline.rests_on is None or candidate.rests_on is None:
        bounds = jackknife.jackknife_interval(np.asarray(change), parts, reach=highest - lowest)
    elif paired:
        rests_on = (baseline.rests_on + candidate.rests_on) / 2
        bounds = effective.paired(np.asarray(change), parts[0], rests_on, baseline.span)
    else:
        sides = (baseline, candidate)
        bounds = independent_difference(
            *(np.asarray(side.value) for side in sides),
            *(np.asarray(side.interval) for side in sides),
        )
    return Estimate(
        value=change,
        draws=candidate.draws - baseline.draws,
        parts=parts,
        interval=within(_pair(bounds), *furthest),
        span=furthest,
    )


def scaled(figure: Estimate, factor: float) -> Estimate:
    """The figure times ``factor``."""
    low, high = sorted(factor * bound for bound in figure.interval)
    lowest, highest = sorted(factor * bound for bound in figure.span)
    return replace(
        figure,
        value=figure.value * factor,
        draws=figure.draws * factor,
        parts=tuple((influence * factor, posts) for influence, posts in figure.parts),
        interval=(low, high),
        span=(lowest, highest),
    )


def _of_one(
    value: float, draws: Floats, part: jackknife.Part, span: Span, rests_on: float | None
) -> Estimate:
    """A figure of one model."""
    return Estimate(
        value=value,
        draws=draws,
        parts=(part,),
        interval=interval_of(value, part, span, rests_on),
        span=span,
        rests_on=rests_on,
    )


def interval_of(value: float, part: jackknife.Part, span: Span, rests_on: float | None) -> Interval:
    """The 95% interval of a figure of one model, which contains it; see :class:`Estimate`."""
    if rests_on is None:
        bounds = jackknife.jackknife_interval(np.asarray(value), [part], reach=span[1] - span[0])
    else:
        bounds = effective.one(np.asarray(value), part, rests_on, span)
    return within(_pair(bounds), *span)


def measured(
    said: Predictions, figures: Mapping[str, OverLabels | MeanOverPosts], *, labels: int
) -> dict[str, tuple[float, Interval]]:
    """The values and intervals that :func:`estimate` gives of one side, without its draws: a
    thousand times sooner.

    Figures that take more predictions a post than there are are left out.

    Args:
        said: of 1 post or more.
    """
    counts = classification.label_counts(said.truth, said.first, labels=labels)
    posts, found = cells(said.truth, said.first), {}
    for key, figure in figures.items():
        if figure.needs > said.top.shape[1]:
            continue
        told: tuple[jackknife.Part, float | None]
        if isinstance(figure, OverLabels):
            influence = influence_over_labels(figure, posts, posts.first[0], labels=labels)
            told = (influence, posts.posts), figure.rests_on(counts)
        else:
            told = influence_of_mean(figure.of_posts(said))
        value = figure.value(said, counts)
        found[key] = (value, interval_of(value, told[0], figure.span, told[1]))
    return found


def influence_of_mean(
    values: NDArray[np.floating] | Bools,
) -> tuple[jackknife.Part, float | None]:
    """Influence of the posts on the mean of their values, and how many it rests on if a share."""
    numbers = values.astype(np.float64)
    ones = np.ones(len(numbers), dtype=np.int64)
    rests_on = float(len(numbers)) if values.dtype == np.bool_ else None
    return (numbers - numbers.mean(), ones), rests_on


def _draw_over_labels(
    sides: Sequence[Predictions],
    figures: Mapping[str, OverLabels],
    *,
    labels: int,
    rng: np.random.Generator,
    resamples: int,
) -> dict[str, list[Estimate]]:
    """Figures of the counts of the labels, of each side."""
    posts = cells(sides[0].truth, *(side.first for side in sides))
    drawn = draw_over_labels(posts, figures, labels=labels, rng=rng, resamples=resamples)
    counts = [classification.label_counts(s.truth, s.first, labels=labels) for s in sides]
    return {
        key: [
            _of_one(
                figure.value(side, counts[index]),
                drawn[key][index],
                (
                    influence_over_labels(figure, posts, posts.first[index], labels=labels),
                    posts.posts,
                ),
                figure.span,
                figure.rests_on(counts[index]),
            )
            for index, side in enumerate(sides)
        ]
        for key, figure in figures.items()
    }


def _draw_means(
    sides: Sequence[Predictions],
    figure: MeanOverPosts,
    *,
    rng: np.random.Generator,
    resamples: int,
) -> list[Estimate]:
    """A mean over the posts of each side."""
    seen = np.stack([figure.of_posts(side) for side in sides], axis=1)
    values = seen.astype(np.float64)
    rests_on = float(len(seen)) if seen.dtype == np.bool_ else None
    cell = np.zeros(len(values), dtype=np.int64)
    for column in values.T:
        edges = np.unique(np.quantile(column, np.linspace(0, 1, P_BINS + 1)))
        cell = cell * (P_BINS + 1) + np.searchsorted(edges, column)
    _, sums = draw_sums(cell, values, rng=rng, resamples=resamples)
    totals = sums.sum(axis=1)
    ones = np.ones(len(values), dtype=np.int64)
    return [
        _of_one(
            float(column.mean()),
            ratio(drawn, totals[-1]),
            (column - column.mean(), ones),
            figure.span,
            rests_on,
        )
        for column, drawn in zip(values.T, totals[:-1], strict=True)
    ]


def _draw_ece(
    sides: Sequence[Predictions],
    figure: CalibrationError,
    *,
    rng: np.random.Generator,
    resamples: int,
) -> list[Estimate]:
    """The expected calibration error of each side; see :mod:`core.stats.calibration`.

    Sides of the same posts share ``calibrated``.
    """
    sides = [side.judging_calibration for side in sides]
    n = len(sides[0].truth)
    bins = [bin_of(side.p_at_1) for side in sides]
    right = [side.right for side in sides]
    gaps = np.stack([r - side.p_at_1 for r, side in zip(right, sides, strict=True)], axis=1)
    cell = np.zeros(n, dtype=np.int64)
    for b, r in zip(bins, right, strict=True):
        cell = cell * 2 * BINS + 2 * b + r
    distinct, sums = draw_sums(cell, gaps, rng=rng, resamples=resamples)
    made, ones = [], np.ones(n, dtype=np.int64)
    for side in range(len(sides)):
        of_bin = distinct // (2 * BINS) ** (len(sides) - 1 - side) // 2 % BINS
        drawn = [np.abs(sums[side][of_bin == b].sum(axis=0)) for b in range(BINS)]
        gap = np.bincount(bins[side], weights=gaps[:, side], minlength=BINS)
        total, mine = np.abs(gap).sum(), gap[bins[side]]
        without = (total - np.abs(mine) + np.abs(mine - gaps[:, side])) / max(n - 1, 1)
        value = total / n
        made.append(
            _of_one(
                float(value),
                ratio(np.sum(drawn, axis=0), sums[-1].sum(axis=0)),
                ((n - 1) * (value - without), ones),
                figure.span,
                None,
            )
        )
    return made


def _pair(bounds: Floats) -> Interval:
    low, high = bounds
    return float(low), float(high)
