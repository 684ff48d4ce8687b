"""What production was made from, as it is recorded."""

from pathlib import Path

import pytest

from core.executions import record
from core.executions.purpose import NOISE, run_for
from core.pipeline import provenance
from core.pipeline.graph import Graph, Stage
from core.release import aliases
from core.release.candidates import get
from core.serving import servers
from core.store import open_store
from core.training.train import train
from tests import demo_workspace
from tests.commands import signoff
from tests.conftest import Road
from tests.demo_workspace import FIRST, PRODUCTION
from tests.factories import QUICK


def labels(graph: Graph, stage: Stage) -> list[str]:
    return [node.label for node in graph.of(stage)]


def test_production_came_from_posts_and_leads_to_whoever_asks_it(
    tmp_path_factory: pytest.TempPathFactory,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    built = demo_workspace.built(tmp_path_factory)
    home = demo_workspace.copied(built, tmp_path, monkeypatch)
    store = open_store(home)
    version = aliases.current(store)["production"]
    registration = servers.register(store, "http://127.0.0.1:9")
    registration.report({"production": version}, [], {})
    whole = provenance.read(store)
    made = whole.ancestry(*provenance.way(whole))
    assert labels(made, Stage.ENDPOINT) == ["127.0.0.1:9"]
    assert labels(made, Stage.ALIAS) == ["production"]
    assert labels(made, Stage.VERSION) == [version]
    assert [node.execution for node in made.of(Stage.MODEL)] == [FIRST, PRODUCTION]
    assert [node.execution for node in made.of(Stage.COMPARISON)] == [
        get(store, PRODUCTION).comparison
    ]
    assert labels(made, Stage.SNAPSHOT) == ["until-september"]
    assert made.of(Stage.SNAPSHOT)[0].stale == "snapshot until-october is newer"
    assert labels(made, Stage.POSTS) == ["#1"]
    registration.leave({})
    told = signoff("pipeline", "show", version, "--json").json
    without_callers = {n.id for n in made.nodes if n.stage not in (Stage.ALIAS, Stage.ENDPOINT)}
    assert {node["id"] for node in told["nodes"]} == without_callers
    assert version not in signoff("pipeline", "show", f"#{PRODUCTION}").out


def test_posts_that_came_since_make_a_snapshot_stale(road: Road) -> None:
    with record(road.store, "import", params={}, inputs={}) as run:
        run.metrics = {"inserted": 2}
    (snapshot,) = provenance.read(road.store).of(Stage.SNAPSHOT)
    assert snapshot.stale == "2 posts arrived since"


def test_retrainings_that_measure_noise_are_left_out(road: Road) -> None:
    with run_for(NOISE):
        train(road.store, road.snapshot, model="fasttext", params=QUICK, seed=9, threads=1)
    assert len(provenance.read(road.store).of(Stage.MODEL)) == 2
