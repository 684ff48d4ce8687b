"""Figures of how a model does over time, window by window."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

import plotly.graph_objects as go

from dashboard.charts.theme import Palette, escaped, figure, see_through

HEIGHT = 300
MOST_DATES = 4
"""Named on an axis: more do not fit beside each other in half a page."""
MANY = 60
"""Of so many windows the intervals are a band: bars would hide each other."""
FEW = 13
"""So many estimates have a mark each: more would hide what came true."""
WIDE = 0.09
"""Of the time that is shown: a gap as wide as this has its name in it."""
ROOM = 0.24
"""Of half the range of the values, above and below them."""
LEAST = 0.02
"""The smallest range of an axis: less would show rounding as change."""
COMPLETE, ALARM, OPEN = "complete", "alarm", "not judged"
"""What a window is: judged, judged and beyond its level, or neither."""
_SYMBOLS = {COMPLETE: "circle", ALARM: "diamond", OPEN: "circle-open"}

Bounds = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One window. ``interval``: 95%, None where there is none. ``mark``: what it is. ``note``: what
    else to say of it, as text.
    """

    begins: datetime
    ends: datetime
    name: str
    value: float
    interval: Bounds | None
    posts: int
    mark: str = COMPLETE
    note: str = ""

    @property
    def middle(self) -> datetime:
        """Where it stands on the axis."""
        return self.begins + (self.ends - self.begins) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Windows next to each other without a figure, for one reason: ``state``."""

    begins: datetime
    ends: datetime
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A value that has held since ``since``. ``said``: what it is, as text."""

    since: datetime
    value: float
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Something that happened. ``name``: what, as text."""

    at: datetime
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One figure of a model over time.

    ``spots``: oldest first; none where only ``estimated`` has some: the same windows, as estimated
    without labels. ``reference``: of the validation split, with its interval. ``levels``: since
    when it has been another one. ``moments``: such as releases; those outside the time of the
    windows are not drawn. ``other``: a second line, by its name. ``format_``: of its values.
    ``from_zero``: where its axis begins.
    """

    spots: Sequence[Spot]
    gaps: Sequence[Gap] = ()
    reference: tuple[float, Bounds | None] | None = None
    levels: Sequence[Level] = ()
    moments: Sequence[Moment] = ()
    estimated: Sequence[Spot] = ()
    other: tuple[str, Sequence[float]] | None = None
    format_: str = ".3f"
    from_zero: bool = False

    @property
    def span(self) -> tuple[datetime, datetime]:
        """From the first window or gap to the end of the last."""
        every: list[Spot | Gap] = [*self.spots, *self.estimated, *self.gaps]
        return min(each.begins for each in every), max(each.ends for each in every)


def beside(track: Track, name: str, values: Sequence[float]) -> Track:
    """The same with a second line: one value for each window. Its axis begins at 0."""
    return replace(track, other=(name, values), from_zero=True)


def as_share(track: Track) -> Track:
    """The same in per cent."""
    return replace(track, format_=".1%")


def over_time(track: Track, colours: Palette, *, unit: str, y: str) -> go.Figure:
    """A figure, its reference as a band, alarms, changes of level, releases and gaps.

    Args:
        unit: of a window: ``week``.
        y: what the figure is.
    """
    made = figure(colours, x=f"{unit} from (UTC)", y=y, height=HEIGHT)
    low, high = _range(track)
    _add_gaps(made, track, colours)
    _add_reference(made, track, colours)
    _add_estimated(made, track, colours)
    _add_spots(made, track, colours)
    _add_levels(made, track, colours)
    _add_moments(made, track, colours, y=low)
    made.update_xaxes(type="date", range=list(track.span), tickangle=0, **_ticks(track))
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
    x, y = _joined(spots, [spot.value for spot in spots])
    made.add_scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", showlegend=False)
    if track.other is not None:
        name, values = track.other
        x, y = _joined(spots, values)
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
            [spot.name, _with_interval(spot, format_), spot.posts, escaped(spot.note)]
            for spot in spots
        ],
        "meta": ["window", "", "posts", "note"],
        "hovertemplate": f"%{{customdata[0]}}: %{{customdata[1]}}<br>%{{customdata[2]:,}} posts,"
        f" {what}<br>%{{customdata[3]}}<extra></extra>",
    }


def _with_interval(spot: Spot, format_: str) -> str:
    value = f"{spot.value:{format_}}"
    if spot.interval is None:
        return value
    low, high = (f"{end:{format_}}" for end in spot.interval)
    return f"{value} ({low} to {high})"


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
    for run in _runs(spots):
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


def _runs(spots: Sequence[Spot]) -> list[list[Spot]]:
    """Windows that follow each other."""
    runs = [[spot] for spot in spots[:1]]
    for before, spot in pairwise(spots):
        if spot.begins == before.ends:
            runs[-1].append(spot)
        else:
            runs.append([spot])
    return runs


def _joined(
    spots: Sequence[Spot], values: Sequence[float]
) -> tuple[list[datetime | None], list[float | None]]:
    """The points of a line that has a gap where the windows have one."""
    x: list[datetime | None] = []
    y: list[float | None] = []
    for place, (spot, value) in enumerate(zip(spots, values, strict=True)):
        if place and spots[place - 1].ends != spot.begins:
            x, y = [*x, None], [*y, None]
        x, y = [*x, spot.middle], [*y, value]
    return x, y


def _range(track: Track) -> Bounds:
    """From the lowest to the highest of all that is drawn, with room at both ends."""
    spots = (*track.spots, *track.estimated)
    ends = [end for spot in spots for end in (spot.value, *(spot.interval or ()))]
    ends += [level.value for level in track.levels]
    if track.reference is not None:
        ends += [track.reference[0], *(track.reference[1] or ())]
    if track.other is not None:
        ends += track.other[1]
    middle, half = (min(ends) + max(ends)) / 2, (max(ends) - min(ends)) / 2
    half = max(half, LEAST / 2) * (1 + ROOM)
    return (0.0 if track.from_zero else max(middle - half, 0.0)), middle + half


def _ticks(track: Track) -> dict[str, object]:
    """Some windows, evenly chosen, by the day on which each begins."""
    spots = track.spots or track.estimated
    chosen = spots[:: max(1, -(-len(spots) // MOST_DATES))]
    return {
        "tickvals": [spot.middle for spot in chosen],
        "ticktext": [f"{spot.begins:%Y-%m-%d}" for spot in chosen],
    }
