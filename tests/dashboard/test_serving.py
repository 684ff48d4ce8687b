"""What the page Release says of running servers, canary and shadow."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.feedback.submissions import Sent, keep
from core.release import aliases
from core.release.events import PRODUCTION, STAGING
from core.serving.servers import here
from core.serving.suggest import Suggestion
from core.store import Store, open_store
from core.store.serving import Count
from tests.dashboard.conftest import Open
from tests.dashboard.deciding import approved
from tests.dashboard.reading import plain_text_of
from tests.demo_workspace import GROUP
from tests.factories import by

pytestmark = GROUP


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


def test_without_canary_shadow_and_alarm_nothing_is_said(open_page: Open) -> None:
    said = plain_text_of(open_page("release"))
    assert "Shadow" not in said
    assert "of the callers since" not in said


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
    alarm = "production names <b>20991231.1</b>, which cannot be served."
    here(store, "http://127.0.0.1:8600").tell(
        {}, [alarm], {(version, minute): Count(requests=300, errors=30)}
    )
    app = open_page("release")
    assert r"\<b\>20991231\.1\</b\>, which cannot be served" in app.error[0].value
    assert any("could not answer 30 of 300 requests" in one.value for one in app.warning)
    said = plain_text_of(app).replace("*", "")
    assert f"Canary {version}, 10% of the callers since" in said
    assert "300 requests, errors 10.0%, mean p@1 0.400 beside 0.600 of production" in said
    assert f"Shadow {version} suggests the same subreddit first as {production}" in said
    assert "100.0% of 300 texts" in said
