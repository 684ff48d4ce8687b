"""Rules that contradict themselves are refused before anything is read."""

from typing import Any

import pytest

from core.errors import InputError
from core.snapshots.rules import Rules


@pytest.mark.parametrize(
    "rules",
    [
        {"split": "alphabetical"},
        {"fractions": (0.8, 0.1, 0.2)},
        {"fractions": (1.0, 0.0, 0.0)},
        {"fractions": (1.2, -0.1, -0.1)},
        {"fractions": (float("nan"), 0.5, 0.5)},
        {"since": 10, "until": 10},
        {"min_posts": 0},
        {"min_posts": 20, "max_posts": 19},
    ],
)
def test_rules_that_do_not_fit_are_refused(rules: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Rules(**rules)


def test_the_seed_counts_for_the_random_split_only() -> None:
    assert Rules(seed=1).as_json() == Rules(seed=2).as_json()
    one, other = (Rules(split="random", seed=seed).as_json() for seed in (1, 2))
    assert one != other
