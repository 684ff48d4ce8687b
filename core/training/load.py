"""Trained models, verified and loaded."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from core.errors import RefusedError
from core.hints import Command, Hint
from core.store import Store
from core.store.models import Model
from core.text import NORMALISER
from core.training import ensemble, onnx_model
from core.training.classifier import Classifier
from core.training.families import family


def load(store: Store, model: Model) -> Classifier:
    """The verified model, ready to predict. Raises as :func:`loader` does."""
    return loader(store, model)()


def loader(store: Store, model: Model) -> Callable[[], Classifier]:
    """What loads the verified model, now and in other processes.

    Raises:
        CorruptArtifactError: the file is not what was trained.
        RefusedError: it was trained on lines of another version of the normaliser.
    """
    require_normaliser(model.normaliser, f"Model #{model.execution}")
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


def require_normaliser(version: int, whose: str) -> None:
    """Refuse lines or models of another normaliser: their numbers would silently differ."""
    if version != NORMALISER:
        raise RefusedError(
            f"{whose} was made with version {version} of the text normaliser, but this Signoff has"
            f" {NORMALISER}",
            Hint("Freeze a new snapshot, and train on it.", Command("snapshot create")),
        )
