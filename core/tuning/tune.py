"""Trying configurations of one family within a given time, each trial recorded."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.comparison.compare import Pair, compare, summary_of
from core.errors import InputError
from core.evaluation.evaluate import evaluate
from core.executions import record
from core.executions.purpose import TUNE, run_for
from core.progress import Progress, silent
from core.store import Store
from core.store.models import Evaluation
from core.store.snapshots import Snapshot
from core.training.families import DEFAULT_FAMILY, chosen, family
from core.training.train import train
from core.tuning.halving import DEFAULTS, Job, Scored, leader, next_job, rungs
from core.tuning.space import drawn, searched

METRIC = "f1_macro"
"""By which configurations are ranked."""
SHOWN = 10
"""Configurations that are compared with the best one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One training with its evaluation. ``params``: what differs from the defaults, as text."""

    job: Job
    params: Mapping[str, str]
    posts: int
    seconds: float
    evaluation: Evaluation

    @property
    def scored(self) -> Scored:
        return Scored(self.job, self.evaluation.metrics[METRIC])


@dataclass(frozen=True, slots=True)
class Ranked:
    """A configuration that was trained on all posts. ``behind``: the best one's metric minus this
    one's, with its 95% interval; None for the best one itself. ``noise``: half the width of the
    band of retraining around that difference; None where it was not measured.
    """

    trial: Trial
    behind: tuple[float, float, float] | None
    noise: float | None = None

    @property
    def as_good(self) -> bool:
        """Whether the difference to the best one may be chance or noise."""
        if self.behind is None:
            return True
        difference, low, _ = self.behind
        return low <= 0 or (self.noise is not None and difference <= self.noise)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """``ranked``: the best first, at most :data:`SHOWN`; ``trials``: how many trainings there were,
    on any number of posts; ``on_all_posts``: how many of these had all of them.
    """

    execution: int
    trials: int
    on_all_posts: int
    ranked: tuple[Ranked, ...]


def tune(
    store: Store,
    snapshot: Snapshot,
    *,
    minutes: float,
    model: str | None = None,
    params: Mapping[str, str] | None = None,
    seed: int = 0,
    threads: int | None = None,
    progress: Progress = silent,
) -> Tuned:
    """Try configurations for that long, and rank those that were trained on all posts.

    Each trial is an execution. After an interruption, the same call goes on where it was: the
    configurations are drawn in the same order, and trainings that are done are not done again.

    Args:
        minutes: the first trial, of the defaults on all posts, is made in any case.
        params: fixed in all trials, as text.
        seed: of the configurations; trainings have the seed 0.

    Raises:
        InputError: no parameter of the family can be varied, or no time.
    """
    if not minutes > 0:
        raise InputError("There is no time for a trial", "Give --minutes of more than 0.")
    given = dict(params or {})
    kind = family(model or DEFAULT_FAMILY)
    size = snapshot.splits["train"]
    settled = chosen(kind, given, posts=size, labels=snapshot.subreddits)
    varied = searched(kind.parameters, given=given, settled=settled)
    if not varied:
        raise InputError(
            f"No parameter of {kind.name} is left to vary",
            "Give fewer --param, or choose another --model.",
        )
    search = _Search(store, snapshot, kind.name, given, threads, rungs(size))

    def configuration(number: int) -> Mapping[str, str]:
        return {} if number == DEFAULTS else drawn(varied, seed=seed, number=number)

    trials = list(search.trials(configuration, 60 * minutes, progress))
    return _recorded(store, snapshot, kind.name, trials, minutes=minutes, seed=seed, given=given)


@dataclass(frozen=True, slots=True)
class _Search:
    store: Store
    snapshot: Snapshot
    family: str
    given: Mapping[str, str]
    threads: int | None
    sizes: Sequence[int]

    @property
    def top(self) -> int:
        return len(self.sizes) - 1

    def trials(
        self, configuration: Callable[[int], Mapping[str, str]], seconds: float, progress: Progress
    ) -> Iterator[Trial]:
        """Trials until the time is nearly up, then the leader on all posts if that still fits."""
        began, done = time.monotonic(), list[Trial]()

        def left() -> float:
            return seconds - (time.monotonic() - began)

        def tried(job: Job) -> Trial:
            done.append(self._tried(job, configuration(job.configuration)))
            progress("Tuning", min(seconds, seconds - left()), seconds)
            return done[-1]

        yield tried(next_job([], top=self.top))
        while True:
            job = next_job([trial.scored for trial in done], top=self.top)
            reserved = 0.0 if job.rung == self.top else self._expected(done, self.top)
            if left() < self._expected(done, job.rung) + reserved:
                break
            yield tried(job)
        last = leader([trial.scored for trial in done], top=self.top)
        if last is not None and left() >= self._expected(done, self.top):
            yield tried(last)

    def _expected(self, done: Sequence[Trial], rung: int) -> float:
        """Seconds: the most that a trial of this rung took, else its share of one on all posts."""
        seen = [trial.seconds for trial in done if trial.job.rung == rung]
        whole = max(trial.seconds for trial in done if trial.job.rung == self.top)
        return max(seen, default=whole * self.sizes[rung] / self.sizes[-1])

    def _tried(self, job: Job, params: Mapping[str, str]) -> Trial:
        began, posts = time.monotonic(), self.sizes[job.rung]
        with run_for(TUNE):
            model = train(
                self.store,
                self.snapshot,
                model=self.family,
                params={**self.given, **params},
                newest=None if job.rung == self.top else posts,
                threads=self.threads,
            )
            evaluation = evaluate(self.store, model, self.snapshot)
        return Trial(
            job=job,
            params={**self.given, **params},
            posts=posts,
            seconds=time.monotonic() - began,
            evaluation=evaluation,
        )


def _recorded(
    store: Store,
    snapshot: Snapshot,
    name: str,
    trials: Sequence[Trial],
    *,
    minutes: float,
    seed: int,
    given: Mapping[str, str],
) -> Tuned:
    top = max(trial.job.rung for trial in trials)
    whole = sorted((t for t in trials if t.job.rung == top), key=lambda t: -t.scored.score)
    best, *others = whole
    ranked = (
        Ranked(best, None),
        *(_ranked(store, trial, best) for trial in others[: SHOWN - 1]),
    )
    inputs = {
        "snapshot": snapshot.digest,
        "trainings": sorted({trial.evaluation.model_execution for trial in trials}),
    }
    chosen_ = {"family": name, "minutes": minutes, "seed": seed, "params": dict(given)}
    with record(store, "tune", params=chosen_, inputs=inputs) as run:
        run.metrics = {
            "trials": len(trials),
            "on_all_posts": len(whole),
            "best": best.evaluation.model_execution,
            METRIC: best.scored.score,
        }
    return Tuned(execution=run.number, trials=len(trials), on_all_posts=len(whole), ranked=ranked)


def _ranked(store: Store, trial: Trial, best: Trial) -> Ranked:
    """How much better the best one is, and between what and what (95%)."""
    if trial.evaluation == best.evaluation:  # drawn twice
        return Ranked(trial, (0.0, 0.0, 0.0))
    with run_for(TUNE):
        made = compare(store, Pair(trial.evaluation, best.evaluation))
    change = summary_of(store, made).metrics[METRIC]
    low, high = change.interval or (change.difference, change.difference)
    return Ranked(trial, (change.difference, low, high), change.noise)
