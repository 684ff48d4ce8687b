"""Steps that train."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import product
from typing import Any

from core.collect.every import seconds_of
from core.comparison import noise
from core.errors import InputError
from core.evaluation.evaluate import evaluate
from core.executions import get
from core.executions.looking import WouldRunError, is_looking, looking
from core.executions.purpose import PIPELINE
from core.metrics import METRICS, Better
from core.pipeline import keys
from core.pipeline.kinds.collecting import length_of_time
from core.pipeline.work import At, Kind, Result, Step, WrongValueError
from core.progress import Progress
from core.snapshots import Snapshot, find
from core.store.models import Evaluation, Model
from core.training.families import DEFAULT_FAMILY, family
from core.training.parameters import parse_all
from core.training.several import Configuration, Variant, train_each
from core.training.train import of_execution, train
from core.words import count, three

_BEST_BY = {metric.key: metric for metric in METRICS if metric.better != Better.NEITHER}


def _train(at: At, step: Step, progress: Progress) -> Result:
    snapshot = find(at.store, _digest(at, step))
    wanted = list(configurations(step.values))
    if not is_looking() and len(wanted) > 1:
        _side_by_side(at, step, snapshot, wanted, progress)
    models = [_one(at, step, snapshot, params, progress) for params in wanted]
    judged = [evaluate(at.store, model, snapshot, progress=progress) for model in models]
    best = _best(judged, step.values["best_by"])
    said = f"#{best.model_execution}, {step.values['best_by']} {three(_score(best, step))}"
    if len(models) > 1:
        said += f", the best of {count(len(models), 'training')}"
    numbers = tuple(model.execution for model in models)
    return Result(
        said=said,
        executions=(*numbers, *(each.execution for each in judged)),
        training=best.model_execution,
        params=wanted[judged.index(best)],
        trainings=numbers,
    )


def configurations(values: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """The parameters of each training: those given, and every combination of the grid."""
    grid = values["grid"]
    for chosen in product(*grid.values()):
        together = {**values["params"], **dict(zip(grid, chosen, strict=True))}
        yield {name: keys.as_text(value) for name, value in together.items()}


def _one(
    at: At, step: Step, snapshot: Snapshot, params: Mapping[str, str], progress: Progress
) -> Model:
    return train(
        at.store,
        snapshot,
        model=step.values["model"],
        params=params,
        seed=step.values["seed"],
        threads=step.values["threads"],
        newest=step.values["newest"],
        progress=progress,
    )


def _side_by_side(
    at: At,
    step: Step,
    snapshot: Snapshot,
    wanted: Sequence[Mapping[str, str]],
    progress: Progress,
) -> None:
    """Train those that are not there yet, as many at once as cores and memory allow."""
    missing = []
    for params in wanted:
        try:
            with looking():
                _one(at, step, snapshot, params, progress)
        except WouldRunError:
            missing.append(
                Variant(step.values["seed"], params=params, newest=step.values["newest"])
            )
    if not missing:
        return
    shared = Configuration(
        snapshot.digest, step.values["model"], {}, step.values["threads"], PIPELINE
    )
    for done, _ in enumerate(train_each(at.store, shared, missing)):
        progress("Training", done + 1, len(missing))


def _best(judged: Sequence[Evaluation], metric: str) -> Evaluation:
    """The first of those that do best."""
    choose = max if _BEST_BY[metric].better == Better.HIGHER else min
    return choose(judged, key=lambda each: each.metrics[metric])


def _score(judged: Evaluation, step: Step) -> float:
    return float(judged.metrics[step.values["best_by"]])


def _digest(at: At, step: Step) -> str:
    digest = at.of(step, "snapshot").snapshot
    if digest is None:
        raise RuntimeError("a snapshot step gave no snapshot")
    return digest


def _check_training(values: Mapping[str, Any]) -> None:
    try:
        parameters = family(values["model"]).parameters
    except InputError as error:
        raise WrongValueError(("model",), error.reason, str(error.hint)) from None
    given = [("params", name, [value]) for name, value in values["params"].items()]
    given += [("grid", name, tried) for name, tried in values["grid"].items()]
    for table, name, tried in given:
        for value in tried:
            try:
                parse_all(parameters, {name: keys.as_text(value)})
            except InputError as error:
                raise WrongValueError((table, name), error.reason, str(error.hint)) from None


def _noise(at: At, step: Step, progress: Progress) -> Result:
    trained = of_execution(at.store, _training(at, step))
    values = step.values
    found = noise.newest(at.store, trained)
    if found is not None:
        return Result(said=f"#{found.execution} has measured it", executions=(found.execution,))
    earlier = noise.last_measured(at.store, trained, halves=values["halves"])
    if earlier is not None:
        age = (datetime.now(UTC) - get(at.store, earlier.execution).started_at).total_seconds()
        if age < seconds_of(values["every"], shortest=0.0):
            return Result(
                said=f"#{earlier.execution} has measured it on an earlier snapshot,"
                f" {count(int(age // 86_400), 'day')} ago",
                executions=(earlier.execution,),
            )
    if is_looking():
        raise WouldRunError(why="this configuration was not measured on this snapshot")
    band = noise.measure(
        at.store,
        find(at.store, trained.snapshot),
        repeats=values["repeats"],
        model=trained.family,
        params=at.of(step, "train").params,
        threads=values["threads"],
        halves=values["halves"],
        progress=progress,
    )
    return Result(
        said=f"measured by {count(band.repeats, 'retraining')}", executions=(band.execution,)
    )


def _training(at: At, step: Step) -> int:
    number = at.of(step, "train").training
    if number is None:
        raise RuntimeError("a train step gave no training")
    return number


_THREADS = keys.whole(1)
TRAIN = Kind(
    keys={
        "model": keys.text("linear", default=DEFAULT_FAMILY),
        "params": keys.table("{ epoch = 20 }", fits=keys.is_value),
        "grid": keys.table("{ lr = [0.1, 0.5] }", fits=keys.is_list_of_values),
        "seed": keys.whole(0, least=0, default=0),
        "threads": _THREADS,
        "newest": keys.whole(10000),
        "best_by": keys.choice(*_BEST_BY, default="f1_macro"),
    },
    do=_train,
    takes=("snapshot",),
    check=_check_training,
)
NOISE = Kind(
    keys={
        "repeats": keys.whole(3, least=noise.FEWEST_REPEATS, default=5),
        "halves": keys.truth(default=False),
        "threads": _THREADS,
        "every": length_of_time("30d"),
    },
    do=_noise,
    takes=("train",),
)
