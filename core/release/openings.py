"""Opening a sealed test: the one place that reads one.

First the row of the ledger is committed, then the split is read, then candidate and production are
predicted, compared and judged on it, and the result is bound to the row. What is cut off in between
stays an opening without result: it counts as used, and the same candidate may finish it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from core.access.authorisation import authorise
from core.access.identity import Actor, Role
from core.access.transactions import acting
from core.comparison import compare as comparing
from core.comparison.compare import Pair
from core.errors import ConflictError, InputError, RefusedError
from core.evaluation.evaluate import evaluate_unsealed
from core.executions import Run, record
from core.executions.history import listing as listing_of_runs
from core.executions.history import running
from core.hints import Command, Hint
from core.invisible import is_visible
from core.progress import Progress, silent
from core.release import candidates, history, rules, seal_events
from core.release.adoption import in_force
from core.release.budget import Budget, budget_of
from core.release.candidates import Candidate
from core.release.check import TEST, Check, ages, judge_by
from core.release.events import EndOfOpening, LeakedTest, Opened, Tested
from core.release.leakage import find_leakage
from core.release.looks import all_looks
from core.release.policy import Policy
from core.release.states import ends
from core.snapshots import find, fingerprints
from core.snapshots.content import SplitFile
from core.snapshots.read import OPEN_SPLITS, open_split
from core.snapshots.unsealed import attributes_of, unseal
from core.store import Store, models, snapshots
from core.store.executions import SUCCEEDED, Execution
from core.store.models import Model
from core.store.snapshots import Snapshot
from core.training.provenance import handed_in
from core.training.train import of_execution as model_of

MAX_REASON = 2_000
"""The kind of the execution that opens."""
OPEN = "open a sealed test"


@dataclass(frozen=True, slots=True)
class Opening:
    """One row of the ledger, and the event that ended it; None as long as there is none."""

    row: Opened
    end: EndOfOpening | None

    @property
    def state(self) -> str:
        """``finished``, ``refused`` or ``unfinished``."""
        if self.end is None:
            return "unfinished"
        return "finished" if self.result else "refused"

    @property
    def result(self) -> Tested | None:
        """What the test showed; None where it was not finished, or had leaked."""
        return self.end if isinstance(self.end, Tested) else None

    @property
    def answer(self) -> str:
        """The verdict; where there is none, the state."""
        return self.result.verdict if self.result else self.state


def listing(store: Store) -> list[Opening]:
    """The ledger: every opening there was, the last first."""
    with store.read() as session:
        events = history.events(session)
    ended = ends(events)
    rows = [event for event in events if isinstance(event, Opened)]
    return [Opening(row, ended.get(row.id)) for row in reversed(rows)]


def open_test(
    store: Store,
    candidate: int,
    *,
    reason: str,
    on: str | None = None,
    progress: Progress = silent,
) -> Candidate:
    """Open a sealed test for a candidate, or give back what the same opening has said before.

    Args:
        reason: why now; it stays in the ledger.
        on: the snapshot whose test split; default: the one it was trained on.

    Raises:
        NotFoundError: it was never proposed, or there is no such snapshot.
        RefusedError: the split is spent or stale, or the candidate was trained on its posts; or
            this is continuous integration.
        ConflictError: it is being opened at this moment, the candidate is decided, or another
            policy was adopted in the meantime: the test can be finished by that one.
        InputError: there is no reason, or the key does not fit.
    """
    history.require_people()
    model = model_of(store, candidate)
    snapshot = find(store, on or model.snapshot)
    with store.read() as session:
        proposed = candidates.find(session, candidate)
        known = same_question(session, proposed, snapshot)
    if known is not None and known.end is not None:
        return proposed
    fingerprints.complete(store)
    with acting(store, Role.REVIEWER, to=OPEN) as (session, actor):
        policy = in_force(session)
        row = _ledger_row(session, candidate, snapshot, policy, reason=reason, actor=actor)
    _require_alone(store, row, snapshot)
    inputs = {
        "opening": row.id,
        "candidate": candidate,
        "baseline": row.baseline,
        "snapshot": snapshot.digest,
    }
    with record(store, TEST, params={"policy": policy.digest}, inputs=inputs) as run:
        _require_alone(store, row, snapshot, before=run.number)  # another may have begun in between
        _test(store, run, row, model, snapshot, policy, progress)
    return candidates.get(store, candidate)


def require_possible(store: Store, candidate: int, *, reason: str, on: str | None = None) -> None:
    """Raise what :func:`open_test` would refuse before it writes anything, but for the role."""
    snapshot = find(store, on or model_of(store, candidate).snapshot)
    with store.read() as session:
        proposed = candidates.find(session, candidate)
        cut_off = _cut_off(session, proposed, snapshot, in_force(session), reason=reason)
    if cut_off is not None:
        _require_alone(store, cut_off, snapshot)


def last_of(candidate: Candidate) -> Opening | None:
    """The last opening for a candidate; None before the first."""
    rows = [event for event in candidate.events if isinstance(event, Opened)]
    return Opening(rows[-1], ends(candidate.events).get(rows[-1].id)) if rows else None


def run_of(store: Store, candidate: Candidate) -> Execution | None:
    """The execution that ended the last opening for a candidate."""
    opening = last_of(candidate)
    runs = listing_of_runs(store, kinds=(TEST,), status=SUCCEEDED)
    mine = [run for run in runs if opening and run.inputs["opening"] == opening.row.id]
    return next(iter(mine), None)


def budget(session: Session, snapshot: Snapshot, policy: Policy) -> Budget:
    """What the sealed test of a snapshot can still judge."""
    return budget_of(
        history.events(session),
        snapshot,
        policy,
        others=snapshots.listing(session),
        looks=all_looks(session).at(snapshot.digest),
        released=_released(session).get(snapshot.digest),
    )


def budgets(store: Store, policy: Policy) -> list[Budget]:
    """The same for every snapshot there is, newest first; the events are read once."""
    with store.read() as session:
        events, every = history.events(session), snapshots.listing(session)
        looks, released = all_looks(session), _released(session)
    return [
        budget_of(
            events,
            each,
            policy,
            others=every,
            looks=looks.at(each.digest),
            released=released.get(each.digest),
        )
        for each in every
    ]


def _released(session: Session) -> dict[str, datetime]:
    """When the posts of each snapshot were released in the store, of those that were."""
    return {digest: event.at for digest, event in seal_events.releases(session).items()}


def same_question(session: Session, candidate: Candidate, snapshot: Snapshot) -> Opening | None:
    """The opening of this split for this candidate against the current production version, if any.

    An unfinished one of this split goes before: it must be finished first, as it was begun.
    """
    ended = ends(candidate.events)
    rows = [
        Opening(event, ended.get(event.id))
        for event in candidate.events
        if isinstance(event, Opened) and event.snapshot == snapshot.digest
    ]
    unfinished = [each for each in rows if each.end is None]
    baseline = _baseline(session, candidate.number)
    same = [each for each in rows if each.row.baseline == baseline and each.result]
    return next(iter([*unfinished, *reversed(same)]), None)


def _baseline(session: Session, candidate: int) -> int | None:
    production = candidates.in_production(session)
    return None if production == candidate else production


def _ledger_row(
    session: Session,
    number: int,
    snapshot: Snapshot,
    policy: Policy,
    *,
    reason: str,
    actor: Actor,
) -> Opened:
    """The row of an opening that was cut off, or a new one."""
    candidate = candidates.find(session, number)
    cut_off = _cut_off(session, candidate, snapshot, policy, reason=reason)
    if cut_off is not None:
        return cut_off
    row = Opened(
        at=datetime.now(UTC),
        by=actor.name,
        candidate=number,
        comment=reason.strip(),
        snapshot=snapshot.digest,
        baseline=_baseline(session, number),
        policy=policy.recorded,
    )
    return history.append(session, row)


def _cut_off(
    session: Session, candidate: Candidate, snapshot: Snapshot, policy: Policy, *, reason: str
) -> Opened | None:
    """The row of an opening that was cut off; None where there is none, and a new one may be
    written. What stands against that is raised.
    """
    known = same_question(session, candidate, snapshot)
    if known is not None and known.end is None:
        return known.row
    if known is not None:
        raise ConflictError(
            f"{known.row.by} has just tested #{candidate.number} on {snapshot.id}",
            Hint("Look at the result.", Command("release show", candidate.number)),
        )
    if refusal := rules.against_opening(candidate, budget(session, snapshot, policy)):
        raise refusal
    _require_reason(reason)
    return None


def _test(
    store: Store,
    run: Run,
    row: Opened,
    model: Model,
    snapshot: Snapshot,
    policy: Policy,
    progress: Progress,
) -> None:
    """Everything between the ledger's row and its result."""
    data = unseal(store, snapshot)
    trained_on = find(store, model.snapshot)
    leakage = find_leakage(
        [open_split(store, trained_on, split) for split in OPEN_SPLITS],
        data,
        first_moment=snapshot.cutoffs.get("test"),
        most_near=policy.rules.near_duplicates,
        also=handed_in(store, model.family, model.digest) or (),
        evaluated_on=_evaluated_on(store, model),
        progress=progress,
    )
    run.metrics = {**leakage.counts}
    if leakage.refused:
        with acting(store, Role.REVIEWER, to=OPEN) as (session, actor):
            leaked = LeakedTest(
                at=datetime.now(UTC),
                by=actor.name,
                candidate=row.candidate,
                snapshot=row.snapshot,
                baseline=row.baseline,
                opening=row.id,
                comment=leakage.refused,
            )
            _end(session, leaked)
        raise RefusedError(
            f"#{row.candidate} cannot be judged by the test of {snapshot.id}: {leakage.refused}",
            Hint(
                "Train it again without these posts, or test it on a newer snapshot.",
                Command("release test", row.candidate, on="SNAPSHOT", reason="…"),
            ),
        )
    judged = evaluate_unsealed(store, model, snapshot, data, progress=progress)
    comparison = None
    if row.baseline is not None:
        baseline = model_of(store, row.baseline)
        other = evaluate_unsealed(store, baseline, snapshot, data, progress=progress)
        attributes = attributes_of(data)
        comparison = comparing.compare(store, Pair(other, judged), attributes=attributes)
    with store.read() as session:
        checked = judge_by(
            store,
            session,
            row.candidate,
            policy,
            judged,
            comparison,
            events=candidates.find(session, row.candidate).events,
            tested=ages(snapshot.created_at, row.at),
        )
    run.outputs = {
        "evaluation": judged.execution,
        "comparison": comparison.execution if comparison else None,
        "evidence": checked.digest,
    }
    run.metrics |= {"posts": judged.posts, "verdict": checked.verdict}
    run.on_success(lambda session: _write_result(session, row, checked))


def _evaluated_on(store: Store, model: Model) -> list[SplitFile]:
    """Open splits of other snapshots than its own that a model was evaluated on."""
    with store.read() as session:
        made = models.evaluations(session, model_executions=[model.execution])
    known = {(each.snapshot, each.split) for each in made if each.snapshot != model.snapshot}
    return [
        open_split(store, find(store, snapshot), split)
        for snapshot, split in sorted(known)
        if split in OPEN_SPLITS
    ]


def _write_result(session: Session, row: Opened, checked: Check) -> None:
    actor = authorise(session, Role.REVIEWER, to=OPEN)
    if in_force(session).digest != checked.policy.digest:
        raise ConflictError(
            f"Another release policy was adopted while #{row.candidate} was tested",
            Hint("Finish the test by that policy.", Command("release test", row.candidate)),
        )
    result = Tested(
        at=datetime.now(UTC),
        by=actor.name,
        candidate=row.candidate,
        snapshot=row.snapshot,
        baseline=row.baseline,
        opening=row.id,
        evaluation=checked.evaluation.execution,
        comparison=checked.comparison.execution if checked.comparison else None,
        verdict=checked.verdict,
        shown=checked.digest,
        policy=checked.policy.recorded,
    )
    _end(session, result)


def _require_alone(
    store: Store, row: Opened, snapshot: Snapshot, *, before: int | None = None
) -> None:
    """Refuse to open where another is doing so at this moment."""
    if running(store, TEST, "opening", row.id, before=before):
        raise ConflictError(
            f"{row.by} is opening the sealed test of {snapshot.id} for #{row.candidate}",
            Hint(
                "Wait until it has finished, then look at the result.",
                Command("release show", row.candidate),
            ),
        )


def _end(session: Session, end: EndOfOpening) -> None:
    """End an opening, once: the second to finish it finds that it has ended."""
    if end.opening not in ends(history.of_candidate(session, end.candidate)):
        history.append(session, end)


def _require_reason(reason: str) -> None:
    if not is_visible(reason):
        raise InputError(
            "Give a reason for opening the sealed test",
            "It stays in the ledger; one sentence is enough.",
        )
    if len(reason) > MAX_REASON:
        raise InputError(
            f"The reason is {len(reason):,} characters long", f"Use at most {MAX_REASON:,}."
        )
