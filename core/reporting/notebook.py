"""The report of a comparison as a notebook that loads the same results. Pure."""

import json
from collections.abc import Sequence

from core.reporting.document import Document
from core.reporting.rendering import markdown
from core.reporting.report import Report
from core.reporting.said import minute

_OPENING = """\
from core import open_workspace
from dashboard import notebook

workspace = open_workspace()  # the one that SIGNOFF_HOME names
comparison = workspace.compare({baseline}, {candidate})
comparison.sentence"""


def notebook(report: Report) -> str:
    """A notebook (``.ipynb``, version 4.5) without outputs and without any path: it opens the
    workspace that ``SIGNOFF_HOME`` names where it is run.
    """
    baseline, candidate = report.compared
    title = f"{report.names[1]} compared with {report.names[0]}"
    end = f"Written by Signoff {report.signoff} on {minute(report.at)}. See docs/python.md."
    head = markdown(Document(title=title, lead=report.sentence, sections=(), end=end))
    cells = [
        (False, head),
        (True, _OPENING.format(baseline=baseline, candidate=candidate)),
        (True, "comparison.caveats"),
        (False, "What differs in code, data, parameters and environment:"),
        (True, "comparison.differences"),
        (False, "Every metric, with the 95% interval of its difference and the noise:"),
        (True, "comparison.metrics"),
        (False, "The F1 changes of the subreddits, the largest losses first:"),
        (True, "notebook.f1_changes(comparison)"),
        (True, 'comparison.changes.sort_values("difference").head(20)'),
        (False, "How sure the two are of their first predictions, and whether that is right:"),
        (True, "notebook.p_at_1(comparison)"),
        (True, "notebook.reliability(comparison)"),
    ]
    return as_notebook(cells)


def as_notebook(cells: Sequence[tuple[bool, str]]) -> str:
    """The JSON of a notebook; of each cell whether it is code, and its text."""
    document = {
        "cells": [_cell(place, code, text) for place, (code, text) in enumerate(cells)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _cell(place: int, code: bool, text: str) -> dict[str, object]:
    source = text.strip().splitlines(keepends=True)
    shared: dict[str, object] = {"id": f"cell-{place}", "metadata": {}, "source": source}
    if code:
        return {"cell_type": "code", **shared, "execution_count": None, "outputs": []}
    return {"cell_type": "markdown", **shared}
