"""Blocks of labels that are done, kept until the training ends: after a kill they need not be
learned again.
"""

from pathlib import Path

from core.training import checkpoint
from core.training.linear.features import Float32s
from core.training.linear.weights import Pruned
from core.training.tensors import Stored

_PRUNED = ("counts", "labels", "values")


def keep(folder: Path, span: range, weights: Pruned, bias: Float32s, scores: Float32s) -> None:
    """Keep a block. See :func:`core.training.checkpoint.keep`."""
    tensors = {name: getattr(weights, name) for name in _PRUNED}
    tensors |= {"bias": bias, "scores": scores}
    checkpoint.keep(Stored({"first": weights.first}, tensors, None), _path(folder, span))


def kept(folder: Path, span: range) -> tuple[Pruned, Float32s, Float32s] | None:
    """The block of these labels; None where it was not kept, or is not what was kept."""
    stored = checkpoint.kept(_path(folder, span))
    if stored is None:
        return None
    parts = {name: stored.tensors[name] for name in _PRUNED}
    pruned = Pruned(first=stored.about["first"], **parts)
    return pruned, stored.tensors["bias"], stored.tensors["scores"]


def _path(folder: Path, span: range) -> Path:
    return folder / f"labels-{span.start}-{span.stop}.safetensors"
