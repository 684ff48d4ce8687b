"""The audit log: every decision is chained as it is written, verified, anchored, and read.

It knows rows and hashes; what a decision means, those packages know that write it.
"""

from core.audit.anchors import (
    anchor,
    anchor_of_itself,
    anchors_of_itself,
    read_anchors,
    unpushed_anchors,
)
from core.audit.log import DECIDED, append, decisions, export, exported, head
from core.audit.verification import Verification, require_whole, verify
from core.store.audit import Entry

__all__ = [
    "DECIDED",
    "Entry",
    "Verification",
    "anchor",
    "anchor_of_itself",
    "anchors_of_itself",
    "append",
    "decisions",
    "export",
    "exported",
    "head",
    "read_anchors",
    "require_whole",
    "unpushed_anchors",
    "verify",
]
