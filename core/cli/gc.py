"""The command that removes what nothing needs any more."""

from dataclasses import asdict
from typing import Annotated

import typer

from core.cli.output import AsJson, print_json, progress_bar, say, workspace
from core.hints import Command, Hint
from core.upkeep.garbage import SAFE_AGE, Amount, Collected, collect
from core.words import byte_size, count


def register(app: typer.Typer) -> None:
    """Add this command to ``app``."""
    app.command("gc", rich_help_panel="Maintain")(gc)


def gc(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be removed.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Remove artifacts that nothing refers to, and what killed processes left behind.

    Nothing that a run still makes is removed: artifacts that were stored less than a day ago, or
    since the oldest run that still goes on began, stay.
    """
    store = workspace(looking=dry_run)
    with progress_bar() as progress:
        made = collect(store, dry_run=dry_run, progress=progress)
    if as_json:
        print_json({"dry_run": dry_run, **asdict(made)})
        return
    _say(made, dry_run=dry_run)


def _say(made: Collected, *, dry_run: bool) -> None:
    parts = [
        _amount(
            made.artifacts, "artifact that nothing refers to", "artifacts that nothing refers to"
        ),
        _amount(made.posts, "unneeded file of posts", "unneeded files of posts"),
        _amount(made.left_behind, "folder of a dead process", "folders of dead processes"),
    ]
    found = [part for part in parts if part]
    if not found:
        say("There is nothing to remove.")
    elif dry_run:
        say(Hint(f"Would be removed: {'; '.join(found)}.", Command("gc")))
    else:
        say(f"Removed: {'; '.join(found)}.")
    if made.spared.count:
        days = count(SAFE_AGE.days, "day")
        say(
            f"Kept for now, because it is less than {days} old, or a run that still goes on may"
            f" need it: {_amount(made.spared, 'artifact', 'artifacts')}."
        )
    if made.waiting:
        say(f"Kept while a run reads a snapshot: {count(made.waiting, 'unneeded file')} of posts.")


def _amount(amount: Amount, one: str, more: str) -> str:
    return f"{count(amount.count, one, more)} ({byte_size(amount.size)})" if amount.count else ""
