"""Figures of how sure the models are, and how far their p@1 can be believed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.arrays import Floats
from core.evaluation.results import BinnedF1, F1Curves, Histogram, IsotonicF1, ReliabilityCurve
from core.stats.calibration import Reliability
from dashboard.charts.theme import HEIGHT, Palette, escaped, figure, see_through

P_AT_1 = "p@1, probability of the first prediction"
NEAR, FEWEST_NEAR = 0.05, 3
"""Of a mean p@1: how near another counts, and how many make a curve worth drawing."""
DASHES = ("solid", "dash", "dot", "dashdot")


@dataclass(frozen=True, slots=True)
class ConfidenceCurve:
    """Where the p@1 of one model lie on one set of posts.

    ``candidate``: whose colour it has.
    ``place``: of the set among those shown, from 0; it gives the dash.
    """

    name: str
    histogram: Histogram
    candidate: bool
    place: int = 0


def p_at_1(
    shown: Sequence[ConfidenceCurve],
    colours: Palette,
    *,
    cumulative: bool = False,
    of: str = "posts",
) -> go.Figure:
    """Distributions of p@1 laid over each other, as shares of posts, or as shares up to each p@1.

    Posts of the first set are filled, those of others are lines.

    Args:
        of: what the shares are called shares of.
    """
    made = figure(
        colours, x=P_AT_1, y=f"share of {of} up to it" if cumulative else f"share of {of}"
    )
    for one in shown:
        edges, shares = _shares(one.histogram)
        colour = colours.candidate if one.candidate else colours.baseline
        line = {"color": colour, "width": 2, "dash": DASHES[one.place % len(DASHES)]}
        if cumulative:
            made.add_scatter(
                x=edges,
                y=np.append(0, np.cumsum(shares)),
                name=one.name,
                mode="lines",
                line=line,
                hovertemplate=f"p@1 up to %{{x:.2f}}: %{{y:.1%}} of {of}"
                "<extra>%{fullData.name}</extra>",
            )
            continue
        made.add_scatter(
            x=(edges[:-1] + edges[1:]) / 2,
            y=shares,
            name=one.name,
            mode="lines",
            line=line | {"shape": "hvh"},
            fill="none" if one.place else "tozeroy",
            fillcolor=see_through(colour, 0.22),
            hovertemplate=f"p@1 about %{{x:.2f}}: %{{y:.1%}} of {of}"
            "<extra>%{fullData.name}</extra>",
        )
    made.update_xaxes(range=[0, 1], tickformat=".1f", dtick=0.2)
    made.update_yaxes(tickformat=".0%", rangemode="tozero")
    return made


def _shares(histogram: Histogram) -> tuple[Floats, Floats]:
    """Edges, and the share of posts between them."""
    posts = np.array(histogram.posts, dtype=float)
    return np.array(histogram.edges), posts / max(posts.sum(), 1)


def reliability(
    baseline: ReliabilityCurve,
    candidate: ReliabilityCurve,
    names: tuple[str, str],
    colours: Palette,
) -> go.Figure:
    """Accuracy against mean p@1 in bins: on the diagonal, p@1 means what it says."""
    made = diagonal(colours, y="accuracy")
    add_bins(made, baseline, names[0], symbol="circle", line={"color": colours.baseline})
    add_bins(made, candidate, names[1], symbol="diamond", line={"color": colours.candidate})
    return made


def diagonal(colours: Palette, *, y: str, height: int = HEIGHT) -> go.Figure:
    """Shares from 0 to 1 against mean p@1, and the line on which they are the same."""
    made = figure(colours, x="mean p@1", y=y, height=height)
    made.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        name="perfect calibration",
        line={"color": colours.quiet, "width": 1, "dash": "dot"},
        hoverinfo="skip",
    )
    made.update_xaxes(range=[0, 1], tickformat=".1f", dtick=0.2)
    made.update_yaxes(range=[0, 1], tickformat=".0%", dtick=0.2)
    return made


def add_bins(
    made: go.Figure,
    curve: ReliabilityCurve | Reliability,
    name: str,
    *,
    symbol: str,
    line: Mapping[str, str],
) -> None:
    """One curve; empty bins are left out."""
    filled = [place for place, posts in enumerate(curve.posts) if posts]
    made.add_scatter(
        x=[float(curve.mean_p[place]) for place in filled],
        y=[float(curve.accuracy[place]) for place in filled],
        customdata=[int(curve.posts[place]) for place in filled],
        meta=["posts"],
        name=name,
        mode="lines+markers",
        marker={"symbol": symbol, "size": 7},
        line={"width": 2, **line},
        cliponaxis=False,
        hovertemplate="p@1 %{x:.3f}, right %{y:.1%}, of %{customdata:,}"
        "<extra>%{fullData.name}</extra>",
    )


def f1_by_p(
    changes: pd.DataFrame,
    baseline: F1Curves | None,
    candidate: F1Curves,
    names: tuple[str, str],
    colours: Palette,
) -> go.Figure:
    """F1 against mean p@1: the candidate's subreddits, their bins, and its curve with its band.

    The baseline's curve is a thin line, where it has one. Both are drawn only as far as a few
    subreddits are near. See :mod:`core.stats.curve`.
    """
    made = figure(colours, x="mean p@1 of a subreddit's posts", y="F1")
    known = changes.dropna(subset=["f1_candidate", "p_at_1_mean_candidate"])
    made.add_scatter(
        x=known["p_at_1_mean_candidate"],
        y=known["f1_candidate"],
        customdata=np.column_stack([known["subreddit"], known["subreddit"].map(escaped)]),
        meta=["subreddit", ""],
        name="one subreddit",
        mode="markers",
        marker={"color": colours.quiet, "size": 4, "opacity": 0.35},
        hovertemplate="r/%{customdata[1]}: mean p@1 %{x:.3f}, F1 %{y:.3f}<extra></extra>",
    )
    curve = supported(candidate.isotonic, known["p_at_1_mean_candidate"].to_numpy(float))
    band = see_through(colours.candidate, 0.18)
    made.add_scatter(
        x=[*curve.p, *reversed(curve.p)],
        y=[*curve.high, *reversed(curve.low)],
        fill="toself",
        fillcolor=band,
        line={"width": 0},
        mode="lines",
        showlegend=False,
        hoverinfo="skip",
    )
    if baseline:
        seen = changes.dropna(subset=["f1_baseline", "p_at_1_mean_baseline"])
        before = supported(baseline.isotonic, seen["p_at_1_mean_baseline"].to_numpy(float))
        made.add_scatter(
            x=before.p,
            y=before.f1,
            name=names[0],
            mode="lines",
            line={"color": colours.baseline, "width": 1},
            hovertemplate="mean p@1 %{x:.3f}: F1 %{y:.3f}<extra>%{fullData.name}</extra>",
        )
    made.add_scatter(
        x=curve.p,
        y=curve.f1,
        customdata=list(zip(curve.low, curve.high, strict=True)),
        meta=["low", "high"],
        name=names[1],
        mode="lines",
        line={"color": colours.candidate, "width": 2},
        hovertemplate="mean p@1 %{x:.3f}: F1 %{y:.3f}, 95% band %{customdata[0]:.3f} to"
        " %{customdata[1]:.3f}<extra>%{fullData.name}</extra>",
    )
    _add_bins(made, candidate.binned, colours)
    made.update_xaxes(range=[0, 1], tickformat=".1f", dtick=0.2)
    made.update_yaxes(range=[0, 1], tickformat=".1f", dtick=0.2)
    return made


def supported(curve: IsotonicF1, p: Floats) -> IsotonicF1:
    """The curve without the ends near which there are fewer than three subreddits: there, its band
    says nothing, and can be as wide as the figure.

    Args:
        p: mean p@1 of the subreddits, shape (c,).
    """
    at, others = np.array(curve.p), np.sort(p)
    near = np.searchsorted(others, at + NEAR, "right") - np.searchsorted(others, at - NEAR, "left")
    enough = np.flatnonzero(near >= FEWEST_NEAR)
    if not len(enough):
        return IsotonicF1((), (), (), ())
    kept = slice(int(enough[0]), int(enough[-1]) + 1)
    return IsotonicF1(curve.p[kept], curve.f1[kept], curve.low[kept], curve.high[kept])


def _add_bins(made: go.Figure, binned: BinnedF1, colours: Palette) -> None:
    f1 = np.array(binned.f1)
    made.add_scatter(
        x=binned.p,
        y=f1,
        error_y={
            "type": "data",
            "symmetric": False,
            "array": np.array(binned.high) - f1,
            "arrayminus": f1 - np.array(binned.low),
            "thickness": 1,
            "width": 3,
        },
        customdata=binned.subreddits,
        meta=["subreddits"],
        name="bins",
        mode="markers",
        marker={"color": colours.candidate, "symbol": "diamond", "size": 7},
        hovertemplate="about %{x:.3f}: F1 %{y:.3f}, %{customdata:,} subreddits<extra></extra>",
    )
