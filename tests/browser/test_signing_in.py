"""Who a dashboard takes its visitors for, in a real browser and with real headers."""

import re
from base64 import b64encode
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from core.access import members
from core.access.identity import Role
from core.store import open_store
from tests.browser import served
from tests.browser.provider import provider, sign_in
from tests.browser.proxy import proxy
from tests.browser.walking import reading, visit

pytestmark = [pytest.mark.slow, pytest.mark.browser]

BOB = "bob@example.com"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty workspace is enough here."""
    store = open_store(tmp_path / "workspace")
    store.engine.dispose()
    return store.home


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of :func:`signing_in`."""
    return tmp_path_factory.mktemp("team") / "workspace"


@pytest.fixture(scope="module")
def signing_in(team: Path) -> Iterator[str]:
    """A dashboard where people sign in."""
    people = {
        "bob": {"email": "Bob@example.com", "email_verified": True},
        "eve": {"email": "dan@example.com", "email_verified": False},
    }
    team.mkdir()
    with provider(people) as found:
        secrets = f"--secrets={found.secrets_file(team.parent)}"
        with served.dashboard(team, "dashboard", secrets) as address:
            yield address


def said(name: str, role: str) -> re.Pattern[str]:
    """What the sidebar says."""
    return reading(f"{name} · {role}")


def test_a_person_signs_in_is_given_a_role_and_signs_out(
    page: Page, signing_in: str, team: Path
) -> None:
    visit(page, signing_in)
    expect(page.get_by_text("Read only")).to_be_visible()
    sign_in(page, "bob")
    expect(page.get_by_text(said(BOB, "viewer"))).to_be_visible()
    expect(page.get_by_text("Read only")).to_have_count(0)

    members.grant(open_store(team), BOB, Role.REVIEWER)
    visit(page, signing_in)
    expect(page.get_by_text(said(BOB, "reviewer"))).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are not signed in")).to_be_visible()


def test_an_address_that_was_not_verified_is_nobodys(
    page: Page, signing_in: str, team: Path
) -> None:
    members.grant(open_store(team), "dan@example.com", Role.ADMIN)
    visit(page, signing_in)
    sign_in(page, "eve")
    expect(page.get_by_text("did not include a verified email address")).to_be_visible()
    expect(page.get_by_text("admin")).to_have_count(0)


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard as ``signoff dashboard`` serves it, for this machine."""
    with served.dashboard(tmp_path_factory.mktemp("local") / "workspace") as address:
        yield address


def test_on_this_machine_the_operator_needs_no_sign_in(page: Page, local: str) -> None:
    visit(page, local)
    expect(page.get_by_text("ada · admin")).to_be_visible()
    expect(page.get_by_text("Read only")).to_have_count(0)


def test_through_a_proxy_it_is_read_only(page: Page, local: str) -> None:
    with proxy(local, {"X-Forwarded-For": "192.0.2.7"}) as address:
        visit(page, address)
        expect(page.get_by_text("through a proxy")).to_be_visible()
        expect(page.get_by_text("admin")).to_have_count(0)


def test_exposed_it_is_read_only(page: Page, home: Path) -> None:
    with served.dashboard(home, "dashboard", "--address=0.0.0.0") as address:
        visit(page, address)
        expect(page.get_by_text("Other machines can reach")).to_be_visible()
        expect(page.get_by_text("admin")).to_have_count(0)


def test_the_header_of_a_trusted_proxy_names_the_visitor(page: Page, home: Path) -> None:
    members.grant(open_store(home), BOB, Role.RELEASER)
    trusted = {"SIGNOFF_TRUSTED_USER_HEADER": "X-Forwarded-Email"}
    with served.dashboard(home, environment=trusted) as address:
        for headers, shown in (
            ({"X-Forwarded-Email": "Bob@Example.com"}, said(BOB, "releaser")),
            ({"X-Forwarded-User": BOB}, "names nobody"),
        ):
            with proxy(address, headers) as named:
                visit(page, named)
                expect(page.get_by_text(shown)).to_be_visible()


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost", 101), ("127.0.0.1", 101), ("rebound.example.com", 403), ("localhost.eu", 403)],
)
def test_a_foreign_name_that_leads_to_this_machine_is_shown_nothing(
    local: str, host: str, status: int
) -> None:
    port = urlsplit(local).port
    connection = HTTPConnection("127.0.0.1", port)
    shake = {
        "Host": f"{host}:{port}",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": b64encode(b"0123456789abcdef").decode(),
    }
    connection.request("GET", "/_stcore/stream", headers=shake)
    answer = connection.sock.recv(64).decode() if connection.sock else ""
    connection.close()
    assert answer.startswith(f"HTTP/1.1 {status} ")
