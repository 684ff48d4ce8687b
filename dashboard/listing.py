"""A table that people choose from: what is ticked stands in the address, and so does its order.

Its headings order it here and not in the browser, so that what comes next is what people see next.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboard import components as c
from dashboard import state, tables
from dashboard.tables import Column

HEIGHT = 320
"""Of a list on a small screen, in pixels."""
_DOWN = "-"
"""Before a column's name in the address: its largest values come first."""


@dataclass(frozen=True, slots=True)
class Order:
    """The column by which a list is ordered, None: the list's own order."""

    column: str | None
    down: bool = False

    def after_click(self, column: str, *, numeric: bool) -> str | None:
        """What the address says after a click on a heading: one way, the other way, nothing."""
        if self.column == column and self.down != numeric:
            return None
        down = numeric if self.column != column else not numeric
        return f"{_DOWN if down else ''}{column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Rows to choose from.

    ``name``: what is chosen, as the address names it; its order is ``?name_order=column``.
    ``ids``: of each row of ``frame``, in the order shown, which is ``by``. ``sortable``: columns by
    which it can be ordered. ``brief``: those that are left where there is little room: while
    something is chosen, or in its pane. ``go``: shows
    another one, by its id.
    """

    name: str
    frame: pd.DataFrame
    ids: Sequence[str]
    by: Order
    sortable: Sequence[str]
    brief: Sequence[str]
    go: Callable[[str], None]


def order(name: str, columns: Iterable[str]) -> Order:
    """How the list of ``name`` is ordered; by nothing where the address names no such column."""
    asked = st.query_params.get(f"{name}_order", "")
    column = asked.removeprefix(_DOWN)
    return Order(column, asked.startswith(_DOWN)) if column in set(columns) else Order(None)


def ordered(frame: pd.DataFrame, by: Order) -> pd.DataFrame:
    """The rows in that order; what has no value last, what is equal as before. Pure."""
    if by.column is None:
        return frame
    return frame.sort_values(
        by.column,
        ascending=not by.down,
        kind="stable",
        key=lambda values: values if pd.api.types.is_numeric_dtype(values) else values.str.lower(),
    )


def show(listing: Listing, columns: Mapping[str, Column], *, alt: str, inner: bool = False) -> None:
    """The table. A click anywhere in a row chooses it, a click on its tick leaves it.

    Args:
        inner: it is part of a :func:`dashboard.panes.detail`, not the list beside it.
    """
    spent = st.session_state.get(f"{listing.name}-spent", 0)
    key = c.shown_key(listing.name, [listing.by, spent, *listing.ids])
    _follow(listing, key)
    with st.container() if inner else st.container(key="list", height=HEIGHT, border=False):
        tables.draw_clickable(
            listing.frame,
            _with_arrow(columns, listing.by),
            alt=alt,
            key=key,
            only=listing.brief if inner or listing.name in st.query_params else None,
            height="auto" if inner else "stretch",
        )


def _follow(listing: Listing, key: str) -> None:
    """Take what was clicked into the address, and tick what stands there."""
    held = st.session_state.get(key, {}).get("selection", {})
    rows, columns, cells = (held.get(what, []) for what in ("rows", "columns", "cells"))
    last = f"{key}-ticked"
    if cells:
        listing.go(listing.ids[cells[0][0]])
    elif columns:
        _reorder(listing, columns[0])
    elif held and st.session_state.get(last, rows) != rows:
        if rows:
            listing.go(listing.ids[rows[0]])
        else:
            state.show(listing.name, None)
    current = st.query_params.get(listing.name)
    place = [listing.ids.index(current)] if current in listing.ids else []
    st.session_state[last] = place
    if cells or columns or rows != place:
        st.session_state[key] = {"selection": {"rows": place, "columns": [], "cells": []}}
    if columns:
        st.rerun()


def _reorder(listing: Listing, column: str) -> None:
    """Say in the address what a click on the heading of ``column`` asks for; of one that orders
    nothing, begin anew with a table in which it is not marked.
    """
    if column not in listing.sortable:
        spent = f"{listing.name}-spent"
        st.session_state[spent] = st.session_state.get(spent, 0) + 1
    else:
        numeric = pd.api.types.is_numeric_dtype(listing.frame[column])
        state.show(f"{listing.name}_order", listing.by.after_click(column, numeric=numeric))


def _with_arrow(columns: Mapping[str, Column], by: Order) -> Mapping[str, Column]:
    """The columns with an arrow at the one that orders the list."""
    if by.column is None:
        return columns
    column = columns.get(by.column) or Column(st.column_config.Column())
    config: ColumnConfig = {**column.config, "label": f"{by.column} {'↓' if by.down else '↑'}"}
    return {**columns, by.column: replace(column, config=config)}
