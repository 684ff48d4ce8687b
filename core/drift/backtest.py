"""Training as it was possible at earlier moments, and measuring each model on what came later.

It reads the open splits of one snapshot alone and freezes none, so no sealed post is read, and none
becomes sealed by it (docs/decisions/0040-backtest.md).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.comparison.noise import configuration
from core.comparison.topics import read_topics, topics_file
from core.drift.backtest_results import Backtest, Promise, Trained
from core.drift.cells import Topics, figures_of, later_cells, validation_of
from core.drift.cutoffs import Every, Plan, plan
from core.drift.reading import read
from core.drift.replay import replay
from core.drift.stored import reference_of
from core.drift.windows import Edges
from core.errors import InputError
from core.executions import get, record
from core.executions.purpose import BACKTEST, run_for
from core.hints import Command, Hint
from core.progress import Progress, silent
from core.snapshots.content import SplitData
from core.store import Store
from core.store.frames import put_record
from core.store.models import Model
from core.store.snapshots import Snapshot
from core.training.earlier import open_posts
from core.training.several import Configuration, Variant, train_each
from core.training.train import of_execution

KIND = "backtest"
"""Of the execution that names all others."""
RESULTS = "results"
"""Its output."""


_TRAINING = "Training at earlier moments"


@dataclass(frozen=True, slots=True)
class _Made:
    """``models``: by cut-off, the oldest first, each with the execution of its ``predicting``.
    ``shuffled``: of the newest cut-off, validated on a tenth drawn at random.
    """

    models: list[Model]
    predicting: list[int]
    shuffled: Model

    @property
    def trainings(self) -> list[int]:
        return sorted({each.execution for each in (*self.models, self.shuffled)})


def backtest(
    store: Store,
    snapshot: Snapshot,
    *,
    every: Every,
    since: int | None = None,
    fewest: int | None = None,
    model: str | None = None,
    params: Mapping[str, str] | None = None,
    seed: int = 0,
    threads: int | None = None,
    progress: Progress = silent,
) -> Backtest:
    """Train one configuration at one moment after the other, and measure each model later.

    Each training and each predicting is an execution of its own: after an interruption those that
    are done are not done again. Where the threads of one training leave cores idle, as many
    trainings run side by side as cores and memory allow.

    Args:
        snapshot: whose open splits are used, all posts in the order of time.
        every: how far trainings are apart, and how long windows are.
        since: no training before this moment, in epoch seconds.
        fewest: posts that a training must have; None: see :func:`core.drift.cutoffs.plan`.
        model, params, seed, threads: as of :func:`core.training.train.train`.

    Raises:
        InputError: the snapshot was split at random, or no training is left.
        RefusedError: the actor is not a reviewer.
    """
    if snapshot.optimistic:
        raise InputError(
            f"Snapshot {snapshot.id} was split at random: its sealed posts are from all of its"
            " time, so no window could be measured as a whole",
            Hint("Freeze a chronological one, and take that.", Command("snapshot create")),
        )
    topics = read_topics(topics_file(store.home)) or {}  # before hours of work, not after them
    posts = open_posts(store, snapshot)
    if not len(posts):
        raise InputError("All posts of the snapshot were erased", "Choose another --snapshot.")
    until = snapshot.cutoffs["test"]
    planned = plan(posts.created, every=every, until=until, since=since, fewest=fewest)
    chosen = Configuration(snapshot.digest, model, dict(params or {}), threads, BACKTEST)
    made = _made(store, snapshot, posts, planned, chosen, seed=seed, progress=progress)
    progress("Measuring", 0, None)
    configured = configuration(store, made.shuffled.execution)
    asked = {
        "every": str(every),
        "since": since,
        "min_posts": fewest,
        "family": made.shuffled.family,
        "params": dict(params or {}),
        "seed": seed,
        "configuration": configured,
    }
    inputs = {"snapshot": snapshot.digest, "trainings": made.trainings}
    with record(store, KIND, params=asked, inputs=inputs) as run:
        found = Backtest(
            execution=run.number,
            snapshot=snapshot.digest,
            family=made.shuffled.family,
            configuration=configured,
            every=str(every),
            models=tuple(_measured(store, made, planned, topics)),
            promise=_promise(store, made.shuffled),
            too_early=planned.too_early,
        )
        run.outputs = {RESULTS: put_record(store.artifacts, found)}
        run.metrics = {"models": len(found.models), "windows": len(planned)}
    return found


def _made(
    store: Store,
    snapshot: Snapshot,
    posts: SplitData,
    planned: Plan,
    chosen: Configuration,
    *,
    seed: int,
    progress: Progress,
) -> _Made:
    """Train, the newest first, which has the most posts, and predict."""
    cutoffs = planned.windows.begins.tolist()
    variants = [Variant(seed=seed, before=cutoff) for cutoff in reversed(cutoffs)]
    variants.insert(1, Variant(seed=seed, before=cutoffs[-1], shuffled=True))
    models, predicting = list[Model](), list[int]()
    progress(_TRAINING, 0, len(variants))
    with run_for(BACKTEST):
        for variant, number in zip(variants, train_each(store, chosen, variants), strict=True):
            models.append(of_execution(store, number))
            replayed = replay(
                store,
                models[-1],
                snapshot,
                posts,
                before=variant.before or 0,
                seed=seed if variant.shuffled else None,
                progress=progress,
            )
            predicting.append(replayed)
            progress(_TRAINING, len(models), len(variants))
    shuffled = models.pop(1)
    del predicting[1]
    return _Made(models[::-1], predicting[::-1], shuffled)


def _measured(store: Store, made: _Made, planned: Plan, topics: Topics) -> Iterator[Trained]:
    begins, ends = planned.windows.begins, planned.windows.ends
    for place, (model, predicting) in enumerate(zip(made.models, made.predicting, strict=True)):
        stored = read(store, model)
        reference = reference_of(stored)
        validation = validation_of(stored, reference, topics)
        cutoff = int(begins[place])
        yield Trained(
            training=model.execution,
            predicting=predicting,
            model=model.digest,
            cutoff=cutoff,
            validated_since=validation.begins if validation else cutoff,
            posts=get(store, model.execution).metrics["posts"],
            validation=validation,
            later=tuple(
                later_cells(stored, reference, Edges(begins[place:], ends[place:]), topics)
            ),
            recalibrated=True,
        )


def _promise(store: Store, model: Model) -> Promise | None:
    stored = read(store, model, months=())
    if stored.reference is None or not len(stored.reference):
        return None
    return Promise(
        training=model.execution,
        posts=len(stored.reference),
        figures=figures_of(stored.reference, stored.names),
    )
