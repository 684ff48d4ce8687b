"""What ``signoff drift`` says of the policy's limits and of waiting longer."""

from dataclasses import dataclass
from typing import Any

from core.cli.output import say
from core.drift import backtests
from core.drift.advice import advice, advice_sentence
from core.drift.backtest_sentence import gain_sentence
from core.drift.results import Advice, DriftReport
from core.records import to_json
from core.release.adoption import read_policy
from core.release.drift_limits import DriftLimit, accuracy_drop, limits_of
from core.release.training_age import training_age
from core.store import Store
from core.store.models import Model


@dataclass(frozen=True, slots=True)
class Judged:
    """``limits``: of the policy in force, those that are on. ``retraining``: what it bought in the
    last backtest of the model's configuration, as a sentence; None without one.
    """

    limits: tuple[DriftLimit, ...]
    advice: Advice
    retraining: str | None

    @property
    def exceeded(self) -> bool:
        """Whether any limit is."""
        return any(each.exceeded for each in self.limits)


def judged(store: Store, model: Model, reports: list[DriftReport]) -> list[Judged]:
    """Each report by the policy in force."""
    policy, age = read_policy(store), training_age(store, model)
    drop, backtest = accuracy_drop(policy), backtests.newest_of(store, model)
    bought = None if backtest is None else gain_sentence(backtest)
    return [
        Judged(limits_of(policy, each, age=age), advice(each, accuracy_drop=drop), bought)
        for each in reports
    ]


def advice_json(found: Judged) -> dict[str, Any]:
    """The keys ``limits`` and ``advice`` of a series."""
    sentence = advice_sentence(found.advice)
    return {
        "limits": [to_json(each) for each in found.limits],
        "advice": {
            "sentence": sentence,
            "retraining": found.retraining,
            **to_json(found.advice),
        },
    }


def say_advice(found: Judged) -> None:
    """A line for each limit, and one for the advice."""
    marks = {True: "✗", False: "✓", None: "?"}
    for each in found.limits:
        say(f"{marks[each.exceeded]} {each.name}: {each.why}")
    say(advice_sentence(found.advice))
    if found.retraining:
        say(found.retraining)
