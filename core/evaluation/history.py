"""What has been trained, and how well it did on its own validation split."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from core.executions.annotations import NOTHING, Annotations, noticeboard
from core.executions.purpose import NOISE, OWN
from core.store import Store
from core.store import executions as executions_table
from core.store import models as models_table
from core.store import snapshots as snapshots_table
from core.store.executions import Execution
from core.store.models import Evaluation, Model
from core.store.snapshots import Snapshot


@dataclass(frozen=True, slots=True)
class Training:
    """A model with its execution and snapshot; ``evaluation`` is None until it was evaluated.

    ``annotations``: what people note on it. ``repeats``: the training that somebody asked for which
    it repeats with another seed, where it was made to measure the noise; None where nobody asked
    for such a training, and of all others.
    """

    execution: Execution
    model: Model
    snapshot: Snapshot
    evaluation: Evaluation | None
    annotations: Annotations = NOTHING
    repeats: int | None = None

    @property
    def number(self) -> int:
        return self.execution.number

    @property
    def name(self) -> str:
        """What people call it; empty: nothing."""
        return self.annotations.name

    @property
    def note(self) -> str:
        return self.annotations.note

    @property
    def own(self) -> bool:
        """Whether somebody asked for it by itself, or in a pipeline."""
        return self.execution.purpose in OWN

    @property
    def seed(self) -> int:
        return int(self.execution.params.get("seed", 0))


def evaluations(store: Store) -> list[Evaluation]:
    """Every evaluation, newest first."""
    with store.read() as session:
        return models_table.evaluations(session)


def trainings(store: Store) -> list[Training]:
    """Every successful training, newest first, with its latest evaluation on its own ``valid``."""
    with store.read() as session:
        snapshots = {s.digest: s for s in snapshots_table.listing(session)}
        executions = {e.number: e for e in executions_table.listing(session, kinds=["train"])}
        models = models_table.models(session)
        noted = noticeboard(session).of
        evaluations: dict[tuple[int, str], Evaluation] = {}
        for evaluation in models_table.evaluations(session, split="valid"):
            evaluations.setdefault((evaluation.model_execution, evaluation.snapshot), evaluation)
    repeated = _repeated([executions[model.execution] for model in models])
    return [
        Training(
            execution=executions[model.execution],
            model=model,
            snapshot=snapshots[model.snapshot],
            evaluation=evaluations.get((model.execution, model.snapshot)),
            annotations=noted.get(model.execution, NOTHING),
            repeats=repeated.get(model.execution),
        )
        for model in models
    ]


def _repeated(executions: Sequence[Execution]) -> dict[int, int]:
    """Retraining -> the first training of its configuration that somebody asked for."""
    own = {_configuration(e): e.number for e in executions if e.purpose in OWN}  # newest first
    return {
        e.number: own[_configuration(e)]
        for e in executions
        if e.purpose == NOISE and _configuration(e) in own
    }


def _configuration(execution: Execution) -> str:
    """All that a training was made of, but its seed, its threads and which half of the posts."""
    varies = ("seed", "threads", "half")
    kept = {name: value for name, value in execution.params.items() if name not in varies}
    return json.dumps([kept, execution.inputs], sort_keys=True)
