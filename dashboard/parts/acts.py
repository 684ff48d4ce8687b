"""What people may press: each button says what it will do, and why it cannot be done now. What came
of it is said where it was pressed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import zip_longest

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.access.identity import Role
from core.errors import RefusedError, SignoffError
from dashboard import components as c
from dashboard import words, work

DONE = "done"
"""Session key of what was done, for the run that follows: card, key of the act, what to say."""
TURN = "turn"
OPENED = "opened"
"""Session key of the card that something was last done in: it stays open."""
OFFERED = frozenset({"release show", "release test", "release policy adopt", "alias set"})
"""The commands that the page Release has a button for, or makes needless."""


@dataclass(frozen=True, slots=True)
class Field:
    """A text field: what was written, and the place below it for what is wrong with that."""

    text: str
    below: DeltaGenerator
    marked: str
    """Where the session keeps what was wrong with it."""

    def mark(self, why: str) -> None:
        """Say below it what is wrong (Markdown); its frame says it too (static/style.html)."""
        st.session_state[self.marked] = why
        with self.below.container(key=f"wrong-{turn()}"):
            st.markdown(f":orange[▲ {why}]")

    def keep_room(self) -> None:
        """Leave what was wrong with it its room: else the button below would move up as soon as the
        field is left, from under the mouse that presses it.
        """
        if why := st.session_state.get(self.marked):
            with self.below.container(key=f"was-wrong-{turn()}"):
                st.markdown(f":orange[▲ {why}]")


Marks = Mapping[type[SignoffError], Field]
"""Kind of refusal -> the field that it is about."""


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
    marks: Marks = field(default_factory=dict)
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


@contextmanager
def card(title: str, *, open_: bool) -> Iterator[None]:
    """A card of a page, its title the name by which acts are told in it; folded unless it is its
    turn, or something was just done in it. What was done stands below its button; at the top of the
    card, where that is gone.

    Args:
        open_: whether it is its turn.
    """
    if any(where == title for where, _, _ in _done()):
        st.session_state[OPENED] = title
    with st.expander(f"**{title}**", expanded=open_ or st.session_state.get(OPENED) == title):
        top = st.container()
        yield
        with top:
            told(title)


def text_field(
    label: str, *, key: str, placeholder: str, most: int, area: bool = False, help_: str = ""
) -> Field:
    """A text field, of several lines if it is an ``area``, that says itself what is wrong with it.

    Args:
        key: it is empty again once something was done.
        most: characters that it takes.
    """
    with st.container(key=f"field-{key}", gap="xsmall"):
        name = f"{key}-{turn()}"
        if area:
            text = st.text_area(
                label, key=name, placeholder=placeholder, max_chars=most, height=90, help=help_
            )
        else:
            text = st.text_input(
                label, key=name, placeholder=placeholder, max_chars=most, help=help_
            )
        field = Field(text or "", st.empty(), marked=f"marked-{name}")
        field.keep_room()
        return field


def offer(acts: Sequence[Act], *, card: str = "", in_form: bool = False) -> None:
    """The buttons one below the other; a reason that several share is said once, beneath them.

    Args:
        card: in which what was done is told; empty: at the head of the page.
    """
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
        told(card, act.key)
        if act.why_not and (following is None or following.why_not != act.why_not):
            st.caption(act.why_not)
        if pressed and act.done:
            perform(act.do, act.done, card=card, key=act.key, marks=act.marks)
        elif pressed:
            act.do()


def perform(
    what: Callable[[], object],
    done: str,
    *,
    card: str = "",
    key: str = "",
    marks: Marks | None = None,
) -> None:
    """Do it once, then say so after the page was drawn anew; a refusal stays on the page, at the
    field that it is about.

    Args:
        done: what to say (Markdown); empty: nothing yet.
        card: in which to say it; empty: at the head of the page.
        key: of the act below which to say it.
    """
    try:
        what()
    except SignoffError as refusal:
        _say(refusal, marks or {})
        return
    if done:
        _done().append((card, key, done))
    st.session_state[TURN] = turn() + 1
    st.rerun()


def turn() -> int:
    """How often this person has done something: fields that name it are empty the next time."""
    return int(st.session_state.get(TURN, 0))


def told(card: str, key: str | None = None) -> None:
    """Say in this card, and over the page, what was done in it in the run before, if anything.

    Args:
        key: of the act that did it; None: whichever.
    """
    for sentence in _take(card, key) if card else []:
        st.success(sentence)
        st.toast(sentence, icon=":material/check:", duration="long")


def last_done(*, far_down: bool = False) -> bool:
    """Say at the head what was done in the run before, or by a job that this person waits for.

    What was done in a card is left to the card.

    Args:
        far_down: it was done where nobody sees the head of the page: said over the page then, which
            does not move.

    Returns:
        Whether anything was done, in a card or at the head.
    """
    _done().extend((card, "", done) for card, done in work.news())
    any_ = bool(_done())
    for sentence in _take(""):
        if far_down:
            st.toast(sentence, icon=":material/check:", duration="long")
        else:
            st.success(sentence)
    return any_


def _done() -> list[tuple[str, str, str]]:
    done: list[tuple[str, str, str]] = st.session_state.setdefault(DONE, [])
    return done


def _take(card: str, key: str | None = None) -> list[str]:
    """What was done in that card, by that act; it is said once."""
    done = _done()
    said = [each for each in done if each[0] == card and key in (None, each[1])]
    done[:] = [each for each in done if each not in said]
    return [sentence for _, _, sentence in said]


def _say(refusal: SignoffError, marks: Marks) -> None:
    said = f"{words.plain(refusal.reason)}.", way_out(refusal)
    about = next((where for kind, where in marks.items() if isinstance(refusal, kind)), None)
    if about is not None:
        about.mark(" ".join(said))
    else:
        st.error(f"**{said[0]}** {said[1]}")
