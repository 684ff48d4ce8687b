"""One pass of sending: what is due goes out, what does not arrive waits for another try."""

import random
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.errors import SignoffError
from core.notifications.addresses import Destination, Mail, Slack, Webhook
from core.notifications.kinds import TEST
from core.notifications.mail import send_mail
from core.notifications.message import Message, NotTaken
from core.notifications.outbox import GIVES_UP, queue, register, writing
from core.notifications.telling import page_of
from core.notifications.web import post_slack, post_webhook
from core.progress import Progress, silent
from core.settings import settings
from core.store import Store
from core.store import notifications as table
from core.store.notifications import GIVEN_UP, SENT, WAITING, Notification

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
LASTING_WAIT = timedelta(hours=6)
"""Where it takes a person before a message can arrive."""
LONGEST_ASKED = timedelta(days=1)
"""A receiver that asks to be left alone for longer is tried after this."""
TOGETHER = 30.0
"""Seconds for one message, however slowly a receiver talks."""
_LOCK = "notifications"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """What one pass has done. ``failed``: the messages that it could not send."""

    queued: int
    sent: int
    failed: tuple[Notification, ...]


def clock() -> datetime:
    """The moment, for the retries."""
    return datetime.now(UTC)


def run(
    store: Store,
    addresses: Sequence[Destination],
    *,
    again: bool = False,
    progress: Progress = silent,
    now: Callable[[], datetime] = clock,
) -> Pass | None:
    """Queue what happened for each address, and send what is due; None where another process is at
    it.

    A process that is killed in the middle loses nothing. A message that was taken, but not yet
    marked as sent, is sent again by the next pass, with the same key.

    Args:
        again: also try what waits for its next try, and what was given up.
    """
    if (sign := store.presence.enter_alone(_LOCK)) is None:
        return None
    with sign:
        queued = queue(store, addresses, now())
        names = [each.name for each in addresses]
        if again:
            with writing(store) as session:
                table.renew(session, names, now())
        with store.read() as session:
            due = table.due(session, names, now())
        by_name = {each.name: each for each in addresses}
        silenced, ended = set[str](), list[Notification]()
        for done, each in enumerate(due):
            progress("notifications", done, len(due))
            if each.address not in silenced:
                ended.append(_try(store, by_name[each.address], each, now))
                if ended[-1].status == WAITING:
                    silenced.add(each.address)
    failed = tuple(each for each in ended if each.status != SENT)
    return Pass(queued=queued, sent=len(ended) - len(failed), failed=failed)


def _try(
    store: Store, address: Destination, waiting: Notification, now: Callable[[], datetime]
) -> Notification:
    """Send a message, and write down what became of it."""
    refused = send(address, message_of(waiting))
    moment, attempts = now(), waiting.attempts + 1
    with writing(store) as session:
        if refused is None:
            return table.end(session, waiting, SENT, moment, attempts=attempts, error=None)
        tried = {"attempts": attempts, "error": refused.why}
        if moment - waiting.queued_at >= GIVES_UP:
            return table.end(session, waiting, GIVEN_UP, moment, **tried)
        due = moment + wait(attempts, refused)
        if not refused.lasting:  # the next message would meet the same
            table.postpone(session, waiting.address, due)
        return table.change(session, waiting, due_at=due, **tried)


def try_out(store: Store, address: Destination) -> NotTaken | None:
    """Send a test message; None where it was taken. From now on, it is told what happens."""
    now = clock()
    register(store, [address], now)
    message = Message(
        key=secrets.token_hex(16),
        event=TEST,
        kinds=(TEST,),
        at=now,
        title="A test of this address",
        text=f"{settings().operator} tries whether messages from Signoff arrive here. Nothing has"
        " happened.",
        link=settings().dashboard_url or None,
        about={},
    )
    return send(address, message)


def wait(attempts: int, refused: NotTaken, *, chance: float | None = None) -> timedelta:
    """How long to wait after so many attempts: twice as long each time, up to
    :data:`LONGEST_WAIT`; :data:`LASTING_WAIT` where it takes a person; longer if it was asked.

    Args:
        chance: from 0 to 1, so that many senders do not try at once. Default: random.
    """
    doubled = min(FIRST_WAIT * 2 ** min(attempts - 1, 20), LONGEST_WAIT)
    usual = LASTING_WAIT if refused.lasting else doubled
    share = 0.5 + (random.random() if chance is None else chance) / 2
    asked = min(timedelta(seconds=refused.wait), LONGEST_ASKED)
    return max(usual * share, asked)


def message_of(waiting: Notification) -> Message:
    """What is sent of a queued message."""
    base, page = settings().dashboard_url, page_of(waiting.about, waiting.kinds)
    return Message(
        key=waiting.key,
        event=waiting.event,
        kinds=waiting.kinds,
        at=waiting.at,
        title=waiting.title,
        text=waiting.text,
        link=f"{base}/{page}" if base else None,
        about=dict(waiting.about),
    )


def send(address: Destination, message: Message, *, together: float = TOGETHER) -> NotTaken | None:
    """Send one message; None where it was taken.

    Args:
        together: seconds after which it counts as not taken. Limits of a connection do not end a
            receiver that says one character at a time, so it is left to talk to itself.
    """
    said: list[NotTaken | None] = []

    def work() -> None:
        said.append(_sent(address, message))

    thread = threading.Thread(target=work, name="notification", daemon=True)
    thread.start()
    thread.join(together)
    return said[0] if said else NotTaken(why=f"no whole answer within {together:g} seconds")


def _sent(address: Destination, message: Message) -> NotTaken | None:
    try:
        match address:
            case Webhook():
                return post_webhook(address, message)
            case Slack():
                return post_slack(address, message)
            case Mail():
                return send_mail(address, message)
    except SignoffError as error:
        return NotTaken(why=error.reason.rstrip("."), lasting=True)
    except Exception as error:  # noqa: BLE001 - whatever an answer makes a library raise: the next address is told all the same
        return NotTaken(why=f"unexpected {type(error).__name__}")
