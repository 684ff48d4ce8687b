"""A list and, beside it, what was chosen of it: static/style.html lays them out.

On a wide screen both are in view, and each scrolls in itself; on a small one, what was chosen lies
over the lower part of the list. What is chosen stands in the address (``?name=id``), and so does
the order of the list (``?name_order=column``): the next one is the next one that people see.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import components as c
from dashboard import state

NEXT_KEY, PREVIOUS_KEY, BACK_KEY = "j", "k", "Esc"
HEIGHT = 320
"""Of a list on a small screen, in pixels."""
_DOWN = "-"
"""Before a column's name in the address: its largest values come first."""


@dataclass(frozen=True, slots=True)
class Order:
    """The column by which a list is ordered, None: the list's own order."""

    column: str | None
    down: bool = False


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
            taken out of the address.
    """
    with st.container(key="detail"):
        with st.container(key="detail-head", horizontal=True, vertical_alignment="center"):
            if back:
                _leave("Back", back, icon=":material/arrow_back:", shortcut=BACK_KEY)
            _step("Previous", where.previous, go, shortcut=PREVIOUS_KEY)
            _step("Next", where.next_, go, shortcut=NEXT_KEY)
            st.caption(where.sentence, width="content")
            _leave("Close", name, icon=":material/close:", shortcut=None if back else BACK_KEY)
        with _at_its_top(shown):
            yield


def _at_its_top(shown: str) -> DeltaGenerator:
    """The box of what is shown: another one than that of what was shown before, since a browser
    keeps where a box was scrolled to.
    """
    before, turn = st.session_state.get("detail-turn", (None, 0))
    turn += shown != before
    st.session_state["detail-turn"] = (shown, turn)
    boxes = [st.empty(), st.empty()]
    return boxes[turn % 2].container(key="detail-body")


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


def _leave(label: str, name: str, *, icon: str, shortcut: str | None) -> None:
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


def order(name: str, columns: Sequence[str]) -> Order:
    """How the list of ``name`` is ordered; by nothing where the address names no such column."""
    asked = st.query_params.get(f"{name}_order", "")
    column = asked.removeprefix(_DOWN)
    return Order(column, asked.startswith(_DOWN)) if column in columns else Order(None)


def ordered(frame: pd.DataFrame, by: Order) -> pd.DataFrame:
    """The rows in that order; what has no value last, what is equal as before. Pure."""
    if by.column is None:
        return frame
    return frame.sort_values(
        by.column,
        ascending=not by.down,
        kind="stable",
        key=lambda values: (
            values if pd.api.types.is_numeric_dtype(values) else values.str.lower()
        ),
    )


def table(
    frame: pd.DataFrame,
    ids: Sequence[str],
    by: Order,
    *,
    name: str,
    columns: Sequence[str],
    alt: str,
    column_config: Mapping[str, Any],
    brief: Sequence[str] | None = None,
    inner: bool = False,
) -> None:
    """A table whose ticked row is the one in the address, however it was chosen there.

    Its headings order the list: by the largest or the first, the other way round, not at all. The
    browser orders nothing by itself, since this process would not know what comes next.

    Args:
        frame: rows in the order shown, which is ``by``.
        ids: of each row.
        columns: by which the list can be ordered.
        brief: the columns that are left while something is chosen.
        inner: it is part of a :func:`detail`, not the list beside it.
    """
    key = c.shown_key(name, [by, *ids])
    _read(frame, ids, by, name=name, columns=columns, key=key)
    with st.container() if inner else st.container(key="list", height=HEIGHT, border=False):
        st.dataframe(
            frame,
            hide_index=True,
            column_order=brief if name in st.query_params else None,
            height="auto" if inner else "stretch",
            on_select="rerun",
            selection_mode=("single-row", "single-column"),
            key=key,
            alt=alt,
            column_config=_with_order(column_config, by),
        )


def _read(
    frame: pd.DataFrame,
    ids: Sequence[str],
    by: Order,
    *,
    name: str,
    columns: Sequence[str],
    key: str,
) -> None:
    """Take what was clicked into the address, and tick what stands there."""
    last = f"{name}-ticked"
    held = st.session_state.get(key, {}).get("selection", {})
    rows, clicked = held.get("rows", []), held.get("columns", [])
    before = st.session_state.get(last)
    if clicked:
        if clicked[0] in columns:
            numeric = pd.api.types.is_numeric_dtype(frame[clicked[0]])
            state.show(f"{name}_order", _following(by, clicked[0], numeric=numeric))
    elif held and before and before[0] == key and before[1] != rows:
        state.show(name, ids[rows[0]] if rows else None)
    current = st.query_params.get(name)
    place = [ids.index(current)] if current in ids else []
    st.session_state[last] = (key, place)
    if clicked or rows != place:
        st.session_state[key] = {"selection": {"rows": place, "columns": [], "cells": []}}
    if clicked and clicked[0] in columns:
        st.rerun()


def _following(by: Order, column: str, *, numeric: bool) -> str | None:
    """What the address says after a click on a heading: first one way, then the other, then none."""
    if by.column != column:
        down = numeric
    elif by.down == numeric:
        down = not numeric
    else:
        return None
    return f"{_DOWN if down else ''}{column}"


def _with_order(config: Mapping[str, Any], by: Order) -> dict[str, Any]:
    """The columns' settings, with an arrow at the one that orders the list."""
    if by.column is None:
        return dict(config)
    label = f"{by.column} {'↓' if by.down else '↑'}"
    return {**config, by.column: {**config.get(by.column, {}), "label": label}}
