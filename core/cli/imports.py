"""The command ``signoff import``: posts from files."""

from pathlib import Path
from typing import Annotated

import typer

from core.cli.arguments import moment_of
from core.cli.output import AsJson, print_json, progress_bar, say, workspace
from core.collect.columns import NAMES
from core.collect.files import (
    ImportCounts,
    PartlyImportedError,
    as_metrics,
    complaint,
    import_files,
)
from core.collect.formats import Format
from core.collect.names import subreddit_name
from core.collect.rows import Wanted
from core.errors import InputError
from core.hints import Command, Hint
from core.words import count

_SHOWN = 20
"""Files left out that are named; the log names all."""


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
    column: Annotated[
        list[str] | None,
        typer.Option(
            help="A field of Reddit's API and the column that holds it, such as"
            " title=headline. Repeat for more."
        ),
    ] = None,
    unpack: Annotated[
        bool, typer.Option("--unpack", help="Also read the files in zip archives.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read posts from files in any common format.

    CSV with any separator (one file per subreddit, or with a column subreddit), monthly dumps and
    other files of one JSON object per line, arrays and listings, each plain or as .gz, .bz2, .xz or
    .zst, and Parquet. It is safe to run again: posts that are already stored are kept.
    If a file is damaged, all others are imported before the command says so and exits with 1.
    """
    wanted = Wanted(
        frozenset(subreddit_name(name).lower() for name in subreddit or ()),
        since=moment_of(since, "--since"),
        until=moment_of(until, "--until"),
    )
    columns = dict(_column(text) for text in column or ())
    store = workspace(make=True)
    failed: PartlyImportedError | None = None
    with progress_bar() as progress:
        try:
            counts = import_files(
                store,
                paths,
                wanted=wanted,
                format=format,
                columns=columns,
                unpack=unpack,
                progress=progress,
            )
        except PartlyImportedError as error:
            failed, counts = error, error.counts
    if not failed:
        (_print_json if as_json else _print)(counts)
    elif counts.read and not as_json:
        _print(counts)
    wrong = failed or complaint(counts)
    if wrong:
        raise wrong
    if not as_json:
        say(Hint("Next.", Command("snapshot create")))


def _column(text: str) -> tuple[str, str]:
    name, separator, theirs = text.partition("=")
    if not separator or name not in NAMES or not theirs.strip():
        raise InputError(
            f"{text[:50]!r} does not say which column holds which field",
            f"Write it like title=headline; the fields are {', '.join(NAMES)}.",
        )
    return name, theirs.strip()


def _print_json(counts: ImportCounts) -> None:
    head = {"execution": counts.execution, "seconds": round(counts.seconds, 2)}
    told = {
        "erased": counts.erased,
        "failed": {str(path): why for path, why in counts.failed.items()},
        "left_out": {str(path): why for path, why in counts.left_out.items()},
    }
    print_json({**head, **as_metrics(counts), **told})


def _print(counts: ImportCounts) -> None:
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
    for path, why in list(counts.left_out.items())[:_SHOWN]:
        say(f"Left out {path.name}: {why}.")
    if len(counts.left_out) > _SHOWN:
        say(f"{len(counts.left_out) - _SHOWN:,} more files left out.")
    if counts.skipped or len(counts.left_out) > _SHOWN:
        say(
            Hint(
                "See the file and line of each.",
                Command("executions show", counts.execution, log=True),
            )
        )
    if counts.erased:
        say(
            Hint(
                f"{count(counts.erased, 'post')} erased: stored before, and shown as taken back"
                " now. Snapshots still hold them until you erase them there, too.",
                Command("collect erase"),
            )
        )
