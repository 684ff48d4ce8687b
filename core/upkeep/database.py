"""Checks of the database itself: whether it can be asked anything."""

from core.hints import Hint
from core.store.schema import HEAD, require_newest
from core.upkeep.finding import Found, Look, fine, wrong
from core.words import byte_size

QUICKLY = 256 << 20
"""Bytes of a database that is read as a whole without being asked to: within a second or two."""


def schema(look: Look) -> Found:
    """Whether it can be opened, and is this version's. Raises a StorageError where it is not."""
    require_newest(look.store.database)
    return fine(f"It can be opened, and has this version's schema ({HEAD}).")


def content(look: Look) -> Found:
    """Whether its files are whole, and rows refer to rows that are there."""
    size = look.store.database.size()
    if size > QUICKLY and not look.thorough:
        return fine(f"Not checked, because it has {byte_size(size)}; --thorough checks it.")
    look.progress("Reading the database", 0, None)
    damage = look.store.database.damage(thorough=look.thorough)
    if damage:
        return wrong(
            f"The database is damaged: {'; '.join(damage)}.",
            Hint(
                "Stop everything that writes to it, keep its files, and restore it from a backup."
                " Backups made by Signoff are in the same folder; their names end in .backup.db."
            ),
        )
    return fine(f"No damage found ({byte_size(size)}).")
