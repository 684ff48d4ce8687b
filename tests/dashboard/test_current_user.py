"""Who a page takes its visitor for, and what that lets them do."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from streamlit import config, runtime
from streamlit.testing.v1 import AppTest

from core.access import members
from core.access.identity import NOBODY, Actor, Role, Way
from core.settings import settings
from core.store import Store
from dashboard.current_user import Visitor, acting, of_request
from tests.dashboard.asking import Headers
from tests.dashboard.conftest import Open
from tests.dashboard.reading import plain_text_of

HERE = {"host": ["localhost:8501"], "origin": ["http://localhost:8501"]}
SIGNED_IN = {"is_logged_in": True, "email": "Bob@Example.com"}
BOB = Actor("bob@example.com", Way.SIGNED_IN)
PROXIED = (
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-port",
    "x-forwarded-ssl",
    "x-real-ip",
)


def visitor(
    user: Mapping[str, Any] | None = None,
    headers: Mapping[str, list[str]] = HERE,
    address: str | None = "127.0.0.1",
    trusted_header: str = "",
    *,
    protected: bool = True,
) -> Visitor:
    return of_request(
        user=user or {},
        headers=headers,
        address=address,
        trusted_header=trusted_header,
        protected=protected,
    )


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1:8501", "[::1]:8501", "LocalHost"])
@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1"])
def test_on_this_machine_the_visitor_is_the_local_operator(host: str, address: str) -> None:
    found = visitor(headers={"host": [host], "origin": [f"http://{host}"]}, address=address)
    assert found == Visitor(actor=Actor("ada", Way.LOCAL))


def test_a_server_without_its_protection_knows_nobody() -> None:
    for found in (
        visitor(protected=False),
        visitor(SIGNED_IN, protected=False),
        visitor(headers={"x-user": ["bob"]}, trusted_header="X-User", protected=False),
    ):
        assert found.actor == NOBODY
        assert "signoff dashboard" in found.why


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "::", "192.0.2.1", "unix:///run/s"])  # noqa: S104
def test_where_others_can_reach_it_nobody_is_known(address: str | None) -> None:
    found = visitor(address=address)
    assert found.actor == NOBODY
    assert "Other machines can reach" in found.why


@pytest.mark.parametrize(
    "headers",
    [
        {},  # the connection was closed meanwhile
        {"host": ["signoff.example.com"]},
        {"host": ["rebound.example.com:8501"], "origin": ["http://rebound.example.com:8501"]},
        {"host": ["localhost:8501"], "origin": ["https://signoff.example.com"]},
        {"host": ["localhost:8501"], "origin": ["null"]},
        {"host": ["localhost:8501", "signoff.example.com"]},
        {"host": ["localhost.example.com"]},
        {"host": ["127.0.0.1.example.com"]},
        {"host": ["localhost@example.com"]},
        {"host": ["[::1"]},
        {"host": [""]},
        *({**HERE, name: ["anything"]} for name in PROXIED),
    ],
)
def test_a_proxy_or_a_foreign_name_is_not_the_local_operator(headers: dict[str, list[str]]) -> None:
    found = visitor(headers=headers)
    assert found.actor == NOBODY
    assert "through a proxy" in found.why


def test_who_signed_in_goes_by_their_email_address() -> None:
    for address in ("127.0.0.1", "0.0.0.0"):  # noqa: S104
        assert visitor(SIGNED_IN, address=address) == Visitor(actor=BOB, can_sign_out=True)
    assert visitor({**SIGNED_IN, "email_verified": True}).actor == BOB


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": "false"},
        {"email": None},
        {"email": ""},
        {"email": "a b@example.com"},
        {"email": "bob\u200b@example.com"},
    ],
)
def test_an_email_address_that_nobody_vouches_for_is_nobody(claims: dict[str, Any]) -> None:
    found = visitor({**SIGNED_IN, **claims})
    assert found.actor == NOBODY
    assert "verified" in found.why
    assert found.can_sign_out


def test_where_signing_in_is_set_up_nobody_is_anybody_before() -> None:
    found = visitor({"is_logged_in": False}, trusted_header="X-User", headers={"x-user": ["bob"]})
    assert (found.actor, found.can_sign_in, found.can_sign_out) == (NOBODY, True, False)
    assert found.why.startswith("You are not signed in")


def test_a_proxys_header_counts_only_where_it_is_trusted() -> None:
    headers = {**HERE, "x-forwarded-email": ["Bob@example.com"], "x-forwarded-for": ["192.0.2.7"]}
    assert visitor(headers=headers, trusted_header="X-Forwarded-Email") == Visitor(actor=BOB)
    assert visitor(headers=headers).actor == NOBODY
    assert visitor({"email": "bob@example.com"}, address="0.0.0.0").actor == NOBODY  # noqa: S104


@pytest.mark.parametrize("values", [[], [""], ["eve", "bob"], ["a b"]])
def test_a_trusted_header_that_names_nobody_is_nobody(values: list[str]) -> None:
    headers = {**HERE, "x-user": values} if values else HERE
    found = visitor(headers=headers, trusted_header="X-User")
    assert found == Visitor(actor=NOBODY, why="The proxy's header X-User names nobody.")


def test_a_thread_that_a_page_started_is_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    assert acting() == Actor("ada", Way.LOCAL)  # no server: this test itself
    with monkeypatch.context() as patch:
        patch.setattr(runtime, "exists", lambda: True)
        assert acting() == NOBODY


def said_in_sidebar(app: AppTest) -> str:
    said = "\n".join(caption.value for caption in app.sidebar.caption)
    return said.replace("\\", "").replace("\u2060", "")


@pytest.fixture
def proxied(monkeypatch: pytest.MonkeyPatch, headers: Headers) -> Iterator[Headers]:
    """Behind a proxy that names its users."""
    monkeypatch.setenv("SIGNOFF_TRUSTED_USER_HEADER", "X-Forwarded-Email")
    settings.cache_clear()
    headers["X-Forwarded-Email"] = "bob@example.com"
    yield headers
    settings.cache_clear()


def test_the_sidebar_says_who_looks_and_with_which_role(
    store: Store, proxied: Headers, open_page: Open
) -> None:
    assert "bob@example.com · viewer" in said_in_sidebar(open_page())
    members.grant(store, "bob@example.com", Role.RELEASER)
    assert "bob@example.com · releaser" in said_in_sidebar(open_page())
    proxied.pop("X-Forwarded-Email")
    app = open_page()
    assert "Not signed in" in said_in_sidebar(app)
    assert "names nobody" in plain_text_of(app)


def test_on_this_machine_the_sidebar_names_the_operator(store: Store, open_page: Open) -> None:
    app = open_page()
    assert "ada · admin" in said_in_sidebar(app)
    assert not app.warning


def test_a_dashboard_that_others_can_reach_says_why_it_is_read_only(
    store: Store, open_page: Open
) -> None:
    config.set_option("server.address", "0.0.0.0")  # noqa: S104
    try:
        assert "Read only" in open_page().warning[0].value
    finally:
        config.set_option("server.address", "127.0.0.1")


def test_signing_in_is_offered_and_so_is_signing_out(store: Store, open_page: Open) -> None:
    for user, offered in (
        ({"is_logged_in": False}, "Sign in"),
        ({"is_logged_in": True, "email": "bob@example.com"}, "Sign out"),
    ):
        app = open_page()
        app.user = user
        app.run()
        assert [button.label for button in app.sidebar.button] == [offered]


def acts() -> None:
    """A page that writes in the ways that Streamlit runs code; dialogs are fragments."""
    import streamlit as st

    from core.access import members
    from core.access.identity import Role, current_actor, entrance
    from dashboard import components, current_user, data

    entrance(current_user.acting)

    def note(where: str) -> None:
        st.session_state[where] = current_actor().name

    @st.fragment
    def part() -> None:
        if st.button("Part"):
            note("fragment")

    st.button("Call", on_click=note, args=("callback",))
    if st.button("Body"):
        note("body")
    part()
    with components.boundary():
        if st.button("Give"):
            members.grant(data.store(), "eve", Role.REVIEWER)
    st.caption(str(components.why_not(Role.REVIEWER, to="approve a candidate")))


def test_callbacks_and_fragments_are_the_visitors_too(store: Store, proxied: Headers) -> None:
    app = AppTest.from_function(acts).run()
    for label in ("Body", "Call", "Part"):
        next(button for button in app.button if button.label == label).click().run()
        assert not app.exception
    for where in ("body", "callback", "fragment"):
        assert app.session_state[where] == "bob@example.com"


def test_a_button_says_which_role_it_takes_and_who_gives_it(store: Store, proxied: Headers) -> None:
    app = AppTest.from_function(acts).run()
    said = plain_text_of(app)
    assert "that needs the reviewer role, and bob@example.com is a viewer" in said
    assert "signoff users set bob@example.com reviewer" in said
    members.grant(store, "bob@example.com", Role.REVIEWER)
    assert app.run().caption[0].value == "None"
    members.withdraw(store, "bob@example.com")
    assert "that needs the" in app.run().caption[0].value


def test_a_click_on_a_page_that_was_drawn_before_the_role_was_taken_is_refused(
    store: Store, proxied: Headers
) -> None:
    members.grant(store, "bob@example.com", Role.ADMIN)
    app = AppTest.from_function(acts).run()
    assert app.caption[0].value == "None"
    members.withdraw(store, "bob@example.com")
    next(button for button in app.button if button.label == "Give").click().run()
    assert "cannot grant roles" in app.error[0].value
    assert members.people(store) == []
