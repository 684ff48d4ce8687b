"""What people may press: each button says what it will do, and why it cannot be done now."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import streamlit as st

from core.access.identity import Role
from core.errors import RefusedError, SignoffError
from dashboard import components as c
from dashboard import words, work

DONE = "done"
"""Session key of what was done, for the run that follows."""
TURN = "turn"
OFFERED = frozenset({"release show", "release test", "release policy adopt", "alias set"})
"""The commands that the page Release has a button for, or makes needless."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing to press.

    ``key``: what it is, whatever its label says of the moment: a click on a page that others have
    overtaken still arrives, and is answered. ``why_not``: why it cannot be done now (Markdown),
    None if it can. ``do``: does it. ``done``: what to say then (Markdown), empty where it asks once
    more. ``next_``: whether it is the next step, the one filled button. ``shortcut``: a key that
    presses it.
    """

    key: str
    label: str
    icon: str
    why_not: str | None
    do: Callable[[], object]
    done: str = ""
    next_: bool = False
    shortcut: str | None = None


def why_not(refusal: RefusedError | None, role: Role, *, to: str) -> str | None:
    """Why the visitor cannot do that now, the state of the release before the role (Markdown)."""
    if refusal is None:
        return c.why_not(role, to=to)
    return f"{words.plain(refusal.reason.rstrip('.'))}. {way_out(refusal)}"


def way_out(refusal: SignoffError) -> str:
    """How to mend it (Markdown), without the command where the page offers the same."""
    command = refusal.hint.command
    return words.hint(refusal.hint, command=command is None or command.name not in OFFERED)


def offer(acts: Sequence[Act], *, in_form: bool = False) -> None:
    """The buttons one below the other; a reason that several share is said once, beneath them."""
    button = st.form_submit_button if in_form else st.button
    for act, following in zip_longest(acts, acts[1:]):
        pressed = button(
            act.label,
            key=act.key,
            icon=act.icon or None,
            shortcut=act.shortcut,
            type="primary" if act.next_ and not act.why_not else "secondary",
            width="stretch",
            disabled=act.why_not is not None,
        )
        if act.why_not and (following is None or following.why_not != act.why_not):
            st.caption(act.why_not)
        if pressed and act.done:
            perform(act.do, act.done)
        elif pressed:
            act.do()


def perform(what: Callable[[], object], done: str) -> None:
    """Do it once, then say so after the page was drawn anew; a refusal stays on the page.

    Args:
        done: what to say (Markdown); empty: nothing yet.
    """
    try:
        what()
    except SignoffError as refusal:
        st.error(f"**{words.plain(refusal.reason)}.** {way_out(refusal)}")
        return
    if done:
        st.session_state[DONE] = done
    st.session_state[TURN] = turn() + 1
    st.rerun()


def turn() -> int:
    """How often this person has done something: fields that name it are empty the next time."""
    return int(st.session_state.get(TURN, 0))


def last_done(*, far_down: bool = False, anywhere: bool = False) -> bool:
    """Say what was done in the run before, or by a job that this person waits for, if anything was.

    Args:
        far_down: it was done where nobody sees the head of the page: said over the page then, which
            does not move.
        anywhere: it was done there or at the head: said in both ways.
    """
    done: str | None = st.session_state.pop(DONE, None)
    said = [*([done] if done else []), *work.news()]
    for sentence in said:
        if far_down or anywhere:
            st.toast(sentence, icon=":material/check:", duration="long")
        if not far_down:
            st.success(sentence)
    return bool(said)
