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
from core.store.serving import Count, Server

GONE = timedelta(seconds=20)
"""A server that gave no sign of life for so long has ended without saying so."""
_FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Registration:
    """One server, and the workspace that it reports to."""

    store: Store
    me: Server

    def report(
        self,
        serving: Mapping[str, str],
        alarms: Sequence[Alarm],
        counts: Mapping[tuple[str, datetime], Count],
    ) -> None:
        """A sign of life: what it answers with, its alarms, and what it counted since the last.

        What is old goes: servers, and counts, but those since the canary began that is on.
        """
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
        with unattended(self.store, because="a heartbeat of a server decides nothing") as session:
            serving_table.add_counts(session, self.me.id, counts)
            serving_table.remove_servers(session, id=self.me.id)


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
    """The servers that gave a sign of life lately, the first that was started first."""
    with store.read() as session:
        return serving_table.servers(session, since=datetime.now(UTC) - GONE)


def alarms(store: Store) -> list[str]:
    """Why servers do not answer with what the aliases name, as sentences."""
    return [
        f"{server.host}, {server.address}: {alarm}"
        for server in running(store)
        for alarm in server.alarms
    ]
