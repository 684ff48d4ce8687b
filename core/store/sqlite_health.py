"""Whether a SQLite file is whole, and who is writing to it: looked at without changing anything."""

from pathlib import Path

from sqlalchemy import Engine, text

_MOST = 3
"""Sentences about damage: the first ones tell what to do."""
_LOCKS = Path("/proc/locks")
_WRITE_LOCK = "120"
"""The byte of the shared-memory file: https://sqlite.org/walformat.html#the_wal_index_file_format"""


def damage(engine: Engine, *, thorough: bool) -> list[str]:
    """See :meth:`core.store.database.Database.damage`."""
    check = "integrity_check" if thorough else "quick_check"
    with engine.connect() as connection:
        found = connection.scalars(text(f"PRAGMA {check}({_MOST})")).all()
        if found != ["ok"]:
            return [str(each) for each in found]
        orphans = 'SELECT DISTINCT "table", parent FROM pragma_foreign_key_check LIMIT :most'
        return [
            f"rows of {row.table} refer to rows of {row.parent} that are not there"
            for row in connection.execute(text(orphans), {"most": _MOST})
        ]


def writer(database: Path) -> int | None:
    """The number of the process that is writing to ``database``; None where nobody is, or where
    that cannot be told. 0: one of another container.

    Opening and closing one of SQLite's files would release this process's own locks on it; so the
    system's list of locks is read, which only Linux has.
    """
    try:
        file = database.with_name(f"{database.name}-shm").stat().st_ino
        held = _LOCKS.read_text().splitlines()
    except OSError:
        return None
    for line in held:  # 1: POSIX  ADVISORY  WRITE 4711 08:01:131090 120 120
        words = line.split()
        ours = len(words) == 8 and words[5].rpartition(":")[2] == str(file)
        if ours and words[3] == "WRITE" and words[6:] == [_WRITE_LOCK, _WRITE_LOCK]:
            return max(int(words[4]), 0)
    return None
