"""Running an execution again, recorded: with its own code, on what it read, touching nothing."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from core.comparison.differences import environments
from core.comparison.noise import noise_of
from core.comparison.what_differs import numbers
from core.errors import RefusedError
from core.executions import Execution, get, listing, record
from core.progress import Progress, silent
from core.reproduction.inputs import give, require_open
from core.reproduction.process import Signoff
from core.reproduction.results import Measured, Reproduction
from core.reproduction.source import Source, source_of
from core.reproduction.words import TRAIN, again
from core.store import Store
from core.store.artifacts import storage_errors
from core.store.excerpt import Rows, read_rows
from core.store.executions import SUCCEEDED
from core.store.frames import put_record, read_record
from core.store.types import Json
from core.training.train import of_execution as model_of

KIND = "reproduce"
_RESULT = "reproduction"
_OF_TIME = ("fit_seconds",)
"""Figures that are no result."""


def reproduce(
    store: Store, number: int, *, progress: Progress = silent
) -> tuple[Reproduction, Execution]:
    """Run execution ``number`` again, and say whether the same came of it; with the record of that.

    Its commit is checked out into a temporary folder, its uncommitted changes are applied, and it
    runs in a process of its own, on a temporary workspace that holds what it read. Nothing is
    changed but for the record, and no sealed test is opened: the temporary workspace has none.

    Raises:
        NotFoundError: there is no such execution, or some of what it read is gone.
        RefusedError: it cannot be run again, or its code is not here; or it fails now.
        UnavailableError: its code does not start with the packages that are installed.
    """
    execution = get(store, number)
    words = again(execution)
    require_open(store, execution)
    with source_of(store, execution) as source, _room() as room:
        with record(store, KIND, params={}, inputs={"reproduced": number}) as run:
            signoff = Signoff(source, room / "workspace", room)
            signoff.make_workspace()
            given = give(store, execution, signoff.home, source.project)
            run.log(f"signoff {' '.join(words)}, with the code in {source.signoff}")
            try:
                signoff.run(words, progress=progress)
            finally:
                for line in signoff.log.splitlines():
                    run.log(line)
            found = _compared(store, execution, signoff.home, source, given)
            run.outputs = {_RESULT: put_record(store.artifacts, found)}
            run.metrics = {"identical": found.identical, "moved": len(found.moved)}
            run.log(found.sentence)
    return found, get(store, run.number)


def of(store: Store, number: int) -> tuple[Reproduction, Execution] | None:
    """The newest reproduction of an execution, and its record; None: there is none."""
    made = listing(store, kinds=(KIND,), status=SUCCEEDED)
    newest = next((each for each in made if each.inputs["reproduced"] == number), None)
    found = newest and result_of(store, newest)
    return (found, newest) if newest and found else None


def result_of(store: Store, record: Execution) -> Reproduction | None:
    """What the execution ``record`` of kind :data:`KIND` found; None: it did not succeed."""
    digest = record.outputs.get(_RESULT)
    return read_record(store.artifacts, digest, Reproduction) if digest else None


@contextmanager
def _room() -> Iterator[Path]:
    """A temporary folder for the workspace."""
    place = Path(tempfile.gettempdir())
    with storage_errors(place, chosen=True):
        room = tempfile.TemporaryDirectory(prefix="signoff-", ignore_cleanup_errors=True)
    with room as folder:
        yield Path(folder)


def _compared(
    store: Store, then: Execution, home: Path, source: Source, given: tuple[str, ...]
) -> Reproduction:
    now = _newest(home, then.kind)
    notes = [*source.notes, *given]
    if now["code"]["source"] != then.code["source"]:
        notes.append("The code that ran now is not the code that ran then to the byte.")
    if then.kind == TRAIN and then.params["threads"] > 1 and now["outputs"] != then.outputs:
        notes.append("It was trained by several threads: only one gives the same bytes each time.")
    return Reproduction(
        of=then.number,
        then=_digests(then.outputs),
        now=_digests(now["outputs"]),
        moved=tuple(_moved(store, then, home, now)),
        environment=tuple(
            fact for fact in environments(then.environment, now["environment"]) if fact.differs
        ),
        notes=tuple(notes),
        retrained=then.kind == TRAIN,
        seconds_then=then.seconds or 0.0,
        seconds_now=(now["finished_at"] - now["started_at"]).total_seconds(),
    )


def _newest(home: Path, kind: str) -> Json:
    """The execution of this kind that ran last in the workspace at ``home``."""
    rows = [row for row in read_rows(home, Rows("executions")) if row["kind"] == kind]
    if not rows:
        raise RefusedError(f"It ran again and recorded no {kind}", "Look at the log.")
    return max(rows, key=lambda row: int(row["number"]))


def _digests(outputs: Mapping[str, object]) -> dict[str, str | None]:
    return {name: None if value is None else str(value) for name, value in outputs.items()}


def _moved(store: Store, then: Execution, home: Path, now: Json) -> Iterator[Measured]:
    """The figures that are not what they were, with the noise of retraining."""
    before, after = numbers(store, then), dict(now["metrics"])
    bands: Mapping[str, float] = {}
    if then.kind == TRAIN:
        part = Rows("evaluations", "model_execution", [now["number"]])
        after |= {name: v for row in read_rows(home, part) for name, v in row["metrics"].items()}
        measured = noise_of(store, model_of(store, then.number))
        bands = measured.bands.metrics if measured else {}
    for name, value in before.items():
        other = after.get(name)
        if name not in _OF_TIME and isinstance(other, int | float) and value != other:
            yield Measured(name=name, then=value, now=other, noise=bands.get(name))
