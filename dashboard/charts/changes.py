"""Figures of how the F1 of the subreddits changed."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from scipy import special

from core.arrays import Floats
from core.comparison.difference import called_first
from core.comparison.results import BETTER, FEW, SAME, WITHIN, WORSE, NormalFit
from dashboard.charts.theme import Palette, escaped, figure, see_through
from dashboard.words import called, signed

BIN = 0.02
"""Width of the bins of the F1 changes."""
LARGE = 0.20
"""A change that catches the eye; dashed lines stand there."""
CURVE_POINTS = 201


@dataclass(frozen=True, slots=True)
class _Look:
    """How the subreddits of one verdict look: the bars of the histogram by ``colour``, ``alpha``
    and ``pattern``, the marks of the scatter by ``colour`` and ``symbol``.
    """

    name: str
    colour: str
    symbol: str
    alpha: float = 1.0
    pattern: str = ""


def f1_changes(
    changes: pd.DataFrame,
    colours: Palette,
    *,
    normal: NormalFit | None = None,
    paired: bool = True,
) -> go.Figure:
    """Histogram of the F1 changes of the shared subreddits, stacked by verdict.

    Args:
        normal: the normal curve to draw over it, in subreddits a bin.
        paired: see :func:`dashboard.words.called`.

    The ``customdata`` of each bar are the two ends of its bin; the upper one is left out of it.
    """
    shared = changes.dropna(subset=["difference"])
    edges = bins(shared["difference"].to_numpy(float))
    made = figure(colours, x="change in F1", y="subreddits")
    for part, look in _by_verdict(shared, colours, paired=paired):
        counts, _edges = np.histogram(part["difference"], bins=edges)
        made.add_bar(
            x=edges[:-1] + BIN / 2,
            y=counts,
            name=look.name,
            marker={
                "color": see_through(look.colour, look.alpha),
                "pattern": {"shape": look.pattern, "fgcolor": colours.baseline, "size": 5},
            },
            width=BIN * 0.94,
            customdata=np.stack([edges[:-1], edges[1:]], axis=-1).tolist(),
            meta=["from", "to"],
            hovertext=[f"{signed(low)} to {signed(high)}" for low, high in pairwise(edges)],
            hovertemplate="%{hovertext}: %{y} subreddits<extra>%{fullData.name}</extra>",
        )
    spreads = shared["noise_sd"].dropna().to_numpy(float)
    if len(spreads):
        made.add_scatter(
            x=edges[:-1] + BIN / 2,
            y=expected_by_noise(spreads, edges),
            name="reseeding alone",
            mode="lines",
            line={"color": colours.text, "width": 1.5, "shape": "hvh"},
            fill="tozeroy",
            fillcolor=see_through(colours.quiet, 0.15),
            hovertemplate="reseeding alone: %{y:.1f} subreddits<extra></extra>",
        )
    if normal and normal.sd > 0:
        x = np.linspace(edges[0], edges[-1], CURVE_POINTS)
        made.add_scatter(
            x=x,
            y=len(shared) * BIN * normal_density(x, mean=normal.mean, sd=normal.sd),
            name="normal",
            mode="lines",
            line={"color": colours.text, "width": 1.5, "dash": "dot"},
            hoverinfo="skip",
        )
    made.add_vline(x=0, line={"color": colours.quiet, "width": 1, "dash": "dot"})
    for limit in (-LARGE, LARGE):
        made.add_vline(x=limit, line={"color": colours.quiet, "width": 1, "dash": "dash"})
    made.update_layout(barmode="stack")
    made.update_xaxes(tickformat=".2f", nticks=7, range=[edges[0], edges[-1]])
    made.update_yaxes(rangemode="tozero")
    return made


def bins(values: Floats) -> Floats:
    """Edges around 0 that hold every value below the last one, and the lines at ±0.20."""
    reach = max(LARGE + BIN, float(np.abs(values).max()) if len(values) else 0.0)
    steps = int(reach / BIN + 1e-9) + 1
    return np.round(np.arange(-steps, steps + 1) * BIN, 2)


def normal_density(x: Floats, *, mean: float, sd: float) -> Floats:
    """Of the normal distribution, per unit of x; ``sd`` above 0."""
    density: Floats = np.exp(-0.5 * ((x - mean) / sd) ** 2) / (sd * np.sqrt(2 * np.pi))
    return density


def expected_by_noise(spreads: Floats, edges: Floats) -> Floats:
    """How many subreddits retraining alone would put into each bin, given their spreads."""
    cumulative = special.ndtr(edges[None, :] / spreads[:, None])
    expected: Floats = np.diff(cumulative, axis=1).sum(axis=0)
    return expected


def f1_scatter(
    changes: pd.DataFrame, chosen: str | None, colours: Palette, *, paired: bool = True
) -> go.Figure:
    """Old against new F1, one mark a subreddit, its size by posts; above the line is a gain.

    Both axes have the same length, so that a gain is as far from the line as a loss of that size.
    The largest changes that are called have their names. The first of each mark's ``customdata``
    is the subreddit's name.
    """
    shared = changes.dropna(subset=["difference"])
    named = _named(shared)
    made = figure(colours, x="F1 of the baseline", y="F1 of the candidate", height=520)
    made.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        showlegend=False,
        line={"color": colours.quiet, "width": 1, "dash": "dot"},
        hoverinfo="skip",
    )
    largest = float(np.sqrt(shared["support"].max())) if len(shared) else 1.0
    for part, look in _by_verdict(shared, colours, paired=paired):
        picked = part["subreddit"] == chosen
        made.add_scatter(
            x=part["f1_baseline"],
            y=part["f1_candidate"],
            mode="markers+text",
            name=look.name,
            text=[f"r/{escaped(name)}" if name in named else "" for name in part["subreddit"]],
            textposition=[named.get(name, "top center") for name in part["subreddit"]],
            cliponaxis=False,
            textfont={"color": colours.text, "size": 12},
            marker={
                "color": look.colour,
                "symbol": look.symbol,
                "opacity": 0.75,
                "size": 6 + 12 * np.sqrt(part["support"]) / max(largest, 1),
                "line": {
                    "color": colours.text,
                    "width": np.where(picked, 3, 0),
                },
            },
            customdata=[
                [name, escaped(name), difference, support]
                for name, difference, support in zip(
                    part["subreddit"], part["difference"], part["support"], strict=True
                )
            ],
            meta=["subreddit", "", "change in F1", "posts"],
            hovertemplate="r/%{customdata[1]}: %{x:.3f} → %{y:.3f} (%{customdata[2]:+.3f}),"
            " %{customdata[3]:,} posts<extra></extra>",
        )
    ends = {"range": [-0.03, 1.03], "tickformat": ".1f", "constrain": "domain"}
    made.update_xaxes(**ends, showgrid=True)
    made.update_yaxes(**ends, scaleanchor="x", scaleratio=1)
    return made


def _named(shared: pd.DataFrame) -> dict[str, str]:
    """The subreddits with the largest losses and gains that are called, and where their names
    stand: away from the line, and away from the next one's.
    """
    first = called_first(shared)
    places = {
        WORSE: ("middle right", "bottom center", "middle left"),
        BETTER: ("middle left", "top center", "middle right"),
    }
    return {
        str(name): place
        for kind, where in places.items()
        for name, place in zip(first[first["verdict"] == kind]["subreddit"], where, strict=False)
    }


def _by_verdict(
    shared: pd.DataFrame, colours: Palette, *, paired: bool
) -> list[tuple[pd.DataFrame, _Look]]:
    """The rows of each verdict that there is. What is not called is three things: too little was
    seen, retraining does as much, or too few posts could show it.
    """
    grey = colours.baseline
    looks = {
        SAME: _Look(SAME, grey, "circle"),
        WITHIN: _Look(WITHIN, grey, "circle-open", 0.35, "/"),
        FEW: _Look(FEW, grey, "x-open", 0.15, "."),
        WORSE: _Look(called(WORSE, paired=paired), colours.worse, "triangle-down"),
        BETTER: _Look(called(BETTER, paired=paired), colours.better, "triangle-up"),
    }
    parts = [(shared[shared["verdict"] == verdict], look) for verdict, look in looks.items()]
    return [(part, look) for part, look in parts if not part.empty]
