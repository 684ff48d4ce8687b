"""Figures of how the F1 of the subreddits changed."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from scipy import special

from core.arrays import Floats
from core.comparison.results import BETTER, WORSE, NormalFit
from dashboard.charts.theme import Palette, escaped, figure

BIN = 0.02
"""Width of the bins of the F1 changes."""
LARGE = 0.20
"""A change that catches the eye; dashed lines stand there."""
CURVE_POINTS = 201


def f1_changes(
    changes: pd.DataFrame, colours: Palette, *, normal: NormalFit | None = None
) -> go.Figure:
    """Histogram of the F1 changes of the shared subreddits, stacked by verdict.

    Args:
        normal: the normal curve to draw over it, in subreddits a bin.

    The ``customdata`` of each bar are the two ends of its bin; the upper one is left out of it.
    """
    shared = changes.dropna(subset=["difference"])
    edges = bins(shared["difference"].to_numpy(float))
    made = figure(colours, x="change in F1", y="subreddits")
    for name, part, colour, _ in _by_verdict(shared, colours):
        if part.empty:
            continue
        counts, _edges = np.histogram(part["difference"], bins=edges)
        made.add_bar(
            x=edges[:-1] + BIN / 2,
            y=counts,
            name=name,
            marker_color=colour,
            width=BIN * 0.94,
            customdata=np.stack([edges[:-1], edges[1:]], axis=-1).tolist(),
            hovertemplate="%{customdata[0]:+.2f} to %{customdata[1]:+.2f}: %{y} subreddits"
            "<extra>%{fullData.name}</extra>",
        )
    spreads = shared["noise_sd"].dropna().to_numpy(float)
    if len(spreads):
        made.add_scatter(
            x=edges[:-1] + BIN / 2,
            y=expected_by_noise(spreads, edges),
            name="reseeding alone",
            mode="lines",
            line={"color": colours.quiet, "width": 1.5, "shape": "hvh"},
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
    made.update_xaxes(tickformat="+.2f", nticks=7, range=[edges[0], edges[-1]])
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


def f1_scatter(changes: pd.DataFrame, chosen: str | None, colours: Palette) -> go.Figure:
    """Old against new F1, one mark a subreddit, its size by posts; above the line is a gain.

    The first of each mark's ``customdata`` is the subreddit's name.
    """
    shared = changes.dropna(subset=["difference"])
    made = figure(colours, x="F1 of the baseline", y="F1 of the candidate", height=420)
    made.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        showlegend=False,
        line={"color": colours.quiet, "width": 1, "dash": "dot"},
        hoverinfo="skip",
    )
    largest = float(np.sqrt(shared["support"].max())) if len(shared) else 1.0
    for name, part, colour, symbol in _by_verdict(shared, colours):
        if part.empty:
            continue
        picked = part["subreddit"] == chosen
        made.add_scatter(
            x=part["f1_baseline"],
            y=part["f1_candidate"],
            mode="markers",
            name=name,
            marker={
                "color": colour,
                "symbol": symbol,
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
            hovertemplate="r/%{customdata[1]}: %{x:.3f} → %{y:.3f} (%{customdata[2]:+.3f}),"
            " %{customdata[3]:,} posts<extra></extra>",
        )
    made.update_xaxes(range=[-0.03, 1.03], tickformat=".1f", showgrid=True)
    made.update_yaxes(range=[-0.03, 1.03], tickformat=".1f")
    return made


def _by_verdict(shared: pd.DataFrame, colours: Palette) -> list[tuple[str, pd.DataFrame, str, str]]:
    """Name, rows, colour and mark of what is not called, worse and better."""
    worse, better = shared["verdict"] == WORSE, shared["verdict"] == BETTER
    return [
        ("not significant", shared[~worse & ~better], colours.baseline, "circle"),
        ("▼ worse", shared[worse], colours.worse, "triangle-down"),
        ("▲ better", shared[better], colours.better, "triangle-up"),
    ]
