"""What people elsewhere can be told of."""

from enum import StrEnum


class Kind(StrEnum):
    """What happened, as ``on`` of an address and the messages call it."""

    APPROVAL = "approval"
    GATE_FAILED = "gate_failed"
    CANDIDATE = "candidate"
    DRIFT = "drift"
    ROLLBACK = "rollback"
    RELEASE = "release"


TEST = "test"
"""The kind of a message that only tries an address."""
