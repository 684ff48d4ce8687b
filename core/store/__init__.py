"""Everything that touches the database or the disk.

SQL is in this package only. Each module except ``tables`` answers questions about one table
and returns frozen values; rows of the ORM never leave.
"""

from core.store.engine import Store
from core.store.opening import (
    existing_store,
    open_store,
    place_of,
    require_workspace,
    store_as_it_is,
)

__all__ = [
    "Store",
    "existing_store",
    "open_store",
    "place_of",
    "require_workspace",
    "store_as_it_is",
]
