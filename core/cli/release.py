"""Commands that decide."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from core.cli.arguments import Number
from core.cli.output import AsJson, print_json, print_table, progress_bar, say, workspace
from core.cli.policy import policy, policy_json, say_pending
from core.cli.release_json import event_json, opening_json
from core.comparison.caveats import caveats as caveats_of
from core.comparison.caveats import of_evaluation
from core.executions.history import get, number
from core.hints import Command, Hint
from core.release import candidates, identity, openings, review
from core.release.candidates import Candidate
from core.release.case import Case, caveats, next_sentence, read
from core.release.check import Check
from core.release.check import check as check_gates
from core.release.gate import Gate, GateVerdict
from core.release.standing import MARKS, counted, standing, worst_first
from core.store import Store

release = typer.Typer(help="Propose candidates and decide on them.", no_args_is_help=True)
release.add_typer(policy, name="policy")

GATE_FAILED = 3
"""The exit code where a gate fails; an inconclusive one is not a failure."""

Comment = Annotated[str, typer.Option("--comment", help="The reason; it stays in the history.")]
Evidence = Annotated[
    str | None,
    typer.Option(
        "--evidence", help="Refuse if the evidence no longer has this digest (see release show)."
    ),
]


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    app.add_typer(release, name="release", rich_help_panel="Decide")


@release.command("propose")
def propose(
    execution: Number,
    note: Annotated[str, typer.Option(help="What a reviewer should know.")] = "",
    as_json: AsJson = False,
) -> None:
    """Propose the model of a training execution, with its comparison against production."""
    store = workspace()
    with progress_bar() as progress:
        candidate = review.propose(store, number(execution), note=note, progress=progress)
    if as_json:
        evidence = candidate.proposal.comparison
        seconds = get(store, evidence).seconds if evidence else None
        made = {"execution": evidence, "seconds": seconds}
        print_json({**made, **_case_json(store, read(store, candidate.number))})
        return
    _show(store, read(store, candidate.number))


@release.command("check")
def check(candidate: Number, as_json: AsJson = False) -> None:
    """Judge the gates of a training on validation, proposed or not. Exit code 3: a gate failed.

    The sealed test stays closed.
    """
    store = workspace()
    with progress_bar() as progress:
        result = check_gates(store, number(candidate), progress=progress)
    if as_json:
        print_json(_check_json(store, result))
    else:
        _print_check(store, result)
    if result.verdict == GateVerdict.FAIL:
        raise typer.Exit(GATE_FAILED)


@release.command("test")
def open_command(
    candidate: Number,
    reason: Annotated[str, typer.Option(help="The reason; it stays in the ledger.")] = "",
    on: Annotated[
        str | None,
        typer.Option(help="Another snapshot's test split. Default: the one it was trained on."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Open the sealed test for a candidate and judge its gates. Exit code 3: a gate failed.

    Each opening uses part of the split's budget, and stays in the ledger. The same candidate gets
    the stored result again; an interrupted opening is completed.
    """
    store = workspace()
    with progress_bar() as progress:
        tested = openings.open_test(
            store, number(candidate), reason=reason, on=on, progress=progress
        )
    case = read(store, tested.number)
    if as_json:
        run = openings.run_of(store, tested)
        made = {"execution": run and run.number, "seconds": run and run.seconds}
        print_json({**made, **_case_json(store, case)})
    else:
        _show(store, case)
    if case.evidence.verdict == GateVerdict.FAIL:
        raise typer.Exit(GATE_FAILED)


@release.command("comment")
def comment_command(
    candidate: Number, text: Annotated[str, typer.Argument()], as_json: AsJson = False
) -> None:
    """Comment on a candidate; the comment stays in the history."""
    store = workspace()
    _done(store, review.comment(store, number(candidate), text=text), as_json=as_json)


@release.command("approve")
def approve(
    candidate: Number,
    comment: Comment,
    override: Annotated[
        str,
        typer.Option(
            help="Why it can be released although a gate failed. The override stays on record."
        ),
    ] = "",
    evidence: Evidence = None,
    as_json: AsJson = False,
) -> None:
    """Approve a candidate, which assigns a version. Exit code 3: a gate failed."""
    store = workspace()
    approved = review.approve(
        store, number(candidate), comment=comment, seen=evidence, override=override
    )
    _done(store, approved, as_json=as_json)


@release.command("reject")
def reject(
    candidate: Number, comment: Comment, evidence: Evidence = None, as_json: AsJson = False
) -> None:
    """Reject a candidate. A rejection is final."""
    store = workspace()
    rejected = review.reject(store, number(candidate), comment=comment, seen=evidence)
    _done(store, rejected, as_json=as_json)


@release.command("show")
def show(candidate: Number, as_json: AsJson = False) -> None:
    """One candidate: its gates, its history, and what can be done next."""
    store = workspace(looking=True)
    _done(store, candidates.get(store, number(candidate)), as_json=as_json)


@release.command("list")
def list_command(as_json: AsJson = False) -> None:
    """All candidates, last proposed first."""
    store = workspace(looking=True)
    all_candidates = candidates.listing(store)
    if as_json:
        print_json([_listed_json(candidate) for candidate in all_candidates])
        return
    if not all_candidates:
        say(
            Hint(
                "Nothing has been proposed yet. Propose one.",
                Command("release propose", "EXECUTION"),
            )
        )
        return
    known = {each.number: each.training for each in identity.read(store).known}
    rows = [
        (
            f"#{c.number}",
            known[c.number].name or identity.described(known[c.number]),
            c.state,
            c.version,
            c.proposal.by,
            f"{c.proposal.at:%Y-%m-%d %H:%M}",
            c.proposal.comment,
        )
        for c in all_candidates
    ]
    columns = ("candidate", "what", "state", "version", "proposed by", "at (UTC)", "note")
    print_table(columns, rows)


def _done(store: Store, candidate: Candidate, *, as_json: bool) -> None:
    case = read(store, candidate.number)
    if as_json:
        print_json(_case_json(store, case))
        return
    _show(store, case)


def _show(store: Store, case: Case) -> None:
    candidate, judged, budget = case.candidate, case.evidence, case.budget
    version = f", version {candidate.version}" if candidate.version else ""
    say(f"Candidate #{candidate.number}: {candidate.state}{version}")
    result = candidate.result
    if result is not None:
        say(f"Evidence: the sealed test of {result.snapshot[:12]}, opened by {result.by}.")
    elif candidate.proposal.comparison:
        say(f"Evidence: comparison #{candidate.proposal.comparison} with production.")
    for caveat in _caveats(store, case):
        say(f"Note: {caveat}")
    _print_gates(judged)
    say_pending(store)
    say(f"Evidence digest: {judged.digest}")
    others = f" ({budget.others})" if budget.others else ""
    say(f"Sealed test of {budget.snapshot.id}: {budget.used:,} used{others}, {budget.left:,} left.")
    for event in candidate.events:
        say(f"{event.at:%Y-%m-%d %H:%M} {event}")
    say(next_sentence(case))


def _caveats(store: Store, case: Case) -> list[str]:
    return [*([case.void] if case.void else []), *caveats(store, case)]


def _listed_json(candidate: Candidate) -> dict[str, Any]:
    return {
        "candidate": candidate.number,
        "state": candidate.state,
        "version": candidate.version,
        "comparison": candidate.proposal.comparison,
        "note": candidate.proposal.comment,
        "events": [event_json(event) for event in candidate.events],
    }


def _case_json(store: Store, case: Case) -> dict[str, Any]:
    budget = case.budget
    return {
        **_listed_json(case.candidate),
        "caveats": _caveats(store, case),
        **_gates_json(store, case.evidence),
        "evidence": case.evidence.digest,
        "opening": opening_json(openings.last_of(case.candidate)),
        "budget": {"used": budget.used, "left": budget.left, "closed": budget.closed},
        "next": next_sentence(case),
    }


def _print_check(store: Store, check: Check) -> None:
    against = (
        f"against production: comparison #{check.comparison.execution}"
        if check.comparison
        else "without a comparison"
    )
    say(f"#{check.candidate} on {check.evaluation.posts:,} validation posts, {against}.")
    for caveat in _check_caveats(store, check):
        say(f"Note: {caveat}")
    _print_gates(check)
    say_pending(store)


def _print_gates(check: Check) -> None:
    say(f"Gates: {counted(check.gates)}. Policy: {check.policy.named}, {check.policy.digest[:12]}.")
    for gate in worst_first(check.gates):
        stands = standing(gate)
        say(f"{MARKS[stands]} {stands:<14}  {gate.name}: {gate.why}")


def _check_json(store: Store, check: Check) -> dict[str, Any]:
    comparison = check.comparison.execution if check.comparison else None
    return {
        "execution": comparison,
        "seconds": get(store, comparison).seconds if comparison else None,
        "candidate": check.candidate,
        "evaluation": check.evaluation.execution,
        "posts": check.evaluation.posts,
        "caveats": _check_caveats(store, check),
        **_gates_json(store, check),
    }


def _gates_json(store: Store, check: Check) -> dict[str, Any]:
    return {
        "gates": [_gate_json(gate) for gate in check.gates],
        "verdict": check.verdict,
        "policy": policy_json(store, check.policy),
    }


def _gate_json(gate: Gate) -> dict[str, Any]:
    told = {name: value for name, value in asdict(gate).items() if name != "applies"}
    return {**told, "standing": standing(gate)}


def _check_caveats(store: Store, check: Check) -> list[str]:
    if check.comparison is None:
        return of_evaluation(store, check.evaluation)
    return caveats_of(store, check.comparison)
