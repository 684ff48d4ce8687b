"""Figures of what happened over time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import plotly.graph_objects as go

from dashboard.charts.theme import Palette, figure

HEIGHT = 280
_ROOM = 0.15
"""Of the range of the values, above and below them."""
_LEAST = 0.02
"""The smallest range of an axis: less would show rounding as change."""
_APART = 0.09
"""How far what was replaced stands left of its move, and what replaced it right."""
_NAMED = 4
"""So many moves have their names at the axis."""


@dataclass(frozen=True, slots=True)
class Score:
    """A value, its 95% interval (None: unknown), and the posts that it is of."""

    value: float
    interval: tuple[float, float] | None
    posts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Production moved from a version to another, ``name``: both judged on the same posts; None
    where the evidence does not tell.
    """

    at: datetime
    name: str
    before: Score | None
    after: Score | None


def production(moves: Sequence[Move], *, metric: str, colours: Palette) -> go.Figure:
    """A metric of what was in production, from move to move.

    The line goes from what a version scored when it came to what it scored on the posts on which it
    was replaced. At each move stand both versions, on the same posts.

    Args:
        moves: oldest first, one or more. They stand equally far apart, as several may be of one
            hour, and none of the month before.
    """
    made = figure(colours, x="move of production", y=metric, height=HEIGHT)
    _add_line(made, moves, colours)
    old, new = ([move.before for move in moves], [move.after for move in moves])
    _add_scores(made, moves, old, name="replaced", colour=colours.baseline, shift=-_APART)
    _add_scores(made, moves, new, name="new", colour=colours.candidate, shift=_APART)
    for place in range(len(moves)):
        made.add_vline(x=place, line={"color": colours.quiet, "width": 1, "dash": "dot"})
    named = range(len(moves) - 1, -1, -math.ceil(len(moves) / _NAMED))[::-1]
    made.update_xaxes(
        tickvals=list(named),
        ticktext=[f"{moves[n].name}<br>{moves[n].at:%Y-%m-%d}" for n in named],
        range=[-0.4, len(moves) - 0.6],
    )
    made.update_yaxes(range=_range([*old, *new]), tickformat=".3f", nticks=6)
    return made


def _add_line(made: go.Figure, moves: Sequence[Move], colours: Palette) -> None:
    """What was in production between two moves."""
    x: list[float | None] = []
    y: list[float | None] = []
    for place, (move, following) in enumerate(pairwise(moves)):
        if move.after is not None and following.before is not None:
            x += [place + _APART, place + 1 - _APART, None]
            y += [move.after.value, following.before.value, None]
    made.add_scatter(
        x=x,
        y=y,
        mode="lines",
        name="in production",
        line={"color": colours.baseline, "width": 2},
        hoverinfo="skip",
    )


def _add_scores(
    made: go.Figure,
    moves: Sequence[Move],
    scores: Sequence[Score | None],
    *,
    name: str,
    colour: str,
    shift: float,
) -> None:
    known = [(place, each) for place, each in enumerate(scores) if each is not None]
    bounds = [each.interval or (each.value, each.value) for _, each in known]
    values = [each.value for _, each in known]
    made.add_scatter(
        x=[place + shift for place, _ in known],
        y=values,
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [high - y for y, (_, high) in zip(values, bounds, strict=True)],
            "arrayminus": [y - low for y, (low, _) in zip(values, bounds, strict=True)],
            "color": colour,
            "thickness": 1.5,
            "width": 4,
        },
        customdata=[
            [moves[place].name, f"{moves[place].at:%Y-%m-%d}", _said(each), each.posts]
            for place, each in known
        ],
        meta=["version", "date", "", "posts"],
        name=name,
        mode="markers",
        marker={"symbol": "circle" if shift < 0 else "diamond", "size": 9, "color": colour},
        cliponaxis=False,
        hovertemplate=f"%{{customdata[1]}}, to %{{customdata[0]}}<br>{name}: %{{customdata[2]}}"
        "<br>on %{customdata[3]}<extra></extra>",
    )


def _said(score: Score) -> str:
    if score.interval is None:
        return f"{score.value:.3f}"
    low, high = score.interval
    return f"{score.value:.3f} ({low:.3f} to {high:.3f})"


def _range(scores: Sequence[Score | None]) -> list[float]:
    """From the lowest to the highest bound."""
    known = [each for each in scores if each is not None]
    bounds = [b for each in known for b in (each.value, *(each.interval or ()))] or [0, 1]
    middle, half = (min(bounds) + max(bounds)) / 2, (max(bounds) - min(bounds)) / 2
    half = max(half, _LEAST / 2) * (1 + _ROOM)
    return [middle - half, middle + half]
