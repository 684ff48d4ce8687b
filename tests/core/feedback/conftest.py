"""A version to ask, and texts that users sent to it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from core.feedback.submissions import Sent, keep
from core.serving.model import Suggestion
from core.store import releases as table
from core.store.writing import write
from tests.conftest import Road

FOUND = (Suggestion("cats", 0.9), Suggestion("space", 0.1))
Send = Callable[..., str]


@pytest.fixture
def version(road: Road) -> str:
    """Of the first model, execution 3."""
    with write(road.store) as session:
        return table.next_version(session, at=datetime.now(UTC), candidate=3)


@pytest.fixture
def send(road: Road, version: str) -> Send:
    """Sends one text; its public id."""

    def go(title: str = "My kitten", **more: Any) -> str:
        values = {"body": "", "suggestions": FOUND, "source": "page", "version": version}
        return keep(road.store, [Sent(title=title, **(values | more))])[0]

    return go
