"""What a backtest found, in words that say no more than its numbers."""

import pytest

from core.drift.backtest_results import Backtest, Promise
from core.drift.backtest_sentence import age_of, begins_at, headline, span_of
from core.drift.cutoffs import Every
from core.drift.results import Measured
from tests.core.drift.test_ageing import Table, trained

MODELS = 6


def told(table: Table, *, models: int = MODELS, every: str = "week") -> str:
    found = Backtest(
        execution=9,
        snapshot="ab" * 32,
        family="linear",
        configuration="cd" * 32,
        every=every,
        models=tuple(trained(table, models=models)),
        promise=Promise(training=3, posts=50, figures={"accuracy": Measured(0.7, (0.6, 0.8))}),
        too_early=0,
    )
    return headline(found)


def falling(by: float, *, noise: float, models: int = MODELS) -> Table:
    """Models lose ``by`` a window, up and down by ``noise`` from one model to the next."""
    return {
        (model, window): 0.6 - by * (max(window - model, -1) + 1) + noise * (-1) ** model
        for model in range(models)
        for window in (-1, *range(model, models))
    } | {(model, -1): 0.6 for model in range(models)}


def test_a_fall_is_called_one_where_the_interval_excludes_zero() -> None:
    said = told(falling(0.02, noise=0.001))
    assert said.startswith("6 trainings of linear, one every week. Accuracy falls by 0.080 from a")
    assert "model's own validation to week 4 after its cut-off (95% interval −0.0" in said
    assert "3 models). On the same posts, accuracy is 0.020 higher (95% interval +0.0" in said
    assert "with a model that is 1 week younger, and is 0.059 higher (" in said
    assert "with one that is 3 weeks younger." in said
    assert said.endswith(
        "On 1970-02-05, a tenth drawn at random promised 0.700 and the newest tenth 0.600; week 1"
        " gave 0.579."
    )


def test_what_may_be_chance_is_called_neither_way() -> None:
    said = told(falling(0.0, noise=0.05))
    for word in ("falls", "rises", "higher", "lower"):
        assert word not in said
    assert "Accuracy changes by " in said
    assert "accuracy differs by " in said


def test_of_one_model_nothing_is_averaged() -> None:
    said = told(falling(0.02, noise=0.0, models=1), models=1, every="month")
    assert said.startswith("1 training of linear. Accuracy changes by −0.020 from")
    assert "month 1 after its cut-off (1 model, too few for an interval)." in said
    assert "same posts" not in said


@pytest.mark.parametrize(
    ("every", "age", "span", "begins"),
    [
        ("month", "month 3", "3 months", "2023-11"),
        ("week", "week 3", "3 weeks", "2023-11-27"),
        ("2 months", "months 5 to 6", "6 months", "2023-11-27"),
    ],
)
def test_windows_are_called_by_their_length(every: str, age: str, span: str, begins: str) -> None:
    length = Every.parse(every)
    assert (age_of(length, 3), span_of(length, 3)) == (age, span)
    assert begins_at(length, 1_701_043_200) == begins
