"""Functions that Numba compiles to machine code.

Importing this module imports Numba, which takes a quarter of a second: families import it where
they train or load, not where they are listed.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """``function``, compiled when it is first called, which then runs without Python's lock.

    Sums and products are those of IEEE 754, in the order written (no ``fastmath``): how a loop is
    split into vectors, or on which processor it runs, changes no bit of them.

    The machine code is kept on the disk, in a form that is dropped when the function's own file
    changes, and only then. So a compiled function may call others of its own file, never those of
    another.
    """
    try:
        made = njit(nogil=True, cache=True)(function)
    except RuntimeError:  # there is nowhere to keep it, as in a container that is read only
        made = njit(nogil=True)(function)
    return cast("Function", made)
