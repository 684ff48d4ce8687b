"""Training one model on one snapshot, recorded."""

import hashlib
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from core.errors import InputError
from core.executions import Run, Step, run_cached
from core.executions.history import made_none
from core.executions.purpose import request, require_name
from core.processes import cores
from core.progress import Progress, silent
from core.snapshots.content import SplitData
from core.snapshots.read import OPEN_SPLITS, READING
from core.store import Store
from core.store import models as models_table
from core.store.models import Model
from core.store.snapshots import Snapshot
from core.training.calibration import calibrates
from core.training.classifier import Family
from core.training.families import DEFAULT_FAMILY, family, package_of
from core.training.families import chosen as parameters_of
from core.training.keeping import keep
from core.training.load import require_servable
from core.training.posts import posts_of

MOST_THREADS = 1_024
STEP = Step(
    "train", code=("core.batches", "core.training", "core.invisible", "core.text", *READING)
)


def train(
    store: Store,
    snapshot: Snapshot,
    *,
    model: str | None = None,
    params: Mapping[str, str] | None = None,
    seed: int = 0,
    threads: int | None = None,
    newest: int | None = None,
    half: int | None = None,
    before: int | None = None,
    shuffled: bool = False,
    resume: bool = True,
    force: bool = False,
    name: str | None = None,
    note: str | None = None,
    progress: Progress = silent,
) -> Model:
    """Train a model on the snapshot's train split, or give back the training already made.

    Args:
        model: name of the family; default: :data:`core.training.families.DEFAULT_FAMILY`.
        params: the family's parameters as text; the rest by default.
        threads: default: all cores. Only ``1`` is reproducible to the bit.
        newest: train on this number of posts only, the newest ones; None: on all. Parameters that
            fit the size are those for all posts.
        half: 1 or 2: train on one half of the posts, the seed decides which posts; None: on all.
            Two such models only show how far chance in the posts moves the numbers.
        before: train as it was possible at this moment, in epoch seconds: on the posts of both open
            splits from before then, the newest tenth of which is validation. Parameters that fit
            the size are those for all posts. None: on the train split.
        shuffled: with ``before``, a tenth drawn at random is validation, and not the newest one.
        resume: go on where the same training was killed, if the family keeps what is done.
        force: train even if the same was trained before.
        name: what to call it; None: nothing, or as before.
        note: what is to be known of it; None: as ``name``.

    Raises:
        InputError: unknown family or parameter, or a name that is none.
        RefusedError: the snapshot's lines are of a version of the normaliser that no server has.
    """
    require_name(name, note)
    kind = family(model or DEFAULT_FAMILY)
    threads = cores() if threads is None else threads
    if not 1 <= threads <= MOST_THREADS:
        raise InputError(
            f"--threads {threads} is not between 1 and {MOST_THREADS:,}",
            "Leave it out for all cores of this machine.",
        )
    if not 0 <= seed < 2**31:
        raise InputError(f"--seed {seed} is not between 0 and 2147483647", "Choose another seed.")
    chosen: dict[str, Any] = {
        "family": kind.name,
        "version": kind.version,
        "seed": seed,
        "threads": threads,
        "params": parameters_of(
            kind, params or {}, posts=snapshot.splits["train"], labels=snapshot.subreddits
        ),
    }
    if newest is not None and newest < snapshot.splits["train"]:
        if newest < 1:
            raise InputError(
                "--newest must be at least 1", "Give a larger number, or leave it out."
            )
        chosen["newest"] = newest
    if half is not None:
        chosen["half"] = half
    if before is not None:
        chosen["before"] = before
        chosen |= {"shuffled": True} if shuffled else {}
    package = package_of(kind.name)
    if package:  # another version of it may train otherwise
        chosen["package"] = package
    require_servable(snapshot)
    fit = partial(_fit, store, kind, snapshot, chosen, resume=resume, progress=progress)
    made = run_cached(
        store,
        STEP,
        fit,
        params=chosen,
        inputs=_inputs(snapshot),
        force=force,
        packages=kind.packages,
    )
    request(store, made, name=name, note=note)
    return of_execution(store, made.number)


def _same(chosen: Mapping[str, Any], snapshot: Snapshot, data: SplitData) -> str:
    """Names the same training of the same posts, some of which may be erased meanwhile."""
    parts = [STEP.key(chosen, _inputs(snapshot)), *data.ids]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _inputs(snapshot: Snapshot) -> dict[str, str]:
    return {"snapshot": snapshot.digest}


def _fit(
    store: Store,
    kind: Family,
    snapshot: Snapshot,
    chosen: Mapping[str, Any],
    run: Run,
    *,
    resume: bool,
    progress: Progress,
) -> None:
    data, later = posts_of(store, snapshot, chosen)
    erased = sum(snapshot.erased.get(split, 0) for split in OPEN_SPLITS)
    run.log(f"{len(data)} posts of {len(data.labels)} subreddits; {dict(chosen)}; erased {erased}")
    started = time.monotonic()
    artifacts, same = store.artifacts, _same(chosen, snapshot, data)
    kept = artifacts.unfinished(same, resume=resume)
    with kept as unfinished, artifacts.scratch() as folder:
        path = folder / f"model{kind.suffix}"
        fitted = kind.fit(
            data,
            path,
            calibration=later.among(calibrates(later.ids)),
            params=chosen["params"],
            seed=chosen["seed"],
            threads=chosen["threads"],
            unfinished=unfinished,
            progress=progress,
        )
        fit_seconds = round(time.monotonic() - started, 2)
        note = {"note": fitted.note} if fitted.note else {}
        keep(
            store,
            run,
            path,
            family=kind.name,
            snapshot=snapshot,
            subreddits=len(kind.load(path).labels),
            metrics={"posts": len(data), "fit_seconds": fit_seconds, **fitted.measured, **note},
        )


def of_execution(store: Store, number: int) -> Model:
    """The model that training execution ``number`` made.

    Raises:
        NotFoundError: no such execution, or it made no model.
    """
    with store.read() as session:
        model = models_table.model(session, number)
    if model is None:
        raise made_none(store, number, thing="model", kind="train")
    return model
