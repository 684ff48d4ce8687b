"""Backtests that were run, found again."""

from core.comparison.noise import configuration
from core.drift.backtest import KIND, RESULTS
from core.drift.backtest_results import Backtest
from core.executions.history import listing
from core.store import Store
from core.store import models as models_table
from core.store.executions import SUCCEEDED, Execution
from core.store.frames import read_record
from core.store.models import Model


def newest(store: Store) -> Backtest | None:
    """The last backtest of any configuration; None: there was none."""
    run = next(iter(listing(store, kinds=[KIND], status=SUCCEEDED, limit=1)), None)
    return None if run is None else results(store, run)


def newest_of(store: Store, model: Model) -> Backtest | None:
    """The last backtest of a model's family and parameters, on whichever snapshot; None: none."""
    wanted = configuration(store, model.execution)
    for run in listing(store, kinds=[KIND], status=SUCCEEDED):
        if run.params["configuration"] == wanted:
            return results(store, run)
    return None


def results(store: Store, run: Execution) -> Backtest:
    """What an execution of the kind ``backtest`` found.

    Raises:
        CorruptArtifactError: it is not what was stored.
    """
    return read_record(store.artifacts, run.outputs[RESULTS], Backtest)


def earlier_models(store: Store, model: Model) -> list[Model]:
    """The models of :func:`newest_of`, the oldest first; empty without a backtest.

    :func:`core.drift.reading.read` gives what each of them said: of its own validation posts as
    the reference, and of all open posts from its cut-off on.
    """
    found = newest_of(store, model)
    if found is None:
        return []
    with store.read() as session:
        made = [models_table.model(session, each.training) for each in found.models]
    return [each for each in made if each is not None]
