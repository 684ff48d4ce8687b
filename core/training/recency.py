"""How much older posts count."""

import numpy as np

from core.arrays import Floats, Int64s

OLDEST = 0.1
"""What a very old post weighs, compared with the newest one."""
DAY = 86_400


def recency(created: Int64s, half_life: float) -> Floats:
    """How much each post weighs, 1 on average (float64, n).

    Args:
        created: in epoch seconds.
        half_life: days in which a post's weight falls halfway to :data:`OLDEST`; 0: all weigh
            the same.
    """
    if not half_life:
        return np.ones(len(created))
    days = (created.max() - created) / DAY
    weights = OLDEST + (1 - OLDEST) * 0.5 ** (days / half_life)
    return np.asarray(weights / weights.mean(), dtype=np.float64)
