"""The report of a comparison from the command line."""

from pathlib import Path

import nbformat
import pytest

from tests.commands import assert_refused, signoff
from tests.conftest import Road


def test_it_is_markdown_on_stdout_and_nothing_else(road: Road) -> None:
    told = signoff("report", 3, "#5")
    assert (told.code, told.err) == (0, "")
    assert told.out.replace("\u2060", "").startswith("# \\#5 compared with #3\n")


@pytest.mark.parametrize(
    ("name", "more", "begins"),
    [("r.html", (), "<!doctype html>"), ("r.txt", ("--format", "md"), "# ")],
)
def test_it_is_written_to_a_file(
    road: Road, tmp_path: Path, name: str, more: tuple[str, ...], begins: str
) -> None:
    path = tmp_path / name
    told = signoff("report", 3, 5, "--output", path, *more)
    assert told.out == f"The report on #5: {path}\n"
    assert path.read_text(encoding="utf-8").startswith(begins)


def test_json_says_what_was_found(road: Road) -> None:
    found = signoff("report", 3, 5, "--json").json
    compared = signoff("compare", 3, 5, "--json").json
    assert (found["execution"], found["sentence"]) == (compared["execution"], compared["sentence"])
    assert found["verdict"] == "fail"
    assert signoff("release", "check", 5).code == 3
    assert [each["what"] for each in found["differences"]] == ["seed"]
    assert "signoff release propose 5" in found["next"]


def test_what_cannot_be_reported_on_is_refused(road: Road, tmp_path: Path) -> None:
    assert_refused(
        signoff("report", 3, 5, "--output", tmp_path / "r.pdf"), "is neither .md nor .html"
    )
    assert_refused(signoff("report", 3, 3), "Both are the same evaluation")
    assert not list(tmp_path.glob("r*"))


def test_a_notebook_of_the_same_results_is_written(road: Road, tmp_path: Path) -> None:
    path = tmp_path / "r.ipynb"
    told = signoff("report", 3, 5, "--notebook", path)
    assert told.out == f"The report on #5 as a notebook: {path}\n"
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    source = path.read_text(encoding="utf-8")
    assert "workspace.compare(4, 6)" in source
    assert str(tmp_path) not in source
    for cell in book.cells:
        if cell.cell_type == "code":
            compile(cell.source, "cell", "exec")
    wrong = signoff("report", 3, 5, "--notebook", tmp_path / "r.json")
    assert_refused(wrong, "does not end in .ipynb")
