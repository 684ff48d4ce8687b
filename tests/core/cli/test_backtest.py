"""How models age, from the command line."""

from dataclasses import fields, replace
from pathlib import Path

import pytest

from core.cli.backtest import _configuration
from core.drift import ageing, backtest_results
from core.drift.backtest_sentence import gain_sentence, headline
from core.drift.backtests import newest
from core.snapshots import find
from core.store import Store
from core.training.train import train
from tests.backtests import CUTOFFS, FEWEST
from tests.commands import assert_refused, signoff
from tests.core.drift.test_backtest import backtested, frozen

DOCUMENT = Path(__file__).parents[3] / "docs" / "drift.md"
TYPES = (
    *(backtest_results.Backtest, backtest_results.Trained, backtest_results.Cell),
    *(backtest_results.OfTopic, backtest_results.Promise, ageing.Ageing, ageing.AtAge),
    *(ageing.Younger, ageing.InWindow, ageing.MeanDifference),
)
WEEKLY = ("backtest", "--every", "week", "--min-posts", FEWEST)
__all__ = ["backtested", "frozen"]


@pytest.mark.parametrize("kind", TYPES)
def test_every_key_of_the_json_is_documented(kind: type) -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    assert [each.name for each in fields(kind) if f"`{each.name}`" not in document] == []


def test_a_sentence_then_who_was_measured_on_what(backtested: Store) -> None:
    said = signoff(*WEEKLY).out
    first, *lines = said.splitlines()
    assert first.startswith("3 trainings of linear, one every week. Accuracy ")
    assert "from a model's own validation to week 1 after its cut-off (95% interval" in first
    assert "On the same posts, accuracy differs by " in first
    assert "with a model that is 1 week younger." in first
    assert "2 windows, too few for an interval" in first
    assert "a tenth drawn at random promised" in first
    assert lines[0] == "3 earlier cut-offs have too few posts to train on."
    assert sum(line.startswith("2023-12-") for line in lines) == CUTOFFS
    assert "Change of accuracy by topic group, to week 1, largest losses:" in lines
    found = newest(backtested)
    assert found is not None
    assert headline(found) == first
    bought = gain_sentence(found)
    assert bought is not None
    assert bought.removeprefix(f"Backtest #{found.execution}: ") in first
    assert gain_sentence(replace(found, models=found.models[:1])) is None


def test_json_has_all_of_it(backtested: Store) -> None:
    said = signoff(*WEEKLY, "--json").json
    assert {"sentence", "execution", "seconds", "ageing", "topics"} <= said.keys()
    assert len(said["models"]) == CUTOFFS
    assert said["ageing"].keys() == set(backtest_results.FIGURES)
    assert said["topics"].keys() == {"animals", "science"}
    assert [len(each["later"]) for each in said["models"]] == [3, 2, 1]


def test_what_cannot_be_is_said_before_anything_is_run(frozen: Store) -> None:
    assert_refused(signoff("backtest", "--every", "day"), "Give month, week, or a number of them")
    assert_refused(signoff("backtest", "--since", "soon"), "--since 'soon' is not a date")
    assert_refused(
        signoff("backtest", "--min-posts", 9_999), "With --every 'month' there is nothing to"
    )
    assert_refused(signoff("backtest", "--snapshot", "none"), "There is no snapshot 'none'")


def test_without_a_snapshot_the_next_command_is_named(store: Store) -> None:
    assert_refused(signoff("backtest"), "signoff snapshot create")


def test_by_default_it_trains_what_production_is_made_of(backtested: Store) -> None:
    model = train(backtested, find(backtested, "long"), params={"C": "0.2", "half_life": "0"})
    name, params = _configuration(backtested, model, None, {"C": "0.3"})
    assert (name, params["C"], params["half_life"]) == ("linear", "0.3", "0.0")
    again = train(backtested, find(backtested, "long"), model=name, params=params | {"C": "0.2"})
    assert again.execution == model.execution
    assert _configuration(backtested, model, "fasttext", {}) == ("fasttext", {})
    assert _configuration(backtested, None, None, {"C": "1"}) == ("linear", {"C": "1"})
