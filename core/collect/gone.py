"""Whether a post is gone from Reddit: the one place that decides, for files, for listings and for
posts that are checked again. Pure.
"""

from collections.abc import Mapping
from typing import Any

from core.collect.missing import flag_of, reason_of, title_of
from core.collect.notices import notice_of
from core.invisible import is_visible

DELETED, REMOVED = "deleted", "removed"
GONE = frozenset({DELETED, REMOVED})
_BY_AUTHOR = frozenset({"author", "deleted"})
"""Of ``removed_by_category`` and ``removal_type``: the author took it back, nobody else did."""
_NOBODY = (None, "[deleted]")


def why_gone(fields: Mapping[str, Any], title: str, body: str) -> str | None:
    """:data:`DELETED` or :data:`REMOVED`, by the post's own text or by what a row says of it; None:
    nothing says that it is gone.

    Args:
        title, body: as :func:`core.collect.rows.parse_row` reads them.
    """
    reason = notice_of(body) or notice_of(title)
    if reason:
        return reason
    by = fields.get("removed_by_category")
    meta = fields.get("_meta")  # what the makers of a dump saw when they looked again
    if not by and not meta:
        return None
    later = meta if isinstance(meta, Mapping) else {}
    said = reason_of(by) or reason_of(later.get("removal_type"))
    if said:
        return DELETED if said.lower() in _BY_AUTHOR else REMOVED
    return DELETED if flag_of(later.get("was_deleted_later")) else None


def why_gone_now(entry: Mapping[str, Any]) -> str | None:
    """The same of what Reddit itself says at this moment, whatever else is wrong with the entry.

    An author who is gone does not take the post along: Reddit goes on showing the text, and we
    never had the name. Where there is no text to tell one from the other, it counts as deleted. In
    files it does not: they are older, and whole tables of links have no authors.
    """
    title, body = title_of(entry.get("title")).strip(), title_of(entry.get("selftext")).strip()
    nobody = "author" in entry and entry["author"] in _NOBODY
    return why_gone(entry, title, body) or (DELETED if nobody and not is_visible(body) else None)
