"""A page of somebody else's shows none of ours in a frame, and opens no connection to it.

Against servers as people start them: Streamlit has no setting for any of this.
"""

from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser.served import dashboard
from tests.workspaces import copied

pytestmark = pytest.mark.slow

HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
PATHS = ("/", "/release", "/_stcore/health", "/_stcore/host-config", "/static/none.js", "/%2e%2e/x")


@pytest.fixture(scope="module", params=["dashboard", "demo-page"])
def address(
    request: pytest.FixtureRequest, empty: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    home = copied(empty, tmp_path_factory.mktemp("served") / "workspace")
    with dashboard(home, request.param) as served:
        yield urlsplit(served).netloc


def answer(
    address: str, path: str, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str]]:
    """Status and headers."""
    connection = HTTPConnection(address, timeout=20)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers={"Host": address} | given)
    said = connection.getresponse()
    connection.close()
    return said.status, {name.lower(): value for name, value in said.getheaders()}


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_shown_in_a_frame(address: str, path: str, method: str) -> None:
    _, headers = answer(address, path, method)
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("path", PATHS)
def test_a_foreign_name_is_answered_by_nothing(address: str, path: str) -> None:
    port = address.partition(":")[2]
    assert answer(address, path, Host=f"evil.example.com:{port}")[0] == 421
    assert answer(address, path, Host=f"localhost:{port}")[0] != 421


def test_only_its_own_page_opens_the_websocket(address: str) -> None:
    def opens(origin: str) -> bool:
        said, _ = answer(address, "/_stcore/stream", **HANDSHAKE, Origin=origin)
        assert said in (101, 403)
        return said == 101

    assert opens(f"http://{address}")
    assert not opens("http://127.0.0.1:1")
    assert not opens("http://localhost:3000")
    assert not opens("http://127.0.0.1")
    assert not opens("https://evil.example.com")
    assert not opens("null")
