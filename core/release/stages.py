"""Where a training stands on its way out. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from core.release.candidates import Candidate
from core.release.events import PRODUCTION, STAGING, AliasEvent, Cleared, Released
from core.release.states import CandidateState


class Stage(StrEnum):
    """Said before the version, if it has one: ``approved 20261129.2``."""

    TRAINED = "trained"
    PROPOSED = "proposed"
    TESTED = "tested"
    APPROVED = "approved"
    STAGING = "in staging"
    CANARY = "canary"
    PRODUCTION = "in production"
    EARLIER = "was in production"
    REJECTED = "rejected"


IN_HAND = frozenset(
    {
        Stage.PROPOSED,
        Stage.TESTED,
        Stage.APPROVED,
        Stage.STAGING,
        Stage.CANARY,
    }
)
"""Somebody has something to do for it, or waits for what users say of it."""
_OF = {
    CandidateState.PROPOSED: Stage.PROPOSED,
    CandidateState.TESTED: Stage.TESTED,
    CandidateState.APPROVED: Stage.APPROVED,
    CandidateState.REJECTED: Stage.REJECTED,
    CandidateState.RELEASED: Stage.EARLIER,
}


def stage_of(candidate: Candidate | None, *, names: Mapping[str, str], canary: str | None) -> Stage:
    """Where the training of this candidate stands; None: it was never proposed.

    Args:
        names: alias -> version.
        canary: the version that a share of the callers gets; None: none does.
    """
    if candidate is None:
        return Stage.TRAINED
    version, state = candidate.version, _OF[candidate.state]
    if version is None or state == Stage.REJECTED:
        return state
    if names.get(PRODUCTION) == version:
        return Stage.PRODUCTION
    if canary == version:
        return Stage.CANARY
    if names.get(STAGING) == version and _staged_since(candidate):
        return Stage.STAGING
    return state


def _staged_since(candidate: Candidate) -> bool:
    """Whether it was given to staging after it was last given to production: the alias staging
    goes on naming what went through it.
    """
    moves = [
        event
        for event in candidate.events
        if isinstance(event, AliasEvent) and event.alias in (STAGING, PRODUCTION)
    ]
    last = [event for event in moves if isinstance(event, Released | Cleared)][-1:]
    return any(event.alias == STAGING for event in last)
