"""The command ``signoff init``."""

from pathlib import Path
from typing import Annotated

import typer

from core.cli.output import AsJson, print_json, say
from core.hints import Command, Hint
from core.project.init import begin
from core.store.artifacts import storage_errors


def register(app: typer.Typer) -> None:
    """Add this command to ``app``."""
    app.command("init", rich_help_panel="Make")(init)


def init(
    folder: Annotated[
        Path, typer.Argument(help="The folder, new or not. Default: the current one.")
    ] = Path(),
    as_json: AsJson = False,
) -> None:
    """Make a folder a project, which a team keeps in its own git repository.

    It gets signoff.toml (settings and pipeline), a release policy, topics, workflows and a README.
    Files that are there already are left as they are.
    """
    with storage_errors(folder, chosen=True):
        begun = begin(folder)
    if as_json:
        print_json({"folder": str(folder.absolute()), "written": begun.written, "kept": begun.kept})
        return
    for name in begun.written:
        say(f"Written: {folder / name}")
    for name in begun.kept:
        say(f"Left as it is: {folder / name} exists.")
    say(Hint("Next, in that folder.", Command("pipeline run", dry_run=True)))
