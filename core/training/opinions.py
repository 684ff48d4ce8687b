"""What a model has to say of labels that it does not name, compiled: see
:class:`core.training.ensemble.Voice`.
"""

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats, Int32s, Int64s
from core.training.compiled import compiled


@compiled
def opinions(
    labels: Int32s,
    probabilities: NDArray[np.float32],
    places: Int64s,
    given: Floats,
    smallest: float,
) -> None:
    """Write the probability of each label of an ensemble, ``smallest`` at least (n, labels).

    Args:
        labels, probabilities: of a member's first labels, (n, k); a probability of 0 is none.
        places: of the member's labels among those of the ensemble.
    """
    for row in range(len(given)):
        total, named, least = 0.0, 0, 1.0
        for probability in probabilities[row]:
            if probability > 0:
                total += probability
                named += 1
                least = min(least, np.float64(probability))
        left = max(1 - total, 0.0) / max(given.shape[1] - named, 1)
        given[row] = max(min(left, least), smallest)
        for place in range(labels.shape[1]):
            if probabilities[row, place] > 0:
                probability = np.float64(probabilities[row, place])
                given[row, places[labels[row, place]]] = max(probability, smallest)
