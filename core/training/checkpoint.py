"""Part of a training that is done, kept in a file until the training ends: after a kill it need not
be done again.
"""

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import RefusedError
from core.training.tensors import Stored, read, write

FORMAT = 1


def keep(state: Stored, path: Path) -> None:
    """Keep this. Where that fails, as on a full disk, the training goes on all the same."""
    about = {**state.about, "sha256": _digest(state.tensors.values())}
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write(Stored(about, state.tensors, None), path, format=FORMAT)


def kept(path: Path) -> Stored | None:
    """What was kept last; None where nothing was, or the file is not what was kept."""
    if not path.is_file():
        return None
    try:
        stored = read(path, format=FORMAT)
    except (OSError, ValueError, KeyError, TypeError, RefusedError, _broken()):
        return None
    if _digest(stored.tensors.values()) != stored.about["sha256"]:
        return None
    return stored


def _digest(tensors: Iterable[NDArray[np.generic]]) -> str:
    digest = hashlib.sha256()
    for part in sorted(hashlib.sha256(np.ascontiguousarray(one).data).digest() for one in tensors):
        digest.update(part)
    return digest.hexdigest()


def _broken() -> type[Exception]:
    """What the library raises for a file that is none."""
    from safetensors import SafetensorError

    error: type[Exception] = SafetensorError
    return error
