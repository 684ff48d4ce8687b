"""Erasing posts: first their tombstones, in one transaction; then whatever else holds their text.

A run that is cut off in between is finished by the next, whatever that erases itself.
docs/erasure.md lists what is cleaned, and what cannot be.
"""

import re
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from core.access.identity import Role
from core.access.transactions import WITHIN_A_RUN, acting, unattended
from core.erasure import predictions
from core.errors import CorruptArtifactError, InputError, NotFoundError
from core.executions import Run, record
from core.progress import Progress, silent
from core.snapshots import erasing, files
from core.store import Store
from core.store import erasure as erasure_table
from core.store.labels import POST

BY_HAND = "by_hand"
"""Why posts are gone that a person named."""
_ID = re.compile(rf"(?:t3_)?([0-9a-z]{{1,16}}|{POST}[0-9]{{1,12}})")


@dataclass(slots=True)
class Erased:
    """What a run erased, and what it took it out of."""

    execution: int = 0
    seconds: float = 0.0
    checked: int = 0
    """Posts that were asked for, or named."""
    erased: Counter[str] = field(default_factory=Counter)
    """Reason -> posts that are erased now."""
    unknown: int = 0
    """Of those named: never here. They will not come either."""
    known: int = 0
    """Of those named: erased before."""
    absent: int = 0
    """Posts that Reddit did not show, which may be gone."""
    unanswered: int = 0
    """Posts that it said nothing of."""
    snapshots: list[str] = field(default_factory=list)
    """Whose files were rewritten."""
    left: dict[str, str] = field(default_factory=dict)
    """Snapshot and split -> why its file was not."""
    waiting: int = 0
    """Old files that another run reads still."""


def erase(store: Store, ids: Iterable[str], *, progress: Progress = silent) -> Erased:
    """Erase posts that a person names; without any, finish what was cut off.

    Args:
        ids: as Reddit writes them, with or without ``t3_``. Posts that are not stored are never
            imported.

    Raises:
        InputError: one is none; nothing is erased then.
        RefusedError: the actor is not an admin.
        StorageError: the disk refuses, or others keep the database busy. The posts are erased by
            then, and the next run takes them out of the rest.
    """
    named = dict.fromkeys(map(_clean, ids), BY_HAND)
    with acting(store, Role.ADMIN, to="erase posts"):
        pass
    report = Erased(checked=len(named))
    started = time.monotonic()
    with record(store, "erase", params={"named": len(named)}, inputs={}) as run:
        report.execution = run.number
        _bury(store, named, report, run)
        finish(store, run, report, progress=progress)
    report.seconds = time.monotonic() - started
    return report


def finish(store: Store, run: Run, report: Erased, *, progress: Progress = silent) -> None:
    """Take everything that has a tombstone out of whatever else holds its text."""
    pending = erasing.pending(store)
    for done, snapshot in enumerate(pending):
        progress("Erasing from snapshots", done, len(pending))
        made = erasing.empty(store, snapshot, run)
        report.left |= {f"{snapshot.id}:{split}": why for split, why in made.left.items()}
        if made.files:
            report.snapshots.append(snapshot.id)
        run.outputs |= {f"{snapshot.id}:{split}": file for split, file in made.files.items()}
        run.log(f"snapshot {snapshot.id}: erased {made.snapshot.erased}, left {made.left}")
    progress("Erasing from snapshots", len(pending), len(pending))
    _erase_predictions(store, run, report)
    report.waiting = files.clear(store, run)
    store.artifacts.sweep()
    _scrub(store, progress)
    run.metrics = as_metrics(report)


def _erase_predictions(store: Store, run: Run, report: Erased) -> None:
    for file in predictions.pending(store):
        name = f"{file.model[:12]}:{file.part}"
        try:
            made = predictions.empty(store, file, run)
        except (NotFoundError, CorruptArtifactError) as error:
            report.left[name] = str(error)
            continue
        if made is not None:
            run.outputs[name] = made


def as_metrics(report: Erased) -> dict[str, Any]:
    """The counts as the execution keeps them and the command prints them."""
    return {
        "checked": report.checked,
        "erased": dict(report.erased),
        "unknown": report.unknown,
        "erased_before": report.known,
        "absent": report.absent,
        "unanswered": report.unanswered,
        "snapshots": report.snapshots,
        "left": report.left,
        "waiting": report.waiting,
    }


def _bury(store: Store, named: dict[str, str], report: Erased, run: Run) -> None:
    with unattended(store, because=WITHIN_A_RUN) as session:
        stored = erasure_table.stored(session, named)
        new = erasure_table.bury(
            session, named, execution=run.number, at=datetime.now(UTC), unknown=True
        )
    report.erased = Counter(reason for post, reason in new.items() if post in stored)
    report.unknown = len(new.keys() - stored)
    report.known = len(named) - len(new)
    run.log(f"{report.erased.total()} erased, {report.unknown} not here, {report.known} before")


def _scrub(store: Store, progress: Progress) -> None:
    """Clean the free space of the database, unless that was done since the last erasure."""
    with store.read() as session:
        newest, needed = erasure_table.newest(session), erasure_table.unscrubbed(session)
    if not needed:
        return
    progress("Cleaning the database", 0, None)
    store.scrub()
    with unattended(store, because="the erasure asked as it began") as session:
        erasure_table.mark_scrubbed(session, newest)


def _clean(text: str) -> str:
    match = _ID.fullmatch(text.strip().lower())
    if match is None:
        raise InputError(
            f"{text[:40]!r} is not the id of a post",
            "Write it as in the post's address, such as 1a2b3c.",
        )
    return match[1]
