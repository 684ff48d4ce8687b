"""A report of drift by the policy in force."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.drift import backtests
from core.drift.advice import advice
from core.drift.backtest_sentence import gain_sentence
from core.drift.results import Advice, DriftReport
from core.release.adoption import read_policy
from core.release.drift_limits import DriftLimit, accuracy_drop, limits_of
from core.release.training_age import training_age
from core.store import Store
from core.store.models import Model

MARKS = {True: "✗", False: "✓", None: "?"}
"""Whether a limit is exceeded, as a sign; None: it could not be judged."""


@dataclass(frozen=True, slots=True)
class Judged:
    """``limits``: of the policy in force, those that are on. ``advice``: what waiting costs.
    ``retraining``: what it bought in the last backtest of the model's configuration, as a sentence;
    None without one.
    """

    limits: tuple[DriftLimit, ...]
    advice: Advice
    retraining: str | None

    @property
    def exceeded(self) -> tuple[DriftLimit, ...]:
        """The limits that are."""
        return tuple(each for each in self.limits if each.exceeded)


def judged(store: Store, model: Model, reports: Sequence[DriftReport]) -> list[Judged]:
    """Each report by the policy in force."""
    policy, age = read_policy(store), training_age(store, model)
    drop, backtest = accuracy_drop(policy), backtests.newest_of(store, model)
    bought = None if backtest is None else gain_sentence(backtest)
    return [
        Judged(limits_of(policy, each, age=age), advice(each, accuracy_drop=drop), bought)
        for each in reports
    ]
