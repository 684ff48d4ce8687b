"""How far retraining alone moves the numbers of one configuration on one snapshot."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import orjson
import pandas as pd

from core.comparison.results import NOT_MEASURED, NoiseBands
from core.comparison.retrain import Configuration, retrain
from core.errors import InputError
from core.evaluation.evaluate import evaluate
from core.executions import record
from core.executions.history import get
from core.progress import Progress, silent
from core.stats.spread import band_of_difference, shrink
from core.store import Store
from core.store import models as models_table
from core.store.frames import put_frame, put_json, read_frame, read_json
from core.store.models import Evaluation, Model, Noise
from core.store.snapshots import Snapshot
from core.training.train import of_execution

FEWEST_REPEATS = 3
FIRST_SEED = 1_000
"""Seeds of the repeats, upwards: away from seeds that people choose."""


@dataclass(frozen=True, slots=True)
class NoiseBand:
    """What was measured, and by which execution.

    The frame of ``bands`` also has ``f1_sd``, the spread of one training as seen, and
    ``noise_sd``, the one of a difference of two, shrunk towards the other subreddits'.
    """

    execution: int
    repeats: int
    bands: NoiseBands


def measure(
    store: Store,
    snapshot: Snapshot,
    *,
    repeats: int,
    model: str | None = None,
    params: Mapping[str, str] | None = None,
    threads: int | None = None,
    progress: Progress = silent,
) -> NoiseBand:
    """Train one configuration ``repeats`` times with other seeds, and keep the spread.

    Each training and evaluation is an execution of its own: after an interruption those that are
    done are not done again. Where the threads of one training leave cores idle, as many trainings
    run side by side as cores and memory allow.

    Raises:
        InputError: too few repeats for a spread.
    """
    if repeats < FEWEST_REPEATS:
        raise InputError(
            f"{repeats} repeats are too few to show a spread", f"Give {FEWEST_REPEATS} or more."
        )
    chosen = Configuration(snapshot.digest, model, dict(params or {}), threads)
    seeds = range(FIRST_SEED, FIRST_SEED + repeats)
    judged: list[Evaluation] = []
    for done, number in enumerate(retrain(store, chosen, seeds)):
        progress("Retraining", done, repeats)
        judged.append(evaluate(store, of_execution(store, number), snapshot))
    progress("Retraining", repeats, repeats)
    inputs = {"snapshot": snapshot.digest, "evaluations": [e.execution for e in judged]}
    shared = configuration(store, judged[0].model_execution)
    with record(store, "noise", params={"repeats": repeats}, inputs=inputs) as run:
        bands, frame = _bands(store, judged)
        made = Noise(
            execution=run.number,
            snapshot=snapshot.digest,
            configuration=shared,
            repeats=repeats,
            metrics=put_json(store.artifacts, bands),
            subreddits=put_frame(store.artifacts, frame),
        )
        run.outputs = {"metrics": made.metrics, "subreddits": made.subreddits}
        run.metrics = {"repeats": repeats, **bands}
        run.on_success(lambda session: models_table.insert_noise(session, made))
    return _load(store, made)


def newest(store: Store, model: Model) -> Noise | None:
    """The last measurement of this model's configuration on its snapshot."""
    chosen = configuration(store, model.execution)
    with store.read() as session:
        return models_table.noise(session, snapshot=model.snapshot, configuration=chosen)


def noise_of(store: Store, model: Model) -> NoiseBand | None:
    """The band of :func:`newest`, loaded."""
    measurement = newest(store, model)
    return _load(store, measurement) if measurement else None


def combined(bands: Sequence[NoiseBands]) -> NoiseBands:
    """The bands of the difference between a training of one configuration and one of another.

    Variances of independent trainings add up. Each band is of a difference of two trainings of
    its own configuration, which has twice the variance of one; so the mean of the squares is the
    square that is asked for. Where one configuration was measured only, the other is taken to be
    like it. The degrees of freedom are the fewer ones, which makes no change look surer than it is.

    Args:
        bands: of one or both configurations; none: nothing was measured.
    """
    if not bands:
        return NOT_MEASURED
    metrics = pd.DataFrame([one.metrics for one in bands]).pow(2).mean().pow(0.5)
    squares = pd.concat([one.subreddits.set_index("subreddit").pow(2) for one in bands])
    return NoiseBands(
        metrics={str(name): float(band) for name, band in metrics.items()},
        subreddits=squares.groupby(level=0, sort=False).mean().pow(0.5).reset_index(),
        degrees=min(one.degrees for one in bands),
    )


def configuration(store: Store, training: int) -> str:
    """Digest of what the trainings of one configuration share: family, its versions, parameters.

    Seed and threads are left out: they are what the noise comes from.
    """
    params = get(store, training).params
    shared = [params["family"], params.get("version"), params.get("package"), params["params"]]
    return hashlib.sha256(orjson.dumps(shared, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _bands(store: Store, judged: Sequence[Evaluation]) -> tuple[dict[str, float], pd.DataFrame]:
    repeats = len(judged)
    values = pd.DataFrame([evaluation.metrics for evaluation in judged]).std(ddof=1)
    metrics = {
        str(name): float(band_of_difference(sd, degrees=repeats - 1)) for name, sd in values.items()
    }
    f1 = pd.concat(
        [
            read_frame(store.artifacts, e.subreddits).set_index("subreddit")["f1"].rename(i)
            for i, e in enumerate(judged)
        ],
        axis=1,
    ).fillna(0.0)
    seen = f1.std(axis=1, ddof=1).to_numpy(dtype=np.float64)
    shrunk = shrink(seen, repeats=repeats)
    frame = {
        "subreddit": f1.index,
        "f1_sd": seen,
        "noise_sd": np.sqrt(2.0) * shrunk.sd,
        "band": band_of_difference(shrunk.sd, degrees=shrunk.degrees),
    }
    return metrics, pd.DataFrame(frame)


def _load(store: Store, noise: Noise) -> NoiseBand:
    subreddits = read_frame(store.artifacts, noise.subreddits)
    return NoiseBand(
        execution=noise.execution,
        repeats=noise.repeats,
        bands=NoiseBands(
            metrics=read_json(store.artifacts, noise.metrics),
            subreddits=subreddits,
            degrees=shrink(subreddits["f1_sd"].to_numpy(), repeats=noise.repeats).degrees,
        ),
    )
