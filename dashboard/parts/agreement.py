"""How far both models agree on all stored posts: what was found last, and the way to find it."""

from collections.abc import Sequence

import streamlit as st

from core.access.identity import Role
from core.drift import agree as agreeing
from core.drift.agree import PREDICT, Pair
from core.drift.agreement import FEWEST
from core.drift.agreement_results import Agreement, Group
from core.drift.agreement_sentence import differing, headline
from core.executions import Execution
from core.hints import Command
from core.jobs import kinds
from core.jobs.kinds import AGREE
from dashboard import components as c
from dashboard import data, pages, words, work
from dashboard.charts import agreement as charts
from dashboard.pair import WIDTH, Chosen
from dashboard.parts import acts
from dashboard.parts.acts import Act
from dashboard.work import Piece

SHOWN = 10
"""Subreddits that are listed; the command has them all."""


def show_agreement(chosen: Chosen) -> None:
    """Folded away; nothing where one model stands on both sides."""
    models = Pair(chosen.baseline.model, chosen.candidate.model)
    if chosen.baseline.number == chosen.candidate.number:
        return
    folded = st.expander("Agreement over all history", key="history", bind="query-params")
    if folded.open:
        with folded:
            made = agreeing.newest(data.store(), models)
            if made is not None:
                _show(data.agreement(made.outputs[agreeing.RESULTS]))
            _offer(models, made)


def _show(found: Agreement) -> None:
    c.reading(words.plain(headline(found)))
    months = [each for each in found.months if each.all.posts >= FEWEST]
    if months:
        c.chart(
            charts.by_month(months, c.colours()),
            key="agreement",
            alt="Share of posts with the same first prediction by month",
        )
        st.caption(f"With 95% intervals. Months with fewer than {FEWEST} posts are not drawn.")
    below = differing(found.subreddits)
    if below:
        _show_subreddits(below[:SHOWN])


def _show_subreddits(groups: Sequence[Group]) -> None:
    c.table(
        ("Subreddit", "Posts", "Same", "Expected", "Fixed / broken", "Not trained on: same"),
        [
            (
                f"r/{each.name}",
                f"{each.all.posts:,}",
                words.share(each.all.same),
                words.share(each.expected),
                f"{each.all.fixed:,} / {each.all.broken:,}",
                f"{words.share(each.untrained.same)} of {each.untrained.posts:,}"
                if each.untrained
                else "",
            )
            for each in groups
        ],
    )
    st.caption(
        "Subreddits whose share is below the expected one beyond chance. Expected: if they agreed"
        " on these posts as often as on all, on those trained on and on the others. Fixed and"
        " broken include posts that a model was trained on."
    )


def _offer(models: Pair, made: Execution | None) -> None:
    """How current it is; where there is something to do, the button and the command."""
    piece = _piece(models)
    if made is not None and made.inputs == piece.inputs:
        c.reading(f"Recorded as execution \\#{made.number}, {words.age(made.started_at)} ago.")
        return
    c.reading(
        "Not computed yet: both models are applied to every stored post outside sealed splits."
        if made is None
        else f"Execution \\#{made.number} found this. Posts or snapshots have changed since."
    )
    job = work.latest(piece)
    with st.container(width=WIDTH):
        if job is not None and job.under_way:
            work.show(piece, job)
            return
        if job is not None:
            work.show_end(piece, job)
    st.code(str(_command(models)), language="bash")
    with st.container(width=WIDTH):
        acts.offer(
            [
                Act(
                    key="agree",
                    label="Predict all posts with both",
                    icon=":material/join_inner:",
                    why_not=c.why_not(Role.REVIEWER, to=PREDICT),
                    do=lambda: acts.perform(lambda: work.begin(piece), ""),
                )
            ]
        )


def _command(models: Pair) -> Command:
    return Command("agree", models.baseline.execution, models.candidate.execution)


def _piece(models: Pair) -> Piece:
    return Piece(
        kind=AGREE,
        inputs=kinds.agreement(data.store(), models),
        page=pages.COMPARE,
        done="All posts are predicted with both models.",
        not_done="The posts have not been predicted",
        cancel="Cancel predicting",
        if_cancelled=lambda _job: "If you cancel now, nothing is kept of it.",
    )
