"""What tests read from a page that was run, and how they click in it."""

import base64
import json
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Widget

HOSTILE = "=HYPERLINK(1) <script>alert(1)</script> [x](javascript:alert(1)) :material/home:"


def text_of(app: AppTest) -> str:
    """All sentences of a page."""
    parts = [*app.title, *app.header, *app.markdown, *app.caption]
    parts += [*app.info, *app.error, *app.warning]
    return "\n".join(str(part.value) for part in parts)


def plain_text_of(app: AppTest) -> str:
    """The same as a reader sees it, without what keeps text from being read as markup."""
    return plain(text_of(app))


def plain(text: str) -> str:
    """Markdown without what keeps it from being read as markup."""
    return text.replace("\\", "").replace("\u00a0", " ").replace("\u2060", "")


def figures(app: AppTest) -> list[dict[str, Any]]:
    """The figures of a page, as plotly has them."""
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def decoded(values: Any) -> list[float]:
    """Numbers of a figure: plotly sends arrays of them in base 64."""
    if isinstance(values, list):
        return values
    return list(np.frombuffer(base64.b64decode(values["bdata"]), dtype=values["dtype"]).tolist())


def names(figure: dict[str, Any]) -> list[str]:
    """What the legend of a figure names."""
    return [trace["name"] for trace in figure["data"] if trace.get("showlegend", True)]


def place(app: AppTest, key: str) -> list[int]:
    """Where a widget stands: the numbers that lead down to it from the top of the page."""

    def within(block: Block) -> list[int]:
        for number, child in block.children.items():
            if isinstance(child, Widget) and child.key == key:
                return [number]
            if isinstance(child, Block) and (below := within(child)):
                return [number, *below]
        return []

    return within(app.main)


def links(app: AppTest) -> dict[str, str]:
    """Label of each link to another page -> its query."""
    return {link.proto.label: link.proto.query_string for link in app.get("page_link")}


def button(app: AppTest, label: str) -> Any:
    """The button of that label."""
    return next(found for found in app.button if label_of(found) == label)


def label_of(button: Any) -> str:
    """As a reader sees it: labels are Markdown."""
    return str(button.label).replace("\\", "")


def press(app: AppTest, label: str) -> AppTest:
    """Press it, and let the page answer."""
    button(app, label).click()
    app.run()
    assert not app.exception
    return app


def click(app: AppTest, key: str, customdata: list[Any]) -> AppTest:
    """Click a mark of the figure ``key``."""
    selection = {"points": [{"customdata": customdata}], "point_indices": [0]}
    app.session_state[key] = {"selection": selection | {"box": [], "lasso": []}}
    return app.run()


def tick(app: AppTest, table: int, row: int) -> AppTest:
    """Tick a row of a table, both by their places."""
    selection = {"rows": [row], "columns": [], "cells": []}
    app.session_state[app.dataframe[table].key] = {"selection": selection}
    return app.run()


def click_heading(app: AppTest, table: int, column: str) -> AppTest:
    """Click the heading of a column, as it comes from the browser: the row that is ticked stays."""
    key = app.dataframe[table].key
    held = app.session_state[key]["selection"] if key in app.session_state else {"rows": []}
    selection = {"rows": held["rows"], "columns": [column], "cells": []}
    app.session_state[key] = {"selection": selection}
    return app.run()
