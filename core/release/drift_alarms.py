"""Limits of drift that a version exceeds become alarms, once until they are kept again."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from core.access.transactions import unattended
from core.drift.results import DriftReport
from core.release.drift_judged import Judged
from core.release.drift_limits import DriftLimit
from core.store import Store
from core.store import drift_alarms as table
from core.store.drift_alarms import DriftAlarm
from core.store.models import Model

_AGE = "drift.max_age_days"
"""The one limit that rests on no window."""


class _What(NamedTuple):
    """What an alarm is about."""

    on: str
    window: str
    limit: str


def note(
    store: Store, model: Model, version: str, reports: Sequence[DriftReport], by: Sequence[Judged]
) -> list[DriftAlarm]:
    """Record which limits are exceeded now, and which are kept again; the alarms that are new.

    A limit that stays exceeded is one alarm, however often somebody looks; where it cannot be
    judged, the alarm goes on. Writes nothing where nothing has changed.

    Args:
        by: what the policy in force says of each report.
    """
    now = datetime.now(UTC)
    judged = {
        _What(*(("", "") if limit.name == _AGE else (report.on, report.window)), limit.name): limit
        for report, each in zip(reports, by, strict=True)
        for limit in each.limits
    }
    seen = {("", ""), *((report.on, report.window) for report in reports)}
    with store.read() as session:
        if not any(_changes(session, model, judged, seen)):
            return []
    with unattended(store, because="it records what was measured, and decides nothing") as session:
        begun, ended = _changes(session, model, judged, seen)  # another run may have been faster
        for old in ended:
            table.end(session, old, now)
        return [
            table.begin(
                session,
                DriftAlarm(
                    model=model.digest,
                    version=version,
                    at=now,
                    sentence=judged[what].why,
                    **what._asdict(),
                ),
            )
            for what in begun
        ]


def _changes(
    session: Session,
    model: Model,
    judged: Mapping[_What, DriftLimit],
    seen: Collection[tuple[str, str]],
) -> tuple[list[_What], list[DriftAlarm]]:
    """What is exceeded and was not, and the alarms whose limits are kept, or are off by now.

    Args:
        seen: the texts and windows that were looked at.
    """
    before = {
        _What(each.on, each.window, each.limit): each
        for each in table.going_on(session, model.digest)
    }
    begun = [what for what, limit in judged.items() if limit.exceeded and what not in before]
    over = {what for what, limit in judged.items() if limit.exceeded is not False}
    ended = [old for what, old in before.items() if what[:2] in seen and what not in over]
    return begun, ended
