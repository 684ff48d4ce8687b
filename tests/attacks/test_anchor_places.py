"""Anchors of a git repository and of a server hold as those of a file do."""

import json
import logging
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from core import audit
from core.audit.chain import Anchor
from core.audit.places import FILE, FilePlace, WebPlace, place
from core.errors import InputError, SignoffError, UnavailableError
from core.paths import anchor_place
from core.release.openings import open_test
from core.release.review import comment, propose
from core.settings import Settings, settings
from core.store import Store
from tests.commands import assert_refused, signoff
from tests.conftest import Road
from tests.factories import CAREFUL, set_policy
from tests.tampering import tamper

CUT = "DELETE FROM audit WHERE number = 2; DELETE FROM release_events WHERE id = 2"
ANCHOR = Anchor(1, "ab" * 32, "2026-12-01T00:00:00+00:00")


def use(patch: pytest.MonkeyPatch, where: str) -> None:
    patch.setenv("SIGNOFF_AUDIT_ANCHOR", where)
    settings.cache_clear()


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", folder, "-c", "user.name=t", "-c", "user.email=t@localhost", *words],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "team"
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    use(monkeypatch, f"git:{folder}")
    return folder


@dataclass
class Web:
    """A server that keeps what is posted to it."""

    address: str
    lines: list[bytes] = field(default_factory=list)
    gives: bool = True
    answers: int = 201


@contextmanager
def serving(server: HTTPServer, scheme: str = "http") -> Iterator[Web]:
    web = Web(f"{scheme}://127.0.0.1:{server.server_port}/anchors")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            web.lines.append(self.rfile.read(int(self.headers["Content-Length"])))
            self._say(web.answers, b"")

        def do_GET(self) -> None:
            self._say(200 if web.gives else 405, b"".join(web.lines))

        def _say(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

    server.RequestHandlerClass = Handler
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    with serving(HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)) as found:
        use(monkeypatch, found.address)
        yield found


def decide(road: Road) -> Store:
    """Two decisions."""
    propose(road.store, 3)
    comment(road.store, 3, text="better")
    return road.store


def test_each_decision_is_a_commit(road: Road, repository: Path) -> None:
    decide(road)
    assert git(repository, "log", "--format=%s %an").splitlines() == [
        "Anchor entry 2 of the audit log Signoff",
        "Anchor entry 1 of the audit log Signoff",
    ]
    assert "contains all 2 anchors" in signoff("audit", "verify").out
    assert git(repository, "status", "--porcelain") == ""


def test_an_anchor_that_a_later_commit_took_out_still_counts(road: Road, repository: Path) -> None:
    store = decide(road)
    (repository / FILE).write_text((repository / FILE).read_text().splitlines()[0] + "\n{oh\n")
    git(repository, "commit", "--quiet", "--all", "--message", "tidy up")
    tamper(store, CUT)
    assert_refused(signoff("audit", "verify"), "ends with entry 1, but entry 2 was anchored")


def test_what_others_have_in_the_repository_is_left_alone(road: Road, repository: Path) -> None:
    (repository / "mine").write_text("half done")
    git(repository, "add", "mine")
    decide(road)
    assert git(repository, "status", "--porcelain") == "A  mine\n"
    assert git(repository, "ls-tree", "--name-only", "HEAD") == f"{FILE}\n"


def test_a_commit_is_pushed_only_if_it_was_asked_for(
    road: Road, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "init", "--quiet", "--bare", remote], check=True)
    git(repository, "remote", "add", "origin", str(remote))
    git(repository, "config", "push.autoSetupRemote", "true")
    propose(road.store, 3)
    assert git(remote, "branch") == ""
    monkeypatch.setenv("SIGNOFF_AUDIT_ANCHOR_PUSH", "true")
    settings.cache_clear()
    comment(road.store, 3, text="better")
    assert len(git(remote, "log", "--all", "--format=%s").splitlines()) == 2


def test_what_could_not_be_pushed_is_told_and_pushed_with_the_next_anchor(
    road: Road, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote = tmp_path / "remote.git"
    git(repository, "remote", "add", "origin", str(remote))
    monkeypatch.setenv("SIGNOFF_AUDIT_ANCHOR_PUSH", "true")
    settings.cache_clear()
    propose(road.store, 3)  # there is no remote yet
    assert signoff("audit", "verify", "--json").json["unpushed"] == [1]
    told = signoff("audit", "verify").out
    assert "anchors of entry 1 are not pushed yet" in told.replace("\n", " ")
    subprocess.run(["git", "init", "--quiet", "--bare", remote], check=True)
    comment(road.store, 3, text="better")
    assert signoff("audit", "verify", "--json").json["unpushed"] == []
    assert "not pushed" not in signoff("audit", "verify").out
    assert len(git(remote, "log", "--all", "--format=%s").splitlines()) == 2


@pytest.mark.parametrize("kind", ["no folder", "no repository", "no server"])
def test_a_decision_stands_though_its_place_fails(
    road: Road,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    kind: str,
) -> None:
    (tmp_path / "plain").mkdir()
    where = {
        "no folder": f"git:{tmp_path / 'nowhere'}",
        "no repository": f"git:{tmp_path / 'plain'}",
        "no server": "http://eve:secret@127.0.0.1:1/anchors",
    }[kind]
    use(monkeypatch, where)
    with caplog.at_level(logging.ERROR, logger="signoff.audit"):
        propose(road.store, 3)
    assert "a decision was not anchored" in caplog.text
    assert "secret" not in caplog.text
    assert audit.verify(road.store).events == 1


def test_each_decision_is_posted_once(road: Road, web: Web) -> None:
    store = decide(road)
    assert [json.loads(line)["number"] for line in web.lines] == [1, 2]
    signoff("feedback", "summary")
    signoff("executions", "list")
    assert len(web.lines) == 2
    assert "contains all 2 anchors" in signoff("audit", "verify").out
    tamper(store, CUT)
    assert_refused(signoff("audit", "verify"), "ends with entry 1, but entry 2 was anchored")


def test_what_a_server_does_not_give_back_is_said(road: Road, web: Web) -> None:
    decide(road)
    web.gives = False
    said = signoff("audit", "verify")
    assert said.code == 0
    assert f"not compared with the anchors at {web.address}: they cannot be read back" in said.out
    found = signoff("audit", "verify", "--json").json
    assert (found["ok"], found["anchors"]) == (True, None)
    assert "Anchored entry 2" in signoff("audit", "anchor", web.address).out


@pytest.mark.parametrize("answers", [302, 403, 500])
def test_a_server_that_refuses_has_taken_nothing(web: Web, answers: int) -> None:
    web.answers = answers
    with pytest.raises(UnavailableError, match=f"it answered {answers}"):
        place(web.address).add(ANCHOR)


def test_a_server_that_cannot_prove_who_it_is_gets_nothing(tmp_path: Path) -> None:
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path / "cert.pem"))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    with serving(server, "https") as web:
        with pytest.raises(UnavailableError, match="SSLError"):
            place(web.address).add(ANCHOR)
        assert web.lines == []


def self_signed(path: Path) -> Path:
    key = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, None)
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return path


def test_the_result_of_a_test_is_anchored_at_once(road: Road, web: Web) -> None:
    set_policy(road.store, CAREFUL)
    propose(road.store, 3)
    open_test(road.store, 3, reason="it is time")
    head = audit.head(road.store)
    assert head is not None
    assert json.loads(web.lines[-1])["digest"] == head.digest


@pytest.mark.parametrize(
    "text",
    [
        "http://example.com/a",
        "https://",
        "ftp://example.com/a",
        "git:",
        "file:",
        "http:///",
        "~nobody-by-this-name/a",
    ],
)
def test_what_is_no_place_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="cannot hold anchors"):
        place(text)
    use(monkeypatch, text)
    with pytest.raises(InputError, match="SIGNOFF_AUDIT_ANCHOR cannot be"):
        settings()


def test_a_password_is_not_shown_where_its_address_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address = "http://ada:secret@example.com/a"
    use(monkeypatch, address)
    for ask in (settings, lambda: place(address)):
        with pytest.raises(InputError) as refused:
            ask()
        assert "secret" not in str(refused.value)


def test_a_path_holds_in_whichever_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for text in ("a.jsonl", "file:a.jsonl", f"file://{tmp_path}/a.jsonl"):
        assert place(text) == FilePlace(tmp_path / "a.jsonl")
    for text in (f"{tmp_path}/a.jsonl", f"file:{tmp_path}/a.jsonl", f"file://{tmp_path}/a.jsonl"):
        use(monkeypatch, text)
        given = Settings().as_environment()["SIGNOFF_AUDIT_ANCHOR"]
        assert given == f"file:{tmp_path / 'a.jsonl'}"
    address = "https://ada:secret@example.com:8443/a?token=t"
    assert (place(address), place(address).shown) == (
        WebPlace(address),
        "https://example.com:8443/a",
    )
    assert "secret" not in repr(place(address))


@given(st.text(max_size=40))
def test_whatever_is_written_is_a_place_or_no_place(text: str) -> None:
    try:
        canonical = anchor_place(text)
    except ValueError:
        with pytest.raises(SignoffError):
            place(text)
    else:
        assert anchor_place(canonical) == canonical
        assert place(text) == place(canonical)


def test_an_anchor_comes_back_as_it_was_added(tmp_path: Path) -> None:
    where = place(str(tmp_path / "anchors"))
    where.add(ANCHOR)
    assert where.read() == [ANCHOR]
    assert json.loads((tmp_path / "anchors").read_text()) == asdict(ANCHOR)


def test_one_bad_line_does_not_hide_what_the_others_say(road: Road, web: Web) -> None:
    decide(road)
    web.lines.append(b"not json")
    assert_refused(signoff("audit", "verify"), "Line 3 of")
