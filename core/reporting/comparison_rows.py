"""The rows of a comparison's tables: what commands and reports show alike. Pure.

Numbers that have a form of their own are in words; the others are numbers, for whoever shows them.
"""

from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from core.comparison.difference import called_first
from core.comparison.results import BETTER, HIGHER, LOWER, WORSE, MetricChange
from core.metrics import METRICS
from core.words import band, chance, interval, signed, signed_share

Row = tuple[object, ...]
SHOWN = tuple(metric.key for metric in METRICS if not metric.implied)
"""The others follow from these; ``--json`` has them all."""
SLICE_COLUMNS = ("posts that are", "posts", "accuracy", "broken", "fixed", "q", "verdict")
_WAYS: Mapping[str, str] = {BETTER: HIGHER, WORSE: LOWER}
"""What an F1 is called on different posts, where models and posts cannot be told apart."""
_CALLED, _MOST = 10, 20
"""Of those called worse, and of those called better; of all."""


def metric_columns(names: tuple[str, str]) -> tuple[str, ...]:
    """Of :func:`metric_rows`; ``names``: of baseline and candidate."""
    return ("metric", *names, "difference", "95% interval", "noise", "verdict")


def metric_rows(
    metrics: Mapping[str, MetricChange], keys: Iterable[str] | None = None, *, paired: bool
) -> list[Row]:
    """One row for each metric, or for those of ``keys`` that there are.

    Args:
        paired: whether both sides are of the same posts; else nothing is called better.
    """
    shown = metrics if keys is None else [key for key in keys if key in metrics]
    return [_metric(key, metrics[key], paired=paired) for key in shown]


def _metric(key: str, metric: MetricChange, *, paired: bool) -> Row:
    called = metric.verdict if paired or metric.verdict is None else metric.direction
    return (
        key,
        metric.baseline,
        metric.candidate,
        signed(metric.difference),
        interval(metric.interval) if metric.interval else "",
        "" if metric.noise is None else band(metric.noise),
        called or "",
    )


def movers(changes: pd.DataFrame) -> pd.DataFrame:
    """The shared subreddits that a short table shows: called worse first, then called better, then
    the largest others.

    Args:
        changes: rows of :func:`core.comparison.difference.per_subreddit`.
    """
    known = called_first(changes.dropna(subset=["difference"]))
    if len(known) <= _MOST:
        return known
    called = [known[known["verdict"] == kind].head(_CALLED) for kind in (WORSE, BETTER)]
    others = known[~known["verdict"].isin([WORSE, BETTER])]
    return pd.concat([*called, others]).head(_MOST)


def change_columns(names: tuple[str, str]) -> tuple[str, ...]:
    """Of :func:`change_rows`; ``names``: of baseline and candidate."""
    return ("subreddit", "posts", *names, "change", "95% interval", "q", "verdict")


def change_rows(changes: pd.DataFrame, *, paired: bool) -> list[Row]:
    """One row a subreddit; ``paired`` as for :func:`metric_rows`."""
    return [
        (
            f"r/{change['subreddit']}",
            change["support"],
            change["f1_baseline"],
            change["f1_candidate"],
            signed(change["difference"]),
            _bounds(change["interval_low"], change["interval_high"]),
            "" if pd.isna(change["q_value"]) else chance(change["q_value"]),
            change["verdict"] if paired else _WAYS.get(change["verdict"], change["verdict"]),
        )
        for change in changes.to_dict("records")
    ]


def _bounds(low: float, high: float) -> str:
    return "" if pd.isna(low) or pd.isna(high) else interval((low, high))


def worst_slice_rows(slices: pd.DataFrame, *, most: int) -> list[Row]:
    """The slices where the candidate loses most accuracy, as
    :func:`core.comparison.slices.worst` found them.
    """
    return [
        (
            each["slice"],
            int(each["posts"]),
            signed_share(each["difference"]),
            int(each["broken"]),
            int(each["fixed"]),
            chance(each["q_value"]),
            each["verdict"],
        )
        for each in slices[slices["section"] == "worst"].head(most).to_dict("records")
    ]


def in_words(rows: Iterable[Row]) -> Iterator[tuple[str, ...]]:
    """The same rows as text: scores with three decimals, a dash for nothing."""
    for row in rows:
        yield tuple(map(_said, row))


def _said(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.3f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
