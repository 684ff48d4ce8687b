"""Figures of what users say of suggestions."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import plotly.graph_objects as go

from core.evaluation.results import ReliabilityCurve
from core.feedback.summary import WEEK, Share, Span
from core.stats.calibration import Reliability
from dashboard.charts.confidence import add_bins, diagonal
from dashboard.charts.theme import Palette, figure

MOST_DATES = 4
"""Named on an axis: more do not fit beside each other in half a page."""
APART = 0.06
"""Of a span: how far from its begin each of its two shares is drawn."""


def acceptance(spans: Sequence[Span], period: str, colours: Palette) -> go.Figure:
    """How often the right subreddit was first, and among five, with 95% intervals, over time.

    Shares of nothing are left out. The two of a span stand a little apart, so that neither interval
    hides the other.
    """
    made = figure(colours, x=f"{period} from (UTC)", y="share of answers", height=280)
    shown = [span for span in spans if span.first.of]
    length = timedelta(weeks=1) if period == WEEK else timedelta(days=1)
    apart = APART * length
    five, first = ([(s.begins, s.five) for s in shown], [(s.begins, s.first) for s in shown])
    _add_shares(made, five, "one of five", "diamond", "dash", apart, colours)
    _add_shares(made, first, "the first", "circle", "solid", -apart, colours)
    begins = sorted({span.begins for span in shown})
    made.update_xaxes(
        type="date",
        tickformat="%Y-%m-%d",
        tickvals=begins[:: max(1, -(-len(begins) // MOST_DATES))],
        tickangle=0,
        # A single span stands in the middle; plotly would draw its two shares at both ends.
        range=[_midnight(begins[0]) - length / 2, _midnight(begins[0]) + length / 2]
        if len(begins) == 1
        else None,
    )
    made.update_yaxes(range=[0, 1], tickformat=".0%", dtick=0.25)
    return made


def calibration(
    posts: ReliabilityCurve, users: Reliability, names: tuple[str, str], colours: Palette
) -> go.Figure:
    """The share that is right against mean p@1 in bins, on posts and on texts of users.

    Empty bins are left out.
    """
    made = diagonal(colours, y="share that is right", height=280)
    dashed, solid = ({"color": colours.baseline, "dash": dash} for dash in ("dash", "solid"))
    add_bins(made, posts, names[0], symbol="circle-open", line=dashed)
    add_bins(made, users, names[1], symbol="diamond", line=solid)
    return made


def _add_shares(
    made: go.Figure,
    shares: Sequence[tuple[date, Share]],
    name: str,
    symbol: str,
    dash: str,
    apart: timedelta,
    colours: Palette,
) -> None:
    days = [day for day, share in shares if share.of]
    known = [share for _, share in shares if share.of]
    values = [share.value or 0.0 for share in known]
    bounds = [share.interval or (0.0, 0.0) for share in known]
    made.add_scatter(
        x=[_midnight(day) + apart for day in days],
        y=values,
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [high - value for value, (_, high) in zip(values, bounds, strict=True)],
            "arrayminus": [value - low for value, (low, _) in zip(values, bounds, strict=True)],
            "thickness": 1,
            "width": 3,
        },
        customdata=[share.of for share in known],
        meta=["answers"],
        text=[f"{day:%Y-%m-%d}" for day in days],
        name=name,
        mode="lines+markers",
        marker={"symbol": symbol, "size": 8},
        line={"color": colours.baseline, "width": 2, "dash": dash},
        cliponaxis=False,
        hovertemplate="%{text}: %{y:.1%} of %{customdata:,} answers<extra>%{fullData.name}</extra>",
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())
