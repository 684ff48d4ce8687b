"""The tables of a release policy: which keys each has, and what a key takes. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf

from core.comparison.significance import FEWEST_POSTS
from core.metrics import METRICS
from core.stats.testset import Adaptivity

NOISE = "noise"
"""The margin of non-inferiority may be a number, or this: the measured noise of retraining."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a key takes: in words, as an example, and as a check."""

    words: str
    example: str
    fits: Callable[[object], bool]


def _share(example: str) -> Wanted:
    return Wanted("a number from 0 to 1", example, lambda value: _is_number(value, most=1))


_METRICS = [metric.key for metric in METRICS if metric.gateable]
_DISTANCE = Wanted("a number of 0 or more", "0.2", lambda value: _is_number(value, most=inf))
_YES_OR_NO = Wanted("true or false", "false", lambda value: type(value) is bool)
_WHOLE = Wanted("a whole number of 1 or more", "90", lambda value: _is_whole(value, least=1))
GATES: dict[str, dict[str, Wanted]] = {
    "non_inferiority": {
        "margin": Wanted(
            f'a number from 0 to 1, or "{NOISE}"',
            "0.01",
            lambda value: value == NOISE or _is_number(value, most=1),
        )
    },
    "minimum_metric": dict.fromkeys(_METRICS, _share("0.4")),
    "no_large_subreddit_down": {
        "posts": Wanted(
            f"a whole number of {FEWEST_POSTS} or more",
            "50",
            lambda value: _is_whole(value, least=FEWEST_POSTS),
        )
    },
    "maximum_churn": {"share": _share("0.4")},
    "maximum_p_at_1_distance": {
        "ks": _share("0.2"),
        "wasserstein": _share("0.1"),
        "psi": _DISTANCE,
    },
    "minimum_label_coverage": {"share": _share("0.95")},
    "maximum_calibration_error": {"ece": _share("0.2")},
    "maximum_calibration_increase": {"ece": _share("0.05")},
    "maximum_training_age": {"days": _WHOLE},
    "non_inferiority_on_new_posts": {"margin": _share("0.02")},
    "test_opened": {"max_age_days": _WHOLE},
    "reviewed_by_someone_else": {"team_of_one": _YES_OR_NO},
}
"""Gate -> key -> what it takes. A gate needs at least one of its keys."""
_BETWEEN = Wanted("a number between 0 and 1", "0.02", lambda value: 0 < (_number(value) or 0) < 1)
RULES: dict[str, dict[str, Wanted]] = {
    "test_budget": {
        "epsilon": _BETWEEN,
        "delta": replace(_BETWEEN, example="0.001"),
        "disagreement": replace(_BETWEEN, example="0.2"),
        "adaptivity": Wanted(
            '"none", "full" or "first-change"', '"full"', lambda value: value in [*Adaptivity]
        ),
        "answers": Wanted(
            "a whole number of 2 or more", "3", lambda value: _is_whole(value, least=2)
        ),
    },
    "leakage": {"near_duplicates": _share("0.02")},
    "release": {"staging_first": _YES_OR_NO},
    "canary": {
        "max_error_rate": _share("0.01"),
        "max_p_at_1_drop": _share("0.05"),
        "fewest_requests": replace(_WHOLE, example="200"),
        "stop": _YES_OR_NO,
    },
}
"""Rule -> key -> what it takes."""
DRIFT: dict[str, dict[str, Wanted]] = {
    "drift": {
        "accuracy_drop": _share("0.05"),
        "p_at_1_drop": _share("0.05"),
        "unknown_words": _share("0.1"),
        "any_alarm": _YES_OR_NO,
        "max_age_days": _WHOLE,
    }
}
"""The limits of the version in production, which ``signoff drift`` watches; those that are left out
are off.
"""
TABLES = GATES | RULES | DRIFT


def _is_number(value: object, *, most: float) -> bool:
    """From 0 to ``most``."""
    number = _number(value)
    return number is not None and 0 <= number <= most


def _is_whole(value: object, *, least: int) -> bool:
    return type(value) is int and value >= least


def _number(value: object) -> float | None:
    """TOML's ``true``, ``nan`` and ``inf`` are none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -inf < value < inf:
        return None
    return value
