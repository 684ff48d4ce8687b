"""What two evaluations differ in, as numbers. Pure: tables in, values out."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.arrays import Floats
from core.comparison.align import Aligned, align, common_names, known, numbered
from core.comparison.confusions import confusions
from core.comparison.label_sets import on_label_sets
from core.comparison.renames import suggest_renames
from core.comparison.results import (
    BETTER,
    NOT_MEASURED,
    WITHIN,
    WORSE,
    ChurnCounts,
    ComparisonSummary,
    ConfidenceShift,
    Kind,
    LabelChange,
    MetricChange,
    NoiseBands,
    NormalFit,
    Subreddits,
    TopicSource,
)
from core.comparison.significance import (
    Q_LIMIT,
    Significance,
    judged,
    paired_significance,
    unpaired_significance,
)
from core.comparison.slices import slice_table
from core.comparison.thresholds import thresholds
from core.comparison.topics import OTHER, group_by_confusion
from core.evaluation.prediction_table import PredictionTable
from core.stats import distances
from core.stats.paired import benjamini_hochberg
from core.stats.predictions import Predictions
from core.stats.spread import p_value_of_difference

NAMED = 3
"""How many subreddits are named that got better, and how many that got worse."""
CHURN = ("changed", "fixed", "broken", "swapped")
"""Fields of :class:`core.comparison.results.ChurnCounts`, and columns of the changes."""


@dataclass(frozen=True, slots=True)
class Side:
    """One evaluation: its metrics, its per-subreddit frame, its prediction table."""

    metrics: Mapping[str, float]
    subreddits: pd.DataFrame
    table: PredictionTable


@dataclass(frozen=True, slots=True)
class Difference:
    """Two evaluations compared.

    ``changes``: one row a subreddit, see :func:`per_subreddit`. ``slices``: see
    :func:`core.comparison.slices.slice_table`; None if unpaired.
    """

    summary: ComparisonSummary
    changes: pd.DataFrame
    slices: pd.DataFrame | None


def difference(
    baseline: Side,
    candidate: Side,
    noise: NoiseBands = NOT_MEASURED,
    *,
    attributes: pd.DataFrame | None = None,
    topics: Mapping[str, str] | None = None,
) -> Difference:
    """Compare two evaluations: paired if both predicted the same posts, else as two samples.

    Args:
        noise: what retraining alone does to these numbers, where it was measured.
        attributes: what describes the posts, one row each with ``post_id``, for the slices.
        topics: subreddit, lower-cased -> topic; by default what the models take for each other.
    """
    names = common_names(baseline.table, candidate.table)
    topic_of = topics or confused_topics(numbered(baseline.table, names), names)
    in_baseline, in_candidate = (known(names, side.table) for side in (baseline, candidate))
    posts = align(baseline.table, candidate.table)
    changes = per_subreddit(baseline, candidate)
    if posts is None:
        sides = (numbered(baseline.table, names), numbered(candidate.table, names))
        tested = unpaired_significance(*sides, names=names, shared=in_baseline & in_candidate)
        churned, sliced = None, None
    else:
        sides, tested = posts.sides, paired_significance(posts)
        sliced = slice_table(posts, attributes, topics=topic_of)
        moved = churn_by_subreddit(posts)
        churned = ChurnCounts(**{kind: int(moved[kind].sum()) for kind in CHURN})
        changes = changes.merge(moved, on="subreddit", how="left")
    changes = _judged(changes, tested.subreddits, noise)
    changes["topic"] = [topic_of.get(name.lower(), OTHER) for name in changes["subreddit"]]
    shared, paired = in_baseline & in_candidate, posts is not None
    sets = on_label_sets(sides, in_baseline, in_candidate, paired=paired, noise=noise.metrics)
    confused, pairs = confusions(sides, names=names, shared=shared, paired_=paired)
    before, after = (side.among(shared) if sets else side for side in sides)
    summary = ComparisonSummary(
        kind=Kind.UNPAIRED if posts is None else Kind.PAIRED,
        posts=len(candidate.table.label),
        posts_baseline=len(baseline.table.label),
        metrics=judged(
            tested.intervals | _without_interval(baseline.metrics, candidate.metrics, tested),
            noise.metrics,
        ),
        label_sets=sets,
        accuracy_test=tested.accuracy_test,
        subreddits=_subreddits(baseline.table, candidate.table, changes, posts),
        topics=TopicSource.FILE if topics else TopicSource.CONFUSIONS,
        churn=churned,
        changes_normal=normal_fit(changes["difference"].dropna().to_numpy(float)),
        p_at_1=confidence_shift(baseline.table.p_at_1, candidate.table.p_at_1),
        confused=confused,
        confusions=pairs,
        threshold=thresholds((before, after), paired=paired),
    )
    return Difference(summary, changes, sliced)


def _subreddits(
    baseline: PredictionTable,
    candidate: PredictionTable,
    changes: pd.DataFrame,
    posts: Aligned | None,
) -> Subreddits:
    """Which subreddits came, went, may be renamed, and which are called."""
    before, after = set(baseline.model_labels), set(candidate.model_labels)
    added, removed = sorted(after - before), sorted(before - after)
    first = called_first(changes)
    gains, losses = (first[first["verdict"] == called] for called in (BETTER, WORSE))
    return Subreddits(
        shared=len(before & after),
        added=len(added),
        removed=len(removed),
        added_names=tuple(added),
        removed_names=tuple(removed),
        better=len(gains),
        worse=len(losses),
        renames=tuple(suggest_renames(posts, removed=removed, added=added)) if posts else (),
        gains=_named(gains),
        losses=_named(losses),
    )


def _named(called: pd.DataFrame) -> tuple[LabelChange, ...]:
    rows = called.head(NAMED)[["subreddit", "f1_baseline", "f1_candidate"]]
    return tuple(
        LabelChange(str(name), *map(float, f1)) for name, *f1 in rows.itertuples(index=False)
    )


def called_first(changes: pd.DataFrame) -> pd.DataFrame:
    """The rows of :func:`per_subreddit` in the order of tables: losses that are called, then gains,
    then what is not called; in each, the largest change first, and last what has no change.
    """
    order = changes["verdict"].map({WORSE: 0, BETTER: 1}).fillna(2)
    size = -changes["difference"].abs()
    return (
        changes.assign(_order=order, _size=size)
        .sort_values(["_order", "_size", "subreddit"])
        .drop(columns=["_order", "_size"])
    )


def confused_topics(side: Predictions, names: tuple[str, ...]) -> dict[str, str]:
    """Subreddit, lower-cased -> the group of subreddits that the baseline confuses."""
    groups = group_by_confusion(side.truth, side.first, names)
    return {name.lower(): topic for topic, members in groups.items() for name in members}


def normal_fit(values: Floats) -> NormalFit | None:
    """Mean and standard deviation of the F1 changes; None for fewer than two."""
    if len(values) < 2:
        return None
    return NormalFit(float(values.mean()), float(values.std(ddof=1)))


def _judged(changes: pd.DataFrame, tested: pd.DataFrame, noise: NoiseBands) -> pd.DataFrame:
    """The changes with their tests; what retraining does as well is called neither way.

    To be called, a change must be more than the chance of these posts and more than the chance of
    retraining, where that was measured, each among all subreddits that are tested.
    """
    changes = changes.merge(tested, on="subreddit", how="left")
    spreads = noise.subreddits[["subreddit", "noise_sd", "band", "degrees"]]
    changes = changes.merge(spreads, on="subreddit", how="left")
    retraining = p_value_of_difference(
        changes["difference"].to_numpy(float),
        changes["noise_sd"].to_numpy(float),
        degrees=changes.pop("degrees").to_numpy(float),
    )
    changes["noise_p_value"] = np.where(changes["p_value"].isna(), np.nan, retraining)
    q_value = benjamini_hochberg(changes["noise_p_value"].to_numpy())
    called = changes["verdict"].isin([BETTER, WORSE])
    changes["verdict"] = changes["verdict"].mask(called & (q_value >= Q_LIMIT), WITHIN)
    return changes


def _without_interval(
    baseline: Mapping[str, float], candidate: Mapping[str, float], tested: Significance
) -> dict[str, MetricChange]:
    """Metrics that describe model and data and are not drawn."""
    return {
        name: MetricChange(
            baseline=baseline[name],
            candidate=candidate[name],
            difference=candidate[name] - baseline[name],
        )
        for name in baseline
        if name in candidate and name not in tested.intervals
    }


def per_subreddit(baseline: Side, candidate: Side) -> pd.DataFrame:
    """One row a subreddit that posts of either side have, the largest loss of F1 first.

    Columns: ``subreddit``, ``status`` (shared, added, removed or unknown: neither model can name
    it), ``support`` (posts on the candidate's side), ``support_baseline``, ``f1_baseline``,
    ``f1_candidate``, ``difference``, and precision, recall and mean p@1 of both. An F1 is missing
    where that model cannot name the subreddit or that side has no posts of it.
    """
    names = ["support", "f1", "precision", "recall", "p_at_1_mean"]
    left = baseline.subreddits.set_index("subreddit")[names].add_suffix("_baseline")
    right = candidate.subreddits.set_index("subreddit")[names].add_suffix("_candidate")
    both = left.join(right, how="outer")
    both[["support_baseline", "support_candidate"]] = (
        both[["support_baseline", "support_candidate"]].fillna(0).astype(np.int64)
    )
    both = both[(both["support_baseline"] + both["support_candidate"]) > 0]
    in_baseline = both.index.isin(baseline.table.model_labels)
    in_candidate = both.index.isin(candidate.table.model_labels)
    both["status"] = np.select(
        [in_baseline & in_candidate, in_candidate, in_baseline],
        ["shared", "added", "removed"],
        "unknown",
    )
    absent = {"baseline": ~in_baseline, "candidate": ~in_candidate}
    for side, missing in absent.items():
        values = [f"{name}_{side}" for name in ("f1", "precision", "recall", "p_at_1_mean")]
        both.loc[missing | (both[f"support_{side}"] == 0), values] = np.nan
    both["difference"] = both["f1_candidate"] - both["f1_baseline"]
    both = both.rename(columns={"support_candidate": "support"}).rename_axis("subreddit")
    return both.reset_index().sort_values(["difference", "subreddit"], ignore_index=True)


def confidence_shift(baseline: Floats, candidate: Floats) -> ConfidenceShift:
    """Means of p@1 and the distances of its two distributions."""
    return ConfidenceShift(
        baseline_mean=float(baseline.mean()),
        candidate_mean=float(candidate.mean()),
        ks=distances.kolmogorov_smirnov(baseline, candidate),
        wasserstein=distances.wasserstein(baseline, candidate),
        psi=distances.population_stability_index(baseline, candidate),
    )


def churn_by_subreddit(posts: Aligned) -> pd.DataFrame:
    """Posts changed, fixed, broken and swapped in each subreddit."""
    masks = posts.churn
    columns = {
        kind: np.bincount(posts.truth[getattr(masks, kind)], minlength=len(posts.names))
        for kind in CHURN
    }
    return pd.DataFrame({"subreddit": list(posts.names), **columns})
