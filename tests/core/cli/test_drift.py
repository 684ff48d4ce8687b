"""How a version does on new posts, from the command line."""

from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.drift import results
from core.feedback.submissions import Sent, keep
from core.serving.model import Suggestion
from tests.commands import assert_refused, signoff
from tests.conftest import Road
from tests.core.drift.test_predicting import later
from tests.decisions import released
from tests.factories import fill, set_policy

DOCUMENT = Path(__file__).parents[3] / "docs" / "drift.md"
TYPES = (
    *(results.DriftReport, results.ReferenceReport, results.WindowReport, results.Figures),
    *(results.Judged, results.Distances, results.LabelMix, results.Present, results.Measured),
    *(results.Change, results.Causes, results.SubredditChange),
    *(results.Estimated, results.EstimateReport, results.Correction),
)


@pytest.mark.parametrize("kind", TYPES)
def test_every_key_of_the_json_is_documented(kind: type) -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    assert [each.name for each in fields(kind) if f"`{each.name}`" not in document] == []


@pytest.fixture
def version(road: Road) -> str:
    """What production names."""
    set_policy(road.store)
    return released(road.store, 3)


def test_without_an_alias_the_next_command_is_named(road: Road) -> None:
    assert_refused(signoff("drift"), "signoff alias set production VERSION")
    assert_refused(signoff("drift", "--alias", "canary"), "signoff alias canary VERSION --share")


def test_nothing_new_is_said(version: str) -> None:
    said = signoff("drift").out
    assert (
        f"Production {version}: 0 posts since 2023-11-24. There is nothing to judge it by" in said
    )


def test_a_sentence_then_a_table_of_windows(road: Road, version: str) -> None:
    fill(road.store, later(400))
    said = signoff("drift").out
    assert f"Production {version}: " in said.splitlines()[0]
    assert "2023-11-27" in said
    assert "partly collected" in said
    assert "Estimates are not corrected for ageing." in said
    assert "signoff backtest" in said
    assert signoff("drift", "--alias", version).out.startswith(f"{version}: ")


def test_the_second_look_records_nothing(road: Road, version: str) -> None:
    fill(road.store, later(80))
    first = signoff("drift", "--json").json
    assert first["execution"] is not None
    assert first["seconds"] is not None
    second = signoff("drift", "--json").json
    assert (second["execution"], second["seconds"]) == (None, None)
    assert first["series"] == second["series"]
    (series,) = second["series"]
    assert series["on"] == "posts"
    assert sum(each["figures"]["posts"] for each in series["windows"] if each["figures"]) == 80


def test_submissions_need_no_label(road: Road, version: str) -> None:
    at = datetime(2026, 11, 2, tzinfo=UTC)
    found = [Suggestion("cats", 0.75), Suggestion("space", 0.25)]
    sent = [
        Sent(title=f"text {n}", body="", version=version, suggestions=found, source="api", at=at)
        for n in range(3)
    ]
    keep(road.store, sent)
    both = signoff("drift", "--on", "both", "--json").json["series"]
    assert [series["on"] for series in both] == ["posts", "submissions"]
    (window,) = both[1]["windows"]
    assert window["figures"]["posts"] == 3
    assert window["figures"]["p_at_1"]["value"] == pytest.approx(0.75)
    assert window["figures"]["realised"] is None
    assert window["state"] in ("too few posts", "partly collected")
    assert "submissions" in signoff("drift", "--on", "submissions").out
