"""How far retraining alone moves the numbers of one configuration on one snapshot."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import orjson
import pandas as pd

from core.comparison.results import NOT_MEASURED, NoiseBands
from core.errors import InputError
from core.evaluation.evaluate import evaluate
from core.executions import record
from core.executions.history import get
from core.executions.purpose import NOISE, run_for
from core.progress import Progress, silent
from core.stats.spread import (
    band,
    sd_of_difference,
    sd_of_repeats,
    sd_within_pairs,
    shrink,
)
from core.store import Store
from core.store import models as models_table
from core.store.frames import put_frame, put_json, read_frame, read_json
from core.store.models import Evaluation, Model, Noise
from core.store.snapshots import Snapshot
from core.training.several import Configuration, Variant, train_each
from core.training.train import of_execution

FEWEST_REPEATS = 3
FIRST_SEED = 1_000
"""Seeds of the repeats, upwards: away from seeds that people choose."""


@dataclass(frozen=True, slots=True)
class NoiseBand:
    """What was measured of one configuration, and by which execution.

    ``metric_sd``: metric -> standard deviation of one training. The frame of ``bands`` also has
    ``f1_sd``, the spread of one training as seen, and ``training_sd``, the same shrunk towards the
    other subreddits'.
    """

    execution: int
    repeats: int
    metric_sd: Mapping[str, float]
    bands: NoiseBands


def measure(
    store: Store,
    snapshot: Snapshot,
    *,
    repeats: int,
    model: str | None = None,
    params: Mapping[str, str] | None = None,
    threads: int | None = None,
    halves: bool = False,
    progress: Progress = silent,
) -> NoiseBand:
    """Train one configuration ``repeats`` times with other seeds, and keep the spread.

    With ``halves``, each repeat is two trainings, on the two halves of the posts that its seed
    draws, so that the spread is that of the seed and of the posts that happened to be collected.

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
    chosen = Configuration(snapshot.digest, model, dict(params or {}), threads, NOISE)
    seeds = range(FIRST_SEED, FIRST_SEED + repeats)
    planned = [Variant(seed, half) for seed in seeds for half in ((1, 2) if halves else (None,))]
    judged: list[Evaluation] = []
    for done, number in enumerate(train_each(store, chosen, planned)):
        progress("Retraining", done, len(planned))
        with run_for(NOISE):
            judged.append(evaluate(store, of_execution(store, number), snapshot))
    progress("Retraining", len(planned), len(planned))
    inputs = {"snapshot": snapshot.digest, "evaluations": [e.execution for e in judged]}
    shared = configuration(store, judged[0].model_execution)
    asked = {"repeats": repeats, **({"halves": True} if halves else {})}
    with record(store, "noise", params=asked, inputs=inputs) as run:
        spreads, frame = _spreads(store, judged, halves=halves)
        made = Noise(
            execution=run.number,
            snapshot=snapshot.digest,
            configuration=shared,
            repeats=repeats,
            metrics=put_json(store.artifacts, spreads),
            subreddits=put_frame(store.artifacts, frame),
        )
        run.outputs = {"metrics": made.metrics, "subreddits": made.subreddits}
        measured = _band(made, spreads, frame)
        run.metrics = {"repeats": repeats, **measured.bands.metrics}
        run.on_success(lambda session: models_table.insert_noise(session, made))
    return measured


def newest(store: Store, model: Model, *, other_posts: bool = False) -> Noise | None:
    """The last measurement of this model's configuration on its snapshot.

    Args:
        other_posts: whether the model is set against one that learned from other posts. Then what
            halves of the posts measured comes first, because chance in the posts is part of
            the difference. Of models that learned from the same posts it is not.
    """
    made = get(store, model.execution).params
    wanted = [False] if not other_posts else [True, False]
    with store.read() as session:
        for halves in wanted:
            measured = models_table.noise(
                session, snapshot=model.snapshot, configuration=digest_of(made, halves=halves)
            )
            if measured:
                return measured
    return None


def last_measured(store: Store, model: Model, *, halves: bool) -> Noise | None:
    """The last measurement of this model's configuration, on whichever snapshot."""
    wanted = digest_of(get(store, model.execution).params, halves=halves)
    with store.read() as session:
        measured = models_table.noises(session)
    return next((each for each in measured if each.configuration == wanted), None)


def noise_of(store: Store, model: Model, *, other_posts: bool = False) -> NoiseBand | None:
    """The band of :func:`newest`, loaded."""
    measurement = newest(store, model, other_posts=other_posts)
    return _load(store, measurement) if measurement else None


def combined(measured: Sequence[NoiseBand]) -> NoiseBands:
    """The bands of the difference between a training of one configuration and one of another.

    Args:
        measured: of one or both configurations; none: nothing was measured. Where one was measured
            only, the other is taken to vary as much; so is a subreddit that only one of them has.
    """
    if len(measured) < 2:
        return measured[0].bands if measured else NOT_MEASURED
    one, other = measured
    names = [name for name in one.metric_sd if name in other.metric_sd]
    sds = [np.array([side.metric_sd[name] for name in names]) for side in measured]
    sd, degrees = sd_of_difference(*sds, degrees=(one.repeats - 1, other.repeats - 1))
    bands = band(sd, degrees=degrees).tolist()
    return NoiseBands(
        metrics=dict(zip(names, bands, strict=True)),
        subreddits=_combined_subreddits(one.bands.subreddits, other.bands.subreddits),
    )


def _combined_subreddits(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    columns = ["training_sd", "training_degrees"]
    both = one.merge(other, on="subreddit", how="outer", suffixes=("", "_other"))
    own, theirs = both[columns].to_numpy(), both[[f"{name}_other" for name in columns]].to_numpy()
    own, theirs = np.where(np.isnan(own), theirs, own), np.where(np.isnan(theirs), own, theirs)
    sd, degrees = sd_of_difference(own[:, 0], theirs[:, 0], degrees=(own[:, 1], theirs[:, 1]))
    frame = {"subreddit": both["subreddit"], "noise_sd": sd, "degrees": degrees}
    return pd.DataFrame(frame).assign(band=band(sd, degrees=degrees))


def configuration(store: Store, training: int) -> str:
    """Digest of what the trainings of one configuration share: family, its versions, parameters.

    Seed and threads are left out: they are what the noise comes from. Trainings on halves of the
    posts are a configuration of their own.
    """
    params = get(store, training).params
    return digest_of(params, halves="half" in params)


def digest_of(params: Mapping[str, object], *, halves: bool) -> str:
    """The same of the recorded parameters of a training."""
    shared = [params["family"], params.get("version"), params.get("package"), params["params"]]
    if halves:
        shared.append("halves")
    return hashlib.sha256(orjson.dumps(shared, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _spreads(
    store: Store, judged: Sequence[Evaluation], *, halves: bool
) -> tuple[dict[str, float], pd.DataFrame]:
    """Of the metrics, and of each subreddit's F1: standard deviations of one training."""
    spread = sd_within_pairs if halves else sd_of_repeats
    values = pd.DataFrame([evaluation.metrics for evaluation in judged])
    f1 = pd.concat(
        [
            read_frame(store.artifacts, e.subreddits).set_index("subreddit")["f1"].rename(i)
            for i, e in enumerate(judged)
        ],
        axis=1,
    ).fillna(0.0)
    frame = {"subreddit": f1.index, "f1_sd": spread(f1.to_numpy(dtype=np.float64).T)}
    sds = spread(values.to_numpy(dtype=np.float64))
    return dict(zip(map(str, values), sds.tolist(), strict=True)), pd.DataFrame(frame)


def _load(store: Store, noise: Noise) -> NoiseBand:
    return _band(
        noise,
        read_json(store.artifacts, noise.metrics),
        read_frame(store.artifacts, noise.subreddits),
    )


def _band(noise: Noise, metric_sd: dict[str, float], seen: pd.DataFrame) -> NoiseBand:
    """Both trainings of a difference are of one configuration, so their spread is the same one."""
    shrunk = shrink(seen["f1_sd"].to_numpy(dtype=np.float64), repeats=noise.repeats)
    subreddits = seen.assign(
        training_sd=shrunk.sd,
        training_degrees=shrunk.degrees,
        noise_sd=np.sqrt(2.0) * shrunk.sd,
        degrees=shrunk.degrees,
        band=band(np.sqrt(2.0) * shrunk.sd, degrees=shrunk.degrees),
    )
    bands = {
        name: float(band(np.sqrt(2.0) * sd, degrees=noise.repeats - 1))
        for name, sd in metric_sd.items()
    }
    return NoiseBand(noise.execution, noise.repeats, metric_sd, NoiseBands(bands, subreddits))
