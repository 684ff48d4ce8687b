"""The public face does what the commands do, and opens nothing that is sealed."""

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import core
from core import open_workspace
from core.errors import NotFoundError, RefusedError, SignoffError
from core.executions import listing
from core.workspace import Workspace
from dashboard import notebook
from tests.commands import signoff
from tests.conftest import Road
from tests.factories import QUICK


def test_importing_core_loads_nothing_until_it_is_asked_for() -> None:
    asked = "import sys, core; print(*(n for n in ('pandas', 'sqlalchemy') if n in sys.modules))"
    done = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == ""
    assert core.open_workspace is open_workspace
    with pytest.raises(AttributeError):
        core.nothing  # noqa: B018


def test_what_is_public_is_described_and_typed() -> None:
    for name, method in inspect.getmembers(Workspace, inspect.isfunction):
        if not name.startswith("_"):
            assert method.__doc__, name
            assert "return" in method.__annotations__, name


def test_it_says_what_the_commands_say(road: Road) -> None:
    workspace = open_workspace()
    comparison = workspace.compare(3, 5)
    told = signoff("compare", 3, 5, "--json").json
    assert comparison.sentence == told["sentence"]
    for name, metric in told["metrics"].items():
        assert comparison.metrics.loc[name, "difference"] == pytest.approx(metric["difference"])
    assert list(comparison.differences["what"]) == [each["what"] for each in told["differences"]]
    frame = workspace.executions(kind="train")
    assert list(frame.index) == [5, 3]
    assert list(frame["params.seed"]) == [2, 1]
    assert frame.loc[3, "metrics.accuracy"] == pytest.approx(
        told["metrics"]["accuracy"]["baseline"]
    )
    assert workspace.snapshots()[0].name == "small"


def test_what_was_done_is_given_back_and_not_done_again(road: Road) -> None:
    workspace, before = open_workspace(), listing(road.store)
    snapshot = workspace.snapshots()[0]
    made = workspace.train(snapshot, model="fasttext", params=QUICK, seed=1, threads=1)
    again = workspace.evaluate(made, "small")
    assert (made.execution, made.evaluation, again.execution) == (3, 4, 4)
    assert made.metrics == again.metrics
    assert workspace.freeze("small").digest == snapshot.digest
    assert listing(road.store) == before


def test_nothing_sealed_is_opened_and_mistakes_are_told(road: Road, tmp_path: Path) -> None:
    workspace = open_workspace(road.store.home)
    with pytest.raises(RefusedError, match="sealed"):
        workspace.evaluate(3, "small", split="test")
    with pytest.raises(NotFoundError, match="no workspace"):
        open_workspace(tmp_path / "nowhere")
    for wrong in (
        lambda: workspace.import_posts(tmp_path / "nothing.csv"),
        lambda: workspace.freeze(since="31 January"),
        lambda: workspace.train("small", params={"nonsense": 1}),
        lambda: workspace.drift(window="year"),
        lambda: workspace.drift("nobody"),
    ):
        with pytest.raises(SignoffError):
            wrong()


def test_the_figures_of_the_dashboard_are_drawn_light_and_dark(road: Road) -> None:
    comparison = open_workspace().compare(3, 5)
    for draw in (
        notebook.f1_changes,
        notebook.f1_scatter,
        notebook.p_at_1,
        notebook.reliability,
    ):
        light, dark = (draw(comparison, theme=theme) for theme in ("light", "dark"))
        assert light.data
        assert light.layout.paper_bgcolor != dark.layout.paper_bgcolor
