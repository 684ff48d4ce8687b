"""Reports of windows that were never predicted, for tests of what is said of them."""

from collections.abc import Sequence

import numpy as np

from core.drift.results import (
    Change,
    Distances,
    DriftReport,
    Figures,
    Judged,
    Measured,
    On,
    ReferenceReport,
    State,
    WindowReport,
)
from core.drift.windows import Window

MONDAY = 1_701_043_200
"""2023-11-27: the first window begins."""
WEEK = 7 * 86_400
LEVELS = Distances(ks=0.1, wasserstein=0.1, psi=0.1)


def make_figures(
    accuracy: float | None, *, posts: int = 4_000, p_at_1: float = 0.5, words: float | None = 0.05
) -> Figures:
    """``accuracy``: None: the posts have no labels."""
    realised = None if accuracy is None else {"accuracy": measured(accuracy, posts)}
    return Figures(
        posts=posts,
        p_at_1=measured(p_at_1, posts),
        p_at_1_histogram=(),
        distances=None,
        realised=realised,
        expected={},
        label_coverage=None,
        unknown_words=words,
        label_mix=None,
        new=(),
        gone=(),
    )


def measured(share: float, posts: int) -> Measured:
    reach = 1.96 * float(np.sqrt(abs(share) * (1 - abs(share)) / posts))
    return Measured(share, (share - reach, share + reach))


def make_report(
    accuracies: Sequence[float | None],
    *,
    before: float | None = 0.4,
    alarms: Sequence[int] = (),
    changes: tuple[Change, ...] = (),
    state: State = State.COMPLETE,
    posts: int = 4_000,
    p_at_1: float = 0.5,
) -> DriftReport:
    """Weeks one after the other.

    Args:
        before: the accuracy of the validation split; None: there is no reference.
        alarms: the places of the windows that alarm.
    """
    windows = tuple(
        WindowReport(
            begins=MONDAY + n * WEEK,
            ends=MONDAY + (n + 1) * WEEK,
            state=state,
            figures=make_figures(accuracy, posts=posts, p_at_1=p_at_1),
            judged=Judged(look=n + 1, levels=LEVELS, alarms=("ks",) if n in alarms else ()),
        )
        for n, accuracy in enumerate(accuracies)
    )
    reference = ReferenceReport(
        evaluation=4,
        snapshot="small",
        posts=20_000,
        begins=MONDAY - 8 * WEEK,
        ends=MONDAY,
        parts=8,
        figures=make_figures(before, posts=20_000),
    )
    return DriftReport(
        on=On.POSTS,
        window=Window.WEEK,
        training=3,
        model="0" * 64,
        since=MONDAY,
        level=0.05,
        reference=None if before is None else reference,
        no_reference="It was never evaluated." if before is None else "",
        windows=windows,
        changes=changes,
        causes=None,
        estimates=None,
        left_out={},
    )
