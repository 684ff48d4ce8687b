"""How every figure of every page is drawn: zoomed, saved as a picture, its data taken away."""

from typing import Literal, TypedDict

import plotly.graph_objects as go
import streamlit as st

from core.spreadsheets import as_csv
from dashboard.charts.rows import rows

PNG, SVG = "PNG", "SVG"
SCALE = 2
"""Of a saved PNG: twice as fine as on the screen."""


class _Drawn(TypedDict):
    """What all figures are drawn with."""

    theme: None
    key: str
    alt: str
    config: dict[str, object]


def chart(figure: go.Figure, *, key: str, alt: str) -> None:
    """A figure as it is, without Streamlit's own theme.

    Args:
        key: its name on this page, also that of the files it is saved as.
        alt: what it shows, for people who do not see it.
    """
    with st.container(gap=None):
        st.plotly_chart(figure, **_drawn(key, alt))
        _offer(figure, key)


def clickable(figure: go.Figure, *, key: str, alt: str) -> list[str | float] | None:
    """The same; the ``customdata`` of the mark that was clicked, None until one is."""
    with st.container(gap=None):
        event = st.plotly_chart(
            figure, **_drawn(key, alt), on_select="rerun", selection_mode="points"
        )
        _offer(figure, key)
    clicked = [point.get("customdata") for point in event["selection"]["points"]]
    return next((list(values) for values in clicked if values), None)


def _drawn(key: str, alt: str) -> _Drawn:
    """A toolbar that zooms and saves; a drag scrolls the page, until zooming is chosen."""
    picture: Literal["png", "svg"] = "svg" if st.session_state.get(_format(key)) == SVG else "png"
    return {
        "theme": None,
        "key": key,
        "alt": alt,
        "config": {
            "displaylogo": False,
            "modeBarButtons": [
                ["zoom2d", "zoomIn2d", "zoomOut2d", "resetScale2d"],
                ["toImage"],
            ],
            "toImageButtonOptions": {
                "format": picture,
                "filename": f"signoff-{key}",
                "scale": SCALE if picture == "png" else 1,
            },
        },
    }


def _format(key: str) -> str:
    return f"{key}-picture"


def _offer(figure: go.Figure, key: str) -> None:
    """Its data as a file, and which kind of picture the camera of its toolbar saves."""
    with st.container(horizontal=True, horizontal_alignment="right"):
        menu = st.popover("Save", icon=":material/download:", type="tertiary", key=f"{key}-save")
    with menu:
        st.download_button(
            "Data as CSV",
            lambda: as_csv(rows(figure)),
            file_name=f"signoff-{key}.csv",
            mime="text/csv",
            icon=":material/table:",
            on_click="ignore",
            key=f"{key}-csv",
        )
        st.segmented_control(
            "Picture",
            (PNG, SVG),
            default=PNG,
            required=True,
            key=_format(key),
            help="What the camera above the figure saves, as far as it is zoomed.",
        )
