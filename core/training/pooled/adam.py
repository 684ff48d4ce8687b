"""Adam (Kingma & Ba 2015), for whole arrays and for single rows of large tables."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.arrays import Int32s

Float32s = NDArray[np.float32]

FIRST, SECOND, SMALL = np.float32(0.9), np.float32(0.999), np.float32(1e-8)


@dataclass(slots=True)
class Adam:
    """Changes ``values`` in place. Of a table, only the rows that a step names are touched: the
    moments of the others stay as they are.
    """

    values: Float32s
    _first: Float32s = field(init=False)
    _second: Float32s = field(init=False)
    _steps: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._first, self._second = np.zeros_like(self.values), np.zeros_like(self.values)

    def step(self, gradient: Float32s, rate: float, rows: Int32s | None = None) -> None:
        """Go against the gradient.

        Args:
            rows: different rows, which the gradient is of; None: it is of the whole array.
        """
        self._steps += 1
        where = slice(None) if rows is None else rows
        first = FIRST * self._first[where] + (1 - FIRST) * gradient
        second = SECOND * self._second[where] + (1 - SECOND) * gradient * gradient
        self._first[where], self._second[where] = first, second
        size = np.float32(rate / (1 - float(FIRST) ** self._steps))
        scale = np.float32(1 / np.sqrt(1 - float(SECOND) ** self._steps))
        self.values[where] -= size * first / (np.sqrt(second) * scale + SMALL)
