"""What has been trained, and how well it did on its own validation split."""

from dataclasses import dataclass

from core.store import Store
from core.store import executions as executions_table
from core.store import models as models_table
from core.store import snapshots as snapshots_table
from core.store.executions import Execution
from core.store.models import Evaluation, Model
from core.store.snapshots import Snapshot


@dataclass(frozen=True, slots=True)
class Training:
    """A model with its execution and snapshot; ``evaluation`` is None until it was evaluated."""

    execution: Execution
    model: Model
    snapshot: Snapshot
    evaluation: Evaluation | None

    @property
    def number(self) -> int:
        return self.execution.number


def evaluations(store: Store) -> list[Evaluation]:
    """Every evaluation, newest first."""
    with store.read() as session:
        return models_table.evaluations(session)


def trainings(store: Store) -> list[Training]:
    """Every successful training, newest first, with its latest evaluation on its own ``valid``."""
    with store.read() as session:
        snapshots = {s.digest: s for s in snapshots_table.listing(session)}
        executions = {e.number: e for e in executions_table.listing(session, kinds=["train"])}
        evaluations: dict[tuple[int, str], Evaluation] = {}
        for evaluation in models_table.evaluations(session, split="valid"):
            evaluations.setdefault((evaluation.model_execution, evaluation.snapshot), evaluation)
        return [
            Training(
                execution=executions[model.execution],
                model=model,
                snapshot=snapshots[model.snapshot],
                evaluation=evaluations.get((model.execution, model.snapshot)),
            )
            for model in models_table.models(session)
        ]
