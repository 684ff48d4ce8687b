"""From which window on a model does otherwise than before. Pure."""

from collections.abc import Callable, Sequence
from types import MappingProxyType

import numpy as np

from core.arrays import Floats
from core.drift.alarms import LEVEL, Part, parts_of, spread_of
from core.drift.reading import Posts
from core.drift.results import Change, Figures, Measured, State, WindowReport
from core.drift.windows import Window
from core.stats.change_point import detected

P_AT_1, ACCURACY = "p_at_1_mean", "accuracy"
_OF_POSTS: MappingProxyType[str, Callable[[Posts], Floats]] = MappingProxyType(
    {
        P_AT_1: lambda posts: posts.said.p_at_1,
        ACCURACY: lambda posts: posts.said.right.astype(np.float64),
    }
)
"""What each post has, whose mean is watched."""


def changes(
    reference: Posts, windows: Sequence[WindowReport], window: Window, *, level: float = LEVEL
) -> tuple[Change, ...]:
    """The changes of mean p@1 and of realised accuracy over the complete windows.

    Args:
        level: the chance of a false alarm of either in 26 windows; each gets half of it.
    """
    parts = parts_of(reference.created, window)
    judged = [each for each in windows if each.state == State.COMPLETE and each.figures]
    if len(parts) < 2 or not judged:
        return ()
    found = [
        _change(name, of_posts(reference), parts, judged, level=level / len(_OF_POSTS))
        for name, of_posts in _OF_POSTS.items()
    ]
    return tuple(each for each in found if each is not None)


def _change(
    name: str,
    values: Floats,
    parts: Sequence[Part],
    judged: Sequence[WindowReport],
    *,
    level: float,
) -> Change | None:
    measured = [
        (each, now, each.figures.posts)
        for each in judged
        if each.figures and (now := _measured(name, each.figures))
    ]
    variance, mean = float(values.var()), float(values.mean())
    if not measured or not variance:
        return None
    point = detected(
        np.array([now.value - mean for _, now, _ in measured]),
        np.array([posts for _, _, posts in measured], dtype=np.float64),
        variance=variance,
        reference=len(values),
        spread=spread_of(values, parts),
        level=level,
    )
    if point is None:
        return None
    return Change(
        figure=name,
        fired=measured[point.fired][0].begins,
        began=measured[point.began][0].begins,
        size=Measured(point.size, point.interval),
    )


def _measured(name: str, figures: Figures) -> Measured | None:
    if name == P_AT_1:
        return figures.p_at_1
    return figures.realised.get(name) if figures.realised else None
