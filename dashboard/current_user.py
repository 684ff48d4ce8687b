"""Who looks at this page.

Streamlit runs callbacks, dialogs and fragments without ``app.py``, so what ``app.py`` puts around
a page would not hold for them. :func:`acting` is the entrance of the whole process instead
(:func:`core.access.identity.entrance`): core asks it at the moment of writing.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.access.identity import NOBODY, Actor, Way, local_operator
from core.access.names import person
from core.errors import InputError
from core.network import is_forwarded, is_loopback, network_of
from core.settings import settings
from dashboard import server


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who looks, and what they can do about it."""

    actor: Actor
    why: str = ""
    """Why the page is read only, as a sentence; empty where someone is known."""
    can_sign_in: bool = False
    can_sign_out: bool = False


def of_request(
    *,
    user: Mapping[str, object],
    headers: Mapping[str, Sequence[str]],
    address: str | None,
    trusted_header: str,
    protected: bool,
) -> Visitor:
    """Who a request is from: signed in, else named by the proxy, else the local operator.

    Args:
        user: what ``st.user`` holds; it has ``is_logged_in`` exactly if signing in is configured.
        headers: of the request, by lower-case name.
        address: that the server is bound to; None for every address.
        trusted_header: the header in which the proxy names its user; empty: no header is believed.
        protected: whether the server has the settings of ``dashboard/settings.py``.
    """
    if not protected:
        return Visitor(
            actor=NOBODY,
            why="This server was started without what protects its pages. Start it with"
            " signoff dashboard.",
        )
    if "is_logged_in" in user:
        return _signed_in(user)
    if trusted_header:
        return _named(trusted_header, headers.get(trusted_header.lower(), ()))
    if not is_loopback(address):
        return Visitor(
            actor=NOBODY,
            why="Other machines can reach this dashboard, and sign-in is not set up.",
        )
    if not _from_this_machine(headers):
        return Visitor(
            actor=NOBODY,
            why="This page was requested through a proxy or under a name other than localhost,"
            " and sign-in is not set up.",
        )
    return Visitor(actor=local_operator())


def current() -> Visitor:
    """Whoever looks at the page that runs now."""
    headers = st.context.headers
    return of_request(
        user=st.user.to_dict(),
        headers={name.lower(): headers.get_all(name) for name in headers},
        address=st.get_option("server.address"),
        trusted_header=settings().trusted_user_header,
        protected=server.is_protected(),
    )


def caller() -> str:
    """Whom a canary tells apart: who signed in, else this browser's session."""
    actor = current().actor
    if actor.way == Way.SIGNED_IN:
        return actor.name
    return session()


def session() -> str:
    """A name for this browser's session: another one in another tab, or once it is loaded anew."""
    token: str = st.session_state.setdefault("caller", secrets.token_hex(8))
    return token


def network() -> str:
    """Where the visitor of the page that runs now comes from, see :func:`comes_from`."""
    header = settings().trusted_address_header
    return comes_from(st.context.ip_address, st.context.headers.get_all(header) if header else ())


def comes_from(peer: str | None, named: Sequence[str] = ()) -> str:
    """The network that someone comes from, see :func:`core.network.network_of`. Pure.

    Args:
        peer: the other end of the connection; None: this machine.
        named: the trusted header's lines. The last address counts, since that is the one the proxy
            itself has written. Where it is none, everybody comes from the proxy.
    """
    written = named[-1].rpartition(",")[2].strip() if named else ""
    return network_of(written) or network_of(peer or "") or "this machine"


def acting() -> Actor:
    """Who acts: the visitor of the page that runs; nobody in a thread that a page started."""
    if get_script_run_ctx(suppress_warning=True) is not None:
        return current().actor
    return NOBODY if runtime.exists() else local_operator()


def _signed_in(user: Mapping[str, object]) -> Visitor:
    if not user["is_logged_in"]:
        return Visitor(
            actor=NOBODY,
            why="You are not signed in. Use the button in the sidebar.",
            can_sign_in=True,
        )
    try:
        name = person(str(user.get("email") or ""))
    except InputError:
        name = ""
    if not name or str(user.get("email_verified", True)).lower() == "false":
        return Visitor(
            actor=NOBODY,
            why="Your sign-in did not include a verified email address.",
            can_sign_out=True,
        )
    return Visitor(actor=Actor(name, Way.SIGNED_IN), can_sign_out=True)


def _named(header: str, values: Sequence[str]) -> Visitor:
    try:
        (value,) = values  # of two, one may be the visitor's own
        return Visitor(actor=Actor(person(value), Way.SIGNED_IN))
    except (ValueError, InputError):
        return Visitor(actor=NOBODY, why=f"The proxy's header {header} names nobody.")


def _from_this_machine(headers: Mapping[str, Sequence[str]]) -> bool:
    """Whether a browser of this machine asks, and no page or proxy in between.

    A foreign page whose name was made to resolve to this machine (DNS rebinding) still sends its
    own name as Host and Origin. A connection that was closed meanwhile has no headers.
    """
    if is_forwarded(headers):
        return False
    hosts = [f"//{host}" for host in headers.get("host", ())]
    asked = [_host_of(address) for address in (*hosts, *headers.get("origin", ()))]
    return len(hosts) == 1 and all(map(is_loopback, asked))


def _host_of(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:  # brackets that hold no IPv6 address
        return None
