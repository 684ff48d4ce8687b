"""Heads of the log in a file outside of the workspace: who makes the chain again has not these."""

import json
import logging
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from core.audit.chain import Anchor
from core.audit.log import head
from core.audit.verification import require_whole, verify
from core.errors import InputError, RefusedError, SignoffError
from core.hints import Command, Hint
from core.settings import settings
from core.store import Store
from core.store.artifacts import append_line, storage_errors
from core.store.audit import Entry

log = logging.getLogger("signoff.audit")


def anchor(store: Store, path: Path) -> Anchor:
    """Add the head of the log to a file of anchors, made if it is not there.

    Raises:
        BrokenChainError: the log is broken, or does not hold the file's anchors.
        RefusedError: there is no decision yet.
    """
    checked = verify(store, anchors=read_anchors(path) if path.exists() else ())
    require_whole(checked)
    if checked.head is None:
        raise RefusedError(
            "There is no decision to anchor yet",
            Hint("Propose a candidate first.", Command("release propose", "EXECUTION")),
        )
    return _add(path, checked.head)


def anchor_of_itself(store: Store) -> None:
    """Add the head to the file that SIGNOFF_AUDIT_ANCHOR names, if there is a new one.

    What was decided stands, so nothing is raised: that it could not be anchored is in the log, and
    the next decision, or ``signoff audit anchor``, anchors it too.
    """
    path = settings().audit_anchor
    now = head(store) if path else None
    if path is None or now is None:
        return
    try:
        kept = read_anchors(path) if path.exists() else []
        if not kept or kept[-1].number < now.number:
            _add(path, now)
    except SignoffError as error:
        log.error("a decision was not anchored", extra={"line": {"error": str(error)}})  # noqa: TRY400


def anchors_of_itself() -> list[Anchor]:
    """The anchors in that file; none where SIGNOFF_AUDIT_ANCHOR is not set. Raises as
    :func:`read_anchors` does.
    """
    path = settings().audit_anchor
    return [] if path is None else read_anchors(path)


def _add(path: Path, entry: Entry) -> Anchor:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    made = Anchor(entry.number, entry.digest, now)
    append_line(path, json.dumps(asdict(made)))
    return made


def read_anchors(path: Path) -> list[Anchor]:
    """The anchors of a file.

    Raises:
        InputError: the file is missing, or a line of it is not an anchor, or it has none.
    """
    if not path.is_file():
        raise InputError(
            f"There is no file {path}",
            Hint("Write the first anchor.", Command("audit anchor", str(path))),
        )
    with storage_errors(path):
        lines = path.read_bytes().splitlines()
    anchors = [_anchor(path, number, line) for number, line in enumerate(lines, start=1)]
    if not anchors:
        raise InputError(f"{path} has no anchors", "Restore it from your team's copy.")
    return anchors


def _anchor(path: Path, number: int, line: bytes) -> Anchor:
    try:
        anchor = Anchor(**json.loads(line))
    except (TypeError, ValueError):
        anchor = None
    if anchor is None or [type(value) for value in asdict(anchor).values()] != [int, str, str]:
        raise InputError(
            f"Line {number} of {path} is not an anchor", "Restore the file, or remove that line."
        )
    return anchor
