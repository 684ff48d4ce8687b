"""Putting together what is known of a model's windows. Reads; predicts and writes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from core.comparison.topics import topics_file
from core.drift.alarms import FEWEST, LEVEL, Calibration
from core.drift.backtests import newest_of
from core.drift.changes import changes
from core.drift.earlier import past_of
from core.drift.estimate import Estimator, known
from core.drift.pending import SEALED
from core.drift.results import DriftReport, Figures, On, State, WindowReport
from core.drift.stored import Sealed, Watched
from core.drift.submissions import sent_to
from core.drift.windows import Window, edges
from core.store import Store
from core.store.models import Model

MISSING = 0.1
"""A window whose last tenth has no post may go on; of one that lacks a tenth of its posts, the
others are not judged.
"""
_WHY = {
    State.RUNNING: "It has not ended yet.",
    State.PARTIAL: "The newest post is from well before its end.",
    State.CUT: "The model's own snapshot ends within it.",
    State.FEW: f"It has fewer than {FEWEST} posts.",
    State.PARTLY_SEALED: "More than a tenth of its posts may be in a sealed test split.",
    State.SEALED: "Its posts may be in a sealed test split.",
    State.EMPTY: "No post is from this time.",
}


def report(
    store: Store,
    model: Model,
    *,
    window: Window = Window.WEEK,
    on: On = On.POSTS,
    level: float = LEVEL,
    now: datetime | None = None,
) -> DriftReport:
    """What is stored of a model, window by window.

    Args:
        level: the chance of any false alarm in 26 judged windows: half of it is for distances, half
            for changes.
        now: with its time zone. Default: the clock is read.
    """
    watched = Watched(store, model)
    moment = int((now or datetime.now(UTC)).timestamp())
    if on == On.POSTS:
        figures, newest = watched.figures(window), watched.newest
    else:
        texts = sent_to(store, model)
        figures, newest = texts.figures(watched.reference, window), texts.newest
    judging, posts = watched.calibration(window), watched.validation.reference
    estimator = _estimator(watched)
    reports = [
        _with_estimates(each, estimator)
        for each in _windows(watched, figures, window=window, newest=newest, now=moment, on=on)
    ]
    return DriftReport(
        causes=watched.causes(reports, window) if on == On.POSTS else None,
        on=on,
        window=window,
        training=model.execution,
        model=model.digest,
        since=watched.since,
        level=level,
        reference=watched.reference_report(judging),
        no_reference=watched.no_reference,
        windows=tuple(_judged(reports, judging, level=level / 2)),
        changes=() if posts is None else changes(posts, reports, window, level=level / 2),
        estimates=None if estimator is None else estimator.report,
        left_out=_left_out(watched) if on == On.POSTS else {},
    )


def rests_on(store: Store, model: Model) -> tuple[object, ...]:
    """Another one whenever :func:`report` may say something else of posts on the same day."""
    watched, past, topics = Watched(store, model), newest_of(store, model), topics_file(store.home)
    return (
        None if past is None else past.execution,
        topics.read_bytes() if topics.exists() else None,
        tuple((part, file.file) for part, file in watched.files.items()),
        watched.evaluation.execution if watched.evaluation else None,
        tuple(watched.left_out.items()),
        tuple(watched.sealed.posts.tolist()),
    )


def _estimator(watched: Watched) -> Estimator | None:
    """By which windows are estimated; None without a reference."""
    stored = watched.validation
    if stored.reference is None or watched.reference is None:
        return None
    reference, labels = watched.reference, len(stored.names)
    said, created = stored.reference.said, stored.reference.created
    at = (int(created[0]) + int(created[-1])) / 2
    return Estimator(
        said,
        known(said, reference.recalibration, labels=labels, at=at),
        past_of(watched.store, watched.model, until=watched.since),
        trained=watched.snapshot.splits["train"],
        labels=labels,
    )


def _with_estimates(window: WindowReport, estimator: Estimator | None) -> WindowReport:
    found = window.figures
    if found is None or estimator is None:
        return window
    at = (window.begins + window.ends) / 2
    return replace(window, estimated=estimator.estimated(found.expected, posts=found.posts, at=at))


def _left_out(watched: Watched) -> dict[str, int]:
    sealed = int(watched.sealed.posts.sum())
    return watched.left_out | ({SEALED: sealed} if sealed else {})


def _windows(
    watched: Watched,
    figures: Mapping[int, Figures],
    *,
    window: Window,
    newest: int | None,
    now: int,
    on: On,
) -> Iterable[WindowReport]:
    """Every window of the time, also those without posts, in order."""
    sealed = watched.sealed if on == On.POSTS else Sealed.of({})
    first = watched.since if on == On.POSTS else min(figures, default=0)
    last = max([first - 1 if newest is None else newest, *sealed.days.tolist()])
    every = edges(first, last, window)
    for begins, ends in zip(every.begins.tolist(), every.ends.tolist(), strict=True):
        found, hidden = figures.get(begins), sealed.within(begins, ends)
        posts = found.posts if found else 0
        state = state_of(
            begins, ends, posts, since=first, newest=newest or 0, now=now, hidden=hidden
        )
        yield WindowReport(
            begins=begins,
            ends=ends,
            state=state,
            figures=found,
            judged=None,
            why=_WHY.get(state, ""),
        )


def state_of(
    begins: int,
    ends: int,
    posts: int,
    *,
    since: int,
    newest: int,
    now: int,
    hidden: int,
) -> State:
    """What a window with that many posts is.

    Args:
        begins, ends: of the window; ``since``: from when on posts are new; ``newest``: the moment
            of the newest post; ``now``: all in epoch seconds.
        hidden: posts that may be sealed. A few of them leave a window as it was.
    """
    if not posts:
        return State.SEALED if hidden else State.EMPTY
    if ends > now:
        return State.RUNNING
    if begins < since:
        return State.CUT
    if hidden > MISSING * (hidden + posts):
        return State.PARTLY_SEALED
    if newest < ends - MISSING * (ends - begins):
        return State.PARTIAL
    return State.COMPLETE if posts >= FEWEST else State.FEW


def _judged(
    reports: Sequence[WindowReport], judging: Calibration | None, *, level: float
) -> Iterable[WindowReport]:
    """The complete windows judged, in their order."""
    look = 0
    for each in reports:
        found = each.figures.distances if each.figures else None
        if each.state != State.COMPLETE or each.figures is None or found is None:
            yield each
        elif judging is None:
            yield replace(each, why="The validation split has too few posts to calibrate alarms.")
        else:
            look += 1
            posts = each.figures.posts
            yield replace(each, judged=judging.judge(found, posts=posts, look=look, level=level))
