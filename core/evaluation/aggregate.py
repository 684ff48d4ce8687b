"""Everything a page shows of an evaluation, computed once from its prediction table. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.evaluation.prediction_table import PredictionTable
from core.evaluation.results import (
    BinnedF1,
    Confusion,
    EvaluationSummary,
    F1Curves,
    Histogram,
    IsotonicF1,
    ReliabilityCurve,
)
from core.metrics import FIGURES
from core.stats import classification as c
from core.stats import curve as curves
from core.stats.calibration import reliability
from core.stats.predictions import Predictions

HISTOGRAM_BINS = 50
CONFUSIONS_EACH = 5
CURVE_SEED = 0
"""So that one evaluation always has one curve."""


@dataclass(frozen=True, slots=True)
class Aggregates:
    """Metrics (key -> value), one row a subreddit (see :func:`aggregate`), and the summary."""

    metrics: dict[str, float]
    subreddits: pd.DataFrame
    summary: EvaluationSummary


def aggregate(table: PredictionTable) -> Aggregates:
    """Metrics, per-subreddit values and curves of one evaluation.

    The frame has ``subreddit``, ``support``, ``predicted``, ``precision``, ``recall``, ``f1``,
    ``p_at_1_mean`` and ``known`` (whether the model can name it), for every subreddit that posts
    or predictions hold.
    """
    size = len(table.vocabulary)
    counts = c.label_counts(table.label, table.first, labels=size)
    said = Predictions(table.label, table.top_labels, table.top_probs, table.calibrated)
    judging = said.judging_calibration
    curve = reliability(judging.p_at_1, judging.right)
    subreddits = _subreddits(table, counts)
    return Aggregates(
        metrics=_metrics(table, said, counts),
        subreddits=subreddits,
        summary=EvaluationSummary(
            p_at_1_histogram=p_histogram(table.p_at_1),
            reliability=ReliabilityCurve(
                posts=tuple(curve.posts.tolist()),
                mean_p=tuple(curve.mean_p.tolist()),
                accuracy=tuple(curve.accuracy.tolist()),
            ),
            f1_by_p=f1_by_p(subreddits),
            confusions=tuple(
                Confusion(table.vocabulary[truth], table.vocabulary[predicted], posts)
                for truth, predicted, posts in c.top_confusions(
                    table.label, table.first, labels=size, each=CONFUSIONS_EACH
                )
            ),
        ),
    )


def p_histogram(p: NDArray[np.float64]) -> Histogram:
    """Posts in each of :data:`HISTOGRAM_BINS` equal bins over [0, 1]."""
    return histogram(np.histogram(p, bins=HISTOGRAM_BINS, range=(0, 1))[0].tolist())


def histogram(posts: Sequence[int]) -> Histogram:
    """Counts of equal bins over [0, 1], with the bins' edges."""
    return Histogram(tuple(np.linspace(0, 1, len(posts) + 1).tolist()), tuple(posts))


def f1_by_p(subreddits: pd.DataFrame) -> F1Curves | None:
    """Both curves of :mod:`core.stats.curve`; None for too few subreddits."""
    curve = curves.f1_by_p(
        subreddits["p_at_1_mean"].to_numpy(),
        subreddits["f1"].to_numpy(),
        subreddits["support"].to_numpy(),
        rng=np.random.default_rng(CURVE_SEED),
    )
    if curve is None:
        return None
    binned, isotonic = curve.binned, curve.isotonic
    return F1Curves(
        BinnedF1(
            p=_listed(binned.p),
            f1=_listed(binned.f1),
            low=_listed(binned.low),
            high=_listed(binned.high),
            subreddits=tuple(binned.labels.tolist()),
        ),
        IsotonicF1(
            p=_listed(isotonic.p),
            f1=_listed(isotonic.f1),
            low=_listed(isotonic.low),
            high=_listed(isotonic.high),
        ),
    )


def _listed(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(values.tolist())


def _metrics(table: PredictionTable, said: Predictions, counts: c.LabelCounts) -> dict[str, float]:
    """All metrics that the predictions tell."""
    known = np.isin(np.array(table.vocabulary), np.array(table.model_labels))
    metrics = {
        key: figure.value(said, counts)
        for key, figure in FIGURES.items()
        if figure.needs <= table.top_labels.shape[1]
    }
    coverage = float(known[table.label].mean()) if len(table.label) else 0.0
    return metrics | {"label_coverage": coverage}


def _subreddits(table: PredictionTable, counts: c.LabelCounts) -> pd.DataFrame:
    size = len(table.vocabulary)
    frame = pd.DataFrame(
        {
            "subreddit": list(table.vocabulary),
            "support": counts.support,
            "predicted": counts.predicted,
            "precision": counts.precision,
            "recall": counts.recall,
            "f1": counts.f1,
            "p_at_1_mean": c.mean_by_label(table.label, table.p_at_1, labels=size),
            "known": np.isin(np.array(table.vocabulary), np.array(table.model_labels)),
        }
    )
    return frame[counts.present].reset_index(drop=True)
