"""How every table of many rows is drawn: numbers as the text says them, headers that explain
themselves, and what does not fit ends in "…".

A column says its values by a format of Streamlit, or, where that cannot (− and not a hyphen,
``< 0.001``), by a function of Python; both sort by the value behind it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler
from streamlit.elements.lib.column_types import ColumnConfig

from dashboard import words

BOX = 420
"""Height of a table that has more rows than fit on one page; it scrolls."""
ONE_PAGE = 50
"""So many rows are all shown, without scrolling in them."""
PADDING = 16
"""Pixels of what is left of and right of a text."""
LETTER = 7.0
"""Pixels of a letter, unless it is one of these."""
LETTERS = {
    **dict.fromkeys("fijlrtI.,:;'|!()[]/- ", 4.2),
    **dict.fromkeys("mwMW@%…—", 10.8),
    **dict.fromkeys("ABCDEGHKNOPQRSUVXYZ", 8.4),
}
NONE = "–"


@dataclass(frozen=True, slots=True)
class Column:
    """How one column is shown. ``said``: a value in words; None: by the format of ``config``."""

    config: ColumnConfig
    said: Callable[[object], str] | None = None


def score(help_: str | None = None, *, label: str | None = None) -> Column:
    """``0.438``."""
    return Column(st.column_config.NumberColumn(label, format="%.3f", help=help_))


def change(help_: str | None = None) -> Column:
    """A difference of scores: ``+0.021``, ``−0.021``."""
    return Column(st.column_config.NumberColumn(help=help_), _of_number(words.signed))


def chance(help_: str | None = None) -> Column:
    """A p- or q-value: ``0.013``, ``< 0.001``."""
    return Column(st.column_config.NumberColumn(help=help_), _of_number(words.chance))


def share(help_: str | None = None) -> Column:
    """``27.9%``."""
    return Column(st.column_config.NumberColumn(help=help_), _of_number(words.share))


def count(help_: str | None = None) -> Column:
    """``1,204``."""
    return Column(st.column_config.NumberColumn(format="%,d", help=help_))


def number(
    format_: str, help_: str | None = None, *, label: str | None = None, width: int | None = None
) -> Column:
    """Any other number, by a printf format."""
    return Column(st.column_config.NumberColumn(label, format=format_, help=help_, width=width))


def execution() -> Column:
    """``#20``."""
    return number("#%d", "The number of the execution", width=60)


def bar(
    format_: str,
    most: float = 1,
    *,
    colour: Literal["gray", "violet"] = "gray",
    help_: str | None = None,
    width: int | None = None,
) -> Column:
    """A number with a bar, from 0 to ``most``; below a width of 95 the number would be cut."""
    return Column(
        st.column_config.ProgressColumn(
            format=format_, min_value=0, max_value=most, color=colour, help=help_, width=width
        )
    )


def day(help_: str | None = None) -> Column:
    """``2026-05-31``."""
    return Column(st.column_config.DateColumn(format="YYYY-MM-DD", help=help_))


def text(width: int, help_: str | None = None, *, keep: int = 0) -> Column:
    """Text in so many pixels. What does not fit is cut with "…", and whole once the cell is opened.

    Args:
        keep: so many letters at its end stay.
    """

    def cut(value: object) -> str:
        whole = str(value)
        room = width - PADDING - _pixels(whole)
        if room >= 0:
            return whole
        start, end = whole[: len(whole) - keep], whole[len(whole) - keep :]
        room -= LETTERS["…"]
        while start and room < 0:
            room += _pixels(start[-1])
            start = start[:-1]
        return f"{start.rstrip()}…{end}"

    return Column(st.column_config.TextColumn(width=width, help=help_), cut)


def _pixels(text_: str) -> float:
    return sum(LETTERS.get(letter, LETTER) for letter in text_)


def plain(help_: str) -> Column:
    """As Streamlit shows it, with a header that explains itself."""
    return Column(st.column_config.Column(help=help_))


def _of_number(said: Callable[[float], str]) -> Callable[[object], str]:
    return lambda value: said(value) if isinstance(value, int | float) else NONE


def _shown(frame: pd.DataFrame, columns: Mapping[str, Column]) -> pd.DataFrame | Styler:
    """The frame with what its columns say."""
    said = {name: column.said for name, column in columns.items() if column.said and name in frame}
    return frame.style.format({**said}, na_rep=NONE) if said else frame


class _Shown(TypedDict):
    """What all tables are drawn with."""

    hide_index: bool
    height: int | Literal["content", "auto", "stretch"]
    key: str | None
    alt: str
    placeholder: str
    column_config: dict[str, ColumnConfig]


def draw(
    frame: pd.DataFrame,
    columns: Mapping[str, Column],
    *,
    alt: str,
    key: str | None = None,
    pick: Literal["one", "several"] | None = None,
    picked: Sequence[int] = (),
) -> list[int]:
    """One table in one box: all rows of a page, more than that scroll.

    Args:
        columns: how columns are shown; others as Streamlit shows them.
        pick: how many rows can be ticked; None: none.
        picked: rows that are ticked when the table is first drawn.

    Returns:
        The rows that are ticked, by place.
    """
    table = _shown(frame, columns)
    common = _common(columns, alt, key, height="content" if len(frame) <= ONE_PAGE else BOX)
    if pick is None:
        st.dataframe(table, **common)
        return []
    event = st.dataframe(
        table,
        **common,
        on_select="rerun",
        selection_mode="multi-row" if pick == "several" else "single-row",
        selection_default={"selection": {"rows": list(picked)}},
    )
    return list(event["selection"]["rows"])


def draw_clickable(
    frame: pd.DataFrame,
    columns: Mapping[str, Column],
    *,
    alt: str,
    key: str,
    only: Sequence[str] | None,
    height: Literal["auto", "stretch"],
) -> None:
    """One table whose rows, cells and headings are clicked; the session has under ``key`` what was.

    Args:
        only: names of the columns that are shown; None: all.
    """
    st.dataframe(
        _shown(frame, columns),
        **_common(columns, alt, key, height=height),
        column_order=only,
        on_select="rerun",
        selection_mode=("single-row", "single-column", "single-cell"),
    )


def _common(
    columns: Mapping[str, Column],
    alt: str,
    key: str | None,
    *,
    height: int | Literal["content", "auto", "stretch"],
) -> _Shown:
    return {
        "hide_index": True,
        "height": height,
        "key": key,
        "alt": alt,
        "placeholder": NONE,
        "column_config": {name: column.config for name, column in columns.items()},
    }
