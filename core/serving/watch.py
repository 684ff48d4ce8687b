"""Whether a canary keeps within the bounds of the policy, told from what callers asked of it.

Only where the whole interval lies beyond the bound is it flagged. It is looked at every few seconds
for as long as it is on, so the intervals are those of :mod:`core.stats.sequences`: of canaries that
are right at a bound, one in twenty at most is ever flagged. The usual 95% interval flags one in
four.
"""

import math
import socket
from dataclasses import dataclass

from core.access.identity import Actor, Way, acting_as
from core.errors import RefusedError
from core.hints import Alarm
from core.release import aliases, history
from core.release.adoption import read_policy
from core.release.events import CANARY, PRODUCTION, CanarySet
from core.release.policy import Rules
from core.serving.servers import minute_of
from core.stats.sequences import mean_sequence, share_sequence
from core.store import Store
from core.store import serving as serving_table
from core.store.serving import Confidence, Count

MOST = 20_000
"""Texts of each version whose p@1 is looked at, the newest: a canary may be on for weeks."""
_DROP = 0.05
"""Of p@1: the difference to detect soonest."""
_SERVER = "server/"
"""What the names of servers begin with, where they write events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """The canary that is on, with what callers asked of it since it began, and of production."""

    event: CanarySet
    count: Count
    confidence: Confidence
    production: str
    baseline: Confidence
    """Of production, in the same time."""
    rules: Rules

    @property
    def version(self) -> str:
        return self.event.version

    @property
    def error_rate(self) -> tuple[float, float] | None:
        """The interval of the share of requests that it could not answer; None where there are too
        few.
        """
        if self.count.requests < self.rules.fewest_requests:
            return None
        return share_sequence(self.count.errors, self.count.requests)

    @property
    def p_at_1_drop(self) -> tuple[float, float] | None:
        """The interval of how far its mean p@1 lies below production's; None where there are
        too few.
        """
        mine, other = self.confidence, self.baseline
        if min(mine.texts, other.texts) < max(2, self.rules.fewest_requests):
            return None
        error = math.sqrt(mine.variance / mine.texts + other.variance / other.texts)
        drop, half = other.mean - mine.mean, mean_sequence(error, scale=_DROP)
        return drop - half, drop + half

    @property
    def flags(self) -> list[str]:
        """Which bounds it breaks, as sentences without a full stop; empty where it keeps all."""
        sentences = []
        errors, drop = self.error_rate, self.p_at_1_drop
        if errors and errors[0] > self.rules.max_error_rate:
            sentences.append(
                f"The canary {self.version} could not answer {self.count.errors:,} of"
                f" {self.count.requests:,} requests, an error rate of at least {errors[0]:.1%};"
                f" the policy allows {self.rules.max_error_rate:.1%}"
            )
        if drop and drop[0] > self.rules.max_p_at_1_drop:
            sentences.append(
                f"The mean p@1 of the canary {self.version} is {self.confidence.mean:.3f},"
                f" against {self.baseline.mean:.3f} for {self.production}: lower by at least"
                f" {drop[0]:.3f}; the policy allows {self.rules.max_p_at_1_drop:.3f}"
            )
        return sentences


def watched(store: Store) -> Watched | None:
    """The canary as it does now; None where there is none."""
    names, event = aliases.named(store)
    if event is None:
        return None
    production = names[PRODUCTION]
    with store.read() as session:
        counts = serving_table.counts(session, since=minute_of(event.at), version=event.version)
        mine, baseline = (
            serving_table.confidence(session, version, since=event.at, most=MOST)
            for version in (event.version, production)
        )
    return Watched(
        event=event,
        count=counts.get(event.version, Count()),
        confidence=mine,
        production=production,
        baseline=baseline,
        rules=read_policy(store).rules,
    )


def enforce(store: Store) -> list[Alarm]:
    """What is wrong with the canary; it is ended where the policy says so.

    The event is written by the name of the server, ``server/HOST``.
    """
    canary = watched(store)
    flags = [Alarm(flag) for flag in canary.flags] if canary else []
    if canary is None or not flags or not canary.rules.stop:
        return flags
    try:
        with acting_as(Actor(f"{_SERVER}{socket.gethostname()}", Way.LOCAL)):
            aliases.set_canary(
                store,
                canary.version,
                share=0,
                seen=canary.event,
                comment=" ".join(map(str, flags)),
            )
    except RefusedError:
        return []  # somebody was faster, or another server: the evidence is not of what is on now
    return []


def ended_by_policy(event: CanarySet) -> bool:
    """Whether it is the end of a canary that no person has ended, but a server."""
    return not event.share and event.by.startswith(_SERVER)


def stopped(store: Store) -> CanarySet | None:
    """The end of the last canary, where the policy has ended it; None once somebody has decided
    on another canary or on production since.
    """
    with store.read() as session:
        moves = history.moves(history.events(session))
    last = next((move for move in reversed(moves) if move.alias in (CANARY, PRODUCTION)), None)
    return last if isinstance(last, CanarySet) and ended_by_policy(last) else None
