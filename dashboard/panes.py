"""A list and, beside it, what was chosen of it: static/style.html lays them out.

On a wide screen both are in view, and each scrolls in itself; on a small one, what was chosen lies
over the lower part of the list. What is chosen stands in the address (``?name=id``).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import state

NEXT_KEY, PREVIOUS_KEY, BACK_KEY = "j", "k", "Esc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Where something stands among ``total``, from 0; ``place`` is None where it is not there.

    ``previous``, ``next_``: what stands before and after it, None at the ends. The first comes
    after what is not in the list.
    """

    place: int | None
    total: int
    previous: str | None
    next_: str | None

    @property
    def sentence(self) -> str:
        """``3 of 28``."""
        if self.place is None:
            return f"not among the {self.total:,}"
        return f"{self.place + 1:,} of {self.total:,}"


def steps(ids: Sequence[str], current: str | None) -> Steps:
    """Where ``current`` stands in a list. Pure."""
    total = len(ids)
    if current is None or current not in ids:
        return Steps(place=None, total=total, previous=None, next_=ids[0] if ids else None)
    place = ids.index(current)
    return Steps(
        place=place,
        total=total,
        previous=ids[place - 1] if place else None,
        next_=ids[place + 1] if place + 1 < total else None,
    )


def side_by_side() -> tuple[DeltaGenerator, DeltaGenerator]:
    """The places of a list and of what is chosen of it; without :func:`detail`, all is the list."""
    with st.container(key="panes"):
        left, right = st.columns([11, 10], gap="medium")
    return left, right


@contextmanager
def detail(
    name: str,
    shown: str,
    where: Steps,
    go: Callable[[str], None],
    *,
    back: str | None = None,
) -> Iterator[None]:
    """What was chosen, below the buttons to the one before and the one after it.

    Args:
        name: what closing takes out of the address.
        shown: its id.
        go: called with the one to show, before the page is drawn.
        back: where it is part of what the list has, the key that leads back to that when it is
            taken out of the address; closing is for what the list has.
    """
    with st.container(key="detail"):
        with st.container(key="detail-head", horizontal=True, vertical_alignment="center"):
            if back:
                _leave("Back", back, icon=":material/arrow_back:", shortcut=BACK_KEY)
            _step("Previous", where.previous, go, shortcut=PREVIOUS_KEY)
            _step("Next", where.next_, go, shortcut=NEXT_KEY)
            st.caption(where.sentence, width="content")
            if not back:
                _leave("Close", name, icon=":material/close:", shortcut=BACK_KEY)
        with _at_its_top(shown):
            yield


def _at_its_top(shown: str) -> DeltaGenerator:
    """The box of what is shown: another one than that of what was shown before, since a browser
    keeps where a box was scrolled to. Boxes of one key are one to it, wherever they stand.
    """
    before, turn = st.session_state.get("detail-turn", (None, 0))
    turn += shown != before
    st.session_state["detail-turn"] = (shown, turn)
    return st.container(key=f"detail-body-{turn % 2}")


def _step(label: str, to: str | None, go: Callable[[str], None], *, shortcut: str) -> None:
    ahead = label == "Next"
    st.button(
        label,
        key=f"{label.lower()}-one",
        icon=f":material/chevron_{'right' if ahead else 'left'}:",
        icon_position="right" if ahead else "left",
        shortcut=shortcut,
        disabled=to is None,
        on_click=go,
        args=(to,),
    )


def _leave(label: str, name: str, *, icon: str, shortcut: str) -> None:
    st.button(
        label,
        key=f"{label.lower()}-{name}",
        icon=icon,
        type="tertiary",
        shortcut=shortcut,
        on_click=state.show,
        args=(name, None),
    )


def begin(where: Steps, go: Callable[[str], None]) -> None:
    """The button that chooses the first, where nothing is chosen."""
    st.button(
        "Open the first",
        key="next-one",
        type="tertiary",
        shortcut=NEXT_KEY,
        disabled=where.next_ is None,
        on_click=go,
        args=(where.next_,),
    )
