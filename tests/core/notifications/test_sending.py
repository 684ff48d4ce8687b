"""What is decided is told once, whatever becomes of receivers and senders in between."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import audit
from core.access.transactions import unattended
from core.notifications import sending
from core.notifications.addresses import Slack
from core.notifications.kinds import Kind
from core.notifications.message import Message, NotTaken
from core.notifications.outbox import GIVES_UP
from core.notifications.sending import Destination, run, wait
from core.release import aliases
from core.release.policy_events import POLICY_EVENTS, Asked
from core.release.review import propose
from core.store import Store, open_store
from core.store import notifications as table
from core.store.drift_alarms import DriftAlarm, begin
from core.store.notifications import Notification
from tests.conftest import Road
from tests.decisions import released
from tests.factories import by, set_policy
from tests.workspaces import copied

CHAT = Slack(name="chat", url="SIGNOFF_NOTIFY_CHAT")
MOVES = Slack(name="moves", url="SIGNOFF_NOTIFY_MOVES", on=frozenset({Kind.ROLLBACK, Kind.RELEASE}))
NOW = datetime(2026, 5, 31, tzinfo=UTC)
"""When everything happens that is made up here."""


class Receivers:
    """What arrived, by address. ``refused``: what each says instead of yes, the next first."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.got: list[tuple[str, Message]] = []
        self.refused: dict[str, list[NotTaken | None]] = {}
        self.dies = False
        patch.setattr(sending, "send", self.send)

    def send(self, address: Destination, message: Message) -> NotTaken | None:
        answers = self.refused.get(address.name)
        refused = answers.pop(0) if answers else None
        if refused is None:
            self.got.append((address.name, message))
        if self.dies:
            raise KeyboardInterrupt
        return refused

    def titles(self, name: str) -> list[str]:
        return [message.title for to, message in self.got if to == name]


@pytest.fixture
def receivers(monkeypatch: pytest.MonkeyPatch) -> Receivers:
    return Receivers(monkeypatch)


def messages(store: Store) -> list[Notification]:
    with store.read() as session:
        return table.listing(session, ended=True, limit=100)


def happens(store: Store, *, at: datetime = NOW) -> None:
    """Something that is told, and takes nothing to happen."""
    asked = Asked(at=at, by="ada", text="", digest="d" * 64, comment="")
    with unattended(store, because="a test") as session:
        audit.append(session, POLICY_EVENTS.append(session, asked)[1], before=None, after=None)


def test_each_step_of_a_release_is_told_to_who_wants_to_know(
    road: Road, receivers: Receivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = road.store
    set_policy(store)
    run(store, [CHAT, MOVES])
    released(store, 3)
    run(store, [CHAT, MOVES])
    released(store, 5)
    with by("bob"):
        aliases.rollback(store, "production", comment="worse\nApproved by all")
    monkeypatch.setenv("SIGNOFF_DASHBOARD_URL", "https://signoff.example.org/")
    run(store, [CHAT, MOVES])
    assert run(store, [CHAT, MOVES]) == sending.Pass(queued=0, sent=0, failed=())
    first, second = (each.version for each in reversed(aliases.versions(store)))
    moves = [
        f"{first} was released to production",
        f"{second} was released to production",
        f"Production was rolled back to {first}",
    ]
    assert receivers.titles("moves") == moves
    assert [each for each in receivers.titles("chat") if each not in moves] == [
        "Candidate #3 was proposed",
        "Candidate #5 was proposed",
    ]
    assert len({message.key for _, message in receivers.got}) == len(receivers.got)
    last = receivers.got[-1][1]
    assert "bob rolled production back to" in last.text
    assert len(last.text.splitlines()) == 1  # a comment is no line of ours


def test_a_proposal_tells_the_difference_the_gates_and_who_is_next(
    road: Road, receivers: Receivers
) -> None:
    set_policy(road.store)
    released(road.store, 3)
    run(road.store, [CHAT])
    with by("ada"):
        propose(road.store, 5)
    run(road.store, [CHAT])
    ((_, message),) = receivers.got
    assert message.kinds == ("approval", "candidate")
    assert "ada proposed candidate #5" in message.text
    assert "macro F1" in message.text
    assert "95% interval" in message.text
    assert "Gates: " in message.text
    assert "signoff release approve 5" in message.text
    assert message.about == {"candidate": 5}


@settings(max_examples=12)
@given(
    steps=st.lists(
        st.sampled_from(["event", "alarm", "pass", "down", "crash", "late"]), max_size=12
    ),
    seed=st.integers(0, 1_000),
)
def test_whatever_happens_in_between_each_event_arrives_under_one_key(
    empty: Path, tmp_path_factory: pytest.TempPathFactory, steps: list[str], seed: int
) -> None:
    store = open_store(copied(empty, tmp_path_factory.mktemp("outbox") / "workspace"))
    moment, events, chance = NOW, 0, random.Random(seed)

    def one_pass() -> None:
        run(store, [CHAT], now=lambda: moment)

    with pytest.MonkeyPatch.context() as patch:
        receivers = Receivers(patch)
        one_pass()
        for step in steps:
            moment += timedelta(minutes=chance.randrange(90))
            receivers.dies = step == "crash"
            if step == "event":
                happens(store)
            elif step == "alarm":
                with unattended(store, because="a test") as session:
                    begin(session, make_alarm(limit=f"limit {events}"))
            elif step == "late":
                moment += timedelta(days=1)
            else:
                receivers.refused["chat"] = [NotTaken(why="down")] if step == "down" else []
                try:
                    one_pass()
                except KeyboardInterrupt:
                    assert step == "crash"
            events += step in ("event", "alarm")
        receivers.dies, receivers.refused = False, {}
        moment = max(moment, NOW)
        moment += timedelta(hours=6)
        one_pass()
    arrived = Counter(message.event for _, message in receivers.got)
    keys = {message.key for _, message in receivers.got}
    late = {each.event for each in messages(store) if each.status == table.GIVEN_UP}
    assert len(arrived | Counter(late)) == events
    assert len(keys) == len(arrived)
    assert sum(arrived.values()) - len(arrived) <= steps.count("crash")
    store.engine.dispose()


def make_alarm(**more: object) -> DriftAlarm:
    values = {
        "model": "m" * 64,
        "version": "20260531.1",
        "on": "posts",
        "window": "week",
        "limit": "drift.accuracy_drop",
        "at": NOW,
        "sentence": "Accuracy fell.",
    }
    return DriftAlarm(**(values | more))  # type: ignore[arg-type]


def test_a_receiver_that_is_down_gets_one_try_in_each_pass(
    store: Store, receivers: Receivers
) -> None:
    run(store, [CHAT], now=lambda: NOW)
    for _ in range(3):
        happens(store)
    receivers.refused["chat"] = [NotTaken(why="down", wait=3_600)]
    done = run(store, [CHAT], now=lambda: NOW)
    assert done is not None
    assert [(each.attempts, each.error) for each in done.failed] == [(1, "down")]
    assert run(store, [CHAT], now=lambda: NOW + timedelta(minutes=59)).sent == 0  # type: ignore[union-attr]
    assert run(store, [CHAT], now=lambda: NOW + timedelta(minutes=60)).sent == 3  # type: ignore[union-attr]


def test_after_a_week_it_is_given_up_and_can_be_tried_again(
    store: Store, receivers: Receivers
) -> None:
    run(store, [CHAT], now=lambda: NOW)
    happens(store)
    receivers.refused["chat"] = [NotTaken(why="it answered 404", lasting=True)] * 2
    run(store, [CHAT], now=lambda: NOW)
    run(store, [CHAT], now=lambda: NOW + GIVES_UP)
    (given_up,) = messages(store)
    assert (given_up.status, given_up.error) == (table.GIVEN_UP, "it answered 404")
    later = NOW + GIVES_UP + timedelta(days=30)
    assert run(store, [CHAT], now=lambda: later).sent == 0  # type: ignore[union-attr]
    assert run(store, [CHAT], now=lambda: later, again=True).sent == 1  # type: ignore[union-attr]
    assert receivers.got[0][1].key == given_up.key


def test_what_waits_for_an_address_that_is_gone_is_given_up(
    store: Store, receivers: Receivers
) -> None:
    run(store, [CHAT], now=lambda: NOW)
    happens(store)
    receivers.refused["chat"] = [NotTaken(why="down")]
    run(store, [CHAT], now=lambda: NOW)
    run(store, [], now=lambda: NOW + timedelta(days=6))
    assert messages(store)[0].status == table.WAITING
    run(store, [], now=lambda: NOW + timedelta(days=8))
    assert messages(store)[0].status == table.GIVEN_UP


def test_one_sends_at_a_time(store: Store, receivers: Receivers) -> None:
    with store.presence.enter_alone("notifications"):  # type: ignore[union-attr]
        assert run(store, [CHAT]) is None
    assert run(store, [CHAT]) is not None


@given(st.integers(1, 10_000), st.floats(0, 1), st.floats(0, 1e12), st.booleans())
def test_waits_grow_to_their_limit_and_heed_the_receiver(
    attempts: int, chance: float, asked: float, lasting: bool
) -> None:
    refused = NotTaken(why="", wait=asked, lasting=lasting)
    waited = wait(attempts, refused, chance=chance)
    assert timedelta(seconds=15) <= waited <= timedelta(days=1)
    assert waited >= min(timedelta(seconds=asked), timedelta(days=1))
    if not asked:
        assert waited <= timedelta(hours=6)
        assert wait(attempts + 1, refused, chance=chance) >= waited
