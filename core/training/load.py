"""Trained models, verified and loaded."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from core.errors import RefusedError
from core.hints import Command, Hint
from core.store import Store
from core.store.models import Model
from core.store.snapshots import Snapshot
from core.text import NORMALISER, reads
from core.training import ensemble, onnx_model
from core.training.classifier import Classifier
from core.training.families import family


def load(store: Store, model: Model, *, lines: int = NORMALISER) -> Classifier:
    """The verified model, ready to predict. Raises as :func:`loader` does."""
    return loader(store, model, lines=lines)()


def loader(store: Store, model: Model, *, lines: int = NORMALISER) -> Callable[[], Classifier]:
    """What loads the verified model, now and in other processes.

    Args:
        lines: version of the normaliser that made the lines which the model is given.

    Raises:
        CorruptArtifactError: the file is not what was trained.
        RefusedError: it cannot read lines of this version (:func:`core.text.reads`).
    """
    require_readable(model, lines)
    return _loader(store, model.family, model.digest)


def _loader(store: Store, name: str, digest: str) -> Callable[[], Classifier]:
    path = store.artifacts.open(digest)
    if name == onnx_model.NAME:
        return partial(onnx_model.load, path)
    if name != ensemble.NAME:
        return partial(family(name).load, path)
    members = ensemble.Manifest.read(path).members
    return partial(_ensemble, path, [_loader(store, m.family, m.digest) for m in members])


def _ensemble(path: Path, members: Sequence[Callable[[], Classifier]]) -> Classifier:
    return ensemble.load(path, [member() for member in members])


def require_readable(model: Model, lines: int) -> None:
    """Refuse to give a model lines of this version where its answers would silently change."""
    if not reads(model.normaliser, lines):
        raise RefusedError(
            f"Model #{model.execution} was trained on texts of version {model.normaliser} of the"
            f" text normaliser, which makes other lines than version {lines}",
            Hint(
                "Freeze a new snapshot, train the model again on it, and use that one.",
                Command("snapshot create"),
            ),
        )


def require_servable(snapshot: Snapshot) -> None:
    """Refuse to train on lines where no server could give the model such lines again."""
    if not reads(snapshot.normaliser, NORMALISER):
        raise RefusedError(
            f"Snapshot {snapshot.id} was made with version {snapshot.normaliser} of the text"
            f" normaliser, but this Signoff has {NORMALISER}",
            Hint("Freeze a new snapshot, and train on it.", Command("snapshot create")),
        )
