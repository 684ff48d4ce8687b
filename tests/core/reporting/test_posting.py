"""One comment for each pull request, whatever GitHub and people do."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from core.errors import InputError, NotFoundError, UnavailableError
from core.reporting.github import GitHub, NotPermittedError
from core.reporting.posting import ROOM, Run, post, status
from tests.fake_github import FORK, ME, REPOSITORY, TOKEN, Answer, FakeGitHub, github

FIRST, SECOND = Run(5, 1), Run(6, 1)


@pytest.fixture
def fake() -> Iterator[FakeGitHub]:
    with github() as fake:
        yield fake


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def hub(fake: FakeGitHub, waits: list[float]) -> GitHub:
    return GitHub(fake.api, REPOSITORY, TOKEN, sleep=waits.append)


def test_the_comment_is_found_again_behind_others(fake: FakeGitHub, hub: GitHub) -> None:
    for n in range(150):
        fake.say(f"comment {n}", login="ann")
    assert post(hub, 7, "# first", run=FIRST).did == "created"
    assert post(hub, 7, "# second", run=SECOND).did == "updated"
    (report,) = [body for body in fake.bodies if "signoff:report" in body]
    assert "# second" in report
    assert "# first" not in report


def test_what_people_write_around_it_stays(fake: FakeGitHub, hub: GitHub) -> None:
    post(hub, 7, "# first", run=FIRST)
    (number,) = fake.comments
    fake.comments[number]["body"] = f"Please look!\n{fake.bodies[0]}\nThanks"
    post(hub, 7, "# second", run=SECOND)
    (body,) = fake.bodies
    assert body.startswith("Please look!\n")
    assert body.endswith("\nThanks")
    assert "# first" not in body


def test_without_its_end_a_report_is_replaced_to_the_end(fake: FakeGitHub, hub: GitHub) -> None:
    post(hub, 7, "# first", run=FIRST)
    (number,) = fake.comments
    fake.comments[number]["body"] = fake.bodies[0].replace("<!-- signoff:report end -->", "")
    post(hub, 7, "# second", run=SECOND)
    assert "# first" not in fake.bodies[0]


def test_an_older_run_never_writes_over_a_newer_one(fake: FakeGitHub, hub: GitHub) -> None:
    post(hub, 7, "# new", run=SECOND)
    assert post(hub, 7, "# old", run=FIRST).did == "left"
    assert "# new" in fake.bodies[0]


def test_a_comment_of_somebody_else_with_our_marker_is_not_ours(
    fake: FakeGitHub, hub: GitHub
) -> None:
    fake.say("<!-- signoff:report run=999999.1 -->", login="mallory")
    assert post(hub, 7, "# report", run=FIRST).did == "created"
    assert len(fake.comments) == 2


def test_two_runs_at_once_leave_one_comment(fake: FakeGitHub, hub: GitHub) -> None:
    """Both have looked, and seen none, before either writes."""
    both = threading.Barrier(2, timeout=10)

    def mood(what: str) -> Answer | None:
        if what.startswith("POST"):
            both.wait()
        return None

    fake.mood = mood
    runs = [
        threading.Thread(target=post, args=(replace(hub), 7, f"# of {run.id}"), kwargs={"run": run})
        for run in (FIRST, SECOND)
    ]
    for thread in runs:
        thread.start()
    for thread in runs:
        thread.join()
    assert len(fake.comments) == 1
    assert post(hub, 7, "# of 7", run=Run(7, 1)).did == "updated"


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        (FORK, NotPermittedError, "not accessible by integration"),
        ((404, {}, {}), NotFoundError, "no such thing in team/posts"),
        ((422, {}, {"message": "a\x1b[2Jb"}), InputError, r"\(422\): a␛"),
        ((302, {"Location": "http://127.0.0.1:1/"}, {}), InputError, r"\(302\)"),
        ((200, {}, b"<html>"), UnavailableError, "does not answer as GitHub does"),
        ((503, {}, {}), UnavailableError, "answered 503"),
        ((429, {"Retry-After": "3600"}, {}), UnavailableError, "limit is reached"),
        ((403, {"x-ratelimit-remaining": "0"}, {}), UnavailableError, "limit is reached"),
        ((403, {}, {"message": "a secondary rate limit"}), UnavailableError, "limit is reached"),
    ],
)
def test_what_goes_wrong_is_told(
    fake: FakeGitHub, hub: GitHub, answer: Answer, error: type[Exception], said: str
) -> None:
    fake.mood = lambda what: None if what == "GET /user" else answer
    with pytest.raises(error, match=said) as raised:
        post(hub, 7, "# report", run=FIRST)
    assert TOKEN not in str(raised.value)


def test_a_wrong_token_is_told(fake: FakeGitHub, hub: GitHub) -> None:
    with pytest.raises(InputError, match="does not accept the token"):
        post(replace(hub, token="wrong"), 7, "# report", run=FIRST)  # noqa: S106 - no secret


def test_nobody_there_is_told(hub: GitHub) -> None:
    with pytest.raises(UnavailableError, match="did not answer"):
        post(replace(hub, api="http://127.0.0.1:1"), 7, "# report", run=FIRST)


def test_what_passes_is_waited_for(fake: FakeGitHub, hub: GitHub, waits: list[float]) -> None:
    answers = [(502, {}, {}), (429, {"Retry-After": "7"}, {})]
    fake.mood = lambda what: answers.pop(0) if what.startswith("POST") and answers else None
    assert post(hub, 7, "# report", run=FIRST).did == "created"
    assert waits == [1.0, 7.0]
    assert len(fake.comments) == 1


def test_the_longest_report_fits(fake: FakeGitHub, hub: GitHub) -> None:
    assert post(hub, 7, "x" * ROOM, run=Run(10**18, 10**8)).did == "created"


@pytest.mark.parametrize("verdict", ["pass", "fail", "inconclusive"])
def test_a_status_fits_and_only_a_pass_succeeds(verdict: str) -> None:
    made = status(verdict, "✓ 9 pass" * 40, url="")
    assert len(made["description"]) == 140
    assert (made["state"] == "success") == (verdict == "pass")


def test_with_a_token_of_a_person_the_comments_of_that_person_are_ours(
    fake: FakeGitHub, hub: GitHub
) -> None:
    fake.mood = lambda what: (200, {}, {"login": "ann"}) if what == "GET /user" else None
    fake.say("<!-- signoff:report run=1.1 -->old<!-- signoff:report end -->", login=ME)
    mine = fake.say("<!-- signoff:report run=1.1 -->old<!-- signoff:report end -->", login="ann")
    assert post(hub, 7, "# report", run=FIRST).did == "updated"
    assert "# report" in fake.comments[mine]["body"]
