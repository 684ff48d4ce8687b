"""Opening a sealed test: what it costs, what it said, and how far it is."""

from dataclasses import replace

import streamlit as st

from core.access.identity import Role
from core.errors import InputError
from core.jobs import Job, kinds
from core.jobs.kinds import OPEN
from core.release import candidates, openings
from core.release.adoption import read_policy
from core.release.budget import Budget
from core.release.candidates import Candidate
from core.release.case import Action, Case, next_step
from core.snapshots import Snapshot
from core.snapshots.read import listing
from dashboard import data, pages, words, work
from dashboard.parts import acts
from dashboard.parts.acts import Act, Field
from dashboard.work import Piece

CARD = "Sealed test"


def chosen_split(candidate: Candidate) -> Snapshot | None:
    """Whose sealed test was chosen in the box of :func:`show_opening`; None: nobody has chosen."""
    picked = st.session_state.get(_key(candidate.number))
    return next((s for s in listing(data.store()) if s.digest == picked), None)


def show_opening(case: Case) -> None:
    """The budget of the split, what it said of the candidate, and the button that opens it."""
    unfinished = case.candidate.unfinished
    _show_splits(case)
    job = work.latest(piece(case))
    if job is not None and job.under_way:
        work.show(piece(case), job)
        return
    st.markdown(left(case.budget))
    _show_last(case)
    if job is not None and not (case.answer or case.leaked):
        work.show_end(piece(case), job)
    reason: Field | None = None
    against = case.against_opening()
    if against is None and unfinished is None:
        reason = acts.text_field(
            "Why now?",
            key=f"reason-{case.number}",
            placeholder="This stays in the ledger.",
            most=openings.MAX_REASON,
        )
    verb = "Finish opening the" if unfinished else "Open the sealed"
    acts.offer(
        [
            Act(
                key=f"open-{case.number}",
                label=f"{verb} test for #{case.number}",
                icon=":material/lock_open:",
                why_not=acts.why_not(against, Role.REVIEWER, to="open a sealed test"),
                do=lambda: _begin(case, reason),
                next_=next_step(case).action == Action.OPEN and not case.leaked,
            )
        ]
    )
    if case.opening:
        st.button("Refresh", icon=":material/refresh:", width="stretch")
    elif against is None:
        st.caption(cost(case))


def left(budget: Budget) -> str:
    """How often the split was opened, how often it still can be, and what it is (Markdown)."""
    others = f"  \n:gray[{budget.others}]" if budget.others else ""
    return (
        f"Used **{budget.used:,}** of {budget.possible:,}, **{budget.left:,} left**{others}"
        f"  \n:gray[{words.count(budget.posts, 'post')} of {words.plain(budget.snapshot.id)}"
        f"{words.erased(budget.snapshot.erased.get('test', 0))}]"
        f"  \n:gray[frozen {words.day(budget.snapshot.created_at)}]"
    )


def cost(case: Case) -> str:
    """What pressing costs, and what happens then (Markdown)."""
    if case.candidate.unfinished:
        return "It was counted when it started. Finishing it does not count again."
    serving = case.production.candidate if case.production else None
    together = f"#{case.number} and production, #{serving}, are evaluated on it together"
    alone = f"#{case.number} is evaluated on it"
    return (
        f"{_uses(case.budget.left)}, permanently. The"
        " ledger entry is written first; then"
        f" {alone if serving in (None, case.number) else together}."
    )


def _uses(left: int) -> str:
    return "Uses the last opening" if left == 1 else f"Uses one of {left:,} remaining openings"


def piece(case: Case) -> Piece:
    """The work of opening the sealed test that :func:`show_opening` shows."""
    split = case.budget.snapshot
    number = case.number

    def if_cancelled(_job: Job) -> str:
        """By the ledger as it is now: it is written after the job was asked for."""
        if candidates.get(data.store(), number).unfinished is None:
            return "Nothing has been opened yet. If you cancel now, nothing counts."
        return (
            "The opening is in the ledger and counts, whether or not you cancel. It can be"
            " finished later, and does not count again."
        )

    def now() -> str:
        """The budget while it is opened: the entry in the ledger is written first."""
        budgets = openings.budgets(data.store(), read_policy(data.store()))
        return left(next(b for b in budgets if b.snapshot.digest == split.digest))

    return Piece(
        kind=OPEN,
        inputs=kinds.opening(number, split.digest),
        page=pages.RELEASE,
        done=f"\\#{number} has been tested on the sealed test of {words.plain(split.id)}.",
        not_done="The test has no result",
        cancel="Cancel the opening",
        if_cancelled=if_cancelled,
        card=CARD,
        beside=now,
    )


def with_work(case: Case) -> Case:
    """The case; being opened as well while a page's work for that waits or runs."""
    job = work.latest(piece(case))
    return replace(case, opening=True) if job and job.under_way else case


def _begin(case: Case, reason: Field | None) -> None:
    """Have it opened; without a field, what was cut off is finished."""
    asked = piece(case)
    text = reason.text if reason else ""
    inputs = kinds.opening(case.number, case.budget.snapshot.digest, reason=text)
    acts.perform(
        lambda: work.begin(replace(asked, inputs=inputs)),
        "",
        card=CARD,
        marks={InputError: reason} if reason else None,
    )


def _show_splits(case: Case) -> None:
    """A select box of the splits, where there are several."""
    splits = {each.digest: each.id for each in listing(data.store())}
    if len(splits) > 1:
        st.selectbox(
            "Sealed test of",
            list(splits),
            index=list(splits).index(case.budget.snapshot.digest),
            format_func=lambda digest: splits[digest],
            key=_key(case.number),
            label_visibility="collapsed",
        )


def _show_last(case: Case) -> None:
    """What the last opening for this candidate came to."""
    last = openings.last_of(case.candidate)
    if last is None:
        return
    row, result = last.row, last.result
    opened = f"Opened on {words.unbroken(words.day(row.at))} by {words.plain(row.by)}"
    if last.end is None:
        ended = "running now" if case.opening else "interrupted before a result, and counted"
    elif result is None:
        ended = "no result, see above"
    else:
        elsewhere = row.snapshot != case.budget.snapshot.digest
        ended = f"**{result.verdict}**{' (of another split)' if elsewhere else ''}"
    st.markdown(f"{opened}: {ended}.  \n“{words.plain(row.comment)}”")


def _key(number: int) -> str:
    return f"split-{number}"
