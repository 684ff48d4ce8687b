"""Two models that know different subreddits: which, and how they do on what both know. Pure."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.comparison.align import Numbered
from core.comparison.significance import metric_intervals, with_verdicts
from core.stats import classification
from core.stats.classification import label_counts

ON_LABEL_SETS = ("accuracy", "f1_macro", "f1_weighted")
"""Metrics that are told on the shared and on each model's own subreddits."""


def label_sets(baseline: tuple[str, ...], candidate: tuple[str, ...]) -> dict[str, Any]:
    """Subreddits that both models can name, that only the candidate can, only the baseline."""
    before, after = set(baseline), set(candidate)
    return {
        "shared": len(before & after),
        "added": len(after - before),
        "removed": len(before - after),
        "added_names": sorted(after - before),
        "removed_names": sorted(before - after),
    }


def on_label_sets(
    sides: tuple[Numbered, Numbered],
    in_baseline: NDArray[np.bool_],
    in_candidate: NDArray[np.bool_],
    *,
    paired: bool,
    noise: dict[str, float],
) -> dict[str, Any] | None:
    """Where the models know different subreddits: metrics on the shared ones, and on each's own.

    ``shared``: posts of subreddits that both know, predictions of others count as none; with
    ``posts`` and ``metrics``. ``own``: each model on the posts of all that it knows.
    None where both know the same, or share nothing that has posts.
    """
    shared = in_baseline & in_candidate
    among = tuple(side.among(shared) for side in sides)
    if np.array_equal(in_baseline, in_candidate) or not all(len(side.truth) for side in among):
        return None
    found = metric_intervals((among[0], among[1]), labels=len(shared), paired_=paired)
    chosen = {name: found[name] for name in ON_LABEL_SETS}
    return {
        "shared": {
            "posts": len(among[1].truth),
            "metrics": with_verdicts(chosen, noise),
        },
        "own": {
            name: _own(side.among(labels))
            for name, side, labels in zip(
                ("baseline", "candidate"), sides, (in_baseline, in_candidate), strict=True
            )
        },
    }


def _own(side: Numbered) -> dict[str, Any]:
    """Posts and metrics of one model alone."""
    size = int(max(side.truth.max(), side.top.max())) + 1
    counts = label_counts(side.truth, side.top[:, 0], labels=size)
    metrics = {name: getattr(classification, name)(counts) for name in ON_LABEL_SETS}
    return {"posts": len(side.truth), "metrics": metrics}
