"""Figures of several trainings: two metrics against each other, and the parameters of all."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboard.charts.theme import Palette, escaped, figure

LETTER = 0.07
"""How high a line of text is, where the whole axis is 1."""
ROOM = 90
"""Pixels at the right of the last axis, for what stands there."""
PAD = 0.06
"""How far an axis reaches beyond what is drawn on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One training in two metrics, its 95% intervals, and where its retrainings are.

    ``best``: whether it is among the best, or may be.
    """

    number: int
    name: str
    at: tuple[float, float]
    low: tuple[float, float]
    high: tuple[float, float]
    repeats: tuple[tuple[float, float], ...]
    best: bool


def two_metrics(spots: Sequence[Spot], colours: Palette, *, x: str, y: str) -> go.Figure:
    """A mark for each training with its intervals; small ones for its retrainings.

    The ``customdata`` of each mark is the number of its training.
    """
    made = figure(colours, x=x, y=y, height=360)
    repeats = [(spot, place) for spot in spots for place in spot.repeats]
    if repeats:
        made.add_scatter(
            x=[place[0] for _, place in repeats],
            y=[place[1] for _, place in repeats],
            mode="markers",
            name="retraining with another seed",
            marker={"symbol": "circle-open", "size": 7, "color": colours.baseline},
            customdata=[[spot.number] for spot, _ in repeats],
            text=[f"retraining of #{spot.number}" for spot, _ in repeats],
            hovertemplate="%{text}<br>%{x:.3f}, %{y:.3f}<extra></extra>",
        )
    for best, name, colour, symbol in (
        (True, "best within noise", colours.candidate, "circle"),
        (False, "others", colours.baseline, "diamond"),
    ):
        shown = [spot for spot in spots if spot.best == best]
        if not shown:
            continue
        made.add_scatter(
            x=[spot.at[0] for spot in shown],
            y=[spot.at[1] for spot in shown],
            error_x=_bars(shown, 0, colour),
            error_y=_bars(shown, 1, colour),
            mode="markers+text",
            name=name if any(spot.best for spot in spots) else "training",
            marker={"size": 11, "color": colour, "symbol": symbol},
            text=[f"#{spot.number}" for spot in shown],
            textposition="top right",
            textfont={"color": colours.text},
            customdata=[[spot.number, escaped(spot.name)] for spot in shown],
            hovertemplate="%{customdata[1]}<br>%{x:.3f}, %{y:.3f}<extra></extra>",
        )
    made.update_xaxes(tickformat=".3f", showgrid=True)
    made.update_yaxes(tickformat=".3f")
    return made


def _bars(spots: Sequence[Spot], axis: int, colour: str) -> dict[str, object]:
    return {
        "type": "data",
        "symmetric": False,
        "array": [spot.high[axis] - spot.at[axis] for spot in spots],
        "arrayminus": [spot.at[axis] - spot.low[axis] for spot in spots],
        "color": colour,
        "thickness": 1,
        "width": 3,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One axis of parallel coordinates: where each training stands on it, from 0 to 1, and what
    stands there.
    """

    name: str
    places: tuple[float, ...]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One training across all axes."""

    number: int
    name: str
    best: bool


def axis(name: str, values: Sequence[object]) -> Axis:
    """The axis of a parameter: numbers from the least to the greatest by their rank, so that a
    learning rate is as readable as a number of buckets; words in the order of the alphabet, and
    what a family does not have at the bottom.
    """
    distinct = sorted(set(values), key=_in_order)
    last = len(distinct) - 1
    place = {value: index / last if last else 0.5 for index, value in enumerate(distinct)}
    return Axis(
        name=name,
        places=tuple(place[value] for value in values),
        values=tuple(_text(value) for value in values),
    )


def metric_axis(name: str, values: Sequence[float]) -> Axis:
    """The axis of a metric: to scale."""
    low, high = min(values), max(values)
    width = (high - low) or 1
    return Axis(
        name=name,
        places=tuple((value - low) / width if high > low else 0.5 for value in values),
        values=tuple(f"{value:.3f}" for value in values),
    )


def parallel(axes: Sequence[Axis], lines: Sequence[Line], colours: Palette) -> go.Figure:
    """A line for each training, from one parameter to the next; the value stands at its mark."""
    made = figure(colours, x="", y="", height=340)
    for index, line in enumerate(lines):
        colour = colours.candidate if line.best else colours.baseline
        made.add_scatter(
            x=list(range(len(axes))),
            y=[each.places[index] for each in axes],
            mode="lines+markers",
            name=f"#{line.number}",
            line={"color": colour, "width": 2, "dash": "solid" if line.best else "dot"},
            marker={"size": 8, "color": colour, "symbol": "circle" if line.best else "diamond"},
            customdata=[
                [line.number, escaped(line.name), escaped(each.name), escaped(each.values[index])]
                for each in axes
            ],
            hovertemplate="%{customdata[1]}<br>%{customdata[2]}: %{customdata[3]}<extra></extra>",
            showlegend=False,
        )
    for place, each in enumerate(axes):
        made.add_vline(x=place, line={"color": colours.grid, "width": 1}, layer="below")
        if each is axes[-1]:
            continue  # its values stand with the runs
        for y, text in dict(zip(each.places, each.values, strict=True)).items():
            made.add_annotation(
                x=place,
                y=y,
                text=escaped(text),
                showarrow=False,
                xshift=8,
                xanchor="left",
                yshift=9,
                font={"size": 12, "color": colours.quiet},
            )
    places = apart(axes[-1].places)
    for index, line in enumerate(lines):
        made.add_annotation(
            x=len(axes) - 1,
            y=places[index],
            text=f"#{line.number} · {axes[-1].values[index]}",
            showarrow=False,
            xshift=10,
            xanchor="left",
        )
    made.update_yaxes(visible=False, range=[-PAD, max(1, *places) + 2 * PAD])
    made.update_layout(margin_r=ROOM)
    made.update_xaxes(
        tickvals=list(range(len(axes))),
        ticktext=[escaped(each.name) for each in axes],
        range=[-0.15, len(axes) - 0.9],
        title="",
    )
    return made


def apart(places: Sequence[float]) -> list[float]:
    """Where to write what stands at these places, so that nothing is written over another: as near
    as there is room, in the same order.
    """
    found, floor = list(places), float("-inf")
    for index in sorted(range(len(places)), key=places.__getitem__):
        found[index] = floor = max(places[index], floor)
        floor += LETTER
    return found


def _in_order(value: object) -> tuple[int, float, str]:
    if value is None:
        return (0, 0.0, "")
    if isinstance(value, int | float):
        return (1, float(value), "")
    return (2, 0.0, str(value))


def _text(value: object) -> str:
    return "–" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
