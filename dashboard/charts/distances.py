"""How far p@1 is from the reference, measured by the level at which that alarms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import plotly.graph_objects as go

from dashboard.charts.theme import Palette, figure

NAMES = ("KS", "Wasserstein", "PSI")
_LOOKS = (("circle", "solid"), ("square", "dash"), ("triangle-up", "dot"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A judged window: its distances, in the order of :data:`NAMES`, and their alarm levels."""

    begins: datetime
    name: str
    distances: tuple[float, float, float]
    levels: tuple[float, float, float]


def against_levels(windows: Sequence[Looked], colours: Palette, *, unit: str) -> go.Figure:
    """Each distance divided by its alarm level, which is 1.

    Args:
        windows: 1 or more, oldest first.
    """
    made = figure(colours, x=f"{unit} from (UTC)", y="distance ÷ its alarm level", height=280)
    for place, (name, (symbol, dash)) in enumerate(zip(NAMES, _LOOKS, strict=True)):
        pairs = [(each.distances[place], each.levels[place]) for each in windows]
        made.add_scatter(
            x=[each.begins for each in windows],
            y=[distance / level for distance, level in pairs],
            customdata=[
                [each.name, distance, level]
                for each, (distance, level) in zip(windows, pairs, strict=True)
            ],
            meta=["window", "distance", "alarm level"],
            mode="lines+markers",
            name=name,
            line={"color": colours.baseline, "width": 1.5, "dash": dash},
            marker={
                "symbol": symbol,
                "size": 8,
                "color": [
                    colours.worse if distance > level else colours.baseline
                    for distance, level in pairs
                ],
            },
            cliponaxis=False,
            hovertemplate=f"%{{customdata[0]}}<br>{name} %{{customdata[1]:.3f}}, alarm level"
            " %{customdata[2]:.3f}<extra></extra>",
        )
    made.add_hline(
        y=1,
        line={"color": colours.worse, "width": 1.5, "dash": "dot"},
        annotation={"text": "alarm ▲", "font": {"color": colours.worse, "size": 12}},
        annotation_position="top left",
    )
    made.update_xaxes(type="date", tickformat="%Y-%m-%d", nticks=6, tickangle=0)
    made.update_yaxes(rangemode="tozero", nticks=6)
    return made
