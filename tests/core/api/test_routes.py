"""What callers ask, and what they get."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.api.app import Options
from core.api.schemas import MOST_POSTS
from core.errors import SignoffError, StorageError, UnavailableError
from core.release.aliases import version_for
from core.serving import servers
from core.store import Store
from core.store import releases as table
from core.store.tables_feedback import SubmissionRow
from core.training.load import load
from core.training.train import of_execution
from tests.commands import signoff
from tests.core.api.conftest import TITLE, Api, Serve, running
from tests.core.serving.conftest import Served
from tests.core.serving.test_process import wait_until
from tests.workspaces import overwrite

HOSTILE = (
    "<script>alert(1)</script>",
    "'; DROP TABLE submissions; --",
    "__label__cats </s>",
    "a\x00b\nc\u202e",
    "🚀" * 300,
    "{{7*7}} ${7*7}",
    '"}],"k":50}',
)


def rows(store: Store, query: str, *values: object) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(store.home / "signoff.db")) as connection:
        return connection.execute(query, values).fetchall()


def row(served: Served, public: str, *columns: str) -> tuple[Any, ...]:
    """Columns of one submission."""
    with served.store.read() as session:
        found = session.scalars(select(SubmissionRow).where(SubmissionRow.public == public)).one()
        return tuple(getattr(found, column) for column in columns)


def model_file(served: Served, version: str) -> Path:
    with served.store.read() as session:
        found = table.version(session, version)
    assert found is not None
    return served.store.artifacts.open(of_execution(served.store, found.candidate).digest)


def test_one_post_gets_its_subreddits_and_is_kept(shared: Served, standing: Api) -> None:
    said = standing.predict(k=3)
    assert said.status_code == 200
    answer = said.json()
    assert (answer["version"], answer["served_as"]) == (shared.old, "production")
    (prediction,) = answer["predictions"]
    suggestions = prediction["suggestions"]
    assert suggestions[0]["subreddit"] == "cats"
    chances = [one["probability"] for one in suggestions]
    assert len(chances) == 3
    assert chances == sorted(chances, reverse=True)
    kept = row(shared, prediction["submission"], "title", "body", "version", "source")
    assert kept == (TITLE, "", shared.old, "api")


def test_many_posts_are_answered_in_their_order(shared: Served, standing: Api) -> None:
    titles = [["kitten", "garlic", "asyncio", "rocket"][n % 4] for n in range(MOST_POSTS)]
    predictions = standing.predict(*titles, k=1).json()["predictions"]
    first = [one["suggestions"][0]["subreddit"] for one in predictions]
    assert first == [["cats", "cooking", "python", "space"][n % 4] for n in range(MOST_POSTS)]
    kept = dict(rows(shared.store, "SELECT public, title FROM submissions"))
    assert [kept[one["submission"]] for one in predictions] == titles


def test_of_a_link_only_the_domain_is_kept(shared: Served, standing: Api) -> None:
    posts = [
        {"title": "kitten", "url": "https://www.imgur.com/secret?token=1"},
        {"title": "kitten", "text": "It purrs."},
        {"title": "kitten"},
        {"title": "kitten", "url": "nothing of the kind"},
    ]
    said = standing.client.post("/v1/predict", json={"posts": posts})
    assert said.status_code == 200
    domains = [row(shared, one["submission"], "domain") for one in said.json()["predictions"]]
    assert domains == [("imgur.com",), ("self",), ("",), ("",)]


def test_where_the_text_should_not_be_kept_only_the_suggestions_are(
    shared: Served, standing: Api
) -> None:
    public = standing.submission(keep_text=False)
    assert row(shared, public, "title", "body", "domain") == (None, None, None)
    assert row(shared, public, "p_at_1") > (0,)


def test_feedback_is_on_the_disk_when_it_is_acknowledged(shared: Served, standing: Api) -> None:
    public = standing.submission()
    said = standing.feedback(public, "r/aww")
    assert (said.status_code, said.json()) == (200, {"submission": public, "subreddit": "aww"})
    assert standing.feedback(public, "aww").status_code == 200
    assert standing.feedback(public, None).json()["subreddit"] is None
    (submission,) = row(shared, public, "id")
    query = "SELECT subreddit FROM feedback WHERE submission = ? ORDER BY id"
    assert rows(shared.store, query, submission) == [("aww",), (None,)]


@pytest.mark.parametrize(
    ("submission", "subreddit", "status", "said"),
    [
        ("nothing-like-that", "cats", 404, "There is no submission"),
        ("2p8lVr0Tn2bTn0cS7bqzWA", None, 404, "There is no submission"),
        ("x", "not a name", 422, "not the name of a subreddit"),
    ],
)
def test_feedback_that_cannot_be_kept_says_why(
    standing: Api, submission: str, subreddit: str | None, status: int, said: str
) -> None:
    answer = standing.feedback(submission, subreddit)
    assert answer.status_code == status
    assert said in answer.json()["error"]
    assert answer.json()["hint"]


@pytest.mark.parametrize(
    ("asked", "fragment"),
    [
        ({"posts": []}, "posts"),
        ({"posts": [{"title": "x"}] * (MOST_POSTS + 1)}, "posts"),
        ({"posts": [{"title": "x" * 301}]}, "title"),
        ({"posts": [{"title": "x", "text": "y" * 40_001}]}, "text"),
        ({"posts": [{"title": "x", "body": "y"}]}, "body"),
        ({"posts": [{"title": 5}]}, "title"),
        ({"posts": [{"title": "x"}, {"title": " \n"}]}, "body.posts.1 has no text"),
        ({"posts": [{"title": "\u200b\u3164", "text": "&#x200B;"}]}, "body.posts.0 has no text"),
        ({"posts": [{"title": "x"}], "k": 0}, "k"),
        ({"posts": [{"title": "x"}], "k": "5"}, "k"),
        ({"posts": [{"title": "x"}], "alias": "a", "version": "b"}, "both an alias and a version"),
        ([], "object"),
        ("text", "object"),
    ],
)
def test_what_cannot_be_predicted_says_where_and_why(
    standing: Api, asked: object, fragment: str
) -> None:
    said = standing.client.post("/v1/predict", json=asked)
    assert said.status_code == 422
    assert set(said.json()) == {"error", "hint"}
    assert fragment in said.json()["error"]


def test_an_error_never_repeats_what_was_sent(standing: Api) -> None:
    said = standing.client.post("/v1/predict", json={"posts": [{"title": ["a secret"]}]})
    assert said.status_code == 422
    assert "secret" not in said.text


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b'{"posts": [{"title": "\\ud800"}]}'])
def test_what_is_no_json_is_refused(standing: Api, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    said = standing.client.post("/v1/predict", content=content, headers=headers)
    assert said.status_code in (400, 422)
    assert set(said.json()) == {"error", "hint"}


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_titles_are_texts_like_others(standing: Api, title: str) -> None:
    said = standing.predict(title)
    assert said.status_code == 200
    assert len(said.json()["predictions"]) == 1


def test_a_version_may_be_asked_for_by_its_name_or_an_alias(served: Served, api: Api) -> None:
    served.move("staging", served.new)
    assert api.version(version=served.new) == served.new
    assert api.predict(version=served.new).json()["served_as"] == served.new
    assert api.version(alias="staging") == served.new
    assert api.version(alias="production") == served.old
    missing = api.predict(version="20991231.7")
    assert missing.status_code == 404
    assert "20991231.7" in missing.json()["error"]


def test_a_canary_is_sticky_and_seen_in_each_answer(served: Served, api: Api) -> None:
    served.canary(0.5)
    wait_until(lambda: "canary" in api.client.get("/readyz").json()["serving"])
    seen = set()
    for n in range(30):
        expected = version_for(served.store, f"caller {n}")
        assert expected is not None
        for _ in range(2):
            answer = api.predict(caller=f"caller {n}").json()
            assert answer["version"] == expected.version
            seen.add((answer["served_as"], answer["version"]))
    assert seen == {("production", served.old), ("canary", served.new)}
    text = api.client.get("/metrics").text
    for name, version in seen:
        assert f'signoff_predictions_total{{served_as="{name}",version="{version}"}}' in text


def test_aliases_versions_and_labels_are_listed(served: Served, api: Api) -> None:
    assert api.client.get("/v1/aliases").json() == {
        "aliases": [
            {"alias": "production", "version": served.old, "share": None, "loaded": served.old}
        ]
    }
    versions = api.client.get("/v1/versions").json()["versions"]
    assert [(one["version"], one["aliases"]) for one in versions] == [
        (served.new, []),
        (served.old, ["production"]),
    ]
    assert [one["card"] for one in versions] == [
        f"/v1/versions/{version}/card" for version in (served.new, served.old)
    ]
    assert api.client.get("/v1/labels", params={"version": served.new}).json() == {
        "version": served.new,
        "labels": list(load(served.store, served.road.candidate).labels),
    }
    assert api.client.get("/v1/labels").json()["version"] == served.old


@pytest.mark.parametrize(
    ("chosen", "kind", "begins"),
    [
        ("html", "text/html; charset=utf-8", "<!doctype html>"),
        ("md", "text/markdown; charset=utf-8", "# Model card of "),
        ("json", "application/json", '{"version":"'),
    ],
)
def test_a_version_has_a_card(
    shared: Served, standing: Api, chosen: str, kind: str, begins: str
) -> None:
    asked = f"/v1/versions/{shared.old}/card"
    said = standing.client.get(asked, params={"format": chosen})
    assert (said.status_code, said.headers["Content-Type"]) == (200, kind)
    assert said.text.startswith(begins)
    assert shared.old in said.text
    policy = said.headers.get_list("Content-Security-Policy")
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"]
    assert said.headers["X-Content-Type-Options"] == "nosniff"


def test_a_card_is_html_by_default_and_an_alias_has_one(shared: Served, standing: Api) -> None:
    said = standing.client.get("/v1/versions/production/card")
    assert f"Model card of {shared.old}" in said.text
    assert said.headers["Content-Type"].startswith("text/html")


def test_what_is_no_version_has_no_card(standing: Api) -> None:
    for name in ("20200101.1", "%2e%2e", "<script>"):
        said = standing.client.get(f"/v1/versions/{name}/card")
        assert (said.status_code, set(said.json())) == (404, {"error", "hint"})
    assert standing.client.get("/v1/versions/production/card?format=pdf").status_code == 422


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("GET", "/v1/predict", 405), ("GET", "/docs", 404), ("POST", "/x", 404)],
)
def test_what_is_not_there_is_told_in_the_same_shape(
    standing: Api, method: str, path: str, status: int
) -> None:
    said = standing.client.request(method, path)
    assert said.status_code == status
    assert set(said.json()) == {"error", "hint"}


def test_health_readiness_and_metrics(served: Served, api: Api) -> None:
    assert api.client.get("/healthz").json() == {"status": "ok"}
    assert api.client.get("/readyz").json() == {
        "status": "ready",
        "serving": {"production": served.old},
        "alarms": [],
    }
    api.predict()
    text = api.client.get("/metrics").text
    assert 'signoff_requests_total{route="/v1/predict",status="200"} 1.0' in text
    assert f'signoff_serving{{name="production",version="{served.old}"}} 1.0' in text


def test_without_production_it_is_not_ready_and_says_what_to_do(
    store: Store,
) -> None:
    with running(store) as api:
        assert api.client.get("/healthz").status_code == 200
        ready = api.client.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (503, "not ready")
        said = api.predict()
        assert said.status_code == 503
        assert "signoff alias set production" in said.json()["hint"]
        assert said.headers["Retry-After"]


@pytest.mark.slow
def test_only_so_many_versions_are_held(served: Served, serve: Serve) -> None:
    api = serve(Options(versions=1))
    assert api.version(version=served.new) == served.new
    assert api.version(version=served.old) == served.old
    assert api.client.get("/readyz").json()["serving"] == {
        "production": served.old,
        served.old: served.old,
    }


def test_hostile_titles_are_kept_as_they_came(shared: Served, standing: Api) -> None:
    predictions = standing.predict(*HOSTILE).json()["predictions"]
    kept = [row(shared, one["submission"], "title") for one in predictions]
    assert kept == [(title,) for title in HOSTILE]


def test_what_is_refused_is_not_kept(shared: Served, standing: Api) -> None:
    assert standing.predict("of this refusal", " \n").status_code == 422
    query = "SELECT 1 FROM submissions WHERE title = 'of this refusal'"
    assert rows(shared.store, query) == []


@pytest.mark.slow
def test_a_shadow_is_asked_too_and_nobody_sees_its_answer(served: Served, api: Api) -> None:
    served.move("shadow", served.new)
    wait_until(lambda: "shadow" in api.client.get("/readyz").json()["serving"])
    answer = api.predict("kitten", "garlic").json()
    assert answer["version"] == served.old
    told = [one["submission"] for one in answer["predictions"]]
    query = (
        "SELECT t.public, s.version, s.title FROM submissions s"
        " JOIN submissions t ON t.id = s.twin WHERE s.source = 'shadow' ORDER BY s.id"
    )
    wait_until(lambda: len(rows(served.store, query)) == 2)
    assert rows(served.store, query) == [(public, served.new, None) for public in told]


@pytest.mark.slow
def test_an_alarm_is_told_by_readiness_workspace_and_command_line(
    served: Served, reporting: None, api: Api
) -> None:
    path = model_file(served, served.new)
    overwrite(path, b"changed")
    served.move("production", served.new)
    wait_until(lambda: api.client.get("/readyz").json()["status"] == "alarm")
    ready = api.client.get("/readyz")
    assert ready.status_code == 200  # the old one goes on answering
    assert ready.json()["alarms"] == [
        f"production names {served.new}, which cannot be served: {served.old} keeps answering."
    ]
    assert api.version() == served.old
    wait_until(lambda: bool(servers.alarms(served.store)))
    for told in (servers.alarms(served.store)[0], signoff("alias", "list").err):
        assert f"production names {served.new}, which cannot be served" in told
        assert str(path) in told  # callers are not told, those who run the server are
    assert signoff("alias", "list", "--json").json["alarms"] == servers.alarms(served.store)
    assert "signoff_alarms 1.0" in api.client.get("/metrics").text


@pytest.mark.parametrize("gone", [True, False])
def test_who_asks_for_what_cannot_be_loaded_is_told_nothing_of_the_server(
    served: Served, api: Api, caplog: pytest.LogCaptureFixture, gone: bool
) -> None:
    path = model_file(served, served.new)
    if gone:
        path.unlink()
    else:
        overwrite(path, b"changed")
    refused = api.predict(version=served.new)
    assert refused.status_code == 503
    assert refused.json()["error"] == f"Version {served.new} cannot be loaded"
    assert path.name[:12] not in refused.text
    (line,) = [one.line for one in caplog.records if one.message == "a version cannot be loaded"]
    assert path.name[:12] in line["error"]


@pytest.mark.parametrize("raised", [StorageError, UnavailableError])
def test_what_disk_and_models_say_goes_into_the_log_alone(
    standing: Api,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    raised: type[SignoffError],
) -> None:
    def fails(*_: object) -> None:
        raise raised("/srv/secret cannot be read", "Mend it.") from OSError("/srv/secret")

    monkeypatch.setattr("core.api.service.submissions.answers", fails)
    refused = standing.feedback("any", None)
    assert refused.status_code == 503
    assert "secret" not in refused.text
    assert refused.headers["Retry-After"]
    (line,) = [
        one.line for one in caplog.records if one.message == "a request could not be answered"
    ]
    assert "/srv/secret" in line["error"]


@pytest.mark.slow
def test_requests_and_errors_are_counted_by_version_for_the_watch(
    served: Served, reporting: None, api: Api
) -> None:
    for _ in range(3):
        api.predict()
    query = "SELECT version, sum(requests), sum(errors) FROM serving_counts GROUP BY version"
    wait_until(lambda: rows(served.store, query) == [(served.old, 3, 0)])
    (server,) = servers.running(served.store)
    assert server.serving == {"production": served.old}
    assert server.pid == os.getpid()
