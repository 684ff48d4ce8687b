"""Who may ask, how much, and what every answer carries."""

import errno
import json
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from core.access import members
from core.access.identity import Role
from core.api import callers
from core.api.app import Options
from core.api.gate import MAX_BYTES
from core.errors import UnavailableError
from core.feedback.submission_writer import SubmissionWriter
from core.serving.heartbeat import UNKEPT
from core.serving.log import JsonLines
from core.store import Store
from core.store.writing import write
from tests.core.api.conftest import TITLE, Api, Serve, running
from tests.core.serving.conftest import Served
from tests.core.serving.test_process import wait_until
from tests.factories import by

EXPOSED = Options(address="0.0.0.0")  # noqa: S104 - what it is told, not where it listens


def with_token(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def ask(api: Api, **headers: str) -> httpx.Response:
    """Over a connection of the API's own client, with other headers."""
    body = {"posts": [{"title": TITLE}]}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return api.client.post("/v1/predict", json=body, headers=named)


@pytest.fixture(scope="module")
def exposed(shared: Served) -> Iterator[Api]:
    """A server that others reach."""
    with running(shared.store, EXPOSED) as started:
        yield started


@pytest.fixture(scope="module")
def limited(shared: Served) -> Iterator[Api]:
    """A server that answers five posts per minute and caller."""
    with running(shared.store, Options(posts_a_minute=5)) as started:
        yield started


@contextmanager
def another_caller(api: Api, address: str) -> Iterator[Api]:
    """The same server, asked from another address of this machine."""
    transport = httpx.HTTPTransport(local_address=address)
    with httpx.Client(base_url=api.client.base_url, transport=transport) as client:
        yield replace(api, client=client)


@pytest.mark.slow
def test_on_another_address_a_token_is_needed(shared: Served, exposed: Api) -> None:
    api = exposed
    with by("ada"):
        secret = members.make_token(shared.store, "site", Role.VIEWER)
    refused = ask(api)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    assert "signoff tokens create" in refused.json()["hint"]
    assert ask(api, Authorization="Bearer signoff_wrong").status_code == 401
    assert ask(api, Authorization="Basic x").status_code == 401
    assert ask(api, **with_token(secret)).status_code == 200
    card = "/v1/versions/production/card"
    for path in ("/v1/aliases", "/v1/versions", "/v1/labels", card, "/v1/nothing"):
        assert api.client.get(path).status_code == 401
    for path in ("/healthz", "/readyz", "/metrics", "/openapi.json"):
        assert api.client.get(path).status_code == 200


@pytest.mark.slow
def test_a_revoked_token_ends_within_seconds(shared: Served, exposed: Api) -> None:
    with by("ada"):
        secret = members.make_token(shared.store, "another-site", Role.VIEWER)
        assert ask(exposed, **with_token(secret)).status_code == 200
        members.revoke_token(shared.store, "another-site")
    wait_until(lambda: ask(exposed, **with_token(secret)).status_code == 401)


def test_open_to_all_needs_none(served: Served, serve: Serve) -> None:
    api = serve(Options(address="0.0.0.0", open_to_all=True))  # noqa: S104
    assert ask(api).status_code == 200
    assert ask(api, X_Forwarded_For="203.0.113.9").status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        *("Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Real-IP", "Via"),
        *("X-Forwarded-Port", "X-Forwarded-Ssl", "Front-End-Https", "CF-Connecting-IP"),
    ],
)
def test_what_comes_through_a_proxy_needs_a_token_on_loopback_too(
    standing: Api, header: str
) -> None:
    assert ask(standing).status_code == 200
    assert ask(standing, **{header: "for=203.0.113.9"}).status_code == 401


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "localhost.evil.example", "127.0.0.1.evil", ""),
        *("localhost:evil.example", "[::1]evil.example", "evil[::1]", "localhost@evil.example"),
    ],
)
def test_a_name_that_was_made_to_resolve_here_reaches_nothing(standing: Api, host: str) -> None:
    said = standing.client.get("/readyz", headers={"Host": host})
    assert said.status_code in (400, 421)


def raw(api: Api, *lines: str) -> bytes:
    """What the server says to these lines, on a connection of their own."""
    address = (api.client.base_url.host, api.client.base_url.port)
    with socket.create_connection(address, timeout=60) as connection:  # type: ignore[arg-type]
        connection.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode())
        said = b""
        while part := connection.recv(65_536):
            said += part
    return said


def test_a_request_names_one_host(standing: Api) -> None:
    for hosts in (("localhost", "evil.example"), ("evil.example", "localhost"), ("localhost",) * 2):
        said = raw(standing, "GET /readyz HTTP/1.1", *(f"Host: {host}" for host in hosts))
        assert said.startswith(b"HTTP/1.1 421")
        assert b"more than one host" in said


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/openapi.json"])
def test_head_says_what_get_does_without_its_body(standing: Api, path: str) -> None:
    got, headed = standing.client.get(path), standing.client.head(path)
    assert (headed.status_code, headed.content) == (got.status_code, b"")
    assert headed.headers["Content-Type"] == got.headers["Content-Type"]
    wait_until(lambda: json.loads(standing.log[-1])["method"] == "HEAD")
    assert standing.client.head("/v1/predict").status_code == 405


@pytest.mark.parametrize("path", ["/healthz/", "/v1/aliases/", "/v1/predict/"])
def test_no_caller_is_sent_elsewhere(standing: Api, path: str) -> None:
    """A redirect would name an address of plain http, and the token would go there."""
    said = standing.client.get(path)
    assert said.status_code == 404
    assert "Location" not in said.headers


def test_it_says_when_nothing_can_be_stored(
    served: Served, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Callers get their suggestions all the same, so it still receives traffic."""
    api = serve(Options())
    assert api.client.get("/readyz").json()["status"] == "ready"

    def refuse(*_: object, **__: object) -> None:
        raise UnavailableError("The suggestions cannot be stored: disk full", "Free some.")

    with monkeypatch.context() as patch:
        patch.setattr(SubmissionWriter, "write", refuse)
        assert api.predict().json()["predictions"][0]["submission"] is None
        said = api.client.get("/readyz")
    assert (said.status_code, said.json()["status"]) == (200, "alarm")
    assert said.json()["alarms"] == [str(UNKEPT)]
    api.predict()
    assert api.client.get("/readyz").json()["alarms"] == []


def test_wrong_tokens_are_counted_and_slowed(
    standing: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("core.api.callers.sleep", wait)
    for number in range(callers.WRONG_A_MINUTE + 3):
        assert ask(standing, **with_token(f"signoff_wrong{number}")).status_code == 401
    assert waited[-3:] == [callers.WRONG_SECONDS] * 3
    assert ask(standing).status_code == 200
    found = re.search(r"signoff_refused_tokens_total (\d+)", standing.client.get("/metrics").text)
    assert found
    assert int(found[1]) > callers.WRONG_A_MINUTE


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8600", "127.0.0.1:1", "[::1]:8600"])
def test_this_machine_goes_by_its_names(standing: Api, host: str) -> None:
    assert standing.client.get("/healthz", headers={"Host": host}).status_code == 200


def test_it_goes_by_the_address_that_it_listens_on(served: Served, serve: Serve) -> None:
    api = serve(Options(address="127.0.0.2"))
    for host, status in (("127.0.0.2:8600", 200), ("localhost", 200), ("127.0.0.3", 421)):
        assert api.client.get("/healthz", headers={"Host": host}).status_code == status


def test_what_is_refused_does_not_count(limited: Api) -> None:
    with another_caller(limited, "127.0.0.2") as api:
        assert api.predict(*["kitten"] * 3).status_code == 200
        assert api.predict(*["kitten"] * 3).status_code == 429
        assert api.predict(*["kitten"] * 2).status_code == 200
        assert api.predict().status_code == 429


def test_more_at_once_than_a_minute_allows_is_told_so(limited: Api) -> None:
    refused = limited.predict(*["kitten"] * 6)
    assert refused.status_code == 429
    assert "fewer posts at once" in refused.json()["hint"]


def test_a_caller_gets_so_many_posts_a_minute(shared: Served, limited: Api) -> None:
    with by("ada"):
        secret = members.make_token(shared.store, "unhurried", Role.VIEWER)
    with another_caller(limited, "127.0.0.3") as api:
        assert api.predict(*["kitten"] * 3).status_code == 200
        refused = api.predict(*["kitten"] * 3)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert "5 posts per minute" in refused.json()["error"]
    assert ask(limited, **with_token(secret)).status_code == 200  # another caller


def test_a_body_that_is_too_long_is_refused(standing: Api) -> None:
    headers = {"Content-Type": "application/json"}
    for content in (b" " * (MAX_BYTES + 1), iter([b" " * 2**20] * 9)):
        said = standing.client.post("/v1/predict", content=content, headers=headers)
        assert said.status_code == 413
        assert "8 MiB" in said.json()["error"]


def test_other_sites_may_not_ask(standing: Api) -> None:
    asked = {
        "Origin": "https://evil.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    preflight = standing.client.options("/v1/predict", headers=asked)
    assert preflight.status_code == 405
    said = ask(standing, Origin="https://evil.example")
    for answer in (preflight, said):
        assert not [name for name in answer.headers if name.startswith("access-control")]
    plain = standing.client.post(
        "/v1/predict",
        content=json.dumps({"posts": [{"title": "x"}]}),
        headers={"Content-Type": "text/plain"},  # what a form may send without being asked first
    )
    assert plain.status_code == 422


@pytest.mark.parametrize("path", ["/healthz", "/nothing", "/v1/aliases"])
def test_every_answer_carries_its_headers(standing: Api, path: str) -> None:
    headers = standing.client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Request-Id"] != standing.client.get(path).headers["X-Request-Id"]
    given = standing.client.get(path, headers={"X-Request-ID": "abc-1"})
    assert given.headers["X-Request-Id"] == "abc-1"
    forged = standing.client.get(path, headers={"X-Request-ID": 'a" }{'})
    assert re.fullmatch("[0-9a-f]{8}-[0-9a-f]+", forged.headers["X-Request-Id"])


@pytest.mark.parametrize("log_text", [False, True])
def test_the_log_has_texts_only_where_that_was_asked_for(
    standing: Api, serve: Serve, log_text: bool
) -> None:
    api = serve(Options(log_text=True)) if log_text else standing
    before = len(api.log)
    api.predict("kitten of a secret", caller="also secret")
    api.feedback("no-secret", None)
    lines = [json.loads(line) for line in api.log[before:]]
    (line,) = [line for line in lines if line.get("route") == "/v1/predict"]
    assert (line["status"], line["posts"], line["served_as"]) == (200, 1, "production")
    assert line["request"]
    assert line["level"] == "info"
    assert line["ms"] > 0
    shown = json.dumps(lines)
    assert ("kitten of a secret" in shown) is log_text
    assert "also secret" not in shown


def test_an_error_of_ours_tells_callers_nothing(
    standing: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError("a secret of ours")

    monkeypatch.setattr("core.api.routes.is_empty", fails)
    said = standing.predict()
    assert said.status_code == 500
    assert set(said.json()) == {"error", "hint"}
    assert "secret" not in said.text
    assert "ZeroDivisionError" in caplog.text
    (record,) = [record for record in caplog.records if record.exc_info]
    line = json.loads(JsonLines().format(record))
    assert line["request"] == said.headers["X-Request-ID"]
    assert "ZeroDivisionError" in line["traceback"]


def test_a_log_that_cannot_be_written_stops_nobody(served: Served) -> None:
    def full(_line: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with running(served.store, lines=full) as api:
        with api.client.stream("GET", "/healthz") as said:
            ours = said.extensions["network_stream"].get_extra_info("client_addr")
            said.read()
        with api.client.stream("GET", "/healthz") as again:
            assert again.status_code == 200
            assert again.extensions["network_stream"].get_extra_info("client_addr") == ours


def test_errors_of_the_database_do_not_show_texts(store: Store) -> None:
    """Their traceback goes into the log."""
    broken = text("INSERT INTO submissions (title) VALUES (:title)")
    with pytest.raises(SQLAlchemyError) as raised, write(store) as session:
        session.execute(broken, {"title": "a secret"})
    assert "a secret" not in str(raised.value)


@pytest.mark.slow
def test_a_caller_that_ends_before_its_request_does_is_no_error_of_the_server(
    standing: Api,
) -> None:
    api, before = standing, len(standing.log)
    with socket.create_connection((api.client.base_url.host, api.client.base_url.port)) as caller:
        head = "POST /v1/predict HTTP/1.1", "Host: localhost", "Content-Type: application/json"
        caller.sendall("\r\n".join((*head, "Content-Length: 1000", "", "{")).encode())
        wait_until(lambda: api.client.get("/healthz").status_code == 200)  # it waits for the rest
    wait_until(lambda: any(b"/v1/predict" in line for line in api.log[before:]))
    (line,) = (json.loads(line) for line in api.log[before:] if b"/v1/predict" in line)
    assert line["status"] == 422
