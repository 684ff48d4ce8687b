"""Commands that move the names which services ask for."""

from typing import Annotated

import typer

from core.cli.output import AsJson, complain, print_json, print_table, say, workspace
from core.cli.release_json import event_json
from core.hints import Command, Hint
from core.release import aliases
from core.release.events import CANARY, AliasEvent, CanarySet
from core.serving import servers, watch
from core.serving.notes import older_normaliser

alias = typer.Typer(help="Move the aliases that services use.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="An alias, such as production.")]
NOTHING = "nothing"
"""What ``--expect`` takes for an alias that is not set."""
Expect = Annotated[
    str | None,
    typer.Option(
        "--expect",
        help=f"Move only if it names this version now ({NOTHING}: only if it is not set).",
    ),
]


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    app.add_typer(alias, name="alias", rich_help_panel="Decide")


@alias.command("list")
def alias_list(as_json: AsJson = False) -> None:
    """Which version each alias names, who moved it there, and any alarms and notes."""
    store = workspace(looking=True)
    last: dict[str, AliasEvent] = {}
    for event in aliases.history(store):
        last.setdefault(event.alias, event)
    named = [event for event in last.values() if event.after is not None]
    canary, alarms = watch.watched(store), servers.alarms(store)
    flags = canary.flags if canary else []
    told = (older_normaliser(store, e.after) for e in named if e.after is not None)
    notes = list(dict.fromkeys(note for note in told if note))
    if as_json:
        shown = [{**event_json(e), "flags": flags if e.alias == CANARY else []} for e in named]
        print_json({"aliases": shown, "alarms": alarms, "notes": notes})
        return
    if not named:
        say(Hint("No alias is set. Set one.", Command("alias set", "production", "VERSION")))
        return
    rows = [(e.alias, e.after, _share(e), e.by, f"{e.at:%Y-%m-%d %H:%M}") for e in named]
    print_table(("alias", "version", "callers", "moved by", "at (UTC)"), rows)
    for alarm in (*(f"{flag}." for flag in flags), *alarms):
        complain(alarm)
    for note in notes:
        say(f"Note: {note}")


@alias.command("set")
def alias_set(
    name: Name,
    version: Annotated[str, typer.Argument(help="Such as 20260531.1.")],
    expect: Expect = None,
    as_json: AsJson = False,
) -> None:
    """Point an alias to an approved version."""
    store = workspace()
    seen = aliases.current(store).get(name) if expect is None else expect
    expected = None if seen == NOTHING else seen
    event = aliases.move(store, name, version, expected=expected)
    _print_event(event, as_json=as_json)


@alias.command("rollback")
def alias_rollback(name: Name, as_json: AsJson = False) -> None:
    """Move an alias back to the version that it named before."""
    event = aliases.rollback(workspace(), name)
    _print_event(event, as_json=as_json)


@alias.command("clear")
def alias_clear(name: Name, expect: Expect = None, as_json: AsJson = False) -> None:
    """Unset an alias, for example to end a shadow. Not possible for production."""
    event = aliases.clear(workspace(), name, expected=expect)
    _print_event(event, as_json=as_json)


@alias.command("canary")
def alias_canary(
    version: Annotated[str, typer.Argument(help="Such as 20260531.1.")],
    share: Annotated[float, typer.Option(help="Share of callers, below 1; 0 ends the canary.")],
    expect: Expect = None,
    as_json: AsJson = False,
) -> None:
    """Give a version to a share of callers, the same ones each time."""
    store = workspace()
    expected = "" if expect == NOTHING else expect
    event = aliases.set_canary(store, version, share=share, expected=expected)
    _print_event(event, as_json=as_json)


@alias.command("history")
def alias_history(name: Name, as_json: AsJson = False) -> None:
    """Every move of an alias, latest first."""
    events = aliases.history(workspace(looking=True), name)
    if as_json:
        print_json([event_json(event) for event in events])
        return
    for event in events:
        say(f"{event.at:%Y-%m-%d %H:%M} {event}")


def _share(event: AliasEvent) -> str | None:
    """Of the callers, for a canary; production has the rest."""
    if not isinstance(event, CanarySet):
        return None
    return f"{100 * event.share:.3g}%" if event.share else "none, it has ended"


def _print_event(event: AliasEvent, *, as_json: bool) -> None:
    if as_json:
        print_json(event_json(event))
        return
    say(str(event))
