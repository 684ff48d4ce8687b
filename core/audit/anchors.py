"""Heads of the log outside of the workspace: who makes the chain again has not these."""

import logging
from datetime import UTC, datetime
from pathlib import Path

from core.audit.chain import Anchor
from core.audit.log import head
from core.audit.places import Place, place
from core.audit.verification import require_whole, verify
from core.errors import RefusedError, SignoffError
from core.hints import Command, Hint
from core.safe_text import one_line
from core.settings import settings
from core.store import Store
from core.store.audit import Entry

log = logging.getLogger("signoff.audit")


def anchor(store: Store, where: str | Path) -> Anchor:
    """Add the head of the log to a place of anchors, see :mod:`core.audit.places`.

    Raises:
        BrokenChainError: the log is broken, or does not hold the anchors of that place.
        RefusedError: there is no decision yet.
        SignoffError: the place cannot be read or written.
    """
    chosen = place(str(where))
    checked = verify(store, anchors=chosen.kept())
    require_whole(checked)
    if checked.head is None:
        raise RefusedError(
            "There is no decision to anchor yet",
            Hint("Propose a candidate first.", Command("release propose", "EXECUTION")),
        )
    return _add(chosen, checked.head)


def anchor_of_itself(store: Store) -> None:
    """Add the head to the place that SIGNOFF_AUDIT_ANCHOR names, if it has not this one.

    What was decided stands, so nothing is raised: that it could not be anchored is said in the log,
    which a command shows, and the next decision, or ``signoff audit anchor``, anchors it too.
    """
    named = settings().audit_anchor
    now = head(store) if named else None
    if now is None:
        return
    try:
        chosen = place(named)
        kept = chosen.kept()
        if any(each.number == now.number and each.digest == now.digest for each in kept):
            return
        if any(each.number >= now.number for each in kept):
            log.error(
                "a decision was not anchored: %s has anchors of entries that the log has not",
                chosen.shown,
            )
            return
        _add(chosen, now)
    except SignoffError as error:
        log.error("a decision was not anchored: %s", one_line(str(error)))  # noqa: TRY400


def anchors_of_itself() -> list[Anchor] | None:
    """The anchors of that place; none where SIGNOFF_AUDIT_ANCHOR is not set. Otherwise as
    :func:`read_anchors`.
    """
    named = settings().audit_anchor
    return read_anchors(named) if named else []


def read_anchors(where: str | Path) -> list[Anchor] | None:
    """The anchors of a place; None where it takes them only, and does not give them back.

    Raises:
        InputError: it has none, or a line of it is not an anchor.
    """
    return place(str(where)).read()


def unpushed_anchors(where: str | Path) -> list[Anchor]:
    """Anchors of a place that are on this machine only, since pushing them has failed so far.

    Anybody who controls this machine can still remove them. The next push takes them along.
    """
    return place(str(where)).unpushed()


def _add(chosen: Place, entry: Entry) -> Anchor:
    made = Anchor(entry.number, entry.digest, datetime.now(UTC).isoformat(timespec="seconds"))
    chosen.add(made)
    return made
