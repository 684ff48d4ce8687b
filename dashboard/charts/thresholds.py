"""Figures of answering only above a p@1."""

import plotly.graph_objects as go

from core.comparison.thresholds import AnsweredPosts, Thresholds
from dashboard.charts.theme import Palette, figure

MARK = 11


def answers(found: Thresholds, at: float, names: tuple[str, str], colours: Palette) -> go.Figure:
    """The share of answers that are right against the share of posts answered, one curve
    a model, from right to left by the p@1 that an answer needs.

    Marked: the baseline at ``at``, and the candidate where it is as precise; a line joins them.
    """
    made = figure(colours, x="share of posts answered", y="share of answers that are right")
    sides = ((found.baseline, colours.baseline), (found.candidate, colours.candidate))
    for name, (side, colour) in zip(names, sides, strict=True):
        _add_curve(made, found, side, name, colour)
    match = found.match(at)
    if match is not None:
        level = found.baseline.precision(at)
        marks = [(found.baseline.share(match.baseline), colours.baseline, "circle")]
        if match.candidate is not None:
            marks.append((found.candidate.share(match.candidate), colours.candidate, "diamond"))
        made.add_scatter(
            x=[x for x, _, _ in marks],
            y=[level] * len(marks),
            mode="lines+markers",
            line={"color": colours.text, "width": 1, "dash": "dot"},
            marker={
                "color": [colour for _, colour, _ in marks],
                "symbol": [symbol for _, _, symbol in marks],
                "size": MARK,
                "line": {"color": colours.text, "width": 1.5},
            },
            cliponaxis=False,
            name="the same precision",
            hovertemplate="answers %{x:.1%}, right %{y:.1%}<extra></extra>",
        )
    made.update_layout(margin_r=24)  # so that 100% has room
    made.update_xaxes(range=[0, 1], tickformat=".0%", dtick=0.2)
    made.update_yaxes(tickformat=".0%", nticks=6)
    return made


def _add_curve(
    made: go.Figure, found: Thresholds, side: AnsweredPosts, name: str, colour: str
) -> None:
    """Without thresholds that answer nothing."""
    kept = [at for at, posts in zip(found.at, side.answered, strict=True) if posts]
    made.add_scatter(
        x=[side.share(at) for at in kept],
        y=[side.precision(at) for at in kept],
        customdata=kept,
        meta=["p@1 at least"],
        name=name,
        mode="lines",
        line={"color": colour, "width": 2},
        hovertemplate="p@1 ≥ %{customdata:.2f}: answers %{x:.1%}, right %{y:.1%}"
        "<extra>%{fullData.name}</extra>",
    )
