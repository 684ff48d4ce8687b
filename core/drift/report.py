"""Putting together what is known of a model's windows. Reads; predicts and writes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from core.drift.alarms import FEWEST, LEVEL, Calibration
from core.drift.changes import changes
from core.drift.pending import SEALED
from core.drift.results import DriftReport, Figures, On, State, WindowReport
from core.drift.stored import Watched
from core.drift.submissions import sent_to
from core.drift.windows import Window, edges
from core.snapshots.read import listing
from core.store import Store
from core.store.models import Model

MISSING_END = 0.1
"""A window of which the last tenth has no post may not have been collected to its end."""
_WHY = {
    State.RUNNING: "It has not ended yet.",
    State.PARTIAL: "The newest post is from well before its end.",
    State.CUT: "The model's own snapshot ends within it.",
    State.FEW: f"It has fewer than {FEWEST} posts.",
    State.PARTLY_SEALED: "Some of its posts may be in a sealed test split, and were not read.",
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
        level: the chance of any false alarm: half of it is for distances, half for changes.
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
    reports = list(_windows(watched, figures, window=window, newest=newest, now=moment, on=on))
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
        left_out=watched.left_out if on == On.POSTS else {},
    )


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
    sealed = _sealed_spans(watched) if on == On.POSTS else []
    first = watched.since if on == On.POSTS else min(figures, default=0)
    last = max([first - 1 if newest is None else newest, *(end - 1 for _, end in sealed)])
    every = edges(first, last, window)
    for begins, ends in zip(every.begins.tolist(), every.ends.tolist(), strict=True):
        found = figures.get(begins)
        state = _state(begins, ends, found, since=first, newest=newest or 0, now=now, sealed=sealed)
        yield WindowReport(
            begins=begins,
            ends=ends,
            state=state,
            figures=found,
            judged=None,
            why=_WHY.get(state, ""),
        )


def _state(
    begins: int,
    ends: int,
    found: Figures | None,
    *,
    since: int,
    newest: int,
    now: int,
    sealed: Sequence[tuple[int, int]],
) -> State:
    hidden = any(begins < end and start < ends for start, end in sealed)
    if found is None:
        return State.SEALED if hidden else State.EMPTY
    if ends > now:
        return State.RUNNING
    if begins < since:
        return State.CUT
    if hidden:
        return State.PARTLY_SEALED
    if newest < ends - MISSING_END * (ends - begins):
        return State.PARTIAL
    return State.COMPLETE if found.posts >= FEWEST else State.FEW


def _sealed_spans(watched: Watched) -> list[tuple[int, int]]:
    """The times of sealed test splits after the model's own snapshot, if posts were left out."""
    if not watched.left_out.get(SEALED):
        return []
    spans = []
    for snapshot in listing(watched.store):
        begins, ends = snapshot.test_span
        ends = min(ends, int(snapshot.created_at.timestamp()))
        if ends > max(begins, watched.since):
            spans.append((max(begins, watched.since), ends))
    return spans


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
