"""Figures of how models of a backtest age."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.drift.ageing import AtAge, MeanDifference, Younger
from dashboard.charts.theme import Palette, figure

HEIGHT = 280


def decay(ages: Sequence[AtAge], colours: Palette, *, unit: str, y: str) -> go.Figure:
    """What a model loses with age, against its own validation.

    Args:
        ages: 1 or more.
        unit: what ages are counted in: ``month``.
    """
    pairs = [(each.age, each.change) for each in ages]
    return _means(pairs, colours, x=f"{unit}s after training", y=y, of="models")


def gain(younger: Sequence[Younger], colours: Palette, *, unit: str, y: str) -> go.Figure:
    """What a younger model gains over an older one on the same posts.

    Args:
        younger: 1 or more.
    """
    pairs = [(each.by, each.gain) for each in younger]
    return _means(pairs, colours, x=f"{unit}s younger", y=y, of="windows")


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
    made.update_xaxes(dtick=1 if len(pairs) <= 13 else None, tickformat="d")
    made.update_yaxes(tickformat="+.3f", nticks=6)
    return made


def _said(mean: MeanDifference) -> str:
    value = f"{mean.value:+.3f}"
    if mean.interval is None:
        return f"{value}, no interval"
    low, high = mean.interval
    return f"{value} ({low:+.3f} to {high:+.3f})"
