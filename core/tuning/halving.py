"""Which configuration is tried next, and on how many posts. Pure.

Asynchronous successive halving (Li et al. 2020, "A System for Massively Parallel Hyperparameter
Tuning"), one trial at a time: many configurations are tried on few posts, the best third of them on
three times as many, and so on. It can be stopped after any trial.
"""

from collections.abc import Sequence
from dataclasses import dataclass

KEPT = 3
"""One in so many goes on."""
FEWEST = 2_000
"""Posts of the smallest trial."""
DEFAULTS = 0
"""The configuration that is tried first, on all posts."""


@dataclass(frozen=True, slots=True)
class Job:
    """A configuration, by its number, and the rung that it is tried on."""

    configuration: int
    rung: int


@dataclass(frozen=True, slots=True)
class Scored:
    """A job that was done; a higher score is better."""

    job: Job
    score: float


def rungs(posts: int) -> list[int]:
    """On how many posts each rung tries, upwards; the last one on all of them."""
    sizes = [posts]
    while len(sizes) < 3 and sizes[0] // KEPT >= FEWEST:
        sizes.insert(0, sizes[0] // KEPT)
    return sizes


def next_job(done: Sequence[Scored], *, top: int) -> Job:
    """What to do next: a promotion, from the highest rung that has one, or a new configuration.

    Args:
        top: the last rung.
    """
    if not done:
        return Job(DEFAULTS, top)
    for rung in reversed(range(top)):
        ranked = _ranked(done, rung)
        going_on = ranked[: len(ranked) // KEPT]
        beyond = {one.job.configuration for one in done if one.job.rung > rung}
        for one in going_on:
            if one.job.configuration not in beyond:
                return Job(one.job.configuration, rung + 1)
    return Job(1 + max(one.job.configuration for one in done), 0)


def leader(done: Sequence[Scored], *, top: int) -> Job | None:
    """The best configuration that was not tried on all posts yet, to be tried there; None where
    there is none. A higher rung says more than a lower one.
    """
    finished = {one.job.configuration for one in done if one.job.rung == top}
    for rung in reversed(range(top)):
        for one in _ranked(done, rung):
            if one.job.configuration not in finished:
                return Job(one.job.configuration, top)
    return None


def _ranked(done: Sequence[Scored], rung: int) -> list[Scored]:
    """The best first; of equal ones the earlier one."""
    here = [one for one in done if one.job.rung == rung]
    return sorted(here, key=lambda one: (-one.score, one.job.configuration))
