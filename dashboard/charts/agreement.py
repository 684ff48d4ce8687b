"""Figure of how often two models say the same, by month."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.drift.agreement_results import Group, Part
from core.words import share
from dashboard.charts.theme import Palette, figure

HEIGHT = 300


def by_month(months: Sequence[Group], colours: Palette) -> go.Figure:
    """The share of posts with the same first prediction, with 95% intervals: of all posts, and of
    those that neither model was trained on.

    Args:
        months: 1 or more.
    """
    made = figure(colours, x="month", y="same first prediction", height=HEIGHT)
    whole = [(each.name, each.all) for each in months]
    apart = [(each.name, each.untrained) for each in months if each.untrained]
    _add(made, whole, name="all posts", colour=colours.quiet, symbol="circle")
    _add(made, apart, name="neither trained on", colour=colours.text, symbol="diamond")
    made.update_xaxes(type="date", tickformat="%Y-%m")
    made.update_yaxes(tickformat=".0%", nticks=6)
    return made


def _add(
    made: go.Figure, parts: Sequence[tuple[str, Part]], *, name: str, colour: str, symbol: str
) -> None:
    made.add_scatter(
        x=[f"{month}-01" for month, _ in parts],
        y=[part.same for _, part in parts],
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [part.interval[1] - part.same for _, part in parts],
            "arrayminus": [part.same - part.interval[0] for _, part in parts],
            "thickness": 1,
            "width": 0,
        },
        customdata=[[part.posts, share(part.same)] for _, part in parts],
        meta=["posts", ""],
        mode="lines+markers",
        name=name,
        line={"color": colour, "width": 1.5},
        marker={"size": 7, "color": colour, "symbol": symbol},
        hovertemplate=f"%{{x|%Y-%m}}, {name}: %{{customdata[1]}}"
        "<br>%{customdata[0]:,} posts<extra></extra>",
    )
