"""How far two models agree over all history. The names of the fields are the keys of the JSON."""

from dataclasses import dataclass

from core.stats.intervals import Interval


@dataclass(frozen=True, slots=True)
class Part:
    """Some posts that both models predicted.

    ``same``: the share with the same first prediction, ``interval``: 95%, exact. ``overlap``: mean
    rank-biased overlap of the first five predictions. ``fixed``: posts that the candidate alone has
    right; ``broken``: those that the baseline alone has.
    """

    posts: int
    same: float
    interval: Interval
    overlap: float
    fixed: int
    broken: int
    both_right: int
    both_wrong: int


@dataclass(frozen=True, slots=True)
class Group:
    """The posts of a month, such as ``2026-05``, or of a subreddit.

    ``untrained``: those that neither model was trained on; None without any. ``expected``: the
    share with the same first prediction if they agreed on these posts as often as on all, on those
    trained on and on the others. ``q_value`` (Benjamini & Hochberg): of being another one; None
    where there are too few posts to judge.
    """

    name: str
    all: Part
    untrained: Part | None
    expected: float
    q_value: float | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """``baseline``, ``candidate``: trainings. ``all``: all posts that both predicted;
    ``untrained``: those that neither model was trained on; each None without any. ``months``: in
    order. ``subreddits``: by name. ``unknown``: trainings whose posts nobody knows.
    ``left_out``: reason -> posts.
    """

    baseline: int
    candidate: int
    all: Part | None
    untrained: Part | None
    months: tuple[Group, ...]
    subreddits: tuple[Group, ...]
    unknown: tuple[int, ...]
    left_out: dict[str, int]
