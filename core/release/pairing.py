"""Which two trainings a comparison is about where nobody has chosen any. Pure."""

from collections.abc import Mapping, Sequence

from core.release.candidates import Candidate
from core.release.events import PRODUCTION, NamedVersion, Released, ReleaseEvent
from core.release.stages import IN_HAND, stage_of

Chosen = tuple[int | None, int | None]
"""Baseline and candidate; None where there is none."""


def in_hand(
    candidates: Sequence[Candidate], *, names: Mapping[str, str], canary: str | None
) -> list[int]:
    """Those that were proposed and are neither rejected nor in production nor were there, in
    their order.
    """
    return [
        each.number for each in candidates if stage_of(each, names=names, canary=canary) in IN_HAND
    ]


def default_pair(
    candidates: Sequence[Candidate],
    own: Sequence[int],
    *,
    names: Mapping[str, str],
    canary: str | None,
    pinned: int | None = None,
) -> Chosen:
    """The candidate in hand against production; else what was last released against what it
    replaced; else the two newest trainings. A pinned baseline stands in for any other.

    Args:
        candidates: last proposed first.
        own: the evaluated trainings that somebody asked for, newest first.
        names: alias -> version.
        canary: the version that a share of the callers gets; None: none does.
        pinned: the training that somebody tagged as the baseline; None: none is.
    """
    before, after = _unpinned(candidates, own, names=names, canary=canary)
    return (before if pinned in (None, after) else pinned), after


def _unpinned(
    candidates: Sequence[Candidate],
    own: Sequence[int],
    *,
    names: Mapping[str, str],
    canary: str | None,
) -> Chosen:
    waiting = in_hand(candidates, names=names, canary=canary)
    if waiting:
        return baseline_for(waiting[0], candidates, own, names=names), waiting[0]
    released = _last_released(candidates)
    if released is not None:
        return released
    newest, before = [*own[:2], None, None][:2]
    return before, newest


def baseline_for(
    training: int,
    candidates: Sequence[Candidate],
    own: Sequence[int],
    *,
    names: Mapping[str, str],
    pinned: int | None = None,
) -> int | None:
    """What a training is best compared with: the pinned baseline, else production, else the newest
    other training that somebody asked for; None where there is none.

    Args:
        training: where it is pinned or in production itself, the next of these is meant.
    """
    first = [pinned, in_production(candidates, names=names)]
    wanted = [number for number in first if number is not None]
    return next((number for number in [*wanted, *own] if number != training), None)


def in_production(candidates: Sequence[Candidate], *, names: Mapping[str, str]) -> int | None:
    """The training whose version serves; None where none does."""
    version = names.get(PRODUCTION)
    return next((each.number for each in candidates if version and each.version == version), None)


def _last_released(candidates: Sequence[Candidate]) -> Chosen | None:
    """What was last given to production and what was there before, also where it was taken back."""
    events = [event for each in candidates for event in each.events]
    releases = [event for event in events if _is_release(event)]
    last = max(releases, key=lambda event: event.id, default=None)
    if not isinstance(last, NamedVersion):
        return None
    before = next((each.number for each in candidates if each.version == last.before), None)
    return None if before in (None, last.candidate) else (before, last.candidate)


def _is_release(event: ReleaseEvent) -> bool:
    return isinstance(event, Released) and event.alias == PRODUCTION and event.before is not None
