"""Drawing how a model does over time, window by window."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard.charts.theme import Palette, escaped, figure, see_through
from dashboard.charts.track import (
    ALARM,
    COMPLETE,
    OPEN,
    Spot,
    Track,
    joined,
    runs,
    ticks,
    value_range,
    with_interval,
)

HEIGHT = 300
MANY = 60
"""Of so many windows the intervals are a band: bars would hide each other."""
FEW = 13
"""So many estimates have a mark each: more would hide what came true."""
WIDE = 0.09
"""Of the time that is shown: a gap as wide as this has its name in it."""
_SYMBOLS = {COMPLETE: "circle", ALARM: "diamond", OPEN: "circle-open"}


def over_time(track: Track, colours: Palette, *, unit: str, y: str) -> go.Figure:
    """A figure, its reference as a band, alarms, changes of level, releases and gaps.

    Args:
        unit: of a window: ``week``.
        y: what the figure is.
    """
    made = figure(colours, x=f"{unit} from (UTC)", y=y, height=HEIGHT)
    low, high = value_range(track)
    _add_gaps(made, track, colours)
    _add_reference(made, track, colours)
    _add_estimated(made, track, colours)
    _add_spots(made, track, colours)
    _add_levels(made, track, colours)
    _add_moments(made, track, colours, y=low)
    made.update_xaxes(type="date", range=list(track.span), tickangle=0, **ticks(track))
    made.update_yaxes(range=[low, high], tickformat=track.format_, nticks=8)
    return made


def _add_gaps(made: go.Figure, track: Track, colours: Palette) -> None:
    begins, ends = track.span
    for gap in track.gaps:
        wide = (gap.ends - gap.begins) > WIDE * (ends - begins)
        made.add_vrect(
            x0=gap.begins,
            x1=gap.ends,
            fillcolor=colours.quiet,
            opacity=0.12,
            line_width=0,
            layer="below",
        )
        if wide:
            made.add_annotation(
                x=gap.begins + (gap.ends - gap.begins) / 2,
                y=0.5,
                yref="paper",
                text=gap.state,
                textangle=-90,
                showarrow=False,
                font={"color": colours.quiet, "size": 12},
            )


def _add_reference(made: go.Figure, track: Track, colours: Palette) -> None:
    if track.reference is None:
        return
    value, bounds = track.reference
    ends = list(track.span)
    if bounds is not None:
        made.add_scatter(
            x=[*ends, *ends[::-1]],
            y=[bounds[0], bounds[0], bounds[1], bounds[1]],
            fill="toself",
            fillcolor=see_through(colours.baseline, 0.18),
            line={"width": 0},
            mode="lines",
            hoverinfo="skip",
            showlegend=False,
        )
    made.add_scatter(
        x=ends,
        y=[value, value],
        mode="lines",
        name="validation",
        line={"color": colours.baseline, "width": 1.5, "dash": "dot"},
        hovertemplate=f"validation: %{{y:{track.format_}}}<extra></extra>",
    )


def _add_estimated(made: go.Figure, track: Track, colours: Palette) -> None:
    """What is estimated without labels, dashed, with its interval as a band."""
    if not track.estimated:
        return
    _add_band(made, track.estimated, see_through(colours.baseline, 0.14))
    made.add_scatter(
        **_values(track.estimated, track.format_, "estimated"),
        mode="lines+markers" if len(track.estimated) <= FEW else "lines",
        name="estimated",
        line={"color": colours.quiet, "width": 1.5, "dash": "dash"},
        marker={"symbol": "square-open", "size": 6, "color": colours.quiet},
    )


def _add_spots(made: go.Figure, track: Track, colours: Palette) -> None:
    spots = track.spots
    if len(spots) > MANY:
        _add_band(made, spots, see_through(colours.text, 0.1))
    line = {"color": colours.text, "width": 2}
    x, y = joined(spots, [spot.value for spot in spots])
    made.add_scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", showlegend=False)
    if track.other is not None:
        name, values = track.other
        x, y = joined(spots, values)
        made.add_scatter(
            x=x,
            y=y,
            mode="lines",
            name=name,
            line={"color": colours.baseline, "width": 1.5, "dash": "dash"},
            hovertemplate=f"{name}: %{{y:{track.format_}}}<extra></extra>",
        )
    for mark, symbol in _SYMBOLS.items():
        shown = [spot for spot in spots if spot.mark == mark]
        if not shown:
            continue
        colour = colours.worse if mark == ALARM else colours.text
        made.add_scatter(
            **_values(shown, track.format_, mark),
            **({} if len(spots) > MANY else {"error_y": _bars(shown, colour)}),
            mode="markers",
            name="alarm ▼" if mark == ALARM else mark,
            showlegend=mark != COMPLETE,
            marker={"symbol": symbol, "size": 10 if mark == ALARM else 7, "color": colour},
            cliponaxis=False,
        )


def _add_levels(made: go.Figure, track: Track, colours: Palette) -> None:
    end = track.span[1]
    for place, level in enumerate(track.levels):
        made.add_scatter(
            x=[level.since, end],
            y=[level.value, level.value],
            mode="lines+markers",
            name="changed level",
            line={"color": colours.worse, "width": 1.5, "dash": "dash"},
            marker={"symbol": ["line-ns", "circle"], "size": [16, 0.1], "line": {"width": 2}},
            text=[escaped(level.said)] * 2,
            hovertemplate="%{text}<extra></extra>",
            showlegend=not place,
        )


def _add_moments(made: go.Figure, track: Track, colours: Palette, *, y: float) -> None:
    begins, ends = track.span
    shown = [moment for moment in track.moments if begins <= moment.at <= ends]
    for moment in shown:
        made.add_vline(x=moment.at, line={"color": colours.quiet, "width": 1, "dash": "dot"})
    if shown:
        made.add_scatter(
            x=[moment.at for moment in shown],
            y=[y] * len(shown),
            text=[escaped(moment.name) for moment in shown],
            mode="markers",
            name="release",
            marker={"symbol": "triangle-up", "size": 11, "color": colours.quiet},
            cliponaxis=False,
            hovertemplate="%{x|%Y-%m-%d}: %{text}<extra></extra>",
        )


def _values(spots: Sequence[Spot], format_: str, what: str) -> dict[str, object]:
    """Where the marks stand, and what they say."""
    return {
        "x": [spot.middle for spot in spots],
        "y": [spot.value for spot in spots],
        "customdata": [
            [spot.name, with_interval(spot, format_), spot.posts, escaped(spot.note)]
            for spot in spots
        ],
        "meta": ["window", "", "posts", "note"],
        "hovertemplate": f"%{{customdata[0]}}: %{{customdata[1]}}<br>%{{customdata[2]:,}} posts,"
        f" {what}<br>%{{customdata[3]}}<extra></extra>",
    }


def _bars(spots: Sequence[Spot], colour: str) -> dict[str, object]:
    bounds = [spot.interval or (spot.value, spot.value) for spot in spots]
    return {
        "type": "data",
        "symmetric": False,
        "array": [high - spot.value for spot, (_, high) in zip(spots, bounds, strict=True)],
        "arrayminus": [spot.value - low for spot, (low, _) in zip(spots, bounds, strict=True)],
        "color": colour,
        "thickness": 1.2,
        "width": 3,
    }


def _add_band(made: go.Figure, spots: Sequence[Spot], colour: str) -> None:
    """The intervals as bands, one for each run of windows without a gap."""
    for run in runs(spots):
        bounds = [spot.interval or (spot.value, spot.value) for spot in run]
        x = [spot.middle for spot in run]
        made.add_scatter(
            x=[*x, *x[::-1]],
            y=[*(low for low, _ in bounds), *(high for _, high in bounds[::-1])],
            fill="toself",
            fillcolor=colour,
            line={"width": 0},
            mode="lines",
            hoverinfo="skip",
            showlegend=False,
        )
