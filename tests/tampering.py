"""What someone with a SQLite shell can do to a workspace."""

import sqlite3
from contextlib import suppress

from core.audit import chain
from core.store import Store, audit


def tamper(store: Store, script: str) -> None:
    """Run SQL on the file: no trigger and no foreign key is in the way, and all triggers stand
    again afterwards.
    """
    connection = sqlite3.connect(store.home / "signoff.db")
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    triggers = connection.execute(query).fetchall()
    drops = [f"DROP TRIGGER {name};" for name, _ in triggers]
    connection.executescript("".join([*drops, script]))
    for _, statement in triggers:
        with suppress(sqlite3.OperationalError):  # its table is gone
            connection.execute(statement)
    connection.commit()
    connection.close()


def make_anew(store: Store) -> None:
    """Hash the whole chain again, as it stands."""
    entries, previous = [], chain.START
    with store.read() as session:
        stored = audit.entries(session)
    for number, entry in enumerate(stored, start=1):
        digest = chain.digest(previous, entry.content)
        entries.append((number, entry.content, previous, digest))
        previous = digest
    tamper(store, "DELETE FROM audit")
    connection = sqlite3.connect(store.home / "signoff.db")
    with connection:
        connection.executemany("INSERT INTO audit VALUES (?, ?, ?, ?)", entries)
    connection.close()
