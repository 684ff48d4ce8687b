"""The command ``signoff import``: posts from files."""

from pathlib import Path
from typing import Annotated

import typer

from core.cli.arguments import moment_of
from core.cli.output import AsJson, print_json, progress_bar, say, workspace
from core.collect.files import as_metrics, import_files
from core.collect.formats import Format
from core.collect.names import subreddit_name
from core.collect.rows import Wanted
from core.hints import Command, Hint
from core.words import count


def register(app: typer.Typer) -> None:
    """Add this command to ``app``."""
    app.command("import", rich_help_panel="Make")(import_command)


def import_command(
    paths: Annotated[
        list[Path],
        typer.Argument(help="Files, folders or patterns; - is standard input.", show_default=False),
    ],
    subreddit: Annotated[
        list[str] | None, typer.Option(help="Only posts of this subreddit. Repeat for more.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="First day, such as 2026-01-31.")] = None,
    until: Annotated[str | None, typer.Option(help="First day that is not included.")] = None,
    format: Annotated[  # noqa: A002 - the option's own name
        Format | None,
        typer.Option(help="The file format, if it cannot be detected from the first line."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read posts from files in any common format.

    CSV (one file per subreddit, or with a column subreddit), monthly dumps and other files of one
    JSON object per line, each plain or as .gz, .bz2, .xz or .zst, and Parquet. It is safe to run
    again: posts that are already stored are kept.
    """
    wanted = Wanted(
        frozenset(subreddit_name(name).lower() for name in subreddit or ()),
        since=moment_of(since, "--since"),
        until=moment_of(until, "--until"),
    )
    store = workspace(make=True)
    with progress_bar() as progress:
        counts = import_files(store, paths, wanted=wanted, format=format, progress=progress)
    metrics = as_metrics(counts)
    head = {"execution": counts.execution, "seconds": round(counts.seconds, 2)}
    if as_json:
        print_json({**head, **metrics})
        return
    written = counts.written
    say(
        f"Read {count(counts.read, 'post')} of {count(len(counts.subreddits), 'subreddit')} from"
        f" {count(counts.files, 'file')} in {counts.seconds:.1f} s (execution #{counts.execution})."
    )
    say(
        f"{written.inserted:,} new, {written.updated:,} updated, {written.unchanged:,} unchanged;"
        f" {counts.link_posts:,} of them links, with a title only."
    )
    if counts.not_wanted:
        say(f"{counts.not_wanted:,} left out because of the options.")
    for reason, number in counts.skipped.most_common():
        say(f"{number:,} skipped: {reason.replace('_', ' ')}.")
    if counts.skipped:
        say(
            Hint(
                "See the file and line of each.",
                Command("executions show", counts.execution, log=True),
            )
        )
    say(Hint("Next.", Command("snapshot create")))
