"""At which moments a backtest trains, and which windows it measures. Pure."""

import re
from dataclasses import dataclass

import numpy as np

from core.arrays import Int64s
from core.drift.windows import Edges, Window, edges
from core.errors import InputError

FEWEST = 500
"""Posts that a training must have at least: its validation is a tenth of them."""
SHARE = 0.25
"""Of a snapshot's posts, a training has this share or more, unless somebody says otherwise."""
MISSING = 0.1
"""A window of which the snapshot's open splits lack more than this is not measured."""
_EVERY = re.compile(r"(?:(\d{1,3}) )?(week|month)s?")


@dataclass(frozen=True, slots=True)
class Every:
    """How far cut-offs are apart, and how long windows are: ``number`` weeks or months."""

    number: int
    unit: Window

    @classmethod
    def parse(cls, text: str) -> "Every":
        """``month``, ``week``, ``4 weeks``.

        Raises:
            InputError: it is none of these.
        """
        found = _EVERY.fullmatch(text.strip().lower())
        number = int(found[1] or 1) if found else 0
        if not found or not number:
            raise InputError(
                f"--every {text[:40]!r} is not a time between trainings",
                "Give month, week, or a number of them, such as '4 weeks'.",
            )
        return cls(number, Window(found[2]))

    def __str__(self) -> str:
        return str(self.unit) if self.number == 1 else f"{self.number} {self.unit}s"

    def periods(self, first: int, until: int) -> Edges:
        """The whole periods from a moment to before another, the newest of which is the last one.

        Args:
            first, until: epoch seconds.
        """
        units = edges(first, until - 1, self.unit)
        lacks = np.maximum(first - units.begins, 0) + np.maximum(units.ends - until, 0)
        whole = np.flatnonzero(lacks <= MISSING * (units.ends - units.begins))
        if not len(whole):
            return Edges(units.begins[:0], units.ends[:0])
        ends = np.arange(whole[-1], whole[0] + self.number - 2, -self.number)[::-1]
        return Edges(units.begins[ends - self.number + 1], units.ends[ends])


@dataclass(frozen=True, slots=True)
class Plan:
    """``windows``: one after the other. A model is trained at the beginning of each of them, on the
    posts before, and measured on it and on all later ones. ``posts`` (int64, (w,)): how many there
    are before each. ``too_early``: so many more periods begin before there are enough posts.
    """

    windows: Edges
    posts: Int64s
    too_early: int

    def __len__(self) -> int:
        return len(self.windows)


def plan(
    created: Int64s,
    *,
    every: Every,
    until: int,
    since: int | None = None,
    fewest: int | None = None,
) -> Plan:
    """When to train.

    Args:
        created: of all open posts, ascending, in epoch seconds; shape (n,), n 1 or more.
        until: the first moment that has other posts than open ones.
        since: no training before this moment.
        fewest: posts that a training must have; None: :data:`SHARE` of all.

    Raises:
        InputError: no training is left; or ``fewest`` is below :data:`FEWEST`.
    """
    least = max(FEWEST, round(SHARE * len(created))) if fewest is None else fewest
    if least < FEWEST:
        raise InputError(
            f"--min-posts {least} is too few to train on",
            f"Give {FEWEST} or more, or leave it out.",
        )
    whole = every.periods(int(created[0]), until)
    posts = np.searchsorted(created, whole.begins)
    enough = posts >= least
    chosen = enough & (whole.begins >= (since or 0))
    if not chosen.any():
        raise InputError(
            f"With --every {str(every)!r} there is nothing to measure: no window lies before the"
            f" sealed test and has {least:,} posts before it to train on"
            f"{'' if since is None else ', and begins after --since'}",
            "Choose a shorter --every, such as week, fewer --min-posts, an earlier --since, or a"
            " snapshot of a longer time.",
        )
    return Plan(
        windows=Edges(whole.begins[chosen], whole.ends[chosen]),
        posts=posts[chosen],
        too_early=int(np.count_nonzero(~enough)),
    )
