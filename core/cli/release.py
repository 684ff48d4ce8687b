"""Commands that decide."""

from typing import Annotated, Any

import typer

from core.cli.alias import event_json
from core.cli.arguments import Number
from core.cli.output import AsJson, print_json, print_table, progress_bar, say, workspace
from core.executions.history import get, number
from core.release import review
from core.release.events import sentence
from core.release.review import Candidate
from core.settings import settings
from core.store import Store

release = typer.Typer(help="Propose candidates and decide on them.", no_args_is_help=True)

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
    """One candidate and what became of it."""
    store = workspace()
    _show(store, review.get(store, number(candidate)), as_json=as_json)


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
        # Gates, the opening of the sealed test and its budget come with the release policy.
        "gates": [],
        "opening": None,
        "budget": None,
        "events": [{**event_json(event), "comment": event.comment} for event in candidate.events],
    }
