"""Commands of the keys that sign the audit log."""

from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from core.access import keys
from core.access.events import KeyRegistered
from core.audit import signing
from core.audit.signing import SigningKey
from core.cli.output import AsJson, print_json, print_table, say, workspace
from core.cli.users import event_json
from core.hints import Command, Hint
from core.settings import settings
from core.store import Store

key = typer.Typer(help="Keys that sign the audit log.", no_args_is_help=True)

Name = Annotated[
    str | None, typer.Option("--name", help="Whose key it is. Default: yours. Only admins.")
]
Service = Annotated[
    bool,
    typer.Option(
        "--service", help="The key of a server, which signs for those it identifies. Only admins."
    ),
]
File = Annotated[
    Path | None,
    typer.Argument(
        help="The file of the key. Default: what SIGNOFF_AUDIT_KEY names, else audit-key.pem in"
        " your configuration folder."
    ),
]


@key.command("create")
def create(
    file: File = None, name: Name = None, service: Service = False, as_json: AsJson = False
) -> None:
    """Create a key in a file that only you can read, and register its public key.

    Entries are signed from when SIGNOFF_AUDIT_KEY names that file.
    """
    store = workspace()
    made = signing.make_key(file or signing.default_path(), home=store.home)
    _register(store, made, name, service=service, as_json=as_json)


@key.command("register")
def register(
    file: File = None, name: Name = None, service: Service = False, as_json: AsJson = False
) -> None:
    """Register the public key of a key that you have, for example from another workspace."""
    store = workspace()
    found = signing.read_key(file or signing.default_path())
    _register(store, found, name, service=service, as_json=as_json)


@key.command("list")
def list_command(as_json: AsJson = False) -> None:
    """The public keys that have not been revoked."""
    known = keys.listing(workspace(looking=True))
    if as_json:
        print_json([_key_json(each) for each in known])
        return
    if not known:
        say(Hint("Nobody has registered a key. Create one.", Command("audit key create")))
        return
    print_table(
        ("owner", "key", "registered by", "at (UTC)"),
        [
            (
                f"{each.name} (service)" if each.service else each.name,
                each.public_key,
                each.by,
                f"{each.at:%Y-%m-%d %H:%M}",
            )
            for each in known
        ],
    )


@key.command("revoke")
def revoke(
    public_key: Annotated[str, typer.Argument(help="The public key, or how it begins.")],
    as_json: AsJson = False,
) -> None:
    """Revoke a key: what is signed with it afterwards does not count as signed."""
    event = keys.revoke(workspace(), public_key)
    if as_json:
        print_json(event_json(event))
        return
    say(str(event))


def _register(
    store: Store, made: SigningKey, name: str | None, *, service: bool, as_json: bool
) -> None:
    registered = keys.register(store, made.public, name=name, service=service)
    if as_json:
        print_json({**_key_json(registered), "file": str(made.where)})
        return
    say(f"{registered}. Its file is {made.where}; keep it, and show it to nobody.")
    if settings().audit_key is None or settings().audit_key != made.where:
        say(f"To sign from now on: export SIGNOFF_AUDIT_KEY={quote(str(made.where.absolute()))}")


def _key_json(event: KeyRegistered) -> dict[str, object]:
    return {
        "name": event.name,
        "key": event.public_key,
        "service": event.service,
        "by": event.by,
        "at": event.at,
    }
