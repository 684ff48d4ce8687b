"""Which differences of two evaluations are more than the chance of these posts. Pure.

What is judged is these two trained models. How far retraining alone would move them is another
question, which only repeated trainings answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from core.arrays import Bools, Floats, Ints
from core.comparison.align import Aligned
from core.comparison.results import (
    BETTER,
    FEW,
    HIGHER,
    SAME,
    WITHIN,
    WORSE,
    AccuracyTest,
    Judgement,
    MetricChange,
    PairedAccuracyTest,
    UnpairedAccuracyTest,
    direction,
)
from core.metrics import FIGURES, METRIC, Better
from core.stats import effective, jackknife, paired, unpaired
from core.stats.bootstrap import RESAMPLES
from core.stats.classification import label_counts
from core.stats.estimates import Estimate, difference, estimate
from core.stats.intervals import Interval
from core.stats.predictions import Predictions
from core.stats.shares import independent_difference

Q_LIMIT = 0.05
"""A subreddit is called better or worse below this q-value: of those called, at most about one in
twenty is called wrongly."""
FEWEST_POSTS = 6
"""With fewer posts no exact test can call a subreddit: even if every one of them changed the same
way, the p-value would be 2 · 0.5^5 = 0.0625 or more."""
POWER_80 = 2.8
"""1.96 + 0.84: a change of that many standard deviations is found in about 80% of all cases at the
5% level of a single test."""


@dataclass(frozen=True, slots=True)
class Significance:
    """What is more than chance.

    ``intervals``: see :func:`metric_intervals`. ``accuracy_test``: ``p_value`` of both
    being right equally often, by ``test``, with the posts it is taken from.

    ``subreddits``: a frame with ``subreddit``, ``p_value`` and ``q_value`` of the change of F1,
    ``recall_p_value``, ``interval_low``, ``interval_high``, ``smallest_change`` (the change of F1
    that these posts would show in about 80% of all cases) and ``verdict``, a row for every label;
    empty values where a subreddit is not known to both models.
    """

    intervals: dict[str, MetricChange]
    accuracy_test: AccuracyTest
    subreddits: pd.DataFrame


def paired_significance(
    posts: Aligned, *, resamples: int = RESAMPLES, seed: int = 0
) -> Significance:
    """Two models on the same posts: exact tests on the posts that they judge differently."""
    counts = paired.paired_counts(
        posts.truth, posts.baseline[:, 0], posts.candidate[:, 0], labels=len(posts.names)
    )
    alone = np.array([[counts.only_baseline.sum()], [counts.only_candidate.sum()]])
    return Significance(
        intervals=metric_intervals(
            posts.sides, labels=len(posts.names), paired_=True, resamples=resamples, seed=seed
        ),
        accuracy_test=PairedAccuracyTest(
            test="McNemar, exact",
            only_baseline=int(alone[0, 0]),
            only_candidate=int(alone[1, 0]),
            p_value=float(paired.mcnemar_exact(*alone)[0]),
        ),
        subreddits=_subreddits(
            posts.names,
            posts.shared,
            fewest=counts.support,
            change=counts.f1_candidate - counts.f1_baseline,
            test=paired.swap_test_f1(counts),
            recall_p=paired.mcnemar_exact(counts.only_baseline, counts.only_candidate),
            interval=effective.paired(
                counts.f1_candidate - counts.f1_baseline,
                jackknife.f1_change_influence(counts),
                counts.decisions,
            ),
        ),
    )


def unpaired_significance(
    baseline: Predictions,
    candidate: Predictions,
    *,
    names: Sequence[str],
    shared: Bools,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Significance:
    """Two models, or one, on different posts: two-sample tests, of models and posts together."""
    sides = (baseline, candidate)
    before, after = (label_counts(s.truth, s.first, labels=len(names)) for s in sides)
    hits, support = (
        np.stack([getattr(before, name), getattr(after, name)]) for name in ("correct", "support")
    )
    size = support.sum(axis=1)
    overall = unpaired.fisher_exact(hits.sum(axis=1)[:, None], size[:, None])
    of_sides = [
        effective.one(side.f1, jackknife.label_f1_influence(side), side.decisions)
        for side in (before, after)
    ]
    return Significance(
        intervals=metric_intervals(
            sides, labels=len(names), paired_=False, resamples=resamples, seed=seed
        ),
        accuracy_test=UnpairedAccuracyTest(
            test="Fisher, exact, two samples",
            posts_baseline=int(size[0]),
            posts_candidate=int(size[1]),
            p_value=float(overall[0]),
        ),
        subreddits=_subreddits(
            names,
            shared,
            fewest=support.min(axis=0),
            change=after.f1 - before.f1,
            test=unpaired.two_sample_test_f1(before, after, posts=(int(size[0]), int(size[1]))),
            recall_p=unpaired.fisher_exact(hits, support),
            interval=independent_difference(before.f1, after.f1, *of_sides),
        ),
    )


def metric_intervals(
    sides: tuple[Predictions, Predictions],
    *,
    labels: int,
    paired_: bool,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> dict[str, MetricChange]:
    """Values and 95% intervals of every metric that both sides have, not judged yet."""
    rng = np.random.default_rng(seed)

    def estimated(*those: Predictions) -> list[dict[str, Estimate]]:
        return estimate(those, FIGURES, labels=labels, rng=rng, resamples=resamples)

    if paired_:
        before, after = estimated(*sides)
    else:
        before, after = (estimated(side)[0] for side in sides)
    changes = {}
    for name in (name for name in before if name in after):
        change = difference(before[name], after[name], paired=paired_)
        changes[name] = MetricChange(
            baseline=before[name].value,
            candidate=after[name].value,
            difference=change.value,
            interval=change.interval,
            interval_percentile=change.percentile,
            interval_bca=change.bca,
            interval_baseline=before[name].interval,
            interval_candidate=after[name].interval,
        )
    return changes


def metric_verdict(
    name: str, difference: float, *, interval: Interval | None, noise: float | None
) -> Judgement | None:
    """``better`` or ``worse`` where the interval leaves out 0 and the noise band is left behind.

    None where nothing was tested, or where more is not better by itself.
    """
    better = METRIC[name].better
    if interval is None or better == Better.NEITHER:
        return None
    went = direction(difference, interval=interval, noise=noise)
    if went in (SAME, WITHIN):
        return went
    return BETTER if (went == HIGHER) != (better == Better.LOWER) else WORSE


def judged(
    metrics: Mapping[str, MetricChange], noise: Mapping[str, float]
) -> dict[str, MetricChange]:
    """Metrics with their ``noise``, None where it is not known, and ``verdict``."""
    return {
        name: replace(
            change,
            noise=noise.get(name),
            verdict=metric_verdict(
                name, change.difference, interval=change.interval, noise=noise.get(name)
            ),
        )
        for name, change in metrics.items()
    }


def _subreddits(
    names: Sequence[str],
    shared: Bools,
    *,
    fewest: Ints,
    change: Floats,
    test: paired.LabelTest,
    recall_p: Floats,
    interval: Floats,
) -> pd.DataFrame:
    """Verdicts of the labels, given the posts on the side that has fewer of them."""
    tested = shared & (fewest >= FEWEST_POSTS)
    q_value = paired.benjamini_hochberg(np.where(tested, test.p_value, np.nan))
    low, high = np.clip(interval, -1, 1)
    called = tested & (np.nan_to_num(q_value, nan=1.0) < Q_LIMIT)

    def where(mask: Bools, values: Floats) -> Floats:
        return np.where(mask, values, np.nan)

    return pd.DataFrame(
        {
            "subreddit": list(names),
            "p_value": where(tested, test.p_value),
            "q_value": q_value,
            "recall_p_value": where(tested, recall_p),
            "interval_low": where(shared, low),
            "interval_high": where(shared, high),
            "smallest_change": where(tested, POWER_80 * test.null_sd),
            "verdict": np.select(
                [~shared, ~tested, called & (change > 0), called & (change < 0)],
                ["", FEW, BETTER, WORSE],
                SAME,
            ),
        }
    )
