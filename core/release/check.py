"""A candidate's gates, judged on its validation split. The sealed test stays closed."""

from dataclasses import dataclass, replace

import numpy as np

from core.comparison import compare as comparing
from core.comparison.align import numbered
from core.errors import NotFoundError, RefusedError
from core.evaluation import evaluate as evaluating
from core.progress import Progress, silent
from core.release import review
from core.release.aliases import version_of
from core.release.events import Kind
from core.release.gates import Evidence, Gate, Verdict, judge, overall
from core.release.policy import Policy, read_policy
from core.release.review import PRODUCTION, Candidate
from core.snapshots import find
from core.stats.estimates import Outcome, estimate
from core.store import Store
from core.store.models import Comparison, Evaluation
from core.training.train import of_execution as model_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The gates of one candidate, and what they were judged by.

    ``candidate``: its training execution. ``comparison``: with production; None without one.
    """

    candidate: int
    evaluation: Evaluation
    comparison: Comparison | None
    policy: Policy
    gates: tuple[Gate, ...]

    @property
    def verdict(self) -> Verdict:
        return overall(self.gates)


def check(store: Store, execution: int, *, progress: Progress = silent) -> Check:
    """Judge the model of a training execution, proposed or not, against production.

    Both are evaluated on the validation split of the candidate's snapshot and compared; what was
    done before is not done again.

    Raises:
        NotFoundError: no such execution, or it made no model.
        InputError: the policy file is wrong.
    """
    policy = read_policy(store.home)
    model = model_of(store, execution)
    made = review.evidence(store, model, progress)
    judged = evaluating.evaluate(store, model, find(store, model.snapshot))
    comparison = None if made is None else comparing.of_execution(store, made)
    return _check(store, execution, policy, judged, comparison)


def of_proposal(store: Store, candidate: Candidate) -> Check | None:
    """The gates by the comparison that the candidate was proposed with; nothing is computed.

    None where it was proposed without one, or an older Signoff made it.

    Raises:
        InputError: the policy file is wrong.
    """
    if candidate.proposal.comparison is None:
        return None
    policy = read_policy(store.home)
    comparison = comparing.of_execution(store, candidate.proposal.comparison)
    judged = evaluating.of_execution(store, comparison.candidate)
    try:
        return _check(store, candidate.number, policy, judged, comparison)
    except RefusedError:
        return None


def own_intervals(store: Store, evaluation: Evaluation) -> dict[str, list[float]]:
    """95% intervals of the metrics of one evaluation that is compared with none."""
    table = evaluating.predictions(store, evaluation)
    side = numbered(table, table.vocabulary)
    (found,) = estimate(
        side.truth,
        [Outcome(side.top, side.p_at_1)],
        labels=len(table.vocabulary),
        rng=np.random.default_rng(0),
    )
    return {name: np.clip(each.interval, 0, 1).tolist() for name, each in found.items()}


def _check(
    store: Store,
    execution: int,
    policy: Policy,
    judged: Evaluation,
    comparison: Comparison | None,
) -> Check:
    known = _compared(store, judged, comparison) if comparison else _alone(store, judged)
    proposed_by, reviewed_by = _people(store, execution)
    known = replace(known, proposed_by=proposed_by, reviewed_by=reviewed_by)
    return Check(
        candidate=execution,
        evaluation=judged,
        comparison=comparison,
        policy=policy,
        gates=judge(policy, known),
    )


def _compared(store: Store, judged: Evaluation, comparison: Comparison) -> Evidence:
    summary = comparing.summary_of(store, comparison)
    return Evidence(
        metrics=judged.metrics,
        intervals={
            name: metric.get("interval_candidate") for name, metric in summary["metrics"].items()
        },
        summary=summary,
        changes=comparing.changes_of(store, comparison),
    )


def _alone(store: Store, judged: Evaluation) -> Evidence:
    return Evidence(
        metrics=judged.metrics,
        intervals=own_intervals(store, judged),
        missing="This is the version in production: there is no other to compare with."
        if version_of(store, PRODUCTION)
        else "There is no version in production to compare with.",
    )


def _people(store: Store, execution: int) -> tuple[str | None, str | None]:
    """Who proposed the candidate, and who decided on it."""
    try:
        found = review.get(store, execution)
    except NotFoundError:
        return None, None
    decided = [e.by for e in found.events if e.kind in (Kind.APPROVED, Kind.REJECTED)]
    return found.proposal.by, decided[-1] if decided else None
