"""What happened becomes messages, one for each address that wants to be told."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from core.access.transactions import unattended
from core.notifications.addresses import Address
from core.notifications.telling import News, alarms, decisions
from core.store import Store
from core.store import notifications as table
from core.store.notifications import GIVEN_UP, WAITING, Notification

GIVES_UP = timedelta(days=7)
"""For so long a message is tried: longer than a weekend with holidays."""
writing = partial(unattended, because="it passes on what was decided, and decides nothing")
"""How this package begins a write transaction."""
_TOO_OLD = f"when it was queued, it was older than {GIVES_UP.days} days"
_STRANGER = "its address is not in signoff.toml any more"


def queue(store: Store, addresses: Sequence[Address], now: datetime) -> int:
    """Queue messages about what happened since each address was told last; how many.

    The messages, and how far the addresses have been told, are written in one transaction. Only one
    process may do this at a time.
    """
    register(store, addresses, now)
    with store.read() as session:
        known = table.known(session)
        strange = table.of_strangers(session, [each.name for each in addresses], now - GIVES_UP)
    heads = [known[each.name] for each in addresses]
    decided, last = decisions(store, after=min((each.decisions for each in heads), default=None))
    alarmed, newest = alarms(store, after=min((each.alarms for each in heads), default=None))
    made = [
        _message(address, news, now)
        for address, head in zip(addresses, heads, strict=True)
        for found, told in ((decided, head.decisions), (alarmed, head.alarms))
        for news in found
        if news.number > told and not address.on.isdisjoint(news.kinds)
    ]
    moved = [replace(each, decisions=last, alarms=newest) for each in heads]
    if moved == heads and not strange:
        return 0  # most of the time: nobody who writes is held up
    with writing(store) as session:
        for each in moved:
            table.put(session, each)
        table.add(session, made)
        for message in strange:
            table.end(session, message, GIVEN_UP, now, error=_STRANGER)
    return len(made)


def register(store: Store, addresses: Sequence[Address], now: datetime) -> None:
    """See addresses: each that is new is told of what happens from now on."""
    with store.read() as session:
        known = table.known(session)
    new = [each for each in addresses if each.name not in known]
    if not new:
        return
    with writing(store) as session:
        for each in new:
            table.put(session, table.at_head(session, each.name, now))


def _message(address: Address, news: News, now: datetime) -> Notification:
    """What is late by more than a week is kept as given up: nobody waits for it any more."""
    late = now - news.at > GIVES_UP
    return Notification(
        address=address.name,
        event=news.event,
        key=hashlib.sha256(f"{news.identity}\n{address.name}".encode()).hexdigest()[:32],
        kinds=tuple(map(str, news.kinds)),
        at=news.at,
        title=news.title,
        text="\n".join(news.lines),
        about=news.about,
        queued_at=now,
        due_at=now,
        status=GIVEN_UP if late else WAITING,
        ended_at=now if late else None,
        error=_TOO_OLD if late else None,
    )
