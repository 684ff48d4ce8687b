"""Two models that know different subreddits: which, and how they do on what both know. Pure."""

from collections.abc import Mapping, Sequence

import numpy as np

from core.arrays import Bools
from core.comparison.results import BothOwnLabels, LabelSets, OwnLabels, SharedLabels
from core.comparison.significance import judged, metric_intervals
from core.metrics import METRICS, Metric
from core.stats.classification import label_counts
from core.stats.predictions import Predictions

_METRICS = tuple(metric for metric in METRICS if metric.on_label_sets)


def on_label_sets(
    sides: tuple[Predictions, Predictions],
    in_baseline: Bools,
    in_candidate: Bools,
    *,
    paired: bool,
    noise: Mapping[str, float],
) -> LabelSets | None:
    """Where the models know different subreddits: metrics on the shared ones, and on each's own.

    On the shared ones, predictions of any other count as none. None where both know the same, or
    share nothing that has posts.
    """
    shared = in_baseline & in_candidate
    before, after = (side.among(shared) for side in sides)
    if np.array_equal(in_baseline, in_candidate) or not (len(before.truth) and len(after.truth)):
        return None
    changes = metric_intervals((before, after), labels=len(shared), paired_=paired)
    told = [metric for metric in _METRICS if metric.key in changes]
    chosen = {metric.key: changes[metric.key] for metric in told}
    own = (sides[0].among(in_baseline), sides[1].among(in_candidate))
    return LabelSets(
        SharedLabels(len(after.truth), judged(chosen, noise)),
        BothOwnLabels(*(_own(side, told) for side in own)),
    )


def _own(side: Predictions, told: Sequence[Metric]) -> OwnLabels:
    """Posts and metrics of one model alone."""
    size = int(max(side.truth.max(), side.top.max())) + 1
    counts = label_counts(side.truth, side.first, labels=size)
    metrics = {m.key: m.figure.value(side, counts) for m in told if m.figure}
    return OwnLabels(len(side.truth), metrics)
