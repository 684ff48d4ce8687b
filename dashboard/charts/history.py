"""Figures of what happened over time."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard.charts.theme import Palette, figure


def versions(
    names: Sequence[str], f1_macro: Sequence[float], p_at_1: Sequence[float], colours: Palette
) -> go.Figure:
    """Macro F1 and mean p@1 of one version after the other, oldest first; one may come again."""
    made = figure(colours, x="version", y="value", height=260)
    lines = (
        ("macro F1", f1_macro, colours.candidate, "circle"),
        ("mean p@1", p_at_1, colours.baseline, "diamond"),
    )
    for name, values, colour, symbol in lines:
        made.add_scatter(
            x=list(range(len(names))),
            y=list(values),
            customdata=list(names),
            meta=["version"],
            cliponaxis=False,  # a score of 1 is drawn whole
            name=name,
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"symbol": symbol, "size": 9},
            hovertemplate="%{customdata}: %{y:.3f}<extra>%{fullData.name}</extra>",
        )
    made.update_xaxes(
        tickvals=list(range(len(names))), ticktext=list(names), range=[-0.5, len(names) - 0.5]
    )
    made.update_yaxes(range=[0, 1], tickformat=".1f")
    return made
