"""Which servers run, what they answer with, and whether that is what the aliases name."""

import os
import secrets
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from core.access.transactions import unattended
from core.hints import Alarm
from core.release.aliases import canary
from core.store import Store
from core.store import serving as serving_table
from core.store.presence import Sign
from core.store.serving import Count, Server

_FORGOTTEN = timedelta(days=1)


@dataclass(slots=True)
class Registration:
    """One server, and the workspace that it reports to. One thread at a time reports."""

    store: Store
    me: Server
    _sign: Sign | None = None
    """That it runs; from the first report on, since a workspace that cannot be written has none."""

    def report(
        self,
        serving: Mapping[str, str],
        alarms: Sequence[Alarm],
        counts: Mapping[tuple[str, datetime], Count],
    ) -> None:
        """A sign of life: what it answers with, its alarms, and what it counted since the last.

        What is old goes: servers, and counts, but those since the canary began that is on.
        """
        self._sign = self._sign or self.store.presence.enter(self.me.id)
        now, on = datetime.now(UTC), canary(self.store)
        me = replace(self.me, seen_at=now, serving=dict(serving), alarms=tuple(alarms))
        with unattended(self.store, because="a heartbeat of a server decides nothing") as session:
            serving_table.put_server(session, me)
            serving_table.add_counts(session, me.id, counts)
            serving_table.remove_servers(session, before=now - _FORGOTTEN)
            serving_table.remove_counts(
                session,
                before=now - _FORGOTTEN,
                kept=on.version if on else None,
                since=minute_of(on.at) if on else None,
            )

    def leave(self, counts: Mapping[tuple[str, datetime], Count]) -> None:
        """The last sign of life: what it counted since the one before."""
        try:
            with unattended(
                self.store, because="a heartbeat of a server decides nothing"
            ) as session:
                serving_table.add_counts(session, self.me.id, counts)
                serving_table.remove_servers(session, id=self.me.id)
        finally:
            if self._sign is not None:
                self._sign.leave()


def asked(store: Store, version: str) -> int:
    """How many requests of the last day servers have answered with that version, or tried to."""
    since = minute_of(datetime.now(UTC) - _FORGOTTEN)
    with store.read() as session:
        counts = serving_table.counts(session, since=since, version=version)
    return counts.get(version, Count()).requests


def minute_of(moment: datetime) -> datetime:
    """The minute that it is counted in."""
    return moment.replace(second=0, microsecond=0)


def url(address: str, port: int) -> str:
    """Where a server answers that listens there."""
    host = f"[{address}]" if ":" in address else address
    return f"http://{host}:{port}"


def register(store: Store, address: str) -> Registration:
    """The registration of this process, which is about to answer callers at ``address``."""
    now = datetime.now(UTC)
    me = Server(
        id=secrets.token_hex(8),
        host=socket.gethostname(),
        pid=os.getpid(),
        address=address,
        started_at=now,
        seen_at=now,
        serving={},
        alarms=(),
    )
    return Registration(store, me)


def running(store: Store) -> list[Server]:
    """The servers that run, the first that was started first."""
    with store.read() as session:
        known = serving_table.servers(session)
    return [server for server in known if store.presence.holds(server.id)]


def alarms(store: Store) -> list[str]:
    """Why servers do not answer with what the aliases name, as sentences."""
    return [
        f"{server.host}, {server.address}: {alarm}"
        for server in running(store)
        for alarm in server.alarms
    ]
