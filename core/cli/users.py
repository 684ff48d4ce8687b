"""Commands that give and take roles."""

from typing import Annotated, Any

import typer

from core.access import members
from core.access.events import AccessEvent, Granted, TokenMade, TokenRevoked
from core.access.identity import Role
from core.cli.output import AsJson, print_json, print_table, say, workspace
from core.hints import Command, Hint

users = typer.Typer(help="Grant and remove roles.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="An email address or login name, as people sign in.")]


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    app.add_typer(users, name="users", rich_help_panel="Decide")


@users.command("list")
def users_list(as_json: AsJson = False) -> None:
    """Who has which role. The operating-system user is always an admin and is not listed."""
    people = members.people(workspace(looking=True))
    if as_json:
        print_json([{"name": p.name, "role": p.role.title, "by": p.by, "at": p.at} for p in people])
        return
    if not people:
        say(
            Hint(
                "No roles have been granted yet. Grant one.",
                Command("users set", "NAME", "reviewer"),
            )
        )
        return
    rows = [(p.name, p.role.title, p.by, f"{p.at:%Y-%m-%d %H:%M}") for p in people]
    print_table(("name", "role", "granted by", "at (UTC)"), rows)


@users.command("set")
def users_set(
    name: Name,
    role: Annotated[str, typer.Argument(help="viewer, reviewer, releaser or admin.")],
    as_json: AsJson = False,
) -> None:
    """Grant a person a role, which replaces the one they have."""
    _print_event(members.grant(workspace(), name, Role.titled(role)), as_json=as_json)


@users.command("remove")
def users_remove(name: Name, as_json: AsJson = False) -> None:
    """Remove a person's role: they can only look, even on a page that is already open."""
    _print_event(members.withdraw(workspace(), name), as_json=as_json)


def _print_event(event: AccessEvent, *, as_json: bool) -> None:
    if as_json:
        print_json(event_json(event))
        return
    say(str(event))


def event_json(event: AccessEvent) -> dict[str, Any]:
    """An event as JSON; no secret is in it, and no hash of one."""
    expires_at = event.expires_at if isinstance(event, TokenMade) else None
    of_token = isinstance(event, TokenMade | TokenRevoked)
    return {
        "name": event.name,
        "event": event.kind,
        "role": event.role if isinstance(event, Granted | TokenMade) else None,
        "by": event.by,
        "at": event.at,
        **({"expires_at": expires_at} if of_token else {}),
    }
