"""Making an ensemble of recorded models, recorded like a training."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from core.errors import InputError, RefusedError
from core.executions import Run, get, run_cached
from core.hints import Command, Hint
from core.progress import Progress, silent
from core.snapshots.read import find, load_split
from core.store import Store
from core.store.artifacts import storage_errors
from core.store.models import Model
from core.store.snapshots import Snapshot
from core.training import ensemble
from core.training.calibration import calibrates, learned
from core.training.ensemble import EnsembleClassifier, Manifest, Member
from core.training.families import kind
from core.training.keeping import keep
from core.training.load import load
from core.training.train import STEP, of_execution


def average(
    store: Store,
    trainings: Sequence[int],
    *,
    weights: Sequence[float] | None = None,
    force: bool = False,
    progress: Progress = silent,
) -> Model:
    """The ensemble of the models that these executions made, or the one already made.

    Its probabilities are the weighted geometric mean of theirs, calibrated again on the half of
    validation that calibrates.

    Args:
        trainings: two or more, of models of one snapshot.
        weights: one for each, above 0; they are divided by their sum. None: those that fit the
            half of validation that calibrates best (:func:`core.training.ensemble.best_weights`).

    Raises:
        InputError: too few or the same models, or weights that do not fit them.
        RefusedError: the models are of different snapshots, or one is of a backtest.
        NotFoundError: an execution made no model.
    """
    models = [of_execution(store, number) for number in trainings]
    shares = _shares(trainings, weights)
    if len({model.snapshot for model in models}) > 1:
        raise RefusedError(
            "The models were trained on different snapshots",
            "Choose models of one snapshot: what one has seen in training, another would be tested"
            " on.",
        )
    _require_no_backtest(store, trainings)
    snapshot = find(store, models[0].snapshot)
    chosen: dict[str, Any] = {
        "family": ensemble.NAME,
        "version": ensemble.FORMAT,
        "seed": 0,
        "threads": 1,
        "params": {"of": list(trainings), "weights": shares},
    }
    inputs = {
        "snapshot": snapshot.digest,
        "trainings": list(trainings),
        "models": [model.digest for model in models],
    }
    packages = tuple(dict.fromkeys(p for model in models for p in kind(model.family).packages))
    fit = partial(_average, store, models, snapshot, shares, progress=progress)
    made = run_cached(
        store, STEP, fit, params=chosen, inputs=inputs, force=force, packages=packages
    )
    return of_execution(store, made.number)


def _require_no_backtest(store: Store, trainings: Sequence[int]) -> None:
    """Such a model may have learned from the posts that the ensemble is calibrated on."""
    for number in trainings:
        if "before" in get(store, number).params:
            raise RefusedError(
                f"#{number} was trained for a backtest, which also reads validation posts",
                Hint("Train on the train split, and average that.", Command("train")),
            )


def _shares(trainings: Sequence[int], weights: Sequence[float] | None) -> list[float] | None:
    if len(trainings) < 2 or len(set(trainings)) < len(trainings):
        raise InputError(
            "An ensemble has at least two different models",
            Hint("Give their executions.", Command("model average", "EXECUTION", "EXECUTION")),
        )
    if weights is None:
        return None
    if len(weights) != len(trainings) or not all(0 < weight < np.inf for weight in weights):
        raise InputError(
            f"{len(trainings)} models need {len(trainings)} weights above 0",
            f"Give them separated by commas, such as {','.join('1' * len(trainings))}.",
        )
    return [weight / sum(weights) for weight in weights]


def _average(
    store: Store,
    models: Sequence[Model],
    snapshot: Snapshot,
    shares: Sequence[float] | None,
    run: Run,
    *,
    progress: Progress,
) -> None:
    progress("Loading", 0, len(models))
    members = [load(store, model, lines=snapshot.normaliser) for model in models]
    later = load_split(store, snapshot, "valid")
    half = later.among(calibrates(later.ids))
    progress("Loading", len(models), len(models))
    if shares is None:
        progress("Weighing", 0, None)
    weights = shares or ensemble.best_weights(members, half)
    curve = learned(partial(EnsembleClassifier, members, weights), half, progress)
    manifest = Manifest(
        members=tuple(Member(model.family, model.digest) for model in models),
        weights=tuple(weights),
        curve=curve,
    )
    with store.artifacts.scratch() as folder:
        path = folder / f"model{ensemble.SUFFIX}"
        with storage_errors(path):
            path.write_bytes(manifest.to_bytes())
        keep(
            store,
            run,
            path,
            family=ensemble.NAME,
            snapshot=snapshot,
            subreddits=len(EnsembleClassifier(members, weights).labels),
            metrics=_metrics(
                store, models, weights, calibrated_on=0 if curve is None else len(half)
            ),
        )


def _metrics(
    store: Store, models: Sequence[Model], weights: Sequence[float], *, calibrated_on: int
) -> Mapping[str, Any]:
    shares = {
        f"weight_of_{model.execution}": round(weight, 4)
        for model, weight in zip(models, weights, strict=True)
    }
    # The ensemble's own file only names them.
    size = sum(get(store, model.execution).metrics["model_mib"] for model in models)
    return {**shares, "calibrated_on": calibrated_on, "model_mib": round(size, 1)}
