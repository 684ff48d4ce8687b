"""Commands that look after the database."""

import typer

from core.cli.output import AsJson, print_json, say, workspace
from core.store.schema import HEAD

db = typer.Typer(help="Maintain the database.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    app.add_typer(db, name="db", rich_help_panel="Maintain")


@db.command("upgrade")
def db_upgrade(as_json: AsJson = False) -> None:
    """Upgrade the database to the newest schema. Opening a workspace does the same."""
    workspace()
    if as_json:
        print_json({"schema": HEAD})
        return
    say(f"The database has schema {HEAD}, the newest.")


@db.command("backup")
def db_backup(as_json: AsJson = False) -> None:
    """Write a consistent copy of the database next to it."""
    store = workspace()
    path = store.back_up()
    if as_json:
        print_json({"backup": str(path)})
        return
    say(f"Copied to {path}")
