"""MLflow's own code, on a database of its own, gets what a workspace holds: once, whatever happens.

MLflow runs in processes that end with each scenario: it leaves connections open.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from core.errors import ConflictError
from core.executions.annotations import annotate
from core.release import aliases
from core.reporting.exports import contents, tracking
from core.reporting.exports.runs import EXECUTION, key
from core.store import Store, open_store
from tests.commands import assert_refused, race, signoff
from tests.core.release.conftest import Ready
from tests.factories import by

WRITES = (
    *("create_experiment", "create_run", "log_batch", "set_terminated", "log_text"),
    *("create_registered_model", "create_model_version", "set_registered_model_alias"),
)
"""The requests of an export that change something."""


def in_processes(scenario: str, home: Path, uri: str, *, processes: int = 1) -> list[str]:
    """What a scenario of this module returns, in processes of their own."""
    prepare = f"""
import os, warnings
warnings.simplefilter("ignore")
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
import mlflow.store.tracking.sqlalchemy_store
from {__name__} import {scenario}
"""
    act = f"print({scenario}({str(home)!r}, {uri!r}))"
    return [said.splitlines()[-1] for said in race(prepare, act, processes=processes)]


def state(uri: str) -> object:
    """All that is in MLflow, but for the ids and moments that it makes up."""
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=uri)
    experiment = client.get_experiment_by_name(tracking.EXPERIMENT)
    (model,) = client.search_registered_models()
    runs = client.search_runs([experiment.experiment_id])
    number = {run.info.run_id: run.data.tags[EXECUTION] for run in runs}
    for run in runs:
        tags = run.data.tags
        if "mlflow.parentRunId" in tags:
            tags["mlflow.parentRunId"] = number[tags["mlflow.parentRunId"]]
    return (
        sorted(
            (int(number[r.info.run_id]), r.info.status, r.info.start_time, r.info.end_time)
            for r in runs
        ),
        {number[r.info.run_id]: (r.data.params, r.data.metrics, r.data.tags) for r in runs},
        [v.tags for v in client.search_model_versions(f"name = '{model.name}'")],
        model.aliases,
    )


@contextmanager
def writing(write: Callable[[], None]) -> Iterator[None]:
    """Call ``write`` before each request that changes something."""
    from mlflow import MlflowClient

    def around(real: Callable[..., object]) -> Callable[..., object]:
        def request(*words: object, **more: object) -> object:
            write()
            return real(*words, **more)

        return request

    with ExitStack() as patched:
        for name in WRITES:
            request = around(getattr(MlflowClient, name))
            patched.enter_context(patch.object(MlflowClient, name, request))
        yield


def interrupted(home: str, uri: str) -> str:
    """Every export ends after seven requests, until one has fewer to make."""
    store, attempts = open_store(Path(home)), 0
    while True:
        left = iter(range(7))

        def write(left: Iterator[int] = left) -> None:
            if next(left, None) is None:
                raise KeyboardInterrupt

        attempts += 1
        try:
            with writing(write):
                tracking.export(store, uri)
        except KeyboardInterrupt:
            continue
        break
    whole = tracking.export(store, f"{uri}.whole")
    assert state(uri) == state(f"{uri}.whole")
    again = tracking.export(store, uri)
    assert (again.runs, again.noted, again.versions, again.aliases) == (0, 0, 0, 0)
    assert attempts > 5
    return f"{whole.runs} runs, {whole.versions} versions, {whole.aliases} aliases"


def followed(home: str, uri: str) -> str:
    """What changes in Signoff changes in MLflow; what people do in MLflow stays."""
    from mlflow import MlflowClient
    from mlflow.utils.validation import validate_param_and_metric_name

    assert all(validate_param_and_metric_name(key(odd)) for odd in ("r/x (bad)", "..", "é", ""))
    store, client = open_store(Path(home)), MlflowClient(tracking_uri=uri)
    done = tracking.export(store, uri)
    (model,) = client.search_registered_models()
    runs = {r.data.tags[EXECUTION]: r.info.run_id for r in client.search_runs(["1"])}
    client.delete_run(runs["1"])
    client.set_tag(runs["3"], "mlflow.note.content", "seen")
    client.set_registered_model_alias(model.name, "theirs", "1")
    annotate(store, 5, name="Second", note="Better")
    _, second = (each.version for each in reversed(aliases.versions(store)))
    with by("bob"):
        aliases.move(store, "v1", second, expected=None)
        aliases.move(store, "staging", second, expected=aliases.current(store)["staging"])
    again = tracking.export(store, uri)
    assert (again.runs, again.noted, again.versions, again.aliases) == (0, 1, 0, 2)
    tags = client.get_run(runs["5"]).data.tags
    assert tags["mlflow.note.content"] == "Better"
    assert tags["mlflow.runName"] == "#5 train · Second"
    assert client.get_run(runs["3"]).data.tags["mlflow.note.content"] == "seen"
    with by("bob"):
        aliases.clear(store, "v1")
    tracking.export(store, uri)
    named = client.get_registered_model(model.name).aliases
    assert set(named) == {"production", "staging", "theirs"}
    assert named["staging"] != named["production"]
    assert [f.path for f in client.list_artifacts(runs["5"], "signoff")] == [
        "signoff/model-card.md"
    ]
    sealed = contents.read(store).sealed
    assert sealed
    assert not any(client.get_run(runs[str(number)]).data.metrics for number in sealed)
    return str(done.unattached)


def beside(home: str, uri: str) -> str:
    """Of two at once, one may be refused. None writes what another has written."""
    store = open_store(Path(home))
    try:
        return str(tracking.export(store, uri).runs)
    except ConflictError:
        return "refused"


@pytest.mark.slow
def test_exports_that_are_interrupted_become_what_one_export_makes(
    ready: Ready, tmp_path: Path
) -> None:
    (said,) = in_processes("interrupted", ready.approved, f"sqlite:///{tmp_path}/mlflow.db")
    assert said.endswith("runs, 2 versions, 2 aliases")


@pytest.mark.slow
def test_changes_are_followed_and_what_people_do_in_mlflow_stays(
    approved: Store, tmp_path: Path
) -> None:
    assert in_processes("followed", approved.home, f"sqlite:///{tmp_path}/mlflow.db") == ["0"]


@pytest.mark.slow
def test_two_at_once_write_everything_once(approved: Store, tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    said = in_processes("beside", approved.home, uri, processes=2)
    runs = len(contents.read(approved).executions)
    assert sorted(said) in (["0", str(runs)], [str(runs), "refused"])


@pytest.mark.parametrize("uri", ["localhost", "sqlite:///{home}/signoff.db", "ftp://x/y"])
def test_an_address_that_is_none_or_leads_into_the_workspace_is_refused(
    store: Store, uri: str
) -> None:
    refused = signoff("export", "mlflow", "--tracking-uri", uri.format(home=store.home))
    assert_refused(refused, "lies in the workspace" if "sqlite" in uri else "tracking server")
