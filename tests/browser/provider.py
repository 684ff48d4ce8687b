"""A small OpenID Connect provider on loopback, where anybody signs in as whoever they say.

It shows a page with a button for each person; its tokens are signed and its codes are bound to the
browser that asked (PKCE), as those of a real provider are.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey
from playwright.sync_api import Page

from tests.browser.served import settle

CLIENT = "signoff"
PEOPLE = ("ada@example.com", "bob@example.com")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a sign-in was asked with, kept until its code is redeemed."""

    person: str
    nonce: str
    challenge: str


class Provider(ThreadingHTTPServer):
    """Discovery, sign-in page, tokens, keys."""

    def __init__(self, people: Mapping[str, Mapping[str, Any]]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.people = people
        self.address = f"http://127.0.0.1:{self.server_port}"
        self.secret = secrets.token_urlsafe()
        self.key = ECKey.generate_key("P-256", {"kid": "1", "alg": "ES256", "use": "sig"})
        self.codes: dict[str, Asked] = {}

    def secrets_file(self, folder: Path) -> Path:
        """A secrets.toml for a dashboard on any port of 127.0.0.1."""
        path = folder / "secrets.toml"
        path.write_text(
            f"""[auth]
redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
cookie_secret = "{secrets.token_urlsafe()}"
client_id = "{CLIENT}"
client_secret = "{self.secret}"
server_metadata_url = "{self.address}/.well-known/openid-configuration"
"""
        )
        return path

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def page(self, query: Mapping[str, str]) -> str:
        """A button for each person; it leads back with a code."""
        assert query["client_id"] == CLIENT
        links = []
        for person in self.people:
            code = secrets.token_urlsafe()
            self.codes[code] = Asked(person, query["nonce"], query["code_challenge"])
            back = query["redirect_uri"] + "?" + urlencode({"code": code, "state": query["state"]})
            links.append(f'<p><a role="button" href="{escape(back)}">{escape(person)}</a></p>')
        return "<h1>Who are you?</h1>" + "".join(links)

    def token(self, form: Mapping[str, str]) -> dict[str, Any]:
        """The tokens of a code, once."""
        asked = self.codes.pop(form["code"])
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == asked.challenge
        now = int(time.time())
        claims = {
            "iss": self.address,
            "aud": CLIENT,
            "sub": asked.person,
            "iat": now,
            "exp": now + 600,
            "nonce": asked.nonce,
            **self.people[asked.person],
        }
        signed = jwt.encode({"alg": "ES256", "kid": "1"}, claims, self.key)
        return {"access_token": "unused", "token_type": "Bearer", "id_token": signed}


class Handler(BaseHTTPRequestHandler):
    """What the provider answers."""

    server: Provider

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        if asked.path == "/authorize":
            query = {name: values[0] for name, values in parse_qs(asked.query).items()}
            self.answer(self.server.page(query).encode(), "text/html")
        elif asked.path == "/keys":
            self.answer_json({"keys": [self.server.key.as_dict(private=False)]})
        else:
            self.answer_json(self.server.discovery())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        who = base64.b64encode(f"{CLIENT}:{self.server.secret}".encode()).decode()
        assert self.headers["Authorization"] == f"Basic {who}"
        self.answer_json(self.server.token(form))

    def answer_json(self, value: object) -> None:
        self.answer(json.dumps(value).encode(), "application/json")

    def answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@contextmanager
def provider(people: Mapping[str, Mapping[str, Any]] | None = None) -> Iterator[Provider]:
    """Serve a provider that knows ``people``: the name on the button -> claims of the token.

    Default: :data:`PEOPLE`, with verified addresses.
    """
    known = people or {name: {"email": name, "email_verified": True} for name in PEOPLE}
    with Provider(known) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def sign_in(page: Page, person: str) -> None:
    """Press Sign in on a page of the dashboard, and be ``person``."""
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name=person).click()
    page.wait_for_selector("[data-testid='stApp']")
    settle(page)
