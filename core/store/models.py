"""Models, their evaluations, the comparisons between these, and the noise of retraining."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.store.tables import ComparisonRow, EvaluationRow, ModelRow, NoiseRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What one training execution made."""

    execution: int
    digest: str
    family: str
    snapshot: str
    normaliser: int
    subreddits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """One model applied to one split; ``predictions``, ``subreddits``, ``summary`` are digests."""

    execution: int
    model_execution: int
    snapshot: str
    split: str
    posts: int
    k: int
    metrics: dict[str, float]
    predictions: str
    subreddits: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A baseline evaluation against a candidate evaluation, by their execution numbers.

    ``summary``, ``changes`` and ``slices`` are digests.
    """

    execution: int
    baseline: int
    candidate: int
    summary: str
    changes: str
    slices: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """The spread of one configuration's retrainings; ``metrics``, ``subreddits`` are digests."""

    execution: int
    snapshot: str
    configuration: str
    repeats: int
    metrics: str
    subreddits: str


_Row = ModelRow | EvaluationRow | ComparisonRow | NoiseRow
_Frozen = TypeVar("_Frozen", Model, Evaluation, Comparison, Noise)


def insert_model(session: Session, model: Model) -> None:
    session.add(ModelRow(**asdict(model)))


def insert_evaluation(session: Session, evaluation: Evaluation) -> None:
    session.add(EvaluationRow(**asdict(evaluation)))


def insert_comparison(session: Session, comparison: Comparison) -> None:
    session.add(ComparisonRow(**asdict(comparison)))


def insert_noise(session: Session, noise: Noise) -> None:
    session.add(NoiseRow(**asdict(noise)))


def model(session: Session, execution: int) -> Model | None:
    row = session.get(ModelRow, execution)
    return None if row is None else _frozen(Model, row)


def models(session: Session) -> list[Model]:
    """All models, newest first."""
    query = select(ModelRow).order_by(ModelRow.execution.desc())
    return [_frozen(Model, row) for row in session.scalars(query)]


def evaluation(session: Session, execution: int) -> Evaluation | None:
    row = session.get(EvaluationRow, execution)
    return None if row is None else _frozen(Evaluation, row)


def evaluations(
    session: Session,
    *,
    model_executions: Sequence[int] = (),
    snapshot: str | None = None,
    split: str | None = None,
) -> list[Evaluation]:
    """Evaluations, newest first; of all models where ``model_executions`` is empty."""
    query = select(EvaluationRow).order_by(EvaluationRow.execution.desc())
    if model_executions:
        query = query.where(EvaluationRow.model_execution.in_(model_executions))
    if snapshot is not None:
        query = query.where(EvaluationRow.snapshot == snapshot)
    if split is not None:
        query = query.where(EvaluationRow.split == split)
    return [_frozen(Evaluation, row) for row in session.scalars(query)]


def comparison(session: Session, execution: int) -> Comparison | None:
    row = session.get(ComparisonRow, execution)
    return None if row is None else _frozen(Comparison, row)


def comparisons(session: Session) -> list[Comparison]:
    """All comparisons, newest first."""
    query = select(ComparisonRow).order_by(ComparisonRow.execution.desc())
    return [_frozen(Comparison, row) for row in session.scalars(query)]


def comparison_of(session: Session, *, baseline: int, candidate: int) -> Comparison | None:
    """The newest comparison of these two evaluations."""
    query = (
        select(ComparisonRow)
        .where(ComparisonRow.baseline == baseline, ComparisonRow.candidate == candidate)
        .order_by(ComparisonRow.execution.desc())
        .limit(1)
    )
    row = session.scalar(query)
    return None if row is None else _frozen(Comparison, row)


def comparisons_of(session: Session, evaluations: Sequence[int]) -> list[Comparison]:
    """The newest comparison of each pair that has one of these evaluations on a side, newest
    first.
    """
    side = or_(ComparisonRow.baseline.in_(evaluations), ComparisonRow.candidate.in_(evaluations))
    query = select(ComparisonRow).where(side).order_by(ComparisonRow.execution.desc())
    newest: dict[tuple[int, int], Comparison] = {}
    for row in session.scalars(query):
        newest.setdefault((row.baseline, row.candidate), _frozen(Comparison, row))
    return list(newest.values())


def noise(session: Session, *, snapshot: str, configuration: str) -> Noise | None:
    """The newest spread of that configuration on that snapshot."""
    query = (
        select(NoiseRow)
        .where(NoiseRow.snapshot == snapshot, NoiseRow.configuration == configuration)
        .order_by(NoiseRow.execution.desc())
        .limit(1)
    )
    row = session.scalar(query)
    return None if row is None else _frozen(Noise, row)


def noises(session: Session) -> list[Noise]:
    """Every spread, newest first."""
    query = select(NoiseRow).order_by(NoiseRow.execution.desc())
    return [_frozen(Noise, row) for row in session.scalars(query)]


def _frozen(kind: type[_Frozen], row: _Row) -> _Frozen:
    return kind(**{field.name: getattr(row, field.name) for field in fields(kind)})
