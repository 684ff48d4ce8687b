"""Commands that decide."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from core.cli.arguments import Number
from core.cli.events import event_json, opening_json
from core.cli.output import AsJson, print_json, print_table, progress_bar, say, workspace
from core.comparison.compare import caveats as caveats_of
from core.executions.history import get, number
from core.identity import acting
from core.release import candidates, openings, review, rules
from core.release.budget import Budget
from core.release.candidates import Candidate
from core.release.check import Check, of_candidate
from core.release.check import check as check_gates
from core.release.events import PRODUCTION, STAGING, State, sentence
from core.release.gates import Verdict
from core.release.policy import DEFAULT, init_policy, read_policy
from core.release.policy import FILE as POLICY_FILE
from core.snapshots import find
from core.store import Store
from core.training.train import of_execution as model_of

release = typer.Typer(help="Propose candidates and decide on them.", no_args_is_help=True)

GATE_FAILED = 3
"""The exit code where a gate fails; an inconclusive one is no failure."""
_MARKS = {Verdict.PASS: "✓", Verdict.FAIL: "✗", Verdict.INCONCLUSIVE: "?"}

Comment = Annotated[str, typer.Option("--comment", help="Why. It stays in the history.")]
Evidence = Annotated[
    str | None,
    typer.Option("--evidence", help="Only if the evidence still has this digest (release show)."),
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
        found = review.propose(store, number(execution), note=note, progress=progress)
    if as_json:
        evidence = found.proposal.comparison
        seconds = get(store, evidence).seconds if evidence else None
        made = {"execution": evidence, "seconds": seconds}
        print_json({**made, **_candidate_json(store, found, of_candidate(store, found))})
        return
    _show(store, found, of_candidate(store, found))


@release.command("check")
def check(candidate: Number, as_json: AsJson = False) -> None:
    """Judge the gates of a training on validation, proposed or not. Exit code 3: one failed.

    The sealed test stays closed.
    """
    store = workspace()
    with progress_bar() as progress:
        found = check_gates(store, number(candidate), progress=progress)
    if as_json:
        print_json(_check_json(store, found))
    else:
        _print_check(store, found)
    if found.verdict == Verdict.FAIL:
        raise typer.Exit(GATE_FAILED)


@release.command("test")
def open_command(
    candidate: Number,
    reason: Annotated[str, typer.Option(help="Why now. The ledger keeps it.")] = "",
    on: Annotated[
        str | None,
        typer.Option(help="Another snapshot's test split. Default: of the candidate's training."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Open the sealed test for a candidate and judge its gates. Exit code 3: one failed.

    Each opening uses the split up a little and stays in the ledger. The same candidate again gets
    the stored result; one that was cut off is finished.
    """
    store = workspace()
    with progress_bar() as progress:
        found = openings.open_test(
            store, number(candidate), reason=reason, on=on, progress=progress
        )
    judged = of_candidate(store, found)
    if as_json:
        run = openings.run_of(store, found)
        made = {"execution": run and run.number, "seconds": run and run.seconds}
        print_json({**made, **_candidate_json(store, found, judged)})
    else:
        _show(store, found, judged)
    if judged is not None and judged.verdict == Verdict.FAIL:
        raise typer.Exit(GATE_FAILED)


@release.command("comment")
def comment_command(
    candidate: Number, text: Annotated[str, typer.Argument()], as_json: AsJson = False
) -> None:
    """Say something about a candidate; it stays in the history."""
    store = workspace()
    _done(store, review.comment(store, number(candidate), text=text), as_json=as_json)


@release.command("approve")
def approve(
    candidate: Number,
    comment: Comment,
    override: Annotated[
        str, typer.Option(help="Why it may go out although a gate fails. Marked for good.")
    ] = "",
    evidence: Evidence = None,
    as_json: AsJson = False,
) -> None:
    """Approve a candidate: it gets its version. Exit code 3: a gate fails."""
    store = workspace()
    found = review.approve(
        store, number(candidate), comment=comment, seen=evidence, override=override
    )
    _done(store, found, as_json=as_json)


@release.command("reject")
def reject(
    candidate: Number, comment: Comment, evidence: Evidence = None, as_json: AsJson = False
) -> None:
    """Reject a candidate, for good."""
    store = workspace()
    found = review.reject(store, number(candidate), comment=comment, seen=evidence)
    _done(store, found, as_json=as_json)


@release.command("show")
def show(candidate: Number, as_json: AsJson = False) -> None:
    """One candidate, its gates, what became of it, and what may be done next."""
    store = workspace()
    _done(store, candidates.get(store, number(candidate)), as_json=as_json)


@release.command("policy")
def policy_command(
    init: Annotated[
        bool, typer.Option("--init", help="Write the built-in one into the workspace, to edit it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """The policy in force: gates, limits and rules."""
    store = workspace()
    path = init_policy(store.home) if init else store.home / POLICY_FILE
    policy = read_policy(store.home)
    if as_json:
        print_json(asdict(policy))
        return
    if init:
        say(f"Written: {path}. Edit it; docs/release-policy.md explains every line.")
        return
    say(f"# {policy.source}, {policy.digest}")
    say(path.read_text(encoding="utf-8-sig") if path.exists() else DEFAULT)


@release.command("list")
def list_command(as_json: AsJson = False) -> None:
    """All candidates, the last proposed first."""
    store = workspace()
    found = candidates.listing(store)
    if as_json:
        print_json([_listed_json(candidate) for candidate in found])
        return
    if not found:
        say("Nothing was proposed yet. Do so: signoff release propose EXECUTION")
        return
    rows = [
        (
            f"#{c.number}",
            c.state,
            c.version,
            c.proposal.by,
            f"{c.proposal.at:%Y-%m-%d %H:%M}",
            c.proposal.comment,
        )
        for c in found
    ]
    print_table(("candidate", "state", "version", "proposed by", "at (UTC)", "note"), rows)


def _done(store: Store, candidate: Candidate, *, as_json: bool) -> None:
    judged = of_candidate(store, candidate)
    if as_json:
        print_json(_candidate_json(store, candidate, judged))
        return
    _show(store, candidate, judged)


def _show(store: Store, candidate: Candidate, judged: Check | None) -> None:
    version = f", version {candidate.version}" if candidate.version else ""
    say(f"Candidate #{candidate.number}: {candidate.state}{version}")
    result = candidate.result
    if result is not None:
        say(f"Evidence: the sealed test of {(result.snapshot or '')[:12]}, opened by {result.by}.")
    elif candidate.proposal.comparison:
        say(f"Evidence: comparison #{candidate.proposal.comparison} with production.")
    for caveat in _caveats(store, candidate, judged):
        say(f"Mind: {caveat}")
    if judged is None:
        say(f"Its proposal judged no gates. Do so: signoff release check {candidate.number}")
    else:
        _print_gates(judged)
        say(f"Evidence digest: {judged.digest}")
    left = _budget(store, candidate)
    say(f"Sealed test of {left.snapshot.id}: {left.used:,} used, {left.left:,} left.")
    for event in candidate.events:
        say(f"{event.at:%Y-%m-%d %H:%M} {sentence(event)}")
    say(_next(store, candidate, judged))


def _caveats(store: Store, candidate: Candidate, judged: Check | None) -> list[str]:
    outdated = [judged.outdated] if judged and judged.outdated else []
    broken = [why] if (why := rules.void(candidate, judged)) else []
    return [*broken, *outdated, *review.caveats(store, candidate)]


def _next(store: Store, candidate: Candidate, judged: Check | None) -> str:
    """The next command; where it cannot be given yet, what stands against it."""
    number, version = candidate.number, candidate.version
    if candidate.state in (State.PROPOSED, State.TESTED):
        refusal = rules.against_approval(candidate, judged, acting())
        if refusal is None:
            return f'Next: signoff release approve {number} --comment "…", or reject.'
        return f"Next: not to approve yet. {refusal}"
    if candidate.state == State.REJECTED:
        return "Next: train another model."
    alias = next((e.alias for e in reversed(candidate.events) if e.alias), None)
    if candidate.state == State.RELEASED:
        return f"Next: signoff alias history {alias}"
    if why := rules.void(candidate, judged):
        return f"Next: {why} Look again, then approve or reject it anew."
    return f"Next: signoff alias set {STAGING if alias is None else PRODUCTION} {version}"


def _listed_json(candidate: Candidate) -> dict[str, Any]:
    return {
        "candidate": candidate.number,
        "state": candidate.state,
        "version": candidate.version,
        "comparison": candidate.proposal.comparison,
        "note": candidate.proposal.comment,
        "events": [event_json(event) for event in candidate.events],
    }


def _candidate_json(store: Store, candidate: Candidate, judged: Check | None) -> dict[str, Any]:
    left = _budget(store, candidate)
    return {
        **_listed_json(candidate),
        "caveats": _caveats(store, candidate, judged),
        **_gates_json(judged),
        "evidence": judged.digest if judged else None,
        "opening": opening_json(openings.last_of(candidate)),
        "budget": {"used": left.used, "left": left.left, "closed": left.closed},
        "next": _next(store, candidate, judged),
    }


def _budget(store: Store, candidate: Candidate) -> Budget:
    """Of the split that was opened last for it, else of its own snapshot's."""
    opened = openings.last_of(candidate)
    of = opened.row.snapshot if opened else model_of(store, candidate.number).snapshot
    return openings.budget(store, find(store, of or ""), read_policy(store.home))


def _print_check(store: Store, found: Check) -> None:
    against = (
        f"against production: comparison #{found.comparison.execution}"
        if found.comparison
        else "without a comparison"
    )
    say(f"#{found.candidate} on {found.evaluation.posts:,} posts of validation, {against}.")
    for caveat in _check_caveats(store, found):
        say(f"Mind: {caveat}")
    _print_gates(found)


def _print_gates(found: Check) -> None:
    verdicts = [gate.verdict for gate in found.gates]
    counts = ", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in Verdict)
    say(f"Gates: {counts}. Policy: {found.policy.source}, {found.policy.digest[:12]}.")
    for gate in found.gates:
        say(f"{_MARKS[gate.verdict]} {gate.verdict:<12}  {gate.name}: {gate.why}")


def _check_json(store: Store, found: Check) -> dict[str, Any]:
    comparison = found.comparison.execution if found.comparison else None
    return {
        "execution": comparison,
        "seconds": get(store, comparison).seconds if comparison else None,
        "candidate": found.candidate,
        "evaluation": found.evaluation.execution,
        "posts": found.evaluation.posts,
        "caveats": _check_caveats(store, found),
        **_gates_json(found),
    }


def _gates_json(found: Check | None) -> dict[str, Any]:
    """Nothing was judged: no gates, and no verdict."""
    if found is None:
        return {"gates": [], "verdict": None, "policy": None}
    return {
        "gates": [asdict(gate) for gate in found.gates],
        "verdict": found.verdict,
        "policy": {"source": found.policy.source, "digest": found.policy.digest},
    }


def _check_caveats(store: Store, found: Check) -> list[str]:
    return caveats_of(store, found.comparison) if found.comparison else []
