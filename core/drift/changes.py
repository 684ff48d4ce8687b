"""From which window on a model does otherwise than before. Pure."""

from collections.abc import Callable, Sequence
from types import MappingProxyType

import numpy as np

from core.arrays import Floats
from core.drift.alarms import LEVEL, Part, parts_of
from core.drift.reading import Posts
from core.drift.results import Change, Figures, Measured, State, WindowReport
from core.drift.windows import Window
from core.stats.change_point import detected
from core.stats.monitoring import Spread, mean_null, spread_between

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
        level: the chance of a false alarm of either, over all windows; each gets half of it.
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
        spread=_spread(values, parts, variance),
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


def _spread(values: Floats, parts: Sequence[Part], variance: float) -> Spread:
    """How the means of windows differ without a change, by those of the parts of the reference."""
    sizes = np.array([part.stop - part.start for part in parts])
    sums = np.array([values[part].sum() for part in parts])
    rest = len(values) - sizes
    apart = sums / sizes - (values.sum() - sums) / rest
    both = sizes * rest / len(values)
    return spread_between(both * apart**2, both, [mean_null(variance)] * len(parts))
