"""The earlier models of a configuration that estimates learn from: those of its last backtest."""

from collections.abc import Iterator

from core.drift.backtest_results import Cell, Trained
from core.drift.backtests import newest_of
from core.drift.estimate import Known, Past
from core.store import Store
from core.store.models import Model


def past_of(store: Store, model: Model, *, until: int) -> list[Past]:
    """The models of the newest backtest of a model's family and parameters, the oldest first.

    Only windows that had ended at the moment ``until`` (epoch seconds) count; models without any
    are left out. Empty without a backtest.
    """
    found = newest_of(store, model)
    return [] if found is None else list(_past(found.models, until))


def _past(models: tuple[Trained, ...], until: int) -> Iterator[Past]:
    for each in models:
        windows = [_known(cell) for cell in each.later if cell.ends <= until]
        # What older results expected of accuracy cannot be compared with what is expected now.
        if each.validation is not None and each.recalibrated and windows:
            yield Past(each.training, each.posts, _known(each.validation), windows)


def _known(cell: Cell) -> Known:
    realised = {key: cell.figures[key].value for key in cell.expected}
    return Known(cell.posts, realised, cell.expected, (cell.begins + cell.ends) / 2)
