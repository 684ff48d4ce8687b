"""What is varied, and what is drawn for it."""

import numpy as np
import pytest

from core.training.families import FAMILIES, chosen
from core.training.parameters import Parameter
from core.tuning.space import drawn, searched

LINEAR = FAMILIES["linear"]


def test_what_was_given_or_is_off_is_not_varied() -> None:
    settled = chosen(LINEAR, {}, posts=1_000, labels=10)
    names = {p.name for p in searched(LINEAR.parameters, given={}, settled=settled)}
    assert {"C", "positive", "characters", "half_life"} < names
    assert "domain" not in names
    assert "prune" not in names
    given = {"C": "1", "domain": "0.5"}
    settled = chosen(LINEAR, given, posts=10_000_000, labels=2_500)
    names = {p.name for p in searched(LINEAR.parameters, given=given, settled=settled)}
    assert not {"C", "domain", "characters"} & names  # characters are off for many posts


@pytest.mark.parametrize("name", FAMILIES)
def test_every_value_that_is_drawn_is_one_that_can_be_given(name: str) -> None:
    family = FAMILIES[name]
    varied = [parameter for parameter in family.parameters if parameter.tried]
    assert varied
    for number in range(200):
        values = drawn(varied, seed=0, number=number)
        parsed = chosen(family, values, posts=1_000, labels=10)
        for parameter in varied:
            low, high = parameter.tried or (0, 0)
            assert low * 0.95 <= parsed[parameter.name] <= high * 1.05
            assert len(values[parameter.name]) <= 6


def test_draws_are_even_on_a_logarithmic_scale_and_the_same_for_the_same_number() -> None:
    one = Parameter(name="x", kind=float, default=1.0, help="", tried=(0.01, 100))
    values = np.array([float(drawn([one], seed=1, number=n)["x"]) for n in range(2_000)])
    assert 0.45 < (values < 1).mean() < 0.55
    assert 0.2 < (values < 0.1).mean() < 0.3
    assert drawn([one], seed=1, number=7) == drawn([one], seed=1, number=7)
    assert drawn([one], seed=1, number=7) != drawn([one], seed=2, number=7)
