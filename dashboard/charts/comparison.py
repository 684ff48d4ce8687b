"""Figures of a comparison."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from scipy import special

from core.comparison.significance import BETTER, WORSE
from dashboard.charts.theme import Palette, figure, see_through

BIN = 0.02
"""Width of the bins of the F1 changes."""


def f1_changes(changes: pd.DataFrame, colours: Palette) -> go.Figure:
    """Histogram of the F1 changes of the shared subreddits, stacked by verdict."""
    shared = changes.dropna(subset=["difference"])
    reach = max(0.1, float(np.ceil(shared["difference"].abs().max() / BIN) * BIN))
    edges = np.arange(-round(reach / BIN), round(reach / BIN) + 1) * BIN
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
            customdata=np.stack([edges[:-1], edges[1:]], axis=-1),
            hovertemplate="%{customdata[0]:+.2f} to %{customdata[1]:+.2f}: %{y} subreddits"
            "<extra>%{fullData.name}</extra>",
        )
    spreads = shared["noise_sd"].dropna().to_numpy(float) if "noise_sd" in shared else ()
    if len(spreads):
        made.add_scatter(
            x=edges[:-1] + BIN / 2,
            y=expected_by_noise(spreads, edges),
            name="reseeding alone",
            mode="lines",
            line={"color": colours.quiet, "width": 1.5, "shape": "hvh"},
            hovertemplate="reseeding alone: %{y:.1f} subreddits<extra></extra>",
        )
    made.add_vline(x=0, line={"color": colours.quiet, "width": 1, "dash": "dot"})
    made.update_layout(barmode="stack")
    made.update_xaxes(tickformat="+.2f", nticks=7)
    made.update_yaxes(rangemode="tozero")
    return made


def expected_by_noise(spreads: Any, edges: Any) -> Any:
    """How many subreddits retraining alone would put into each bin, given their spreads."""
    cumulative = special.ndtr(edges[None, :] / np.asarray(spreads)[:, None])
    return np.diff(cumulative, axis=1).sum(axis=0)


def _by_verdict(shared: pd.DataFrame, colours: Palette) -> list[tuple[str, pd.DataFrame, str, str]]:
    """Name, rows, colour and mark of what is not called, worse and better."""
    worse, better = shared["verdict"] == WORSE, shared["verdict"] == BETTER
    return [
        ("not told apart", shared[~worse & ~better], colours.baseline, "circle"),
        ("▼ worse", shared[worse], colours.worse, "triangle-down"),
        ("▲ better", shared[better], colours.better, "triangle-up"),
    ]


def p_at_1(
    baseline: dict[str, Any], candidate: dict[str, Any], names: tuple[str, str], colours: Palette
) -> go.Figure:
    """Both distributions of p@1, as shares of posts, from their stored histograms."""
    made = figure(colours, x="p@1, probability of the first prediction", y="share of posts")
    sides = zip((baseline, candidate), names, (colours.baseline, colours.candidate), strict=True)
    for histogram, name, colour in sides:
        edges, posts = np.array(histogram["edges"]), np.array(histogram["posts"])
        made.add_scatter(
            x=(edges[:-1] + edges[1:]) / 2,
            y=posts / max(posts.sum(), 1),
            name=name,
            mode="lines",
            line={"color": colour, "width": 2, "shape": "hvh"},
            fill="tozeroy",
            fillcolor=see_through(colour, 0.22),
            hovertemplate="p@1 about %{x:.2f}: %{y:.1%} of posts<extra>%{fullData.name}</extra>",
        )
    made.update_xaxes(range=[0, 1], tickformat=".1f")
    made.update_yaxes(tickformat=".0%", rangemode="tozero")
    return made


def reliability(
    baseline: dict[str, Any], candidate: dict[str, Any], names: tuple[str, str], colours: Palette
) -> go.Figure:
    """Accuracy against mean p@1 in bins: on the diagonal, p@1 means what it says."""
    made = figure(colours, x="mean p@1", y="accuracy")
    made.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        name="as sure as right",
        line={"color": colours.quiet, "width": 1, "dash": "dot"},
        hoverinfo="skip",
    )
    sides = zip(
        (baseline, candidate),
        names,
        (colours.baseline, colours.candidate),
        ("circle", "diamond"),
        strict=True,
    )
    for curve, name, colour, symbol in sides:
        filled = [i for i, posts in enumerate(curve["posts"]) if posts]
        made.add_scatter(
            x=[curve["mean_p"][i] for i in filled],
            y=[curve["accuracy"][i] for i in filled],
            customdata=[curve["posts"][i] for i in filled],
            name=name,
            mode="lines+markers",
            marker={"symbol": symbol, "size": 7},
            line={"color": colour, "width": 2},
            hovertemplate="p@1 %{x:.3f}, right %{y:.1%}, %{customdata:,} posts"
            "<extra>%{fullData.name}</extra>",
        )
    made.update_xaxes(range=[0, 1], tickformat=".1f")
    made.update_yaxes(range=[0, 1], tickformat=".0%")
    return made


def f1_scatter(changes: pd.DataFrame, chosen: str | None, colours: Palette) -> go.Figure:
    """Old against new F1, one mark a subreddit, its size by posts; above the line is a gain."""
    shared = changes.dropna(subset=["difference"])
    made = figure(colours, x="F1 of the baseline", y="F1 of the candidate", height=380)
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
            customdata=np.stack([part["subreddit"], part["difference"], part["support"]], axis=-1),
            hovertemplate="r/%{customdata[0]}: %{x:.3f} → %{y:.3f} (%{customdata[1]:+.3f}),"
            " %{customdata[2]:,} posts<extra></extra>",
        )
    made.update_xaxes(range=[-0.03, 1.03], tickformat=".1f", showgrid=True)
    made.update_yaxes(range=[-0.03, 1.03], tickformat=".1f")
    return made
