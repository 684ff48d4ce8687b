"""What the page Release says of running servers, canary and shadow."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.feedback.submissions import Sent, keep
from core.hints import Alarm, Hint
from core.release import aliases
from core.release.events import PRODUCTION, STAGING
from core.serving.model import Suggestion
from core.serving.servers import register
from core.store import Store, open_store
from core.store.serving import Count
from tests.dashboard.conftest import Open
from tests.dashboard.deciding import approved
from tests.dashboard.reading import plain, plain_text_of, text_of
from tests.factories import by


@pytest.fixture
def store(demo: Path) -> Store:
    return open_store(demo)


def sent(version: str, p: float, twin: str | None = None) -> Sent:
    return Sent(
        title="x",
        body="",
        version=version,
        suggestions=[Suggestion("ireland", p)],
        source="shadow" if twin else "api",
        twin=twin,
    )


def test_without_canary_shadow_and_alarm_nothing_is_said(store: object, open_page: Open) -> None:
    app = open_page("release")
    assert "Same first" not in plain_text_of(app)
    assert [*app.error, *app.warning] == []


def test_alarm_canary_and_shadow_are_told(store: Store, open_page: Open) -> None:
    version = approved(store)
    production = aliases.current(store)[PRODUCTION]
    with by("rel"):
        aliases.move(store, STAGING, version, expected=aliases.current(store)[STAGING])
        aliases.move(store, "shadow", version, expected=None)
        aliases.set_canary(store, version, share=0.1)
    told = keep(store, [sent(production, 0.6)] * 300)
    keep(store, [sent(version, 0.5, twin) for twin in told])
    keep(store, [sent(version, 0.4)] * 300)
    minute = datetime.now(UTC).replace(second=0, microsecond=0)
    alarm = Alarm("production names <b>20991231.1</b>, which cannot be served")
    register(store, "http://127.0.0.1:8600").report(
        {}, [alarm], {(version, minute): Count(requests=300, errors=30)}
    )
    app = open_page("release")
    assert (
        r"**production names \<b\>20991231\.1\</b\>, which cannot be served" in app.error[0].value
    )
    (flagged,) = app.warning
    assert "could not answer 30 of 300 requests" in flagged.value
    assert "It continues until somebody ends it" in flagged.value
    assert "Canary and shadow" in [one.value for one in app.header]
    said = plain_text_of(app).replace("*", "")
    assert f"Canary {version}, 10% of callers since" in said
    assert "300 requests | 10.0% (5.0% to 17.1%) | – | 0.400 vs 0.600" in said
    shadow = f"Shadow {version}, gets a copy of the requests to {production}"
    assert f"{shadow} | 300 texts | – | 100.0% (" in said


def test_an_alarm_that_several_servers_have_is_told_once(store: Store, open_page: Open) -> None:
    for port in (8600, 8601):
        register(store, f"http://127.0.0.1:{port}").report(
            {}, [Alarm("Broken", Hint("Mend it."))], {}
        )
    (alarm,) = open_page("release").error
    assert plain(alarm.value).count("Broken") == 1
    assert "8600" in alarm.value
    assert "8601" in alarm.value


def test_a_canary_that_the_policy_stopped_is_told_until_the_next_decision(
    store: Store, open_page: Open
) -> None:
    version = approved(store)
    (candidate,) = [one.candidate for one in aliases.versions(store) if one.version == version]
    with by("rel"):
        aliases.move(store, STAGING, version, expected=aliases.current(store)[STAGING])
        aliases.set_canary(store, version, share=0.1)
    with by("server/vm"):
        aliases.set_canary(store, version, share=0, comment="It was <b>bad</b>.")
    app = open_page("release", candidate=str(candidate))
    assert "was stopped by the policy" in app.warning[0].value
    assert r"It was \<b\>bad" in app.warning[0].value
    assert "✗ canary stopped" in text_of(app)
    with by("rel"):
        aliases.set_canary(store, version, share=0.1)
        aliases.set_canary(store, version, share=0)
    app = open_page("release", candidate=str(candidate))
    assert "stopped by the policy" not in text_of(app)
    assert "✓ canary" in text_of(app)


def test_a_shadow_that_was_ended_is_told_in_the_past_only(store: Store, open_page: Open) -> None:
    version = approved(store)
    with by("rel"):
        aliases.move(store, "shadow", version, expected=None)
        assert f"shadow → **{version}**" in plain_text_of(open_page("release"))
        aliases.clear(store, "shadow")
    app = open_page("release")
    assert "shadow →" not in plain_text_of(app)
    assert "Same first" not in plain_text_of(app)
    assert f"rel cleared shadow (was {version})" in plain(text_of(open_page("ledger")))
