"""How a version does on new posts, from the command line."""

import json
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.access import identity, members
from core.access.identity import Actor, Role, Way
from core.drift import results
from core.feedback.submissions import Sent, keep
from core.release import drift_limits
from core.serving.model import Suggestion
from core.store import drift_alarms
from tests.commands import assert_refused, signoff
from tests.conftest import Road
from tests.core.drift.test_predicting import NEXT_MONDAY, later
from tests.decisions import released
from tests.factories import fill, set_policy
from tests.unwritable import make_unwritable

DOCUMENT = Path(__file__).parents[3] / "docs" / "drift.md"
TYPES = (
    *(results.DriftReport, results.ReferenceReport, results.WindowReport, results.Figures),
    *(results.Judged, results.Distances, results.LabelMix, results.Present, results.Measured),
    *(results.Change, results.Causes, results.SubredditChange),
    *(results.Advice, results.Below, drift_limits.DriftLimit),
    *(results.TopicChange, results.WordChange, results.WordChanges),
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


def test_words_that_rose_are_named_with_their_shares(road: Road, version: str) -> None:
    posts = [replace(post, title=f"{post.title} zeitgeist") for post in later(400)]
    fill(road.store, posts)
    said = signoff("drift").out
    assert "Words whose share of posts rose most in the week of 2023-12-04:" in said
    (line,) = [line for line in said.splitlines() if line.startswith("zeitgeist")]
    assert "100.0%" in line
    assert line.split()[-1] == "no"  # in training


LIMITS = "[maximum_churn]\nshare = 1\n\n[drift]\n"


@pytest.mark.parametrize(
    ("limit", "code", "exceeded"),
    [
        ("unknown_words = 0", 3, True),
        ("unknown_words = 1", 0, False),
        ("accuracy_drop = 1", 0, False),
        ("max_age_days = 1", 3, True),
    ],
)
def test_a_limit_that_is_exceeded_ends_with_3_if_asked(
    road: Road, version: str, limit: str, code: int, exceeded: bool
) -> None:
    fill(road.store, later(400))
    set_policy(road.store, LIMITS + limit)
    done = signoff("drift", "--exit-code")
    assert done.code == code
    assert f"{'✗' if exceeded else '✓'} drift.{limit.split(maxsplit=1)[0]}: " in done.out
    assert "No advice on retraining: 6 complete weeks with labels are needed" in done.out
    assert signoff("drift").code == 0
    (series,) = signoff("drift", "--json").json["series"]
    (found,) = series["limits"]
    assert found["exceeded"] is exceeded
    with road.store.read() as session:
        assert len(drift_alarms.after(session, 0)) == int(exceeded)  # of three looks
    assert series["advice"]["sentence"].startswith("No advice on retraining: ")


def test_thin_evidence_exceeds_nothing_and_says_so(road: Road, version: str) -> None:
    set_policy(road.store, f"{LIMITS}accuracy_drop = 0\nunknown_words = 0")
    fill(road.store, later(80))
    done = signoff("drift", "--exit-code")
    assert done.code == 0
    assert done.out.count("No week is complete yet.") == 3


def test_what_retraining_bought_in_a_backtest_is_said_after_the_advice(
    version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert signoff("drift", "--json").json["series"][0]["advice"]["retraining"] is None
    bought = "Backtest #9: On the same posts, accuracy is 0.057 higher."
    monkeypatch.setattr("core.release.drift_judged.backtests.newest_of", lambda *_: ())
    monkeypatch.setattr("core.release.drift_judged.gain_sentence", lambda _: bought)
    assert bought in signoff("drift").out.splitlines()
    assert signoff("drift", "--json").json["series"][0]["advice"]["retraining"] == bought


def test_a_policy_without_limits_judges_nothing_and_says_so(road: Road, version: str) -> None:
    done = signoff("drift", "--exit-code")
    assert done.code == 0
    assert "has no limits in [drift]" in done.err
    assert "[drift]" not in signoff("drift").err


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


def test_who_may_not_predict_sees_what_is_stored_and_who_may(
    road: Road, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(road.store, later(80))
    signoff("drift")
    fill(road.store, later(40, seed=2, since=NEXT_MONDAY + 1800))
    members.grant(road.store, "grace", Role.REVIEWER)
    with monkeypatch.context() as patch:
        patch.setattr(identity, "_entrance", lambda: Actor("vera", Way.SIGNED_IN))
        shown, asked = signoff("drift"), signoff("drift", "--json")
    assert shown.code == 1
    assert f"Production {version}: 80 posts since" in shown.out
    assert "40 posts not predicted yet: vera cannot run the step drift" in shown.err
    assert "grace can run it: signoff drift" in shown.err
    assert json.loads(asked.out)["waiting"] == 40
    assert signoff("drift", "--json").json["waiting"] == 0


def test_a_workspace_that_cannot_be_written_shows_what_is_stored(
    road: Road, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(road.store, later(80))
    road.store.engine.dispose()
    make_unwritable(monkeypatch)
    shown = signoff("drift")
    assert shown.code == 1
    assert f"Production {version}: 0 posts since" in shown.out
    assert "80 posts not predicted yet: " in shown.err
