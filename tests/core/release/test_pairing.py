"""Which pair is shown by default in each state of a candidate, and what is never shown so."""

from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.release.candidates import Candidate
from core.release.events import CANARY, PRODUCTION, STAGING, Approved, CanarySet, ReleaseEvent
from core.release.pairing import baseline_for, default_pair
from core.release.stages import IN_HAND, Stage, stage_of
from core.release.states import alias_versions, candidate_state
from tests.factories import make_event

OWN = (9, 7, 5, 3)
"""Evaluated trainings that somebody asked for, newest first. #9 was never proposed."""


class World:
    """Candidates and aliases after a story such as ``3 proposed, 3 approved, 3 production``.

    The version of #3 is ``v3``.
    """

    def __init__(self, story: str) -> None:
        self.events: list[ReleaseEvent] = []
        self.names: dict[str, str] = {}
        self._ids = count(1)
        for step in story.split(", ") if story else []:
            number, what = step.split()
            self._do(int(number), what)

    @property
    def canary(self) -> str | None:
        last = [event for event in self.events if isinstance(event, CanarySet)][-1:]
        return last[0].version if last and last[0].share else None

    @property
    def candidates(self) -> list[Candidate]:
        numbers = dict.fromkeys(event.candidate for event in self.events)
        return [self._candidate(number) for number in reversed(numbers)]

    @property
    def pair(self) -> tuple[int | None, int | None]:
        return default_pair(self.candidates, OWN, names=self.names, canary=self.canary)

    def stage(self, number: int) -> Stage:
        candidate = next((c for c in self.candidates if c.number == number), None)
        return stage_of(candidate, names=self.names, canary=self.canary)

    def _do(self, number: int, what: str) -> None:
        more: dict[str, object] = {}
        kind = what
        if what in (STAGING, PRODUCTION):
            kind, more = "released", {"alias": what, "before": self.names.get(what)}
            self.names[what] = f"v{number}"
        elif what in ("canary", "canary_ended"):
            kind, more = "canary", {"alias": CANARY, "share": 0.1 if what == "canary" else 0}
            self.names[CANARY] = f"v{number}"
        elif what == "rolled_back":
            more = {"alias": PRODUCTION, "before": self.names[PRODUCTION]}
            self.names[PRODUCTION] = f"v{number}"
        if kind in ("approved", "released", "canary", "rolled_back"):
            more["version"] = f"v{number}"
        made = make_event(kind, **more)
        self.events.append(replace(made, id=next(self._ids), candidate=number))

    def _candidate(self, number: int) -> Candidate:
        events = [event for event in self.events if event.candidate == number]
        state = candidate_state(events)
        assert state is not None
        approved = [event.version for event in events if isinstance(event, Approved)]
        return Candidate(
            number=number,
            state=state,
            version=approved[0] if approved else None,
            proposal=events[0],
            events=tuple(events),
        )


FIRST = "3 proposed, 3 approved, 3 staging, 3 production"
SECOND = f"{FIRST}, 5 proposed, 5 tested, 5 approved, 5 staging, 5 production"


@pytest.mark.parametrize(
    ("story", "of_7", "pair"),
    [
        ("", Stage.TRAINED, (7, 9)),
        (FIRST, Stage.TRAINED, (7, 9)),
        ("7 proposed", Stage.PROPOSED, (9, 7)),
        (f"{FIRST}, 7 proposed", Stage.PROPOSED, (3, 7)),
        (f"{FIRST}, 7 proposed, 7 tested", Stage.TESTED, (3, 7)),
        (f"{FIRST}, 7 proposed, 7 tested, 7 approved", Stage.APPROVED, (3, 7)),
        (f"{FIRST}, 7 proposed, 7 approved, 7 staging", Stage.STAGING, (3, 7)),
        (f"{FIRST}, 7 proposed, 7 approved, 7 staging, 7 canary", Stage.CANARY, (3, 7)),
        (
            f"{FIRST}, 7 proposed, 7 approved, 7 staging, 7 canary, 7 canary_ended",
            Stage.STAGING,
            (3, 7),
        ),
        (f"{FIRST}, 7 proposed, 7 approved, 7 staging, 7 production", Stage.PRODUCTION, (3, 7)),
        (
            f"{FIRST}, 7 proposed, 7 approved, 7 staging, 7 production, 3 rolled_back",
            Stage.EARLIER,
            (3, 7),
        ),
        (
            f"{FIRST}, 7 proposed, 7 approved, 7 production, 3 rolled_back, 7 staging",
            Stage.STAGING,
            (3, 7),
        ),
        (f"{FIRST}, 7 proposed, 7 rejected", Stage.REJECTED, (7, 9)),
        (f"{SECOND}, 7 proposed, 7 tested", Stage.TESTED, (5, 7)),
        (f"{SECOND}, 7 proposed, 7 rejected", Stage.REJECTED, (3, 5)),
        (f"{SECOND}, 3 rolled_back", Stage.TRAINED, (3, 5)),
        (f"{SECOND}, 3 rolled_back, 7 proposed", Stage.PROPOSED, (3, 7)),
        (f"{FIRST}, 5 proposed, 7 proposed", Stage.PROPOSED, (3, 7)),
        (f"{FIRST}, 7 proposed, 5 proposed, 5 rejected", Stage.PROPOSED, (3, 7)),
    ],
)
def test_each_state_of_a_candidate_has_its_pair(
    story: str, of_7: Stage, pair: tuple[int | None, int | None]
) -> None:
    world = World(story)
    assert world.stage(7) == of_7
    assert world.pair == pair


@pytest.mark.parametrize(("own", "pair"), [((), (None, None)), ((3,), (None, 3)), ((5, 3), (3, 5))])
def test_without_candidates_there_are_the_newest(
    own: tuple[int, ...], pair: tuple[int | None, int | None]
) -> None:
    assert default_pair([], own, names={}, canary=None) == pair


def test_a_training_is_best_compared_with_production() -> None:
    world = World(FIRST)
    assert baseline_for(9, world.candidates, OWN, names=world.names) == 3
    assert baseline_for(3, world.candidates, OWN, names=world.names) == 9
    assert baseline_for(9, [], OWN, names={}) == 7
    assert baseline_for(9, [], (9,), names={}) is None


MOVES = ("tested", "approved", "rejected", "staging", "production", "canary", "rolled_back")


@given(st.lists(st.tuples(st.sampled_from((3, 5, 7)), st.sampled_from(MOVES)), max_size=12))
def test_whatever_happens_both_sides_are_two_trainings_that_somebody_asked_for(
    moves: list[tuple[int, str]],
) -> None:
    world = World(_possible(moves))
    baseline, candidate = world.pair
    assert baseline != candidate
    assert {baseline, candidate} <= set(OWN)
    waiting = [c.number for c in world.candidates if world.stage(c.number) in IN_HAND]
    if waiting:
        assert candidate == waiting[0]
        serving = [c.number for c in world.candidates if c.version == world.names.get(PRODUCTION)]
        assert not world.names.get(PRODUCTION) or baseline == serving[0]


def _possible(moves: list[tuple[int, str]]) -> str:
    """Only what can happen: proposed first, approved before it is moved, rolled back to before."""
    story: list[str] = []
    approved: set[int] = set()
    decided: set[int] = set()
    for number, what in moves:
        if f"{number} proposed" not in story:
            story.append(f"{number} proposed")
        if what in ("tested", "approved", "rejected") and number in decided:
            continue
        if what in ("staging", "production", "canary", "rolled_back") and number not in approved:
            continue
        if what == "rolled_back" and not _goes_back_to(", ".join(story), number):
            continue
        approved |= {number} if what == "approved" else set()
        decided |= {number} if what in ("approved", "rejected") else set()
        story.append(f"{number} {what}")
    return ", ".join(story)


def _goes_back_to(story: str, number: int) -> bool:
    moves = [e for e in World(story).events if getattr(e, "alias", None) == PRODUCTION]
    return alias_versions(moves)[-2:-1] == [f"v{number}"]  # type: ignore[arg-type]
