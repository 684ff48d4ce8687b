"""Loading a pooled model. Numba is imported with the first model, not with this module."""

from pathlib import Path

from core.training.classifier import Classifier


def load(model: Path) -> Classifier:
    """See :class:`core.training.classifier.Family`."""
    from core.training.pooled import model as stored

    return stored.load(model)
