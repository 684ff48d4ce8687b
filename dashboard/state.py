"""What a page shows is in its address, so that a link shows a colleague the same.

Which things are shown (two executions, a candidate, a subreddit) always stands there, even where
it is the default: defaults move on, links should not. Filters stand there once they are set
(Streamlit's own binding).

A bound filter keeps its place on the page. Where something above it goes away, the browser draws
the filter anew one place higher, and only then takes down the old one, with it the binding of both:
what is chosen from then on never reaches the address. So whatever comes and goes above a bound
filter stands in a container that is always there.
"""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import words
from dashboard.pages import Page


def chosen(
    label: str,
    key: str,
    options: Mapping[str, str],
    *,
    default: str | None,
    placeholder: str | None = None,
    width: int | Literal["stretch"] = "stretch",
    notes: DeltaGenerator | None = None,
) -> str | None:
    """A select box of ``options`` (id -> what people read) that follows ``?key=id``.

    Args:
        notes: where to say that the link asks for something else, by default above the box.

    Returns:
        The chosen id; None without options, or where there is no default and no choice yet.
    """
    widget, before = f"{key}-choice", st.session_state.get(f"{key}-seen")
    wanted, value = st.query_params.get(key), st.session_state.get(widget)
    if wanted != before:  # someone followed a link, rather than chose here
        value = wanted
        if wanted is not None and wanted not in options:
            (notes or st).warning(
                f"The link asks for {label.lower()} {words.plain(wanted[:40])}, which is not here.",
                icon=":material/link_off:",
            )
    # Said in every run: what a box of this name held on another page is not kept otherwise.
    st.session_state[widget] = value if value in options else default
    chosen_: str | None = st.selectbox(
        label,
        list(options),
        index=None if default is None else 0,  # what may be nothing can be made nothing again
        format_func=lambda option: options.get(option, option),
        key=widget,
        placeholder=placeholder,
        width=width,
    )
    show(key, chosen_)
    st.session_state[f"{key}-seen"] = chosen_
    return chosen_


def show(key: str, value: str | None) -> None:
    """Put ``?key=value`` into the address, or take it out."""
    if value is None:
        st.query_params.pop(key, None)
    elif st.query_params.get(key) != value:
        st.query_params[key] = value


@contextmanager
def kept(page: Page, **usual: object) -> Iterator[None]:
    """Around bound filters: they are as they were when the person comes back to the page.

    With the browser's *back*, Streamlit gives the page the query of the page that was left, so the
    page is opened once more with its own.

    Args:
        page: the page itself.
        usual: key of each filter -> what it holds where nothing was chosen.
    """
    before: dict[str, object] = st.session_state.setdefault("kept", {})
    lost = {
        key: before[key]
        for key, default in usual.items()
        if key not in st.query_params
        and before.get(key, default) != default
        and st.session_state.get(key, before[key]) == before[key]
    }
    if lost:
        asked = {**st.query_params.to_dict(), **{key: _as_query(lost[key]) for key in lost}}
        st.switch_page(page.path, query_params=asked)
    try:
        yield
    finally:
        before.update({key: st.session_state[key] for key in usual if key in st.session_state})


def _as_query(value: object) -> str | list[str]:
    if isinstance(value, list):
        return [str(each) for each in value]
    return "true" if value is True else str(value)


def follow(key: str, picked: str | None, *, by: str, leave: bool = False) -> None:
    """Put what was picked in a table or figure into the address: ``?key=picked``.

    A pick that merely stays from one run to the next does not win over a later choice elsewhere.

    Args:
        by: the table or figure, one name each.
        leave: when the pick is taken back, so is the address.
    """
    before = f"{by}-picked"
    if picked != st.session_state.get(before) and (leave or picked is not None):
        show(key, picked)
    st.session_state[before] = picked


def number(key: str) -> float | None:
    """The number that ``?key=`` gives; None, and the page says so, where it is none."""
    text = st.query_params.get(key)
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isfinite(value):
        return value
    st.warning(
        f"The link asks for {key} {words.plain(text[:40])}, which is not a number.",
        icon=":material/link_off:",
    )
    return None


def removable(label: str, *keys: str) -> None:
    """A filter that came with a link, and takes itself out of the address when pressed."""

    def remove() -> None:
        for key in keys:
            show(key, None)

    st.button(label, icon=":material/close:", key=f"remove-{'-'.join(keys)}", on_click=remove)
