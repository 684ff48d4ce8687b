"""Texts that users sent, and what they said of the suggestions."""

import sqlite3
from typing import Any

import pytest

from core.errors import InputError, NotFoundError
from core.feedback import submissions
from core.feedback.submissions import MAX_BODY, MAX_TITLE, Sent, answer, answers, counts, keep
from core.serving.model import Suggestion
from core.store import Store
from core.store.submissions import FeedbackCounts
from tests.conftest import Road
from tests.core.feedback.conftest import FOUND


def make_sent(version: str, **more: Any) -> Sent:
    values = {"title": "My kitten", "body": "", "suggestions": FOUND, "source": "page"}
    return Sent(version=version, **(values | more))


def send(store: Store, version: str, **more: Any) -> str:
    return keep(store, [make_sent(version, **more)])[0]


def rows(store: Store, query: str) -> list[Any]:
    connection = sqlite3.connect(store.home / "signoff.db")
    found = connection.execute(query).fetchall()
    connection.close()
    return found


def test_texts_and_answers_are_counted(road: Road, version: str) -> None:
    assert counts(road.store) == FeedbackCounts(submissions=0, answered=0)
    first, _ = keep(road.store, [make_sent(version), make_sent(version)])
    for subreddit in ("cats", "space"):
        answer(road.store, first, subreddit)
    assert counts(road.store) == FeedbackCounts(submissions=2, answered=1)


def test_what_was_sent_is_kept_whole_and_in_order(road: Road, version: str) -> None:
    publics = keep(
        road.store,
        [
            make_sent(version, title="one", body="more", domain="self", source="api"),
            make_sent(version, title="two", suggestions=()),
        ],
    )
    assert keep(road.store, []) == []
    assert rows(
        road.store,
        "SELECT public, title, body, domain, source, version, p_at_1, suggestions FROM submissions",
    ) == [
        (publics[0], "one", "more", "self", "api", version, 0.9, '[["cats",0.9],["space",0.1]]'),
        (publics[1], "two", "", "", "page", version, None, "[]"),
    ]


def test_no_name_of_a_submission_looks_like_an_option(
    road: Road, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = iter(("-hCEsWpoCz4uwMMvQgnpGg", "--CEsWpoCz4uwMMvQgnpGg", "hCEsWpoCz4uwMMvQgnpGg-"))
    monkeypatch.setattr(submissions.secrets, "token_urlsafe", lambda _bytes: next(made))
    assert keep(road.store, [make_sent(version)]) == ["hCEsWpoCz4uwMMvQgnpGg-"]


def test_the_name_of_a_submission_cannot_be_guessed(road: Road, version: str) -> None:
    publics = keep(road.store, [make_sent(version)] * 50)
    assert len(set(publics)) == 50
    assert {len(public) for public in publics} == {22}  # 128 bits


def test_a_text_is_not_kept_where_the_user_does_not_want_it(road: Road, version: str) -> None:
    send(road.store, version, title="secret", keep_text=False)
    query = "SELECT title, body, expires, p_at_1 FROM submissions"
    assert rows(road.store, query) == [(None, None, 0, 0.9)]


def test_a_shadow_names_its_twin_and_keeps_no_second_copy_of_the_text(
    road: Road, version: str
) -> None:
    first = send(road.store, version)
    send(road.store, version, source="shadow", twin=first)
    query = "SELECT title, source, twin FROM submissions ORDER BY id"
    assert rows(road.store, query) == [("My kitten", "page", None), (None, "shadow", 1)]
    assert counts(road.store).submissions == 1
    with pytest.raises(NotFoundError):
        keep(road.store, [make_sent(version), make_sent(version, source="shadow", twin="nothing")])
    assert counts(road.store).submissions == 1


def test_a_choice_is_kept_with_its_place_among_the_suggestions(road: Road, version: str) -> None:
    first, second, third, fourth = keep(road.store, [make_sent(version)] * 4)
    said = [
        (first, "Cats"),
        (second, "space"),
        (third, "dogs"),
        ("nothing", "cats"),
        (fourth, None),
    ]
    assert answers(road.store, said) == [True, True, True, False, True]
    query = "SELECT submission, subreddit, place FROM feedback ORDER BY id"
    assert rows(road.store, query) == [
        (1, "Cats", 1),
        (2, "space", 2),
        (3, "dogs", None),
        (4, None, None),
    ]


def test_the_same_answer_again_changes_nothing_and_another_is_one_more(
    road: Road, version: str
) -> None:
    sent = send(road.store, version)
    for subreddit in (None, None, "cats", "cats", "r/cats", None):
        answer(road.store, sent, subreddit)
    query = "SELECT subreddit FROM feedback ORDER BY id"
    assert rows(road.store, query) == [(None,), ("cats",), (None,)]


@pytest.mark.parametrize("written", ["ireland", "r/ireland", "/r/ireland", " r/ireland/ "])
def test_a_subreddit_may_be_written_in_several_ways(road: Road, version: str, written: str) -> None:
    assert answer(road.store, send(road.store, version), written) == "ireland"


@pytest.mark.parametrize("written", ["", "two words", "r/", "<script>", "a" * 51])
def test_what_is_no_subreddit_is_refused(road: Road, version: str, written: str) -> None:
    with pytest.raises(InputError, match="is not the name of a subreddit"):
        answer(road.store, send(road.store, version), written)
    assert counts(road.store).answered == 0


def test_an_answer_to_nothing_is_refused(road: Road) -> None:
    with pytest.raises(NotFoundError):
        answer(road.store, "nothing", "cats")


def test_the_longest_text_that_reddit_allows_is_kept_and_no_longer_one(
    road: Road, version: str
) -> None:
    send(road.store, version, title="x" * MAX_TITLE, body="x" * MAX_BODY)
    for text in ({"title": "x" * (MAX_TITLE + 1)}, {"body": "x" * (MAX_BODY + 1)}):
        with pytest.raises(InputError, match="too long"):
            keep(road.store, [make_sent(version), make_sent(version, **text)])
    assert counts(road.store).submissions == 1


def test_p_at_1_is_counted_in_bins_of_the_versions_of_a_training(road: Road, version: str) -> None:
    sure = [(), *([Suggestion("cats", p)] for p in (0.0, 0.1, 0.5, 0.99, 1.0, 1.00001))]
    keep(road.store, [make_sent(version, suggestions=found) for found in sure])
    assert submissions.p_at_1_counts(road.store, 3, bins=4) == [2, 0, 1, 3]
    assert submissions.p_at_1_counts(road.store, 5, bins=4) == [0, 0, 0, 0]
