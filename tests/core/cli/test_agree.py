"""How far two models agree over all history, from the command line."""

from dataclasses import fields
from pathlib import Path

import pytest

from core.drift import agreement_results
from tests.commands import assert_refused, signoff
from tests.conftest import Road

DOCUMENT = Path(__file__).parents[3] / "docs" / "drift.md"


@pytest.mark.parametrize(
    "kind", [agreement_results.Agreement, agreement_results.Group, agreement_results.Part]
)
def test_every_key_of_the_json_is_documented(kind: type) -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    _, section = document.split("## JSON of `signoff agree`")
    assert [each.name for each in fields(kind) if f"`{each.name}`" not in section] == []


def test_a_sentence_then_a_table_of_months(road: Road) -> None:
    said = signoff("agree", "3", "#5").out
    first, second, *lines = said.splitlines()
    assert first.startswith("#3 and #5 give the same first prediction for ")
    assert "that neither was trained on (" in first
    assert second == (
        f"Left out: {road.snapshot.splits['test']} posts from the time of a sealed test split."
    )
    assert lines[0] == "By month:"
    assert [line.split()[0] for line in lines[1:3]] == ["month", "2023-11"]


def test_json_has_all_of_it_and_the_second_look_runs_nothing(road: Road) -> None:
    first = signoff("agree", "3", "5", "--json").json
    assert first == signoff("agree", "4", "6", "--json").json
    assert (first["baseline"], first["candidate"]) == (3, 5)
    assert first["sentence"].startswith("#3 and #5 ")
    assert first["execution"] > 6
    assert sum(each["all"]["posts"] for each in first["months"]) == first["all"]["posts"]


def test_what_cannot_be_is_said(road: Road) -> None:
    assert_refused(signoff("agree", "3", "4"), "Both are the same model")
    assert_refused(signoff("agree", "3", "2"), "#2")
