"""Commands that decide."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from core.cli.alias import event_json
from core.cli.arguments import Number
from core.cli.output import AsJson, print_json, print_table, progress_bar, say, workspace
from core.comparison.compare import caveats as caveats_of
from core.executions.history import get, number
from core.release import review
from core.release.check import Check, of_proposal
from core.release.check import check as check_gates
from core.release.events import sentence
from core.release.gates import Verdict
from core.release.review import Candidate
from core.settings import settings
from core.store import Store

release = typer.Typer(help="Propose candidates and decide on them.", no_args_is_help=True)

GATE_FAILED = 3
"""The exit code where a gate fails; an inconclusive one is no failure."""
_MARKS = {Verdict.PASS: "✓", Verdict.FAIL: "✗", Verdict.INCONCLUSIVE: "?"}

Comment = Annotated[str, typer.Option("--comment", help="Why. It stays in the history.")]


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
        found = review.propose(
            store, number(execution), by=settings().operator, note=note, progress=progress
        )
    if as_json:
        evidence = found.proposal.comparison
        seconds = get(store, evidence).seconds if evidence else None
        made = {"execution": evidence, "seconds": seconds}
        print_json({**made, **_candidate_json(store, found)})
        return
    _show(store, found, as_json=False)


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


@release.command("approve")
def approve(candidate: Number, comment: Comment, as_json: AsJson = False) -> None:
    """Approve a candidate: it gets its version."""
    store = workspace()
    found = review.approve(store, number(candidate), by=settings().operator, comment=comment)
    _show(store, found, as_json=as_json)


@release.command("reject")
def reject(candidate: Number, comment: Comment, as_json: AsJson = False) -> None:
    """Reject a candidate, for good."""
    store = workspace()
    found = review.reject(store, number(candidate), by=settings().operator, comment=comment)
    _show(store, found, as_json=as_json)


@release.command("show")
def show(candidate: Number, as_json: AsJson = False) -> None:
    """One candidate, its gates, and what became of it."""
    store = workspace()
    found = review.get(store, number(candidate))
    judged = of_proposal(store, found)
    if as_json:
        print_json(_candidate_json(store, found) | _gates_json(judged))
        return
    _show(store, found, as_json=False)
    if judged is None:
        say(f"Its proposal judged no gates. Do so: signoff release check {found.number}")
        return
    _print_gates(judged)


@release.command("list")
def list_command(as_json: AsJson = False) -> None:
    """All candidates, the last proposed first."""
    store = workspace()
    found = review.listing(store)
    if as_json:
        print_json([_candidate_json(store, candidate) for candidate in found])
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


def _show(store: Store, candidate: Candidate, *, as_json: bool) -> None:
    if as_json:
        print_json(_candidate_json(store, candidate))
        return
    version = f", version {candidate.version}" if candidate.version else ""
    say(f"Candidate #{candidate.number}: {candidate.state}{version}")
    if candidate.proposal.comparison:
        say(f"Evidence: comparison #{candidate.proposal.comparison} with production.")
    for caveat in review.caveats(store, candidate):
        say(f"Mind: {caveat}")
    for event in candidate.events:
        say(f"{event.at:%Y-%m-%d %H:%M} {sentence(event)}")
    say(_next(candidate))


def _next(candidate: Candidate) -> str:
    number, version = candidate.number, candidate.version
    return {
        "proposed": f'Next: signoff release approve {number} --comment "…", or reject.',
        "approved": f"Next: signoff alias set production {version}",
        "rejected": "Next: train another model.",
        "released": f"Next: signoff alias history {_alias(candidate)}",
    }[candidate.state]


def _alias(candidate: Candidate) -> str:
    return next((e.alias for e in reversed(candidate.events) if e.alias), "production")


def _candidate_json(store: Store, candidate: Candidate) -> dict[str, Any]:
    return {
        "candidate": candidate.number,
        "state": candidate.state,
        "version": candidate.version,
        "comparison": candidate.proposal.comparison,
        "note": candidate.proposal.comment,
        "caveats": review.caveats(store, candidate),
        # Gates are judged by `release check` and `show`; opening and budget come with the test.
        "gates": [],
        "opening": None,
        "budget": None,
        "events": [{**event_json(event), "comment": event.comment} for event in candidate.events],
    }


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
