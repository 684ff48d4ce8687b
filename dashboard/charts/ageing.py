"""Figures of how models of a backtest age."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.drift.ageing import AtAge, MeanDifference, Younger
from core.drift.cutoffs import Every
from core.words import interval, signed
from dashboard.charts.theme import Palette, figure

HEIGHT, MOST = 280, 13
"""Pixels; ages that are all named on the axis."""


def decay(ages: Sequence[AtAge], colours: Palette, *, every: Every, y: str) -> go.Figure:
    """What a model loses with age, against its own validation.

    Args:
        ages: 1 or more.
        every: how long a window is.
    """
    pairs = [(each.age * every.number, each.change) for each in ages]
    return _means(pairs, colours, x=f"{every.unit}s after training", y=y, of="models")


def gain(younger: Sequence[Younger], colours: Palette, *, every: Every, y: str) -> go.Figure:
    """What a younger model gains over an older one on the same posts.

    Args:
        younger: 1 or more.
        every: how long a window is.
    """
    pairs = [(each.by * every.number, each.gain) for each in younger]
    return _means(pairs, colours, x=f"{every.unit}s younger", y=y, of="windows")


def _means(
    pairs: Sequence[tuple[int, MeanDifference]], colours: Palette, *, x: str, y: str, of: str
) -> go.Figure:
    made = figure(colours, x=x, y=y, height=HEIGHT)
    made.add_hline(y=0, line={"color": colours.quiet, "width": 1})
    places = [place for place, _ in pairs]
    means = [mean for _, mean in pairs]
    ends = [mean.interval or (mean.value, mean.value) for mean in means]
    made.add_scatter(
        x=places,
        y=[mean.value for mean in means],
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [high - mean.value for mean, (_, high) in zip(means, ends, strict=True)],
            "arrayminus": [mean.value - low for mean, (low, _) in zip(means, ends, strict=True)],
            "thickness": 1.2,
            "width": 3,
        },
        customdata=[[mean.of, _said(mean)] for mean in means],
        meta=[of, ""],
        mode="lines+markers",
        name="mean",
        line={"color": colours.baseline, "width": 2},
        marker={"size": 8, "color": colours.baseline},
        showlegend=False,
        cliponaxis=False,
        hovertemplate=f"%{{x}} {x}: %{{customdata[1]}}<br>%{{customdata[0]}} {of}<extra></extra>",
    )
    made.update_xaxes(tickvals=places if len(places) <= MOST else None, tickformat="d")
    made.update_yaxes(tickformat="+.3f", nticks=6)
    return made


def _said(mean: MeanDifference) -> str:
    if mean.interval is None:
        return f"{signed(mean.value)}, no interval"
    return f"{signed(mean.value)} ({interval(mean.interval)})"
