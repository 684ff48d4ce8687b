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


HELP = {
    Kind.APPROVAL: "somebody has to decide: on a candidate, or on a policy that was asked for",
    Kind.GATE_FAILED: "a candidate fails a gate, on validation or in its sealed test",
    Kind.CANDIDATE: "a candidate was proposed",
    Kind.DRIFT: "a version exceeds a limit of the policy's [drift]",
    Kind.ROLLBACK: "an alias was rolled back, or a canary was ended",
    Kind.RELEASE: "an alias was moved forward or cleared, or a canary was begun",
}
TEST = "test"
"""The kind of a message that only tries an address."""
