"""Families that a team's own package brings, with the example of docs/models.md."""

import subprocess
import sys
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from core.comparison.noise import configuration
from core.errors import InputError
from core.evaluation.evaluate import evaluate
from core.executions import get
from core.training import families
from core.training.families import FAMILIES, GROUP, family, names, package_of
from core.training.train import train
from tests.commands import assert_refused, signoff
from tests.conftest import Road

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "naive_bayes"
NAME = "naive-bayes"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the example is installed, as from its wheel."""
    folder = tmp_path_factory.mktemp("installed")
    source = folder / "source"
    source.mkdir()
    for file in EXAMPLE.iterdir():
        if file.is_file():
            (source / file.name).write_bytes(file.read_bytes())
    uv = Path(sys.executable).with_name("uv")
    words = ["pip", "install", "--offline", "--quiet", "--no-deps", "--no-build-isolation"]
    where = ["--python", sys.executable, "--target", folder / "packages"]
    subprocess.run([uv, *words, *where, source], check=True)
    return folder / "packages"


@pytest.fixture
def installed(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(package))


def brought(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """A package brings a family ``name`` by an entry point."""
    found = EntryPoints([EntryPoint(name, value, GROUP)])
    monkeypatch.setattr(families, "entry_points", found.select)


@pytest.mark.slow
@pytest.mark.usefixtures("installed")
def test_a_package_brings_a_family_that_goes_the_same_road(road: Road) -> None:
    assert names() == [*FAMILIES, NAME]
    assert package_of(NAME) == "signoff-naive-bayes==1.0"
    done = signoff("train", "--snapshot", "small", "--model", NAME, "--param", "alpha=0.5")
    assert (done.code, done.err) == (0, "")
    again = train(road.store, road.snapshot, model=NAME, params={"alpha": "0.5"})
    run = get(road.store, again.execution)
    assert run.params["package"] == "signoff-naive-bayes==1.0"
    assert run.params["params"] == {"alpha": 0.5}
    assert evaluate(road.store, again, road.snapshot).metrics["accuracy"] > 0.5
    assert signoff("compare", 3, again.execution).code == 0


@pytest.mark.usefixtures("installed")
def test_another_version_of_the_package_trains_again(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = train(road.store, road.snapshot, model=NAME)
    monkeypatch.setattr("core.training.train.package_of", lambda _: "signoff-naive-bayes==2.0")
    second = train(road.store, road.snapshot, model=NAME)
    assert first.execution != second.execution
    assert configuration(road.store, first.execution) != configuration(road.store, second.execution)


def test_a_family_that_is_not_installed_any_more_says_what_to_do(
    package: Path, road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.syspath_prepend(str(package))
        model = train(road.store, road.snapshot, model=NAME)
    outcome = signoff("evaluate", model.execution, "--on", "small")
    assert_refused(
        outcome, f"No model family is called '{NAME}'", "install the package that brings it"
    )


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("no_such_module:family", "ModuleNotFoundError"),
        ("core.training.families:nothing", "AttributeError"),
        ("core.training.families:GROUP", "lacks name"),
        ("core.training.linear_family:LinearFamily", "calls itself 'linear'"),
    ],
)
def test_what_is_no_family_is_refused(
    monkeypatch: pytest.MonkeyPatch, value: str, why: str
) -> None:
    brought(monkeypatch, "broken", value)
    with pytest.raises(InputError, match=f"model family 'broken'.*{why}"):
        family("broken")


def test_no_package_takes_the_place_of_a_family_of_signoff(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    brought(monkeypatch, "linear", "no_such_module:family")
    assert family("linear") is FAMILIES["linear"]
    assert names() == list(FAMILIES)
    assert package_of("linear") is None


def test_the_example_is_short() -> None:
    lines = (EXAMPLE / "signoff_naive_bayes.py").read_text().splitlines()
    assert sum(bool(line.strip()) for line in lines) <= 40
