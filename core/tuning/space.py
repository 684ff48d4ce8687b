"""Which configurations are tried. Pure."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.training.parameters import Parameter


def searched(
    parameters: Sequence[Parameter], *, given: Mapping[str, str], settled: Mapping[str, Any]
) -> list[Parameter]:
    """The parameters that are varied: those with a range to try, which nobody gave and which are
    not off (0) for this size.
    """
    return [p for p in parameters if p.tried and p.name not in given and settled[p.name]]


def drawn(parameters: Sequence[Parameter], *, seed: int, number: int) -> dict[str, str]:
    """The text of a value for each parameter, evenly on a logarithmic scale.

    Args:
        number: of the configuration; the same seed and number give the same one.
    """
    rng = np.random.default_rng([seed, number])
    return {p.name: _drawn(p, rng) for p in parameters}


def _drawn(parameter: Parameter, rng: np.random.Generator) -> str:
    low, high = parameter.tried or (1.0, 1.0)
    value = math.exp(rng.uniform(math.log(low), math.log(high)))
    if parameter.kind is int:
        return parameter.show(round(value))
    return parameter.show(float(f"{value:.2g}"))  # short, so that a person can type it
