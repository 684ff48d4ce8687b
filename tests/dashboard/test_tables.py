"""Tables of many rows: what their cells say."""

from pathlib import Path

import pyarrow as pa
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import tables


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        (tables.change(), -0.0214, "−0.021"),
        (tables.change(), 0.0214, "+0.021"),
        (tables.change(), 0.0, "±0.000"),
        (tables.chance(), 0.0004, "< 0.001"),
        (tables.chance(), 0.2, "0.200"),
        (tables.share(), 0.2791, "27.9%"),
        (tables.text(100), "short", "short"),
        (tables.text(100), "a title that does not fit", "a title that d…"),
        (tables.text(115), "r/HomeImprovement", "r/HomeImprov…"),  # wide letters
        (tables.text(115), "r/illicit_fiftieths", "r/illicit_fiftieths"),  # narrow ones
        (tables.text(122), "no change shown", "no change shown"),
        (tables.text(110, keep=6), "r/AVeryLongSubreddit 0.521", "r/AVery… 0.521"),
    ],
)
def test_cells_say_numbers_as_the_text_does_and_mark_what_is_cut(
    column: tables.Column, value: object, said: str
) -> None:
    assert column.said is not None
    assert column.said(value) == said


def page(rows: int) -> None:
    import numpy as np
    import pandas as pd

    from dashboard import tables

    frame = pd.DataFrame({"Change": [0.5, -0.25, *[np.nan] * (rows - 2)]})
    tables.draw(frame, {"Change": tables.change()}, alt="Changes", key="changes")


def test_what_is_said_differs_from_the_numbers_that_sort() -> None:
    table = AppTest.from_function(page, args=(3,)).run().dataframe[0]
    assert table.value["Change"].tolist()[:2] == [0.5, -0.25]
    assert table.proto.placeholder == "–"
    said = pa.ipc.open_stream(table.proto.arrow_data.styler.display_values).read_all()
    assert said.to_pandas()["Change"].tolist() == ["+0.500", "−0.250", "–"]


def test_the_rows_of_one_page_are_all_shown_and_more_scroll(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heights = []
    monkeypatch.setattr(st, "dataframe", lambda *_, height, **__: heights.append(height))
    for rows in (tables.ONE_PAGE, tables.ONE_PAGE + 1):
        page(rows)
    assert heights == ["content", tables.BOX]


@pytest.mark.parametrize(
    ("call", "place"), [("st.dataframe(", "tables.py"), ("st.plotly_chart(", "figures.py")]
)
def test_there_is_one_place_that_draws_tables_and_one_that_draws_figures(
    call: str, place: str
) -> None:
    folder = Path(tables.__file__).parent
    found = {path.name for path in folder.rglob("*.py") if call in path.read_text()}
    assert found == {place}
