"""The notebook of the documents runs as a stranger runs it, on the demo workspace."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

BOOK = Path(__file__).parents[2] / "docs/notebook.ipynb"
SECONDS = 300
"""A cell must have ended until then."""


def test_it_is_stored_without_outputs() -> None:
    book = nbformat.read(BOOK, as_version=4)
    nbformat.validate(book)
    assert all(not cell.get("outputs") for cell in book.cells)


@pytest.mark.slow
def test_every_cell_runs_and_draws(demo: Path) -> None:
    book = nbformat.read(BOOK, as_version=4)
    NotebookClient(book, timeout=SECONDS, kernel_name="python3").execute(cwd=str(demo.parent))
    outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
    figures = [each for each in outputs if "application/vnd.plotly.v1+json" in each.get("data", {})]
    assert len(figures) == 3
    assert "The test split is sealed" in outputs[-1]["data"]["text/plain"]
