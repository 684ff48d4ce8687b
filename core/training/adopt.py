"""Taking in a model that was made elsewhere, recorded like a training."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from core.errors import InputError
from core.executions import Run, run_cached
from core.progress import Progress, silent
from core.snapshots.content import SplitData
from core.snapshots.read import load_split
from core.store import Store
from core.store.artifacts import storage_errors
from core.store.models import Model
from core.store.snapshots import Snapshot
from core.training import onnx_model
from core.training.calibration import calibrates, learned
from core.training.keeping import keep
from core.training.onnx_model import GRAPH, TOKENIZER, OnnxClassifier, OnnxModel
from core.training.train import STEP, of_execution

LABELS = "labels.json"
LARGEST = 2 << 30
"""Bytes of a graph: more do not fit into one ONNX file."""
MOST_TOKENS = 4_096
CALIBRATED = 2_000
"""Posts that the probabilities are calibrated on at most: such a model may take seconds for each
hundred."""
PACKAGES = ("onnxruntime", "tokenizers")


def adopt(
    store: Store,
    folder: Path,
    snapshot: Snapshot,
    *,
    trained_on: Sequence[str] | None = None,
    logits: bool = True,
    max_tokens: int = 256,
    force: bool = False,
    progress: Progress = silent,
) -> Model:
    """Make a recorded model of what a folder holds, or give back the one already made.

    Args:
        folder: with ``model.onnx``, ``tokenizer.json`` and ``labels.json``, a list of subreddits in
            the order of the graph's outputs.
        snapshot: whose training split it is declared to be trained on.
        trained_on: ids of the posts that it was trained on, all of them; None: not known.
        logits: whether softmax makes probabilities of the graph's first output; else they are some.
        max_tokens: of a line; the rest is cut off.

    Raises:
        InputError: a file is missing or not what it should be, or the graph gives no answer.
        SignoffError: the packages are not installed, or the graph asks for too much.
    """
    if not 1 <= max_tokens <= MOST_TOKENS:
        raise InputError(
            f"--max-tokens {max_tokens} is out of range", f"Give 1 to {MOST_TOKENS:,}."
        )
    model = OnnxModel(
        graph=_read(folder, GRAPH),
        tokenizer=_read(folder, TOKENIZER),
        labels=_labels(_read(folder, LABELS)),
        logits=logits,
        max_tokens=max_tokens,
        trained_on=None if trained_on is None else tuple(sorted(set(trained_on))),
    )
    OnnxClassifier(model).predict(["", "one line", "another line\tand its text"], k=1)
    params: dict[str, Any] = {
        "family": onnx_model.NAME,
        "version": onnx_model.FORMAT,
        "seed": 0,
        "threads": 1,
        "params": {"logits": logits, "max_tokens": max_tokens},
    }
    inputs = {"snapshot": snapshot.digest, "adopted": _digest(model)}
    fit = partial(_adopt, store, model, snapshot, progress=progress)
    made = run_cached(
        store, STEP, fit, params=params, inputs=inputs, force=force, packages=PACKAGES
    )
    return of_execution(store, made.number)


def _adopt(
    store: Store, model: OnnxModel, snapshot: Snapshot, run: Run, *, progress: Progress
) -> None:
    later = load_split(store, snapshot, "valid")
    half = _some(later.among(calibrates(later.ids)))
    curve = learned(partial(OnnxClassifier, model), half, progress)
    with store.artifacts.scratch() as folder:
        path = folder / f"model{onnx_model.SUFFIX}"
        with storage_errors(path):
            replace(model, curve=curve).save(path)
        known = {} if model.trained_on is None else {"posts": len(model.trained_on)}
        keep(
            store,
            run,
            path,
            family=onnx_model.NAME,
            snapshot=snapshot,
            subreddits=len(model.labels),
            metrics={**known, "calibrated_on": len(half) if curve is not None else 0},
        )


def _digest(model: OnnxModel) -> str:
    """Of everything that was adopted, in hexadecimal digits."""
    known = model.trained_on
    about = orjson.dumps([model.labels, None if known is None else list(known)])
    parts = (hashlib.sha256(part).digest() for part in (model.graph, model.tokenizer, about))
    return hashlib.sha256(b"".join(parts)).hexdigest()


def _some(posts: SplitData) -> SplitData:
    """At most :data:`CALIBRATED` of them, evenly over time."""
    if len(posts) <= CALIBRATED:
        return posts
    chosen = np.zeros(len(posts), dtype=np.bool_)
    chosen[np.linspace(0, len(posts) - 1, CALIBRATED).astype(np.int64)] = True
    return posts.among(chosen)


def _read(folder: Path, name: str) -> bytes:
    path = folder / name
    if not path.is_file():
        raise InputError(
            f"There is no {name} in {folder}",
            f"The folder needs {GRAPH}, {TOKENIZER} and {LABELS}.",
        )
    if path.stat().st_size > LARGEST:
        raise InputError(f"{path} is larger than 2 GiB", "Export a smaller graph.")
    return path.read_bytes()


def _labels(content: bytes) -> tuple[str, ...]:
    wrong = InputError(
        f"{LABELS} is not a list of different subreddits",
        'Write them in the order of the graph\'s outputs: ["cats", "cooking"].',
    )
    try:
        labels = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise wrong from None
    names = isinstance(labels, list) and all(isinstance(one, str) and one for one in labels)
    if not names or not labels or len({one.lower() for one in labels}) < len(labels):
        raise wrong
    return tuple(labels)
