"""Which differences of a paired comparison are more than the chance of these posts. Pure.

What is judged is these two trained models. How far retraining alone would move them is another
question, which only repeated trainings answer.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.comparison.align import Aligned
from core.evaluation.aggregate import KS
from core.stats import bootstrap, paired

Floats = NDArray[np.float64]

Q_LIMIT = 0.05
"""A subreddit is called better or worse below this q-value: of those called, at most about one in
twenty is called wrongly."""
FEWEST_POSTS = 6
"""With fewer posts no exact test can call a subreddit: even if every one of them changed the same
way, the p-value would be 2 · 0.5^5 = 0.0625 or more."""
POWER_80 = 2.8
"""1.96 + 0.84: a change of so many standard deviations is found in about 80% of all cases at the
5% level of a single test."""

BETTER, WORSE, SAME, FEW = "better", "worse", "no change shown", "too few posts"
WITHIN = "within noise"
"""More than the chance of these posts, but no more than retraining alone does."""
LOWER_IS_BETTER = ("ece",)
NEITHER_IS_BETTER = ("p_at_1_mean", "label_coverage", "seen_in_training")


@dataclass(frozen=True, slots=True)
class Significance:
    """What is more than chance.

    ``intervals``: metric -> lower and upper bound of its difference, where one is known.
    ``subreddits``: a frame with ``subreddit``, ``p_value``, ``q_value``, ``interval_low``,
    ``interval_high``, ``smallest_change`` (the change of F1 that these posts would show in about
    80% of all cases) and ``verdict``, a row for every label; empty values where a subreddit is
    not known to both models.
    """

    intervals: dict[str, list[float]]
    subreddits: pd.DataFrame


def significance(
    posts: Aligned, *, resamples: int = bootstrap.RESAMPLES, seed: int = 0
) -> Significance:
    """Intervals by the bootstrap over posts, and the exact swap test of every shared subreddit."""
    rng = np.random.default_rng(seed)
    draws = bootstrap.draw_f1(
        posts.truth,
        posts.baseline[:, 0],
        posts.candidate[:, 0],
        labels=len(posts.names),
        rng=rng,
        resamples=resamples,
    )
    return Significance(
        intervals=_metric_intervals(posts, draws, rng, resamples),
        subreddits=_subreddits(posts, bootstrap.percentile_interval(draws.by_label)),
    )


def metric_verdict(
    name: str, difference: float, *, interval: list[float] | None, noise: float | None
) -> str | None:
    """``better`` or ``worse`` where the interval leaves out 0 and the noise band is left behind.

    None where nothing was tested, or where more is not better by itself.
    """
    if interval is None or name in NEITHER_IS_BETTER:
        return None
    low, high = interval
    if low <= 0 <= high:
        return SAME
    if noise is not None and abs(difference) <= noise:
        return WITHIN
    return BETTER if (difference > 0) != (name in LOWER_IS_BETTER) else WORSE


def _metric_intervals(
    posts: Aligned, draws: bootstrap.F1Draws, rng: np.random.Generator, resamples: int
) -> dict[str, list[float]]:
    def mean(change: Floats) -> Floats:
        return bootstrap.draw_mean(change, rng=rng, resamples=resamples)

    found = {"f1_macro": draws.macro, "f1_weighted": draws.weighted}
    for k in (k for k in KS if k <= posts.baseline.shape[1]):
        recall = mean(_found(posts, posts.candidate, k) - _found(posts, posts.baseline, k))
        found |= {f"recall_at_{k}": recall, f"precision_at_{k}": recall / k}
    found["accuracy"] = found["recall_at_1"]
    if (posts.baseline[:, 0] >= 0).all() and (posts.candidate[:, 0] >= 0).all():
        found["f1_micro"] = found["accuracy"]
    found["p_at_1_mean"] = mean(posts.candidate_p - posts.baseline_p)
    return {
        name: [float(bound) for bound in bootstrap.percentile_interval(values)]
        for name, values in found.items()
    }


def _found(posts: Aligned, top: NDArray[np.int32], k: int) -> Floats:
    """1.0 for each post whose subreddit is among the first ``k``."""
    hit: Floats = (top[:, :k] == posts.truth[:, None]).any(axis=1).astype(np.float64)
    return hit


def _subreddits(posts: Aligned, intervals: Floats) -> pd.DataFrame:
    counts = paired.paired_counts(
        posts.truth, posts.baseline[:, 0], posts.candidate[:, 0], labels=len(posts.names)
    )
    test = paired.swap_test_f1(counts)
    tested = posts.shared & (counts.support >= FEWEST_POSTS)
    p_value = np.where(tested, test.p_value, np.nan)
    q_value = paired.benjamini_hochberg(p_value)
    change = counts.f1_candidate - counts.f1_baseline
    called = tested & (np.nan_to_num(q_value, nan=1.0) < Q_LIMIT)
    return pd.DataFrame(
        {
            "subreddit": list(posts.names),
            "p_value": p_value,
            "q_value": q_value,
            "interval_low": np.where(posts.shared, intervals[0], np.nan),
            "interval_high": np.where(posts.shared, intervals[1], np.nan),
            "smallest_change": np.where(tested, POWER_80 * test.null_sd, np.nan),
            "verdict": np.select(
                [~posts.shared, ~tested, called & (change > 0), called & (change < 0)],
                ["", FEW, BETTER, WORSE],
                SAME,
            ),
        }
    )
