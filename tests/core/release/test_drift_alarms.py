"""A limit of drift that is exceeded is one alarm, however often somebody looks."""

from dataclasses import replace

from core.release.drift_alarms import note
from core.release.drift_judged import Judged
from core.release.drift_limits import DriftLimit
from core.store import drift_alarms
from tests.conftest import Road
from tests.core.drift.reports import make_report

NAMES = ("drift.accuracy_drop", "drift.max_age_days")
REPORTS = [replace(make_report([0.4]), window=window) for window in ("week", "month")]  # type: ignore[arg-type]


def judged(answers: tuple[bool | None, ...]) -> Judged:
    limits = tuple(
        DriftLimit(name=name, limit=1.0, exceeded=exceeded, why=f"{name}: {exceeded}.")
        for name, exceeded in zip(NAMES, answers, strict=False)
    )
    return Judged(limits, advice=None, retraining=None)  # type: ignore[arg-type]


def look(road: Road, *answers: bool | None, window: int = 0) -> list[str]:
    """The names of the new alarms."""
    made = note(
        road.store, road.baseline, "20260531.1", REPORTS[window : window + 1], [judged(answers)]
    )
    return [each.limit for each in made]


def test_it_begins_once_and_again_after_it_was_kept(road: Road) -> None:
    accuracy, age = NAMES
    assert look(road, True, False) == [accuracy]
    assert look(road, True, True) == [age]
    assert look(road, None, True) == []  # where it cannot be judged, it goes on
    assert look(road, True, True, window=1) == [accuracy]  # the age rests on no window
    assert look(road, False, True) == []
    assert look(road, True, True) == [accuracy]
    assert look(road) == []  # a policy without limits ends them
    assert look(road, True, True) == [accuracy, age]
    with road.store.read() as session:
        found = drift_alarms.after(session, 0)
    assert [each.id for each in found] == [1, 2, 3, 4, 5, 6]
    assert found[0].sentence == f"{accuracy}: True."
