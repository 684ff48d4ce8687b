"""Messages arrive whole and signed; whatever a receiver does instead is told in a few words."""

import base64
import email
import email.policy
import hashlib
import hmac
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import outgoing
from core.notifications import mail, sending, web
from core.notifications.addresses import Mail, Slack, Webhook
from core.notifications.message import Message, NotTaken
from tests import fake_receivers
from tests.fake_receivers import FakeMail, FakeWebhook, Mood, answering, dripping, garbage

KEY = base64.b64encode(b"k" * 24).decode()
OPS = Webhook(name="ops", url="SIGNOFF_NOTIFY_OPS", key="SIGNOFF_NOTIFY_KEY")
CHAT = Slack(name="chat", url="SIGNOFF_NOTIFY_OPS")
LINK = "https://signoff.example.org/release?candidate=7"


def make_message(**more: Any) -> Message:
    values = {
        "key": "ab" * 16,
        "event": "audit/17",
        "kinds": ("approval", "candidate"),
        "at": datetime(2026, 5, 31, tzinfo=UTC),
        "title": "Candidate #7 was proposed",
        "text": "ada proposed it.\nIt is better.",
        "link": LINK,
        "about": {"candidate": 7},
    }
    return Message(**(values | more))


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeWebhook]:
    with fake_receivers.webhook() as fake:
        monkeypatch.setenv("SIGNOFF_NOTIFY_OPS", fake.url)
        monkeypatch.setenv("SIGNOFF_NOTIFY_KEY", f"whsec_{KEY}")
        yield fake


@pytest.fixture
def post() -> Iterator[FakeMail]:
    with fake_receivers.mail() as fake:
        yield fake


def mailbox(port: int, **more: Any) -> Mail:
    values = {
        "name": "mail",
        "to": "team@example.org",
        "sender": "signoff@example.org",
        "host": "127.0.0.1",
        "security": "none",
        "port": port,
    }
    return Mail(**(values | more))


def test_the_signature_is_that_of_standard_webhooks() -> None:
    """The example of https://github.com/standard-webhooks/standard-webhooks, of its libraries."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    made = web.signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_webhook_gets_it_signed_with_a_moment_and_a_key(hook: FakeWebhook) -> None:
    assert sending.send(OPS, make_message()) is None
    (got,) = hook.got
    headers = got.headers
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + got.body
    right = hmac.new(base64.b64decode(KEY), signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(right).decode()}"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    assert headers["Idempotency-Key"] == headers["webhook-id"] == "ab" * 16
    assert got.json["type"] == "approval"
    assert got.json["data"]["candidate"] == 7
    assert got.json["data"]["link"] == LINK


def test_in_slack_foreign_text_calls_nobody_and_is_no_link(hook: FakeWebhook) -> None:
    evil = "<!channel> @here [log in](https://evil.example) <https://evil.example|x> & more"
    assert sending.send(CHAT, make_message(text=evil)) is None
    text = hook.got[0].json["text"]
    assert text.endswith(f"<{LINK}|Open in Signoff>")
    said = text.removesuffix(f"<{LINK}|Open in Signoff>")
    assert not any(mark in said for mark in ("<", ">", "@here", "](", "://e"))
    assert "&lt;!channel&gt;" in said


@pytest.mark.parametrize(
    ("mood", "expected"),
    [
        (answering(500), NotTaken(why="it answered 500")),
        (answering(503, Retry_After="120"), NotTaken(why="it answered 503", wait=120.0)),
        (answering(429, Retry_After="whenever"), NotTaken(why="it answered 429")),
        (answering(404), NotTaken(why="it answered 404", lasting=True)),
        (garbage, NotTaken(why="no answer (ConnectionError)")),
        (dripping, NotTaken(why="no whole answer within 0.2 seconds")),
    ],
)
def test_whatever_else_is_answered_is_told(
    hook: FakeWebhook, mood: Mood, expected: NotTaken
) -> None:
    hook.mood = mood
    assert sending.send(OPS, make_message(), together=0.2 if mood is dripping else 30) == expected


def test_a_redirect_is_not_followed(hook: FakeWebhook) -> None:
    hook.mood = answering(307, Location=hook.url)
    refused = sending.send(OPS, make_message())
    assert refused is not None
    assert refused.lasting
    assert len(hook.got) == 1


def test_nobody_there_or_silent_is_told_without_the_address(
    hook: FakeWebhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "SECONDS", 0.1)
    hook.mood = lambda _request: time.sleep(0.3)
    assert sending.send(CHAT, make_message()) == NotTaken(why="no answer (ReadTimeout)")
    monkeypatch.setenv("SIGNOFF_NOTIFY_OPS", "http://127.0.0.1:9/T000/secret-path")
    assert sending.send(CHAT, make_message()) == NotTaken(why="no answer (ConnectionError)")


@pytest.mark.parametrize("url", ["http://example.org/x", "ftp://127.0.0.1/x", "https://", "é", ""])
def test_messages_go_over_https_or_stay_on_this_machine(
    url: str, hook: FakeWebhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGNOFF_NOTIFY_OPS", url)
    refused = sending.send(OPS, make_message())
    assert refused is not None
    assert refused.lasting
    assert refused.why.startswith("SIGNOFF_NOTIFY_OPS ")
    assert url == "" or url not in refused.why


def test_a_short_key_signs_nothing(hook: FakeWebhook, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("whsec_", "hunter2", base64.b64encode(b"short").decode()):
        monkeypatch.setenv("SIGNOFF_NOTIFY_KEY", key)
        assert "holds no key" in str(sending.send(OPS, make_message()))
    assert hook.got == []


def test_a_receiver_may_say_how_long_to_wait() -> None:
    now = datetime(2026, 5, 31, 12, tzinfo=UTC)
    assert outgoing.wait_of("Sun, 31 May 2026 12:01:00 GMT", now=now) == 60
    assert outgoing.wait_of("Sun, 31 May 2026 11:00:00 GMT", now=now) == 0
    assert [outgoing.wait_of(odd) for odd in (None, "-5", "1e9", "٣", "9" * 400, "Mon, 99 x")] == [
        0
    ] * 6


def test_a_mail_says_it_and_has_its_key(post: FakeMail) -> None:
    assert sending.send(mailbox(post.port), make_message(title="Größer")) is None
    letter = email.message_from_string(post.got[0], policy=email.policy.default)
    assert letter["Subject"] == "[Signoff] Größer"
    assert letter["Message-ID"] == f"<{'ab' * 16}@example.org>"
    assert LINK in letter.get_content()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("verb", "answer", "lasting"),
    [
        ("CONNECT", "421 later", False),
        ("RCPT", "550 no\x1b[2J such mailbox", True),
        ("RCPT", "451 greylisted", False),
        ("END", "554 spam", True),
        ("MAIL", "what?", False),
        ("CONNECT", "\xff\xfe", False),
    ],
)
def test_what_a_mail_server_refuses_is_told(
    post: FakeMail, verb: str, answer: str, lasting: bool
) -> None:
    post.refuses[verb] = answer
    refused = sending.send(mailbox(post.port), make_message())
    assert refused is not None
    assert refused.lasting == lasting
    assert "\x1b" not in refused.why


def test_no_password_goes_over_a_connection_that_is_not_encrypted(
    post: FakeMail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGNOFF_NOTIFY_MAIL", "hunter2")
    box = mailbox(post.port, security="starttls", user="x", password="SIGNOFF_NOTIFY_MAIL")  # noqa: S106 - a variable
    refused = sending.send(box, make_message())
    assert refused is not None
    assert refused.lasting  # it does not offer STARTTLS
    assert post.got == []


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_becomes_a_header(title: str, text: str) -> None:
    letter = mail.letter_of(mailbox(25), make_message(title=title, text=text))
    names = {"from", "to", "subject", "date", "message-id", "auto-submitted"}
    made = email.message_from_bytes(letter.as_bytes())
    more = {"content-type", "content-transfer-encoding", "mime-version"}
    assert {name.lower() for name in made.keys()} == names | more  # noqa: SIM118 - not a dict
