"""A workspace as runs, model versions and aliases of MLflow.

What is there already is left as it is, so an export that was interrupted goes on, and one that has
nothing to add changes nothing.
"""

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from core.batches import batches
from core.collect.alone import alone
from core.errors import ConflictError, InputError, RefusedError, SignoffError, UnavailableError
from core.network import without_password
from core.progress import Progress, silent
from core.reporting.exports.contents import read
from core.reporting.exports.registry import register
from core.reporting.exports.runs import EXECUTION, NAME, NOTE, WORKSPACE, RunOf, runs
from core.safe_text import one_line
from core.store import Store
from core.store.artifacts import storage_errors

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

EXPERIMENT = "signoff"
_SCHEMES = ("http", "https", "sqlite", "databricks")
_PAGE = 1_000
_PARAMETERS, _METRICS = 25, 1_000
"""In one request. MLflow takes 100 parameters, but no more than a megabyte."""
_TRIES, _SECONDS = 2, 30
"""Of a request to a server that does not answer; MLflow itself waits for many minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What an export added or changed. ``noted``: runs of which people noted something else since.
    ``unattached``: versions whose model card the server has no place for that can be reached.
    """

    experiment: str
    model: str | None = None
    runs: int = 0
    noted: int = 0
    versions: int = 0
    aliases: int = 0
    unattached: int = 0


def export(
    store: Store,
    uri: str,
    *,
    experiment: str = EXPERIMENT,
    cards: bool = True,
    progress: Progress = silent,
) -> Exported:
    """Write what MLflow lacks: executions as runs of an experiment, released versions as versions
    of one registered model, aliases as its aliases.

    Args:
        uri: of a tracking server, or of an SQLite database, which takes no server.
        cards: attach the model card of each released version to the run of its training.

    Raises:
        InputError: the address is none, or leads into the workspace.
        StorageError: the database cannot be written.
        ConflictError: another export is going on, or a copy of this workspace exported other runs.
        RefusedError: the experiment was deleted.
        UnavailableError: the server does not answer, or refuses.
    """
    _require_elsewhere(store, uri)
    contents = read(store)
    if contents.workspace is None:
        return Exported(experiment=experiment)
    with alone(store, "export mlflow"), _answering(uri):
        client = _client(uri)
        place = _experiment(client, experiment, files=_files_of(uri))
        known = _known(client, place, contents.workspace)
        wanted = runs(contents)
        added, noted = _write(client, place, wanted, known, progress)
        registered = register(client, store, contents, known, cards=cards, progress=progress)
    return Exported(
        experiment=experiment,
        model=registered.name,
        runs=added,
        noted=noted,
        versions=registered.versions,
        aliases=registered.aliases,
        unattached=registered.unattached,
    )


def _require_elsewhere(store: Store, uri: str) -> None:
    """A mistyped address must not have MLflow make its tables in the workspace's database."""
    if urlsplit(uri).scheme not in _SCHEMES:
        raise InputError(
            f"{without_password(uri)[:80]!r} is not the address of a tracking server",
            "Give one such as http://localhost:5000, or sqlite:////tmp/mlflow.db.",
        )
    if (database := _database_of(uri)) is None:
        return
    if database.is_relative_to(store.home.resolve()):
        raise InputError(f"{database} lies in the workspace", "Choose a place outside of it.")
    with storage_errors(database, chosen=True):
        database.touch()


@contextmanager
def _answering(uri: str) -> Iterator[None]:
    """What MLflow says of a refusal or a missing server, in one line without passwords."""
    # Before MLflow is imported, which would report its use to its makers.
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    try:
        import mlflow.environment_variables as variables
        from mlflow.exceptions import MlflowException
    except ImportError as error:
        raise SignoffError(
            "MLflow's client is not installed", "Install it: pip install 'signoff[mlflow]'."
        ) from error
    logging.getLogger("mlflow").setLevel(logging.WARNING)
    for setting, value in (
        (variables.MLFLOW_HTTP_REQUEST_MAX_RETRIES, _TRIES),
        (variables.MLFLOW_HTTP_REQUEST_TIMEOUT, _SECONDS),
    ):
        if not setting.is_set():
            setting.set(value)
    variables.MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT.set(True)  # standard output is for JSON
    try:
        yield
    except MlflowException as error:
        said = one_line(without_password(str(error)))[:300]
        raise UnavailableError(
            f"MLflow at {without_password(uri)} does not answer, or refuses: {said}",
            "Check the address and the sign-in, then run the command again: it goes on from there.",
        ) from error


def _client(uri: str) -> "MlflowClient":
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri=uri, registry_uri=uri)


def _database_of(uri: str) -> Path | None:
    """The file of an SQLite database; None of everything else."""
    parts = urlsplit(uri)
    return (
        Path(unquote(parts.path).removeprefix("/")).resolve() if parts.scheme == "sqlite" else None
    )


def _files_of(uri: str) -> str | None:
    """Where a new experiment keeps its files: next to an SQLite database, not in the folder where
    the command happens to run; None: the server says.
    """
    database = _database_of(uri)
    return Path(f"{database}-files").as_uri() if database else None


def _experiment(client: "MlflowClient", name: str, *, files: str | None) -> str:
    """Its id; it is made where there is none."""
    from mlflow.exceptions import MlflowException

    found = client.get_experiment_by_name(name)
    if found is None:
        try:
            return str(client.create_experiment(name, artifact_location=files))
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
            return _experiment(client, name, files=files)  # somebody else has just made it
    if found.lifecycle_stage == "deleted":
        raise RefusedError(
            f"The experiment {name!r} was deleted in MLflow",
            "Restore it there, or choose another --experiment.",
        )
    return str(found.experiment_id)


def _known(client: "MlflowClient", experiment: str, workspace: str) -> dict[int, "Run"]:
    """Execution -> its run, deleted ones included: what was deleted there is not made again."""
    from mlflow.entities import ViewType

    found, token = dict[int, "Run"](), None
    while True:
        page = client.search_runs(
            [experiment],
            filter_string=f"tags.`{WORKSPACE}` = '{workspace}'",
            run_view_type=ViewType.ALL,
            max_results=_PAGE,
            order_by=["attributes.start_time ASC"],
            page_token=token,
        )
        for run in page:
            found.setdefault(int(run.data.tags[EXECUTION]), run)
        if not (token := page.token):
            return found


def _write(
    client: "MlflowClient",
    experiment: str,
    wanted: list[RunOf],
    known: dict[int, "Run"],
    progress: Progress,
) -> tuple[int, int]:
    """Add the runs that are missing to MLflow and to ``known``; how many were added, and of how
    many the notes were changed.
    """
    added = noted = 0
    for done, run in enumerate(wanted):
        progress("Executions", done, len(wanted))
        there = known.get(run.execution)
        if there is None:
            there = known[run.execution] = _begin(client, experiment, run, known)
        _require_same(run, there)
        if there.info.lifecycle_stage == "deleted":
            continue
        if there.info.status == "RUNNING":  # as it is until all of it is written
            _fill(client, there, run)
            added += 1
        else:
            noted += _note(client, there, run)
    progress("Executions", len(wanted), len(wanted))
    return added, noted


def _begin(
    client: "MlflowClient", experiment: str, run: RunOf, known: Mapping[int, "Run"]
) -> "Run":
    parent = known.get(run.training) if run.training is not None else None
    tags = {
        **run.tags,
        **{name: text for name, text in run.noted.items() if text},
        **({"mlflow.parentRunId": parent.info.run_id} if parent else {}),
        **({"mlflow.note.content": run.noted[NOTE]} if run.noted[NOTE] else {}),
    }
    return client.create_run(experiment, start_time=run.started, tags=tags, run_name=run.name)


def _require_same(run: RunOf, there: "Run") -> None:
    if there.info.start_time != run.started:
        raise ConflictError(
            f"The run of execution #{run.execution} in MLflow is of another copy of this workspace",
            "The two have gone different ways. Export this one to another --experiment.",
        )


def _fill(client: "MlflowClient", there: "Run", run: RunOf) -> None:
    """Write parameters and figures; what an interrupted export wrote is written again, the same."""
    from mlflow.entities import Metric, Param

    run_id = there.info.run_id
    for some in batches(run.parameters.items(), _PARAMETERS):
        client.log_batch(run_id, params=[Param(name, value) for name, value in some])
    for few in batches(run.metrics.items(), _METRICS):
        client.log_batch(run_id, metrics=[Metric(name, value, run.ended, 0) for name, value in few])
    client.set_terminated(run_id, status=run.status, end_time=run.ended)


def _note(client: "MlflowClient", there: "Run", run: RunOf) -> bool:
    """Follow what people note in Signoff; what they write in MLflow stays until then."""
    run_id, had = there.info.run_id, there.data.tags
    changed = {name: text for name, text in run.noted.items() if text != had.get(name, "")}
    for name, text in changed.items():
        client.set_tag(run_id, name, text)
    if NAME in changed:
        client.update_run(run_id, name=run.name)
    if NOTE in changed:
        client.set_tag(run_id, "mlflow.note.content", run.noted[NOTE])
    return bool(changed)
