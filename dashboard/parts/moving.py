"""Giving an alias another version, asked once more: from what to what, who gets it, and why."""

from dataclasses import dataclass

import streamlit as st

from core.errors import InputError
from core.invisible import is_visible
from core.release import aliases
from core.release.case import AFTER_ROLLBACK
from core.release.comments import MAX_COMMENT
from core.release.events import PRODUCTION
from core.serving import servers
from dashboard import data, words
from dashboard.parts import acts

_ASKED = "asked-move"
"""Session key of the move that the dialog is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """``before``: what the page showed when it was pressed, None for an alias that named nothing.
    ``back``: to the version before, for which the policy is not asked. ``card``, ``key``: the card
    and the button where it was pressed.
    """

    alias: str
    before: str | None
    after: str
    back: bool
    card: str
    key: str

    @property
    def label(self) -> str:
        """What the button says."""
        return (
            f"Roll back to {self.after}" if self.back else f"Release {self.after} to {self.alias}"
        )

    @property
    def done(self) -> str:
        """What to say then (Markdown)."""
        was = f" It was {self.before}." if self.before else ""
        back = "back at" if self.back else "now"
        after = self.back and self.alias == PRODUCTION
        next_ = f" Next: {words.plain(AFTER_ROLLBACK.words)}." if after else ""
        return f"{words.plain(self.alias)} is {back} {self.after}.{was}{next_}"


def ask(move: Move) -> None:
    """Have the page ask, once all its cards are drawn."""
    st.session_state[_ASKED] = move


def show_asked() -> None:
    """The dialog, where a move was asked for; closing it moves nothing."""
    move: Move | None = st.session_state.get(_ASKED)
    if move is None:
        return
    title = f"{'Roll' if move.back else 'Release to'} {move.alias}{' back' if move.back else ''}?"
    st.dialog(title, on_dismiss=_forget)(_show)(move)


def callers(move: Move) -> str:
    """Who gets the version then (Markdown)."""
    if move.alias != PRODUCTION:
        alias = words.plain(move.alias)
        return f"Only callers that ask for **{alias}** get it; production stays as it is."
    canary = aliases.canary(data.store())
    others = (
        f", except the {words.per_cent(canary.share)} that get the canary {canary.version}"
        if canary and canary.version != move.after
        else ""
    )
    asked = servers.asked(data.store(), move.before) if move.before else 0
    lately = (
        f"In the last 24 hours, {move.before} answered {words.count(asked, 'request')}."
        if asked
        else "In the last 24 hours, no server has reported a request."
    )
    return f"**All callers** get it immediately{others}. {lately}"


def _show(move: Move) -> None:
    before = f"**{move.before}**" if move.before else "nothing"
    st.markdown(f"{words.plain(move.alias)}: {before} → **{move.after}**")
    st.markdown(callers(move))
    why = acts.text_field(
        "Why?",
        key=f"why-{move.alias}",
        placeholder="What went wrong?" if move.back else "What do callers gain?",
        most=MAX_COMMENT,
        area=True,
    )
    emergency = st.checkbox(
        "Emergency: without a reason", help="The history will say that no reason was given."
    )
    icon = ":material/undo:" if move.back else ":material/rocket_launch:"
    if st.button(move.label, type="primary", icon=icon, key="move", width="stretch"):
        acts.perform(
            lambda: _do(move, why.text, emergency=emergency),
            move.done,
            card=move.card,
            key=move.key,
            marks={InputError: why},
        )


def _do(move: Move, why: str, *, emergency: bool) -> None:
    if not emergency and not is_visible(why):
        raise InputError(
            f"Say why {move.alias} is moved",
            "One sentence is enough; it stays in the history. In an emergency, tick the box.",
        )
    if move.back:
        aliases.rollback(data.store(), move.alias, expected=move.before, comment=why)
    else:
        aliases.move(data.store(), move.alias, move.after, expected=move.before, comment=why)
    _forget()


def _forget() -> None:
    st.session_state.pop(_ASKED, None)
