"""Blocks of labels that are done, kept until the training ends: after a kill they need not be
learned again.
"""

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import RefusedError
from core.training.linear.features import Float32s
from core.training.linear.weights import Pruned
from core.training.tensors import Stored, read, write

FORMAT = 1
_PRUNED = ("counts", "labels", "values")


def keep(folder: Path, span: range, weights: Pruned, bias: Float32s, scores: Float32s) -> None:
    """Keep a block. Where that fails, as on a full disk, the training goes on all the same."""
    tensors = {name: getattr(weights, name) for name in _PRUNED}
    tensors |= {"bias": bias, "scores": scores}
    about = {"first": weights.first, "sha256": _digest(tensors.values())}
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        write(Stored(about, tensors, None), _path(folder, span), format=FORMAT)


def kept(folder: Path, span: range) -> tuple[Pruned, Float32s, Float32s] | None:
    """The block of these labels; None where it was not kept, or is not what was kept."""
    path = _path(folder, span)
    if not path.is_file():
        return None
    try:
        stored = read(path, format=FORMAT)
    except (OSError, ValueError, KeyError, TypeError, RefusedError, _broken()):
        return None
    tensors = stored.tensors
    if _digest(tensors.values()) != stored.about["sha256"]:
        return None
    pruned = Pruned(
        counts=tensors["counts"],
        labels=tensors["labels"],
        values=tensors["values"],
        first=stored.about["first"],
    )
    return pruned, tensors["bias"], tensors["scores"]


def _path(folder: Path, span: range) -> Path:
    return folder / f"labels-{span.start}-{span.stop}.safetensors"


def _digest(tensors: Iterable[NDArray[np.generic]]) -> str:
    digest = hashlib.sha256()
    for part in sorted(hashlib.sha256(tensor.tobytes()).digest() for tensor in tensors):
        digest.update(part)
    return digest.hexdigest()


def _broken() -> type[Exception]:
    """What the library raises for a file that is none."""
    from safetensors import SafetensorError

    error: type[Exception] = SafetensorError
    return error
