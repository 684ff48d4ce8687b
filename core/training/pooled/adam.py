"""Adam (Kingma & Ba 2015), for whole arrays and for single rows of large tables."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import Int32s

Float32s = NDArray[np.float32]

FIRST, SECOND, SMALL = np.float32(0.9), np.float32(0.999), np.float32(1e-8)


@dataclass(slots=True)
class Adam:
    """Changes ``values`` in place. Of a table, only the rows that a step names are touched: the
    moments of the others stay as they are.

    ``first`` and ``second``: the moments, of the shape of ``values``.
    """

    values: Float32s
    first: Float32s
    second: Float32s
    steps: int = 0

    @classmethod
    def begun(cls, values: Float32s) -> "Adam":
        """Before the first step."""
        return cls(values, np.zeros_like(values), np.zeros_like(values))

    def step(self, gradient: Float32s, rate: float, rows: Int32s | None = None) -> None:
        """Go against the gradient.

        Args:
            rows: different rows, which the gradient is of; None: it is of the whole array.
        """
        self.steps += 1
        where = slice(None) if rows is None else rows
        first = FIRST * self.first[where] + (1 - FIRST) * gradient
        second = SECOND * self.second[where] + (1 - SECOND) * gradient * gradient
        self.first[where], self.second[where] = first, second
        size = np.float32(rate / (1 - float(FIRST) ** self.steps))
        scale = np.float32(1 / np.sqrt(1 - float(SECOND) ** self.steps))
        self.values[where] -= size * first / (np.sqrt(second) * scale + SMALL)
