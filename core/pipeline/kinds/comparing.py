"""The step that compares a training with what it would replace."""

from core.comparison import compare as comparing
from core.comparison.sentence import verdict_sentence
from core.evaluation.evaluate import evaluate
from core.executions.looking import is_looking
from core.pipeline import keys
from core.pipeline.work import At, Kind, Result, Step
from core.progress import Progress
from core.release import identity
from core.snapshots import find
from core.store import Store
from core.training.train import of_execution

PRODUCTION, BASELINE = "production", "baseline"


def _compare(at: At, step: Step, progress: Progress) -> Result:
    number = at.of(step, "train").training
    if number is None:
        raise RuntimeError("a train step gave no training")
    before = baseline_of(at.store, step.values["baseline"], number)
    if before is None:
        return Result(said=f"there is nothing yet to compare #{number} with", training=number)
    model, candidate = of_execution(at.store, before), of_execution(at.store, number)
    # On the posts that the candidate is judged on, so that the two are paired.
    evaluate(at.store, model, find(at.store, candidate.snapshot), progress=progress)
    made = comparing.compare(at.store, comparing.pair(at.store, before, number))
    names = f"#{before}", f"#{number}"
    said = f"#{made.execution} compares {names[0]} with {names[1]}"
    if not is_looking():
        summary = comparing.summary_of(at.store, made)
        said = verdict_sentence(summary, baseline=names[0], candidate=names[1]).rstrip(".")
    return Result(
        said=said,
        executions=(made.execution,),
        training=number,
        pair=(made.baseline, made.candidate),
    )


def baseline_of(store: Store, wanted: str | int, training: int) -> int | None:
    """The training that another one is compared with, see :data:`COMPARE`; None without any."""
    if isinstance(wanted, int):
        return None if wanted == training else wanted
    known = identity.read(store)
    first = known.production if wanted == PRODUCTION else known.pinned
    if first not in (None, training):
        return first
    return identity.baseline_for(store, training)


COMPARE = Kind(
    keys={
        "baseline": keys.Key(
            words=f'"{PRODUCTION}", "{BASELINE}" or the number of a training',
            example=f'"{PRODUCTION}"',
            fits=lambda value: (
                value in (PRODUCTION, BASELINE) or (type(value) is int and value >= 1)
            ),
            default=PRODUCTION,
        )
    },
    do=_compare,
    takes=("train",),
)
