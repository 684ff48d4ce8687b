"""Everything a page shows of an evaluation, computed once from its prediction table. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.evaluation.prediction_table import PredictionTable
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
    """Metrics (name -> value), one row a subreddit (see :func:`aggregate`), and the summary.

    The summary holds p@1 histogram, reliability curve, F1 by p@1 and top confusions as JSON values.
    """

    metrics: dict[str, float]
    subreddits: pd.DataFrame
    summary: dict[str, Any]


def aggregate(table: PredictionTable) -> Aggregates:
    """Metrics, per-subreddit values and curves of one evaluation.

    The frame has ``subreddit``, ``support``, ``predicted``, ``precision``, ``recall``, ``f1``,
    ``p_at_1_mean`` and ``known`` (whether the model can name it), for every subreddit that posts
    or predictions hold.
    """
    size = len(table.vocabulary)
    counts = c.label_counts(table.label, table.first, labels=size)
    curve = reliability(table.p_at_1, table.right)
    subreddits = _subreddits(table, counts)
    return Aggregates(
        metrics=_metrics(table, counts),
        subreddits=subreddits,
        summary={
            "p_at_1_histogram": p_histogram(table.p_at_1),
            "reliability": {
                "posts": curve.posts.tolist(),
                "mean_p": curve.mean_p.tolist(),
                "accuracy": curve.accuracy.tolist(),
            },
            "f1_by_p": f1_by_p(subreddits),
            "confusions": [
                {
                    "subreddit": table.vocabulary[truth],
                    "predicted": table.vocabulary[said],
                    "posts": posts,
                }
                for truth, said, posts in c.top_confusions(
                    table.label, table.first, labels=size, each=CONFUSIONS_EACH
                )
            ],
        },
    )


def p_histogram(p: np.ndarray[Any, np.dtype[np.float64]]) -> dict[str, list[float]]:
    """Posts in each of :data:`HISTOGRAM_BINS` equal bins over [0, 1], and the bins' edges."""
    return histogram(np.histogram(p, bins=HISTOGRAM_BINS, range=(0, 1))[0].tolist())


def histogram(posts: Sequence[int]) -> dict[str, list[float]]:
    """Counts of equal bins over [0, 1], with the bins' edges."""
    return {"edges": np.linspace(0, 1, len(posts) + 1).tolist(), "posts": list(posts)}


def f1_by_p(subreddits: pd.DataFrame) -> dict[str, dict[str, list[float]]] | None:
    """Both curves of :mod:`core.stats.curve`; None for too few subreddits."""
    found = curves.f1_by_p(
        subreddits["p_at_1_mean"].to_numpy(),
        subreddits["f1"].to_numpy(),
        subreddits["support"].to_numpy(),
        rng=np.random.default_rng(CURVE_SEED),
    )
    if found is None:
        return None
    binned, isotonic = asdict(found.binned), asdict(found.isotonic)
    binned["subreddits"] = binned.pop("labels")
    return {
        "binned": {name: values.tolist() for name, values in binned.items()},
        "isotonic": {name: values.tolist() for name, values in isotonic.items()},
    }


def _metrics(table: PredictionTable, counts: c.LabelCounts) -> dict[str, float]:
    """All metrics that the predictions tell."""
    said = Predictions(table.label, table.top_labels, table.top_probs)
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
