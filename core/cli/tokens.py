"""Commands that make and revoke the tokens by which programs act."""

from typing import Annotated

import typer

from core.access import members
from core.access.identity import Role
from core.cli.output import AsJson, err, print_json, print_table, say, workspace
from core.cli.streams import output
from core.cli.users import event_json
from core.hints import Command, Hint

tokens = typer.Typer(help="Create and revoke tokens for programs.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="What the token is for; the history shows it.")]


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    app.add_typer(tokens, name="tokens", rich_help_panel="Decide")


@tokens.command("list")
def tokens_list(as_json: AsJson = False) -> None:
    """The tokens that have not been revoked. Their secrets are not stored."""
    active_tokens = members.tokens(workspace(looking=True))
    if as_json:
        print_json(
            [
                {
                    "name": t.name,
                    "role": t.role.title,
                    "by": t.by,
                    "at": t.at,
                    "expires_at": t.expires_at,
                }
                for t in active_tokens
            ]
        )
        return
    if not active_tokens:
        say(
            Hint(
                "There are no tokens. Create one.", Command("tokens create", "NAME", role="viewer")
            )
        )
        return
    rows = [
        (
            t.name,
            t.role.title,
            t.by,
            f"{t.at:%Y-%m-%d %H:%M}",
            f"{t.expires_at:%Y-%m-%d %H:%M}" if t.expires_at else "never",
        )
        for t in active_tokens
    ]
    print_table(("name", "role", "created by", "at (UTC)", "expires (UTC)"), rows)


@tokens.command("create")
def tokens_create(
    name: Name,
    role: Annotated[str, typer.Option(help="viewer, reviewer or releaser; never admin.")],
    days: Annotated[int | None, typer.Option(help="Days until it expires.")] = None,
    as_json: AsJson = False,
) -> None:
    """Create a token, and print its secret this once."""
    secret = members.make_token(workspace(), name, Role.titled(role), days=days)
    output().not_repeated = "Revoke the token, and create another."
    if as_json:
        print_json({"name": name, "role": role, "days": days, "secret": secret})
        return
    say(secret)
    err.print("Copy it now: only its hash is stored, and it is not shown again.")


@tokens.command("revoke")
def tokens_revoke(name: Name, as_json: AsJson = False) -> None:
    """Revoke a token, with immediate effect."""
    event = members.revoke_token(workspace(), name)
    if as_json:
        print_json(event_json(event))
        return
    say(str(event))
