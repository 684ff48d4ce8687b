"""Texts that users sent, and what they said of the suggestions."""

from datetime import UTC, datetime

import pytest

from core.errors import InputError, NotFoundError
from core.feedback.submissions import MAX_BODY, MAX_TITLE, answer, counts, submit
from core.serving import Suggestion
from core.store import Store
from core.store import releases as table
from core.store.submissions import FeedbackCounts
from tests.conftest import Road


@pytest.fixture
def version(road: Road) -> str:
    with road.store.write() as session:
        return table.next_version(session, at=datetime.now(UTC), candidate=3)


def send(store: Store, version: str, *, title: str = "My kitten", body: str = "") -> int:
    suggestions = [Suggestion("cats", 0.9), Suggestion("space", 0.1)]
    return submit(store, title=title, body=body, version=version, suggestions=suggestions)


def test_texts_and_answers_are_counted(road: Road, version: str) -> None:
    assert counts(road.store) == FeedbackCounts(submissions=0, answered=0)
    first, _ = send(road.store, version), send(road.store, version)
    for subreddit in ("cats", "space"):
        answer(road.store, first, subreddit)
    assert counts(road.store) == FeedbackCounts(submissions=2, answered=1)


@pytest.mark.parametrize("written", ["ireland", "r/ireland", "/r/ireland", " r/ireland/ "])
def test_a_subreddit_may_be_written_in_several_ways(road: Road, version: str, written: str) -> None:
    assert answer(road.store, send(road.store, version), written) == "ireland"


@pytest.mark.parametrize("written", ["", "two words", "r/", "<script>", "a" * 51])
def test_what_is_no_subreddit_is_refused(road: Road, version: str, written: str) -> None:
    with pytest.raises(InputError, match="is no subreddit's name"):
        answer(road.store, send(road.store, version), written)
    assert counts(road.store).answered == 0


def test_an_answer_to_nothing_is_refused(road: Road) -> None:
    with pytest.raises(NotFoundError):
        answer(road.store, 99, "cats")


def test_the_longest_text_that_reddit_allows_is_kept_and_no_longer_one(
    road: Road, version: str
) -> None:
    send(road.store, version, title="x" * MAX_TITLE, body="x" * MAX_BODY)
    for text in ({"title": "x" * (MAX_TITLE + 1)}, {"body": "x" * (MAX_BODY + 1)}):
        with pytest.raises(InputError, match="too long"):
            send(road.store, version, **text)
    assert counts(road.store).submissions == 1
