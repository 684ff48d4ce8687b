"""An execution as MLflow has runs: its names, parameters, figures and tags. Pure.

MLflow allows fewer names and shorter values than Signoff; what does not fit is changed so that
it stays the same in every export.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from core.executions.purpose import LOOK
from core.reporting.exports.contents import Contents, as_text, parameters
from core.store.executions import FAILED, INTERRUPTED, RUNNING, SUCCEEDED, Execution

EXECUTION, WORKSPACE = "signoff.execution", "signoff.workspace"
"""Tags by which a run is known again."""
NAME, NOTE, TAGS = "signoff.name", "signoff.note", "signoff.tags"
"""Tags of what people note, which can change."""
LONGEST_NAME, LONGEST_PARAMETER, LONGEST_TAG = 250, 6_000, 5_000
"""Characters, as MLflow allows them; of tags as all its versions do."""
_STATUS = {SUCCEEDED: "FINISHED", FAILED: "FAILED", INTERRUPTED: "KILLED"}
_FORBIDDEN = re.compile(r"[^\w.\- ]", re.ASCII)
_READ_AS_NUMBER = re.compile(r"[vV]\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOf:
    """A run. ``started``, ``ended``: milliseconds since the epoch. ``training``: the execution
    under whose run it stands; None: it stands by itself. ``noted``: tags that can change.
    """

    execution: int
    name: str
    status: str
    started: int
    ended: int
    training: int | None
    parameters: Mapping[str, str]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    noted: Mapping[str, str]


def runs(contents: Contents) -> list[RunOf]:
    """A run for each execution that has ended, the oldest first, but for comparisons that a page
    only showed. The run of an evaluation has the parameters of its training, too: MLflow compares
    parameters and figures of one run.
    """
    by_number = {each.number: each for each in contents.executions}
    training_of = {e.execution: e.model_execution for e in contents.evaluations}
    found = []
    for each in contents.executions:
        if each.status == RUNNING or each.purpose == LOOK:
            continue
        run = _run(contents, each)
        if (training := training_of.get(each.number)) is not None:
            trained = parameters(by_number[training])
            own = {f"training.{name}": value for name, value in trained.items()}
            run = replace(run, training=training, parameters={**run.parameters, **_named(own)})
        found.append(run)
    return found


def _run(contents: Contents, execution: Execution) -> RunOf:
    noted = contents.noted(execution.number)
    ended = execution.finished_at or execution.started_at
    return RunOf(
        execution=execution.number,
        name=title(execution, noted.name),
        status=_STATUS[execution.status],
        started=milliseconds(execution.started_at),
        ended=milliseconds(ended),
        training=None,
        parameters=_named(parameters(execution)),
        metrics={key(name): value for name, value in contents.metrics(execution).items()},
        tags={
            EXECUTION: str(execution.number),
            WORKSPACE: contents.workspace or "",
            **{key(name): cut(value, LONGEST_TAG) for name, value in _tags(execution).items()},
        },
        noted={NAME: noted.name, NOTE: noted.note, TAGS: " ".join(noted.tags)},
    )


def title(execution: Execution, name: str) -> str:
    """``#3 train``, ``#3 train · Linear``."""
    return f"#{execution.number} {execution.kind}" + (f" · {name}" if name else "")


def _tags(execution: Execution) -> dict[str, str]:
    code = execution.code
    return {
        "mlflow.user": execution.by,
        "signoff.kind": execution.kind,
        **({"signoff.purpose": execution.purpose} if execution.purpose else {}),
        **({"mlflow.source.git.commit": code["commit"]} if code.get("commit") else {}),
        **({"signoff.dirty": "true"} if code.get("dirty") else {}),
        **{
            f"signoff.{end}.{name}": as_text(value)
            for end, values in (("input", execution.inputs), ("output", execution.outputs))
            for name, value in values.items()
            if value is not None
        },
    }


def _named(values: Mapping[str, str]) -> dict[str, str]:
    return {key(name): cut(value, LONGEST_PARAMETER) for name, value in values.items()}


def key(name: str) -> str:
    """A name as MLflow allows it; one that had to be changed ends in a digest, so that it stays
    different from all others.
    """
    allowed = _FORBIDDEN.sub("_", name)
    if allowed == name and len(name) <= LONGEST_NAME and name.strip(". "):
        return name
    digest = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:8]
    return f"{allowed[: LONGEST_NAME - 9]}-{digest}"


def cut(value: str, most: int) -> str:
    """A value of at most so many characters, which says if it was cut."""
    if len(value) <= most:
        return value
    end = f"… ({len(value):,} characters)"
    return value[: most - len(end)] + end


def alias_key(name: str) -> str:
    """An alias as MLflow allows it: ``v1`` would be its own version 1."""
    return f"alias-{name}" if _READ_AS_NUMBER.fullmatch(name) else name


def milliseconds(moment: datetime) -> int:
    """Since the epoch, as MLflow has times."""
    return round(moment.timestamp() * 1000)
