"""Executions as MLflow takes them."""

import re

from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.evaluate import of_execution
from core.reporting.exports.contents import read
from core.reporting.exports.runs import (
    LONGEST_NAME,
    LONGEST_PARAMETER,
    alias_key,
    cut,
    key,
    runs,
)
from tests.conftest import Road

TEXTS = st.builds(lambda text, times: text * times, st.text(max_size=8), st.sampled_from([1, 60]))


@given(st.lists(TEXTS, unique=True, max_size=4))
def test_every_name_is_allowed_and_stays_different(names: list[str]) -> None:
    keys = [key(name) for name in names]
    assert len(set(keys)) == len(names)
    for each in keys:
        assert re.fullmatch(rf"[A-Za-z0-9_.\- ]{{1,{LONGEST_NAME}}}", each)
        assert each.strip(".")  # "." and ".." would be folders


def test_long_values_say_that_they_were_cut() -> None:
    assert cut("x" * LONGEST_PARAMETER, LONGEST_PARAMETER) == "x" * LONGEST_PARAMETER
    shorter = cut("x" * 7_000, LONGEST_PARAMETER)
    assert len(shorter) == LONGEST_PARAMETER
    assert shorter.endswith("… (7,000 characters)")


def test_an_alias_that_mlflow_would_read_as_its_version_gets_another_name() -> None:
    assert [alias_key(name) for name in ("v1", "production", "v1-new")] == [
        "alias-v1",
        "production",
        "v1-new",
    ]


def test_an_evaluation_stands_under_its_training_with_what_both_were_given(road: Road) -> None:
    by_number = {run.execution: run for run in runs(read(road.store))}
    assert list(by_number) == [1, 2, 3, 4, 5, 6]
    assert by_number[6].training == 5
    assert by_number[6].parameters["training.seed"] == by_number[5].parameters["seed"] == "2"
    assert by_number[6].metrics == of_execution(road.store, 6).metrics
    assert by_number[5].tags["signoff.output.model"] == road.candidate.digest
