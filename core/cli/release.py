"""Commands that decide."""

from typing import Annotated, Any

import typer

from core.cli.models import Number, number
from core.cli.output import AsJson, print_json, print_table, progress_bar, say, workspace
from core.release import aliases, review
from core.release.events import sentence
from core.release.review import Candidate
from core.settings import settings
from core.store.releases import EventRecord

release = typer.Typer(help="Propose candidates and decide on them.", no_args_is_help=True)
alias = typer.Typer(help="Move the names that services ask for.", no_args_is_help=True)

Comment = Annotated[str, typer.Option("--comment", help="Why. It stays in the history.")]
Name = Annotated[str, typer.Argument(help="An alias, such as production.")]
NOTHING = "nothing"
"""What ``--expect`` takes for an alias that is not set."""


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    app.add_typer(release, name="release", rich_help_panel="Decide")
    app.add_typer(alias, name="alias", rich_help_panel="Decide")


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
    _show(found, as_json=as_json)


@release.command("approve")
def approve(candidate: Number, comment: Comment, as_json: AsJson = False) -> None:
    """Approve a candidate: it gets its version."""
    found = review.approve(workspace(), number(candidate), by=settings().operator, comment=comment)
    _show(found, as_json=as_json)


@release.command("reject")
def reject(candidate: Number, comment: Comment, as_json: AsJson = False) -> None:
    """Reject a candidate, for good."""
    found = review.reject(workspace(), number(candidate), by=settings().operator, comment=comment)
    _show(found, as_json=as_json)


@release.command("show")
def show(candidate: Number, as_json: AsJson = False) -> None:
    """One candidate and what became of it."""
    _show(review.get(workspace(), number(candidate)), as_json=as_json)


@release.command("list")
def list_command(as_json: AsJson = False) -> None:
    """All candidates, the last proposed first."""
    found = review.listing(workspace())
    if as_json:
        print_json([_candidate_json(candidate) for candidate in found])
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


@alias.command("list")
def alias_list(as_json: AsJson = False) -> None:
    """What every alias names, and who moved it there."""
    store = workspace()
    last: dict[str, EventRecord] = {}
    for event in aliases.history(store):
        last.setdefault(event.alias or "", event)
    if as_json:
        print_json([_event_json(event) for event in last.values()])
        return
    if not last:
        say("No alias is set. Set one: signoff alias set production VERSION")
        return
    rows = [(e.alias, e.version, e.by, f"{e.at:%Y-%m-%d %H:%M}") for e in last.values()]
    print_table(("alias", "version", "moved by", "at (UTC)"), rows)


@alias.command("set")
def alias_set(
    name: Name,
    version: Annotated[str, typer.Argument(help="Such as 20260531.1.")],
    expect: Annotated[
        str | None,
        typer.Option(help=f"Move only if it names this now ({NOTHING}: if it is not set)."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Point an alias to an approved version."""
    store = workspace()
    seen = aliases.current(store).get(name) if expect is None else expect
    expected = None if seen == NOTHING else seen
    event = aliases.move(store, name, version, by=settings().operator, expected=expected)
    _print_event(event, as_json=as_json)


@alias.command("rollback")
def alias_rollback(name: Name, as_json: AsJson = False) -> None:
    """Send an alias back to the version that it named before."""
    event = aliases.rollback(workspace(), name, by=settings().operator)
    _print_event(event, as_json=as_json)


@alias.command("history")
def alias_history(name: Name, as_json: AsJson = False) -> None:
    """Every move of an alias, the latest first."""
    found = aliases.history(workspace(), name)
    if as_json:
        print_json([_event_json(event) for event in found])
        return
    for event in found:
        say(f"{event.at:%Y-%m-%d %H:%M} {sentence(event)}")


def _show(candidate: Candidate, *, as_json: bool) -> None:
    if as_json:
        print_json(_candidate_json(candidate))
        return
    version = f", version {candidate.version}" if candidate.version else ""
    say(f"Candidate #{candidate.number}: {candidate.state}{version}")
    if candidate.proposal.comparison:
        say(f"Evidence: comparison #{candidate.proposal.comparison} with production.")
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


def _candidate_json(candidate: Candidate) -> dict[str, Any]:
    return {
        "candidate": candidate.number,
        "state": candidate.state,
        "version": candidate.version,
        "comparison": candidate.proposal.comparison,
        "note": candidate.proposal.comment,
        # Gates, the opening of the sealed test and its budget come with the release policy.
        "gates": [],
        "opening": None,
        "budget": None,
        "events": [{**_event_json(event), "comment": event.comment} for event in candidate.events],
    }


def _print_event(event: EventRecord, *, as_json: bool) -> None:
    if as_json:
        print_json(_event_json(event))
        return
    say(sentence(event))


def _event_json(event: EventRecord) -> dict[str, Any]:
    return {
        "name": event.alias,
        "version": event.version,
        "event": event.kind,
        "by": event.by,
        "at": event.at,
        "before": event.before,
        "candidate": event.candidate,
    }
