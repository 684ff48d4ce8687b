"""What a figure over time is made of, window by window. Pure: nothing is drawn here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

MOST_DATES = 4
"""Named on an axis: more do not fit beside each other in half a page."""
ROOM = 0.24
"""Of half the range of the values, above and below them."""
LEAST = 0.02
"""The smallest range of an axis: less would show rounding as change."""
COMPLETE, ALARM, OPEN = "complete", "alarm", "not judged"
"""What a window is: judged, judged and beyond its level, or neither."""

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


def with_interval(spot: Spot, format_: str) -> str:
    """``0.412 (0.401 to 0.423)``."""
    value = f"{spot.value:{format_}}"
    if spot.interval is None:
        return value
    low, high = (f"{end:{format_}}" for end in spot.interval)
    return f"{value} ({low} to {high})"


def runs(spots: Sequence[Spot]) -> list[list[Spot]]:
    """Windows that follow each other."""
    found = [[spot] for spot in spots[:1]]
    for before, spot in pairwise(spots):
        if spot.begins == before.ends:
            found[-1].append(spot)
        else:
            found.append([spot])
    return found


def joined(
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


def value_range(track: Track) -> Bounds:
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


def ticks(track: Track) -> dict[str, object]:
    """Some windows, evenly chosen, by the day on which each begins."""
    spots = max(track.spots, track.estimated, key=len)
    chosen = spots[:: max(1, -(-len(spots) // MOST_DATES))]
    return {
        "tickvals": [spot.middle for spot in chosen],
        "ticktext": [f"{spot.begins:%Y-%m-%d}" for spot in chosen],
    }
