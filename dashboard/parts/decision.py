"""Speaking about a candidate, approving it, rejecting it."""

import streamlit as st

from core.access.identity import Role, current_actor
from core.release import review, rules
from core.release.case import Action, Case, next_step
from core.release.comments import MAX_COMMENT
from core.release.events import Approved
from dashboard import data, words
from dashboard.parts import acts
from dashboard.parts.acts import Act

SPEAK = "decide or comment on a candidate"
"""What all of these do, for those who may not: one reason for all."""


def show_decision(case: Case) -> None:
    """The comment, the reason for overruling where a gate fails, and the buttons.

    In a form, so that a comment and the click after it arrive together: a field that is left on the
    way to a button would have the page drawn anew in between, unseen.
    """
    _show_approval(case.candidate.approval)
    with st.form(f"decision-{case.number}", border=False, enter_to_submit=False):
        _show_form(case)


def _show_form(case: Case) -> None:
    number, store = case.number, data.store()
    seen = case.evidence.digest
    drawn = f"{number}-{seen[:12]}"  # a click on other evidence finds no button
    comment = st.text_area(
        "Comment",
        key=f"comment-{number}-{acts.turn()}",
        placeholder="Why? This stays in the history.",
        max_chars=MAX_COMMENT,
        height=90,
    )
    against_approval = rules.against_approval(case.candidate, case.evidence, current_actor())
    failed = () if against_approval else case.evidence.failed
    override = ""
    if failed:
        override = st.text_area(
            "Why it may be released anyway",
            key=f"override-{number}-{acts.turn()}",
            placeholder="The override stays on record.",
            max_chars=MAX_COMMENT,
            height=90,
        )
    decides = next_step(case).action == Action.DECIDE
    overruling = f", overriding {words.count(len(failed), 'gate')}" if failed else ""
    acts.offer(
        [
            Act(
                key=f"approve-{drawn}",
                label=f"Approve #{number}{overruling}",
                icon=":material/check:",
                why_not=acts.why_not(against_approval, Role.REVIEWER, to=SPEAK),
                do=lambda: review.approve(
                    store, number, comment=comment, seen=seen, override=override
                ),
                done=f"#{number} is approved. A releaser can now move an alias to it.",
                next_=decides and not failed,
            ),
            Act(
                key=f"reject-{drawn}",
                label=f"Reject #{number}",
                icon=":material/close:",
                why_not=acts.why_not(
                    rules.against_rejection(case.candidate, case.evidence),
                    Role.REVIEWER,
                    to=SPEAK,
                ),
                do=lambda: review.reject(store, number, comment=comment, seen=seen),
                done=f"#{number} is rejected.",
                next_=decides and bool(failed),
            ),
            Act(
                key=f"speak-{number}",
                label=f"Comment on #{number}",
                icon=":material/comment:",
                why_not=acts.why_not(None, Role.REVIEWER, to=SPEAK),
                do=lambda: review.comment(store, number, text=comment),
                done="The comment stays in the history.",
            ),
        ],
        in_form=True,
    )


def _show_approval(approval: Approved | None) -> None:
    if approval is None:
        st.caption("Approving assigns a version and moves no alias. Rejecting is final.")
        return
    st.markdown(
        f"**{approval.version}**, approved by {words.plain(approval.by)} on"
        f" {words.unbroken(words.minute(approval.at))}.  \n“{words.plain(approval.comment)}”"
    )
    if approval.override:
        st.markdown(f":orange[▲ A failed gate was overridden:] “{words.plain(approval.override)}”")
