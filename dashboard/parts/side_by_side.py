"""Several trainings next to each other, in tables: how well each does, and what differs."""

import pandas as pd
import streamlit as st

from core.comparison.differences import shown
from core.comparison.side_by_side import Measured, SideBySide
from dashboard import components as c
from dashboard import data, tables, words

BEST, TIED = "▲", "≈"
FIRST = 250
"""Of the column of names."""


def show_chosen(both: SideBySide, heads: list[str]) -> None:
    """What was chosen differently for them; what is the same, folded away."""
    c.section(
        "What differs",
        "Parameters and data. Parameters of one family only stand here where they are not as by"
        " default."
        if len({each.model.family for each in both.trainings}) > 1
        else "Parameters and data.",
    )
    differing = [each for each in both.chosen if each.differs]
    if differing:
        rows = [(each.name, *map(shown, each.values)) for each in differing]
        table(["Parameter", *heads], rows, key="differing")
    else:
        st.markdown("Nothing: their parameters and data are the same.")
    with st.expander("What is identical"):
        same = [(each.name, shown(each.values[0])) for each in both.chosen if each.same]
        c.table(("Parameter", "All"), same)


def show_measured(both: SideBySide, heads: list[str]) -> None:
    """Every metric of each, with its interval and the noise."""
    ranked = any(each.best for each in both.measured)
    c.section(
        "How well each does",
        "On its own validation split, with the 95% interval for the chance of the posts."
        + (
            f" {BEST} best by more than the noise of retraining; {TIED} among the best: the noise"
            " cannot tell them apart."
            if ranked
            else ""
        )
        + (
            " On the same posts, two runs differ by less chance than their intervals suggest:"
            " compare two to see how much."
            if both.same_posts
            else ""
        ),
    )
    bounds = [data.intervals(t.evaluation) if t.evaluation else {} for t in both.trainings]
    rows = []
    for each in both.measured:
        cells = [
            _cell(training.number, value, each, of_each.get(each.metric.key))
            for training, value, of_each in zip(both.trainings, each.values, bounds, strict=True)
        ]
        rows.append((each.metric.name, *cells, _noise(each)))
    table(["Metric", *heads, "Noise"], rows, key="measured")


def _cell(run: int, value: float | None, row: Measured, bounds: tuple[float, float] | None) -> str:
    if value is None:
        return "–"
    sign = "" if run not in row.best else f"{BEST if len(row.best) == 1 else TIED} "
    return f"{sign}{words.around(value, bounds)}"


def _noise(row: Measured) -> str:
    """Of a difference between two trainings of one configuration; of several, the largest."""
    known = sorted({words.band(each) for each in row.noise if each is not None})
    if not known:
        return words.band(None)
    return known[0] if len(known) == 1 else f"up to {known[-1]}"


def table(columns: list[str], rows: list[tuple[str, ...]], *, key: str) -> None:
    """Facts below each other, runs side by side; the first column stays where it is."""
    first = tables.Column(st.column_config.TextColumn(pinned=True, width=FIRST))
    tables.draw(
        pd.DataFrame(rows, columns=columns),
        {columns[0]: first},
        alt=f"{columns[0]}s of these runs side by side",
        key=key,
    )
