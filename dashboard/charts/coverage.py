"""Figures of what posts there are: when they were written, and how long they are."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.theme import Palette, figure

EPOCH = date(1970, 1, 1)
DAILY = 400
"""Of a longer span a bar is a week: more than so many bars cannot be told apart."""
MONDAY = 4
"""The first one since the epoch, in days."""


def over_time(days: pd.DataFrame, gaps: pd.DataFrame, colours: Palette) -> go.Figure:
    """Posts a day, or a week where the span is long, with the gaps as bands.

    Args:
        days: ``day`` (since the epoch) and ``posts``, only days with posts; never none.
        gaps: ``day`` (the first), ``days``, ``expected``.
    """
    first, posts, width = bars(days)
    unit = "day" if width == 1 else "week"
    made = figure(colours, x="written (UTC)", y=f"posts a {unit}", height=260)
    made.add_bar(
        x=[_moment(day + width / 2) for day in first],
        y=posts,
        width=width * 86_400_000 * 0.94,
        marker={"color": colours.baseline, "line": {"width": 0}},
        name="posts",
        customdata=[str(_date(day)) for day in first],
        meta=["from"],
        hovertemplate=("%{customdata}" if width == 1 else "Week from %{customdata}")
        + ": %{y:,} posts<extra></extra>",
        showlegend=False,
    )
    for day, missing in zip(gaps["day"].tolist(), gaps["days"].tolist(), strict=True):
        made.add_vrect(
            x0=_moment(day),
            x1=_moment(day + missing),
            fillcolor=colours.worse,
            opacity=0.25,
            line_width=0,
            annotation={
                "text": f"▼ gap of {missing:,} days",
                "font": {"color": colours.worse, "size": 12},
            },
            annotation_position="top left",
        )
    made.update_layout(showlegend=False)
    made.update_yaxes(rangemode="tozero", tickformat=",d", nticks=6)
    return made


def bars(days: pd.DataFrame) -> tuple[list[int], list[int], int]:
    """The first day of each bar, its posts (also none), and how many days it is wide."""
    day, posts = days["day"].to_numpy(np.int64), days["posts"].to_numpy(np.int64)
    width = 1 if day.max() - day.min() < DAILY else 7
    place = (day - MONDAY) // width
    summed = np.bincount(place - place.min(), weights=posts).astype(np.int64)
    first = (np.arange(len(summed)) + place.min()) * width + MONDAY
    return first.tolist(), summed.tolist(), width


def lengths(edges: Sequence[int], counts: Sequence[int], colours: Palette) -> go.Figure:
    """Posts by their number of words, in bins that grow; empty ones at both ends are left out."""
    names = bin_names(edges)
    filled = np.flatnonzero(counts)
    shown = slice(int(filled[0]), int(filled[-1]) + 1)
    made = figure(colours, x="words of title and body", y="posts", height=260)
    made.add_bar(
        x=names[shown],
        y=list(counts[shown]),
        name="posts",
        marker_color=colours.baseline,
        hovertemplate="%{x} words: %{y:,} posts<extra></extra>",
        showlegend=False,
    )
    made.update_xaxes(type="category", tickangle=-45)
    made.update_yaxes(rangemode="tozero", tickformat=",d", nticks=6)
    return made


def bin_names(edges: Sequence[int]) -> list[str]:
    """``0``, ``2–3``, ``1,024 or more``: what each bin holds, an edge in the bin it begins."""
    names = [
        f"{low:,}" if high == low + 1 else f"{low:,}–{high - 1:,}"
        for low, high in pairwise(edges[:-1])
    ]
    return [*names, f"{edges[-2]:,} or more"]


def _date(day: float) -> date:
    return EPOCH + timedelta(days=int(day))


def _moment(day: float) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=float(day))
