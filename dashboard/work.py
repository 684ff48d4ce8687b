"""Long work that a page asks for: asked for, watched, cancelled. A process beside the page does it
(core.jobs), so a reload shows how far it is, and closing the page ends nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import streamlit as st

from core import jobs
from core.access.identity import Role
from core.errors import NotFoundError
from core.jobs import Job, reports
from core.jobs.reports import Report
from core.words import listed
from dashboard import components as c
from dashboard import data, words
from dashboard.pages import Page

EVERY = 1.0
"""Seconds between two looks at work that goes on."""
LATE = timedelta(minutes=1)
"""Work that nothing is ahead of has begun by then, unless its process cannot start."""
_WATCHED = "watched"
"""Session key: number of a job that this person waits for -> where to say it is done, and how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece of work, and how a page speaks of it.

    ``kind``, ``inputs``: as :mod:`core.jobs.kinds` names them. ``done``: what to say after it,
    empty where the page shows it; ``not_done``: what to say where it ended badly, a sentence
    without its full stop (both Markdown). ``cancel``: what the button says. ``if_cancelled``: what
    follows if it is cancelled now. ``card``: of the page, where ``done`` is said; empty: at its
    head. ``beside``: what else to say while it goes on, looked up anew each time (Markdown).
    """

    kind: str
    inputs: Mapping[str, object]
    page: Page
    done: str
    not_done: str
    cancel: str
    if_cancelled: Callable[[Job], str]
    card: str = ""
    beside: Callable[[], str] | None = None


def latest(piece: Piece) -> Job | None:
    """The newest job that asked for it; None before the first."""
    return jobs.latest(data.store(), piece.kind, piece.inputs)


def begin(piece: Piece) -> None:
    """Have it done; where somebody has asked for the same and it waits or runs, it is done once.

    Raises:
        SignoffError: the visitor has not the role for it, or something stands against it.
    """
    job = jobs.ask(data.store(), piece.kind, piece.inputs, page=piece.page.title)
    _watched()[job.number] = (piece.card, piece.done)


def news() -> list[tuple[str, str]]:
    """What has been done of what this person waited for, each said once: in which card, and what
    (Markdown).
    """
    watched, said = _watched(), list[tuple[str, str]]()
    for number in list(watched):
        try:
            job = jobs.get(data.store(), number)
        except NotFoundError:  # the workspace was replaced, such as by a backup
            del watched[number]
            continue
        if not job.under_way:
            card, done = watched.pop(number)
            said += [(card, done)] if job.status == jobs.SUCCEEDED and done else []
    return said


def show(piece: Piece, job: Job) -> None:
    """How far a job is that waits or runs; the page is drawn again once it has ended."""
    _watched().setdefault(job.number, (piece.card, piece.done))
    with st.container(key=f"job-{job.number}", border=False):
        _follow(piece, job.number)


@st.fragment(run_every=EVERY)
def _follow(piece: Piece, number: int) -> None:
    with c.boundary():
        job = jobs.get(data.store(), number)
        if not job.under_way:
            st.rerun()
        jobs.keep_going(data.store())
        report = reports.report_of(data.store(), job)
        if piece.beside is not None:
            st.markdown(piece.beside())
        share = report.share if report else None
        st.progress(share or 0.0, text=said_of(job, report, datetime.now(UTC)))
        _show_cancelling(piece, job)


def said_of(job: Job, report: Report | None, now: datetime) -> str:
    """How far it is, in one line (Markdown)."""
    if job.status == jobs.WAITING:
        return _waits(jobs.ahead(data.store(), job), now - job.asked_at)
    if report is None:
        return "Starting …"
    parts = [words.plain(report.step)]
    if report.share is not None:
        parts.append(words.per_cent(report.share))
    left = report.left(now)
    if left is not None:
        parts.append(f"about {words.about(left)} left")
    elif job.started_at is not None:
        parts.append(words.about((now - job.started_at).total_seconds()))
    return " · ".join(parts)


def _waits(before: Sequence[Job], since: timedelta) -> str:
    if before:
        first = before[0]
        title, by = words.plain(jobs.title(data.store(), first)), words.plain(first.by)
        many = f"{len(before):,} jobs, first " if before[1:] else ""
        return f"Waiting for {many}job {first.number}: {title}, asked for by {by}"
    if since < LATE:
        return "Starting …"
    return "Not started yet. If it stays so, the file `logs/jobs.log` of the workspace says why."


def _show_cancelling(piece: Piece, job: Job) -> None:
    asked = _asked(job)
    if job.cancelled_by is not None:
        st.caption(f"{asked} Cancelled by {words.plain(job.cancelled_by)}: it ends in a moment.")
        return
    st.caption(f"{asked} It goes on if you reload or close this page.")
    why_not = c.why_not(Role.REVIEWER, to=jobs.CANCEL)
    pressed = st.button(
        piece.cancel,
        key=f"cancel-{job.number}",
        icon=":material/cancel:",
        width="stretch",
        disabled=why_not is not None,
    )
    st.caption(why_not or piece.if_cancelled(job))
    if pressed:
        jobs.cancel(data.store(), job.number)
        st.rerun()


def show_end(piece: Piece, job: Job) -> None:
    """Why the newest job did not do it; nothing where it did."""
    asked = _asked(job)
    match job.status:
        case jobs.CANCELLED:
            by = words.plain(job.cancelled_by or "somebody")
            at = f" on {words.minute(job.cancelled_at)}" if job.cancelled_at else ""
            st.info(f"{piece.not_done}: {by} cancelled it{at}.", icon=":material/cancel:")
        case jobs.INTERRUPTED:
            why = words.plain(job.error or "")
            st.warning(f"{piece.not_done}. {why}. {asked}", icon=":material/power_off:")
        case jobs.FAILED:
            way_out = f" {words.plain(job.hint)}" if job.hint else ""
            st.error(f"**{piece.not_done}.** {words.plain(job.error or '')}.{way_out} {asked}")


def _asked(job: Job) -> str:
    """Who asked for it when, and who joined them (Markdown)."""
    others = listed([words.plain(each["by"]) for each in job.joined])
    then = f", then by {others}" if others else ""
    return f"Asked for by {words.plain(job.by)} on {words.minute(job.asked_at)}{then}."


def _watched() -> dict[int, tuple[str, str]]:
    watched: dict[int, tuple[str, str]] = st.session_state.setdefault(_WATCHED, {})
    return watched
