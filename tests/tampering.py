"""What someone with a SQLite shell can do to a workspace."""

import sqlite3

from core.store import Store


def tamper(store: Store, script: str) -> None:
    """Run SQL on the file: no trigger and no foreign key is in the way."""
    connection = sqlite3.connect(store.home / "signoff.db")
    triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    drops = [f"DROP TRIGGER {name};" for (name,) in triggers]
    connection.executescript("".join([*drops, script]))
    connection.close()
