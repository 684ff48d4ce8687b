"""The dashboard's own figures for notebooks: pure functions of what ``core.open_workspace`` gives.

They stand here and not in ``core``, which knows no figures. What stands here is kept, as the public
face of ``core`` is: docs/python.md.
"""

import plotly.graph_objects as go

from core.metrics import METRIC
from core.workspace import Comparison, Drift
from dashboard.charts import changes, confidence, drift
from dashboard.charts.confidence import ConfidenceCurve
from dashboard.charts.drift_tracks import p_at_1 as mean_p_at_1
from dashboard.charts.drift_tracks import realised, track
from dashboard.charts.theme import palette

LIGHT = "light"
"""The usual theme; the other one is ``dark``."""


def f1_changes(comparison: Comparison, *, theme: str = LIGHT) -> go.Figure:
    """Histogram of the F1 changes of the subreddits, with the normal curve that fits them."""
    normal, paired = comparison.details.changes_normal, comparison.details.paired
    return changes.f1_changes(comparison.changes, palette(theme), normal=normal, paired=paired)


def f1_scatter(
    comparison: Comparison, subreddit: str | None = None, *, theme: str = LIGHT
) -> go.Figure:
    """F1 of each subreddit, baseline against candidate.

    Args:
        subreddit: one that is marked, without ``r/``.
    """
    paired = comparison.details.paired
    return changes.f1_scatter(comparison.changes, subreddit, palette(theme), paired=paired)


def p_at_1(comparison: Comparison, *, cumulative: bool = False, theme: str = LIGHT) -> go.Figure:
    """Distributions of p@1, the probability of the first prediction, of both."""
    names = _names(comparison)
    shown = [
        ConfidenceCurve(names[place], curve.p_at_1_histogram, candidate=bool(place))
        for place, curve in enumerate(comparison.curves)
    ]
    return confidence.p_at_1(shown, palette(theme), cumulative=cumulative)


def reliability(comparison: Comparison, *, theme: str = LIGHT) -> go.Figure:
    """Accuracy by p@1 of both: on the diagonal, p@1 can be believed."""
    before, after = (curve.reliability for curve in comparison.curves)
    return confidence.reliability(before, after, _names(comparison), palette(theme))


def over_time(found: Drift, metric: str = "p_at_1_mean", *, theme: str = LIGHT) -> go.Figure:
    """A figure of a version by window, with its validation split as a band.

    Args:
        metric: ``p_at_1_mean``, ``accuracy``, ``f1_macro`` or ``recall_at_5``.
    """
    made = found.details
    value = mean_p_at_1 if metric == "p_at_1_mean" else realised(metric)
    shown = track(made, value, metric=metric)
    return drift.over_time(shown, palette(theme), unit=str(made.window), y=METRIC[metric].name)


def _names(comparison: Comparison) -> tuple[str, str]:
    return f"#{comparison.baseline} baseline", f"#{comparison.candidate} candidate"
