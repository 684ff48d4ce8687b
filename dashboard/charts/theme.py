"""One meaning per colour, in every figure, light and dark.

Baseline slate, candidate indigo, better teal, worse orange (told apart with the common kinds of
colour blindness), and always a sign or a shape beside the colour.
"""

from dataclasses import dataclass

import plotly.graph_objects as go

HEIGHT = 300
FONT = '"Source Sans", "Source Sans 3", "Source Sans Pro", sans-serif'


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme."""

    baseline: str
    candidate: str
    better: str
    worse: str
    text: str
    quiet: str
    """Axis labels and gridlines' text."""
    grid: str
    surface: str


LIGHT = Palette(
    baseline="#64748b",
    candidate="#4f46e5",
    better="#0f766e",
    worse="#c2410c",
    text="#1e2433",
    quiet="#4b5768",
    grid="#e3e7ee",
    surface="#ffffff",
)
DARK = Palette(
    baseline="#94a3b8",
    candidate="#8b8cff",
    better="#2dd4bf",
    worse="#fb923c",
    text="#e8ebf2",
    quiet="#a9b4c6",
    grid="#2c3342",
    surface="#0f1219",
)


def palette(theme: str | None) -> Palette:
    """The palette of Streamlit's theme type, ``light`` or ``dark``."""
    return DARK if theme == "dark" else LIGHT


def figure(colours: Palette, *, x: str, y: str, height: int = HEIGHT) -> go.Figure:
    """An empty figure with named axes, a legend above them, and no title inside."""
    axis = {
        "gridcolor": colours.grid,
        "zeroline": False,
        "linecolor": colours.grid,
        "tickfont": {"color": colours.quiet, "size": 12},
        "automargin": True,
    }
    title = {"font": {"color": colours.quiet, "size": 13}, "standoff": 10}
    # As one dictionary: an update of a figure that is there takes fifteen times as long.
    layout = {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 34, "b": 8},
        "font": {"family": FONT, "color": colours.text, "size": 13},
        "paper_bgcolor": colours.surface,  # that of the page; a saved picture has it as well
        "plot_bgcolor": colours.surface,
        "barmode": "overlay",
        "bargap": 0.06,
        "dragmode": False,
        "uirevision": True,  # what is zoomed stays so when the page is drawn again
        "modebar": {
            "bgcolor": see_through(colours.surface, 0),
            "color": colours.quiet,
            "activecolor": colours.candidate,
        },
        "hoverlabel": {
            "bgcolor": colours.surface,
            "font": {"color": colours.text, "family": FONT},
        },
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "xanchor": "left",
            "yanchor": "bottom",
            "font": {"color": colours.quiet, "size": 12},
            "traceorder": "normal",
            "itemclick": False,
            "itemdoubleclick": False,
        },
        "xaxis": {**axis, "title": {**title, "text": x}, "showgrid": False},
        "yaxis": {**axis, "title": {**title, "text": y}},
    }
    return go.Figure(layout=layout)


def escaped(text: str) -> str:
    """Text from outside for a figure: plotly reads some HTML, and none of it shall be read."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def see_through(colour: str, alpha: float) -> str:
    """``#rrggbb`` as an rgba colour of that opacity."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"
