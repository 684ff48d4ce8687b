"""A model's file: named arrays (safetensors), and what else there is to know of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from core.errors import RefusedError
from core.training.calibration import Curve

_ABOUT = "signoff"
_CURVE = "curve"


@dataclass(frozen=True, slots=True)
class Stored:
    """What a file holds. ``about``: JSON values. ``curve``: None where it is not calibrated."""

    about: Mapping[str, Any]
    tensors: dict[str, NDArray[Any]]
    curve: Curve | None


def write(stored: Stored, path: Path, *, format: int) -> None:  # noqa: A002 - what it is called
    """Write the file, whole or not at all: the same bytes for the same content.

    Raises:
        OSError: the disk is full, or cannot be written.
    """
    from safetensors.numpy import save as as_bytes

    tensors = dict(stored.tensors)
    if stored.curve is not None:
        tensors[_CURVE] = np.stack([stored.curve.said, stored.curve.right])
    about = orjson.dumps({"format": format, **stored.about}, option=orjson.OPT_SORT_KEYS)
    half = path.with_name(f"{path.name}.part")
    try:
        # One entry only: the library writes them in an order of its own.
        half.write_bytes(as_bytes(tensors, {_ABOUT: about.decode()}))
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)


def read(path: Path, *, format: int) -> Stored:  # noqa: A002 - what it is called
    """What :func:`write` wrote.

    Raises:
        RefusedError: it is of another format.
    """
    from safetensors import safe_open

    with safe_open(path, framework="numpy") as file:
        about = orjson.loads(file.metadata()[_ABOUT])
        if about["format"] != format:
            raise RefusedError(
                f"The model's file has format {about['format']}, but this Signoff reads {format}",
                "Train the model with this Signoff.",
            )
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    curve = Curve(*tensors.pop(_CURVE)) if _CURVE in tensors else None
    return Stored(about, tensors, curve)
