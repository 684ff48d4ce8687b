"""Speaking about a candidate, approving it, rejecting it."""

from collections.abc import Sequence

import streamlit as st

from core.access.identity import Role, current_actor
from core.errors import GateFailedError, InputError
from core.release import review, rules, standing
from core.release.case import Action, Case, next_step
from core.release.comments import MAX_COMMENT
from core.release.events import Approved
from core.release.gate import Gate
from core.release.standing import Standing
from dashboard import data, words
from dashboard.parts import acts
from dashboard.parts.acts import Act, Field
from dashboard.parts.gates import name

CARD = "Decision"
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
    comment = acts.text_field(
        "Comment",
        key=f"comment-{number}",
        placeholder="Why? This stays in the history.",
        most=MAX_COMMENT,
        area=True,
    )
    against_approval = rules.against_approval(case.candidate, case.evidence, current_actor())
    failed = () if against_approval else case.evidence.failed
    override: Field | None = None
    if failed:
        override = acts.text_field(
            "Why it may be released anyway",
            key=f"override-{number}",
            placeholder="The override stays on record.",
            most=MAX_COMMENT,
            area=True,
        )
    open_ = () if against_approval else _inconclusive(case.evidence.gates)
    if open_:
        st.markdown(_accepting(open_))
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
                    store,
                    number,
                    comment=comment.text,
                    seen=seen,
                    override=override.text if override else "",
                ),
                done=f"\\#{number} is approved. A releaser can now move an alias to it.",
                next_=decides and not failed,
                marks={InputError: comment} | ({GateFailedError: override} if override else {}),
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
                do=lambda: review.reject(store, number, comment=comment.text, seen=seen),
                done=f"\\#{number} is rejected.",
                next_=decides and bool(failed),
                marks={InputError: comment},
            ),
            Act(
                key=f"speak-{number}",
                label=f"Comment on #{number}",
                icon=":material/comment:",
                why_not=acts.why_not(None, Role.REVIEWER, to=SPEAK),
                do=lambda: review.comment(store, number, text=comment.text),
                done="The comment stays in the history.",
                marks={InputError: comment},
            ),
        ],
        card=CARD,
        in_form=True,
    )


def _inconclusive(gates: Sequence[Gate]) -> list[Gate]:
    """Those that a person decides on because the evidence does not."""
    return [gate for gate in gates if standing.standing(gate) == Standing.INCONCLUSIVE]


def _accepting(gates: Sequence[Gate]) -> str:
    """What an approval accepts that no gate has answered (Markdown)."""
    said = "  \n".join(
        f"? **{words.plain(name(gate))}**: {words.plain(gate.why)}" for gate in gates
    )
    return f"Inconclusive, so approving accepts:  \n{said}"


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
