"""A workspace as it is to an account that cannot write there, simulated: tests may run as root."""

import sqlite3

import pytest

from core.store import sqlite_connections as connections


class _Refusing(sqlite3.Connection):
    """As if what SQLite needs beside the database is missing, and could not be made."""

    def execute(self, *_: object) -> sqlite3.Cursor:
        sqlite3.connect("file:/nowhere/at/all?mode=ro", uri=True)
        raise AssertionError


def make_unwritable(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, databases can only be read as they are. Their other files are not touched."""
    opened = connections._opened

    def refusing(database: str, **more: object) -> sqlite3.Connection:
        if "immutable" not in database:
            more["factory"] = _Refusing
        return opened(database, **more)

    monkeypatch.setattr(connections, "_opened", refusing)
