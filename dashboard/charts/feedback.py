"""Figures of what users say of suggestions."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from core.feedback.summary import Share, Span
from dashboard.charts.theme import Palette, figure

MOST_DATES = 4
"""Named on an axis: more do not fit beside each other in half a page."""


def acceptance(spans: Sequence[Span], period: str, colours: Palette) -> go.Figure:
    """How often the right subreddit was first, and among five, with 95% intervals, over time.

    Spans without any answer are left out.
    """
    made = figure(colours, x=f"{period} from (UTC)", y="share of answers", height=280)
    shown = [span for span in spans if span.answered]
    _add_shares(
        made, shown, [span.five for span in shown], "one of five", "diamond", "dash", colours
    )
    _add_shares(
        made, shown, [span.first for span in shown], "the first", "circle", "solid", colours
    )
    begins = sorted({span.begins for span in shown})
    made.update_xaxes(
        type="date",
        tickformat="%Y-%m-%d",
        tickvals=begins[:: max(1, -(-len(begins) // MOST_DATES))],
        tickangle=0,
    )
    made.update_yaxes(range=[0, 1.02], tickformat=".0%", dtick=0.25)
    return made


def calibration(
    posts: Mapping[str, Any], users: Mapping[str, Any], names: tuple[str, str], colours: Palette
) -> go.Figure:
    """The share that is right against mean p@1 in bins, on posts and on texts of users.

    Args:
        posts, users: ``posts``, ``mean_p`` and ``accuracy`` of each bin; empty bins are left out.
    """
    made = figure(colours, x="mean p@1", y="share that is right", height=280)
    made.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        name="as sure as right",
        line={"color": colours.quiet, "width": 1, "dash": "dot"},
        hoverinfo="skip",
    )
    kinds = (("circle-open", "dash"), ("diamond", "solid"))
    for curve, name, (symbol, dash) in zip((posts, users), names, kinds, strict=True):
        filled = [place for place, count in enumerate(curve["posts"]) if count]
        made.add_scatter(
            x=[float(curve["mean_p"][place]) for place in filled],
            y=[float(curve["accuracy"][place]) for place in filled],
            customdata=[int(curve["posts"][place]) for place in filled],
            name=name,
            mode="lines+markers",
            marker={"symbol": symbol, "size": 7},
            line={"color": colours.baseline, "width": 2, "dash": dash},
            hovertemplate="p@1 %{x:.3f}, right %{y:.1%}, of %{customdata:,}"
            "<extra>%{fullData.name}</extra>",
        )
    made.update_xaxes(range=[0, 1], tickformat=".1f", dtick=0.2)
    made.update_yaxes(range=[0, 1], tickformat=".0%", dtick=0.2)
    return made


def _add_shares(
    made: go.Figure,
    spans: Sequence[Span],
    shares: Sequence[Share],
    name: str,
    symbol: str,
    dash: str,
    colours: Palette,
) -> None:
    values = [share.value or 0.0 for share in shares]
    bounds = [share.interval or (0.0, 0.0) for share in shares]
    made.add_scatter(
        x=[span.begins for span in spans],
        y=values,
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [high - value for value, (_, high) in zip(values, bounds, strict=True)],
            "arrayminus": [value - low for value, (low, _) in zip(values, bounds, strict=True)],
            "thickness": 1,
            "width": 3,
        },
        customdata=[span.answered for span in spans],
        name=name,
        mode="lines+markers",
        marker={"symbol": symbol, "size": 8},
        line={"color": colours.baseline, "width": 2, "dash": dash},
        hovertemplate="%{x}: %{y:.1%} of %{customdata:,} answers<extra>%{fullData.name}</extra>",
    )
