"""The command line: a sender that is killed loses nothing, and nothing secret is shown."""

import base64
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.store import Store
from tests import fake_receivers
from tests.commands import assert_refused, signoff, start
from tests.core.notifications.test_sending import happens
from tests.fake_receivers import FakeWebhook, answering

PROJECT = """\
[[notify]]
name = "ops"
kind = "webhook"
url_env = "SIGNOFF_NOTIFY_OPS"
key_env = "SIGNOFF_NOTIFY_KEY"
"""


@pytest.fixture
def hook(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeWebhook]:
    """What the project of these commands names."""
    (tmp_path / "signoff.toml").write_text(PROJECT)
    monkeypatch.setenv("SIGNOFF_PROJECT", str(tmp_path))
    with fake_receivers.webhook() as fake:
        monkeypatch.setenv("SIGNOFF_NOTIFY_OPS", fake.url)
        monkeypatch.setenv("SIGNOFF_NOTIFY_KEY", base64.b64encode(b"k" * 24).decode())
        yield fake


def test_an_address_is_tried_told_and_shown_without_its_secret(
    store: Store, hook: FakeWebhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert signoff("notify", "test").out == "ops took the message.\n"
    assert_refused(signoff("notify", "test", "opps"), "No address is called opps")
    happens(store, at=datetime.now(UTC))
    hook.mood = answering(500)
    down = signoff("notify", "run")
    assert (down.code, down.out) == (1, "Queued 1, sent 0.\n")
    assert "ops: it answered 500" in down.err
    shown = [signoff("notify", "list"), signoff("notify", "list", "--all", "--json")]
    assert shown[1].json["counts"] == {"waiting": 1, "sent": 0, "given up": 0}
    hook.mood = None
    assert signoff("notify", "run", "--again", "--json").json["sent"] == 1
    monkeypatch.delenv("SIGNOFF_NOTIFY_OPS")
    shown += [signoff("notify", "list"), signoff("notify", "test")]
    assert shown[3].code == 1
    assert not any("secret-path" in each.out + each.err for each in shown)
    assert "http://127.0.0.1:" in shown[0].out
    assert "SIGNOFF_NOTIFY_OPS is not set" in shown[2].out


def test_outside_of_a_project_nobody_is_told(store: Store) -> None:
    assert_refused(signoff("notify", "run"), "No address is configured")
    assert signoff("notify", "list").out.startswith("No address is configured.")


@pytest.mark.slow
def test_a_killed_sender_loses_nothing_and_repeats_under_the_same_key(
    store: Store, hook: FakeWebhook
) -> None:
    signoff("notify", "test")
    for _ in range(3):
        happens(store, at=datetime.now(UTC))
    asked, go_on = threading.Semaphore(0), threading.Event()

    def slow(request: fake_receivers.Request) -> None:
        asked.release()
        go_on.wait(60)
        answering(204)(request)

    hook.mood = slow
    sender = start("notify", "run")
    assert asked.acquire(timeout=60)
    assert signoff("notify", "run", "--json").json["busy"]
    sender.kill()  # the message has arrived, and nothing is written of it
    sender.wait()
    go_on.set()
    hook.mood = None
    assert json.loads(signoff("notify", "run", "--json").out)["sent"] == 3
    events = [each.json["data"]["event"] for each in hook.got[1:]]
    assert sorted(events) == ["audit/1", "audit/1", "audit/2", "audit/3"]
    assert len(hook.taken()) == 4  # with the test message
