"""Steps whose earlier result is reused while code, parameters and inputs stay the same."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from core.executions.code import source_digest
from core.executions.history import get
from core.executions.record import Run, record
from core.store import Store
from core.store import executions as executions_table
from core.store.executions import Execution


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of run, and the code that its result depends on.

    ``code`` names packages and modules of ``core``: everything that the step's module imports,
    except what only carries rows, files and messages, and except the modules of other steps,
    whose results come in as inputs. ``tests/core/executions/test_steps.py`` compares it with the
    real imports; docs/decisions/0001-steps-and-their-code.md says why.
    """

    kind: str
    code: tuple[str, ...]

    def key(self, params: Mapping[str, Any], inputs: Mapping[str, Any]) -> str:
        """Equal for the same code, parameters and inputs."""
        parts = [self.kind, source_digest(*self.code), dict(params), dict(inputs)]
        return hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()


def cached(
    store: Store, step: Step, *, params: Mapping[str, Any], inputs: Mapping[str, Any]
) -> Execution | None:
    """The newest successful execution of the same code, parameters and inputs, if any."""
    with store.read() as session:
        return executions_table.succeeded_with_key(session, step.key(params, inputs))


def run_cached(
    store: Store,
    step: Step,
    work: Callable[[Run], object],
    *,
    params: Mapping[str, Any],
    inputs: Mapping[str, Any],
    force: bool = False,
    check: Callable[[], object] | None = None,
    packages: Sequence[str] = (),
) -> Execution:
    """The earlier execution of this step, or a new one that ``work`` does.

    Args:
        work: does the step, and gives the run its outputs, metrics and rows.
        params: what the caller chose, seed included; JSON values.
        inputs: what is read, by digest or number; JSON values.
        force: run even if the same was run before.
        check: asked before a new run begins; what it refuses is not recorded.
        packages: distributions that the step depends on, besides those of every step.

    Raises as ``check``, ``work`` and :func:`core.executions.record.record` do.
    """
    earlier = None if force else cached(store, step, params=params, inputs=inputs)
    if earlier is not None:
        return earlier
    if check is not None:
        check()
    key = step.key(params, inputs)
    with record(
        store, step.kind, params=params, inputs=inputs, cache_key=key, packages=packages
    ) as run:
        work(run)
    return get(store, run.number)
