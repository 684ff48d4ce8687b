"""Pages of a long list, with the number of the page in the address."""

import math

import streamlit as st

from dashboard import components as c
from dashboard import state


def turn(
    key: str, filters: object, total: int, *, each: int, counted: str, place: int | None = None
) -> slice:
    """Buttons to turn the pages, and the line that says which part is shown.

    Args:
        total: how many there are, one or more.
        place: of the entry that is read, from 0. Its page comes up when that changes.
        counted: the same as people read it: ``93 posts``.

    Returns:
        The part that is shown.
    """
    start = (_page_number(key, filters, total, each=each, place=place) - 1) * each
    last = min(start + each, total)
    shown = f"{last:,}" if last == start + 1 else f"{start + 1:,} to {last:,}"
    st.caption(f"{shown} of {counted}", width="content")
    return slice(start, last)


def _page_number(key: str, filters: object, total: int, *, each: int, place: int | None) -> int:
    """The page that is shown, from 1: ``?key=``. Other filters begin at the first."""
    pages = math.ceil(total / each)
    linked = state.number(key) or 1
    # As text: every run of a page defines its classes anew.
    same = st.session_state.get(f"{key}-filters", repr(filters)) == repr(filters)
    st.session_state[f"{key}-filters"] = repr(filters)
    default = int(min(max(linked, 1), pages)) if same else 1
    moved = place is not None and st.session_state.get(f"{key}-place") != place
    st.session_state[f"{key}-place"] = place
    if moved and place is not None and place // each + 1 != default:
        default = place // each + 1
        st.session_state[f"{key}-moved"] = default, place  # another box, with another default
    number: int = st.pagination(
        pages,
        default=default,
        key=c.shown_key(key, [filters, total, st.session_state.get(f"{key}-moved")]),
    )
    state.show(key, str(number) if number > 1 else None)
    return number
