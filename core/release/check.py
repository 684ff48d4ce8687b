"""A candidate's gates, judged by what there is: its opened test, else its validation split."""

import hashlib
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

import numpy as np
import orjson
from sqlalchemy.orm import Session

from core.comparison import compare as comparing
from core.comparison.align import numbered
from core.comparison.compare import Pair
from core.drift.newest import newest_window
from core.drift.predicting import bring_up_to_date
from core.drift.results import NewestWindow, NoNewestWindow
from core.evaluation import evaluate as evaluating
from core.metrics import FIGURES
from core.progress import Progress, silent
from core.release import candidates, history
from core.release.adoption import in_force, read_policy
from core.release.candidates import Candidate
from core.release.events import Approved, Opened, Rejected, ReleaseEvent, Tested
from core.release.gate import AgeOfTest, Evidence, Gate, GateVerdict
from core.release.gates import judge, overall
from core.release.policy import NEW_POSTS, REVIEW, TRAINING_AGE, Policy
from core.release.states import CandidateState, candidate_state
from core.release.training_age import days_since_training
from core.snapshots import find
from core.stats.estimates import estimate
from core.stats.intervals import Interval
from core.store import Store, snapshots
from core.store import executions as executions_table
from core.store import models as models_table
from core.store.executions import SUCCEEDED
from core.store.models import Comparison, Evaluation, Model
from core.training.provenance import handed_in
from core.training.train import of_execution as model_of

Row = TypeVar("Row")
TEST = "test"
"""The kind of the step that opens a sealed test."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The gates of one candidate, and what they were judged by.

    ``candidate``: its training execution. ``comparison``: with production; None without one.
    ``outdated``: why it is not about the current production version, as a sentence; None if it is.
    ``digest``: of all that a decision rests on; another one means that the evidence has changed.
    ``leaked``: the share of the opened test that it had seen, of what the rule ``near_duplicates``
    limits; 0 where no test was opened.
    """

    candidate: int
    evaluation: Evaluation
    comparison: Comparison | None
    policy: Policy
    gates: tuple[Gate, ...]
    outdated: str | None
    digest: str
    leaked: float = 0.0

    @property
    def verdict(self) -> GateVerdict:
        """What the evidence says; the gate :data:`REVIEW` comes with the decision."""
        return overall(gate for gate in self.gates if gate.name != REVIEW)

    @property
    def failed(self) -> tuple[Gate, ...]:
        """The gates that fail by the evidence: an approval overrides them."""
        return tuple(g for g in self.gates if g.verdict == GateVerdict.FAIL and g.name != REVIEW)


def check(store: Store, execution: int, *, progress: Progress = silent) -> Check:
    """Judge the model of a training execution, proposed or not, against production.

    Both are evaluated on the validation split of the candidate's snapshot and compared, and predict
    new posts if the policy asks for it; what was done before is not done again. The sealed test
    stays closed.

    Raises:
        NotFoundError: no such execution, or it made no model.
    """
    model = model_of(store, execution)
    made = compare_with_production(store, model, progress)
    judged = evaluating.evaluate(store, model, find(store, model.snapshot))
    comparison = None if made is None else comparing.of_execution(store, made)
    with store.read() as session:
        events = tuple(history.of_candidate(session, execution))
        policy = in_force(session)
        return judge_by(store, session, execution, policy, judged, comparison, events=events)


def of_candidate(store: Store, session: Session, candidate: Candidate) -> Check:
    """The gates by the last opened test, else by what it was proposed with, without predicting."""
    policy = in_force(session)
    shown, result = candidate.comparison, candidate.result
    comparison = _there(models_table.comparison(session, shown)) if shown else None
    if result is not None:
        judged = _there(models_table.evaluation(session, result.evaluation))
    elif comparison is not None:
        judged = _there(models_table.evaluation(session, comparison.candidate))
    else:
        judged = _own_evaluation(session, candidate.number)
    checked = judge_by(
        store, session, candidate.number, policy, judged, comparison, events=candidate.events
    )
    return checked if result is None else replace(checked, leaked=_leaked(session, result))


def _leaked(session: Session, result: Tested) -> float:
    """As the run counted that opened the test: by another policy, perhaps, than is in force now."""
    runs = executions_table.listing(session, kinds=(TEST,), statuses=(SUCCEEDED,))
    run = next((run for run in runs if run.inputs["opening"] == result.opening), None)
    if run is None:
        return 0.0
    counts, posts = run.metrics, max(run.metrics["posts"], 1)
    alike = sum(counts.get(kind, 0) for kind in ("same_text", "near", "contained"))
    return float(max(alike, counts.get("evaluated", 0)) / posts)


def compare_with_production(store: Store, model: Model, progress: Progress) -> int | None:
    """Compare on the candidate's validation split; the comparison's execution, None without one.

    If the policy in force asks how both do on new posts, both predict those that they have not
    predicted yet.
    """
    snapshot = find(store, model.snapshot)
    candidate = evaluating.evaluate(store, model, snapshot, progress=progress)
    with store.read() as session:
        production = candidates.in_production(session)
    if production is None or production == model.execution:
        return None
    compared_with = model_of(store, production)
    baseline = evaluating.evaluate(store, compared_with, snapshot, progress=progress)
    if read_policy(store).limit(NEW_POSTS):
        for each in (model, compared_with):
            bring_up_to_date(store, each, progress=progress)
    return comparing.compare(store, Pair(baseline, candidate)).execution


def judge_by(
    store: Store,
    session: Session,
    execution: int,
    policy: Policy,
    judged: Evaluation,
    comparison: Comparison | None,
    *,
    events: tuple[ReleaseEvent, ...],
    tested: AgeOfTest | None = None,
) -> Check:
    """Judge by an evaluation, and by its comparison where there is one.

    Args:
        events: of the candidate so far; none if it was not proposed.
        tested: of a test whose result is not an event yet; else it is found among the events.
    """
    production = candidates.in_production(session)
    known = (
        _compared(store, judged, comparison) if comparison else _alone(store, judged, production)
    )
    baseline = _there(models_table.evaluation(session, comparison.baseline)) if comparison else None
    compared_with = baseline.model_execution if baseline else None
    model = _there(models_table.model(session, execution))
    elsewhere = handed_in(store, model.family, model.digest)
    known = replace(
        known,
        training_known=elsewhere is not None,
        training_age=days_since_training(session, model) if elsewhere == () else None,
        new_posts=_on_new_posts(store, session, model, compared_with, policy),
        tested=tested or _tested(session, events),
        proposed_by=events[0].by if events else None,
        reviewed_by=_reviewer(events),
    )
    gates = judge(policy, known)
    return Check(
        candidate=execution,
        evaluation=judged,
        comparison=comparison,
        policy=policy,
        gates=gates,
        outdated=None if _decided(events) else _outdated(execution, compared_with, production),
        digest=_digest(
            candidate=execution,
            predictions=judged.predictions,
            comparison=[comparison.summary, comparison.changes] if comparison else None,
            baseline=compared_with,
            production=None if production == execution else production,
            policy=policy.digest,
            gates=[_said(gate) for gate in gates if gate.name != REVIEW],
        ),
    )


def _on_new_posts(
    store: Store, session: Session, model: Model, compared_with: int | None, policy: Policy
) -> NewestWindow | NoNewestWindow | None:
    """Both models on posts that came after them, if the policy asks for it."""
    if compared_with is None or policy.limit(NEW_POSTS) is None:
        return None
    return newest_window(store, _there(models_table.model(session, compared_with)), model)


def own_intervals(store: Store, evaluation: Evaluation) -> dict[str, Interval]:
    """95% intervals of the metrics of one evaluation that is compared with none."""
    table = evaluating.predictions(store, evaluation)
    (estimates,) = estimate(
        [numbered(table, table.vocabulary)],
        FIGURES,
        labels=len(table.vocabulary),
        rng=np.random.default_rng(0),
    )
    return {key: each.interval for key, each in estimates.items()}


def _compared(store: Store, judged: Evaluation, comparison: Comparison) -> Evidence:
    summary = comparing.summary_of(store, comparison)
    return Evidence(
        metrics=judged.metrics,
        intervals={name: metric.interval_candidate for name, metric in summary.metrics.items()},
        summary=summary,
        changes=comparing.changes_of(store, comparison),
    )


def _alone(store: Store, judged: Evaluation, production: int | None) -> Evidence:
    return Evidence(
        metrics=judged.metrics,
        intervals=own_intervals(store, judged),
        comparable=production not in (None, judged.model_execution),
        missing="There is no version in production to compare with."
        if production is None
        else "This version is in production, so there is no other version to compare it with."
        if production == judged.model_execution
        else "There was no version in production to compare with at that time.",
    )


def _there(row: Row | None) -> Row:
    """A row that another names: the database keeps such rows."""
    if row is None:
        raise RuntimeError("a row that an event names is missing")
    return row


def _own_evaluation(session: Session, execution: int) -> Evaluation:
    """On the validation split of its own snapshot: proposing has made one."""
    snapshot = _there(models_table.model(session, execution)).snapshot
    return models_table.evaluations(
        session, model_executions=[execution], snapshot=snapshot, split="valid"
    )[0]


def _tested(session: Session, events: tuple[ReleaseEvent, ...]) -> AgeOfTest | None:
    """How old the last opened test is."""
    result = next((e for e in reversed(events) if isinstance(e, Tested)), None)
    if result is None:
        return None
    opened = next(e for e in events if isinstance(e, Opened) and e.id == result.opening)
    return ages(_there(snapshots.get(session, opened.snapshot)).created_at, opened.at)


def ages(frozen: datetime, opened: datetime) -> AgeOfTest:
    """How old a split was when it was opened, and how long ago that is."""
    return AgeOfTest(split_age=(opened - frozen).days, ago=(datetime.now(UTC) - opened).days)


def _reviewer(events: tuple[ReleaseEvent, ...]) -> str | None:
    decided = [e.by for e in events if isinstance(e, Approved | Rejected)]
    return decided[-1] if decided else None


def _decided(events: tuple[ReleaseEvent, ...]) -> bool:
    """Whether what the evidence was for is over: what production is since does not matter."""
    return candidate_state(events) in (CandidateState.REJECTED, CandidateState.RELEASED)


def _outdated(candidate: int, baseline: int | None, production: int | None) -> str | None:
    if production in (None, candidate, baseline):
        return None
    compared = f"compares with #{baseline}" if baseline else "has no comparison"
    return (
        f"Production has changed since: the evidence {compared}, but production is now"
        f" #{production}."
    )


def _said(gate: Gate) -> dict[str, object]:
    """A gate without its wording, which may change from version to version. Of a gate whose value
    changes by itself from day to day, only whether it fails: an approval lasts until then.
    """
    if gate.name in (TRAINING_AGE, NEW_POSTS):
        failed = gate.verdict == GateVerdict.FAIL
        return {"name": gate.name, "limit": gate.limit, "failed": failed}
    return {name: value for name, value in asdict(gate).items() if name not in _WORDING}


_WORDING = ("why", "applies")


def _digest(**parts: object) -> str:
    return hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()
