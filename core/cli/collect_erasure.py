"""Commands that erase posts: posts deleted on Reddit, and posts that a person names."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from core.cli.output import AsJson, print_json, progress_bar, say, workspace
from core.collect.every import seconds_of
from core.collect.reddit import access
from core.erasure.erase import Erased, as_metrics, erase
from core.erasure.refresh import refresh
from core.errors import InputError
from core.hints import Command, Hint
from core.settings import settings
from core.store import Store
from core.words import count

MOST_SHOWN = 5


def add_to(collect: typer.Typer) -> None:
    """Add these commands to ``signoff collect``."""
    collect.command("refresh")(refresh_command)
    collect.command("erase")(erase_command)


def refresh_command(
    limit: Annotated[int | None, typer.Option(help="Ask for at most this number of posts.")] = None,
    older_than: Annotated[
        str,
        typer.Option(
            help="Start a new round if the last one began longer ago than this: 30m, 24h, 7d."
        ),
    ] = "24h",
    everything: Annotated[
        bool,
        typer.Option(
            "--all", help="Include posts imported from files, not only those from Reddit's API."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Ask Reddit for stored posts, and erase the ones that were deleted or removed.

    Their text is removed everywhere: docs/erasure.md. The next run continues one that ends early.
    """
    reddit, store = access(settings()), workspace()
    due = timedelta(seconds=seconds_of(older_than, option="--older-than", shortest=0))
    with progress_bar(rate="posts/min") as progress:
        report = refresh(
            store, reddit, limit=limit, older_than=due, everything=everything, progress=progress
        )
    if as_json:
        print_json(_as_json(store, report))
        return
    if not report.checked:
        say(f"No post is due: all were checked less than {older_than} ago, or there are none.")
    else:
        asked = count(report.checked, "post")
        say(f"Asked Reddit for {asked} in {report.seconds:.1f} s (#{report.execution}).")
    if report.absent:
        say(
            f"Not found: {report.absent:,}. These are erased if they are still missing a day later."
        )
    if report.unanswered:
        say(
            "Left for next time, because the answer contained no posts at all:"
            f" {report.unanswered:,}."
        )
    _print(store, report)


def erase_command(
    ids: Annotated[
        list[str] | None, typer.Argument(help="Ids of posts, such as 1a2b3c.", show_default=False)
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--from", help="A text file with one id per line.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Erase posts by their ids, permanently: they are never imported again.

    Needs the admin role, but no API key. Without ids it finishes an interrupted erasure.
    """
    store = workspace()
    named = [*(ids or ()), *(_read(file) if file else ())]
    with progress_bar() as progress:
        report = erase(store, named, progress=progress)
    if as_json:
        print_json(_as_json(store, report))
        return
    say(f"{count(len(named), 'post')} named (execution #{report.execution}).")
    if report.unknown:
        say(f"Not stored, and will not be imported: {report.unknown:,}.")
    if report.known:
        say(f"Erased before: {report.known:,}.")
    _print(store, report)


def _read(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}", "Write one id per line.") from None
    return [line.strip() for line in lines if line.strip()]


def _as_json(store: Store, report: Erased) -> dict[str, Any]:
    head = {"execution": report.execution, "seconds": round(report.seconds, 2)}
    return head | as_metrics(report) | {"backups": [path.name for path in store.backups()]}


def _print(store: Store, report: Erased) -> None:
    for reason, number in report.erased.most_common():
        say(f"{number:,} erased: {reason.replace('_', ' ')}.")
    if not report.erased:
        say("Nothing was erased.")
    if report.snapshots:
        more = f" and {len(report.snapshots) - MOST_SHOWN} more" * (
            len(report.snapshots) > MOST_SHOWN
        )
        say(f"Removed from the snapshots {', '.join(report.snapshots[:MOST_SHOWN])}{more}.")
    for where, why in report.left.items():
        say(f"Not removed from {where}: {why}")
    if report.waiting:
        say(
            Hint(
                f"Another run still reads {count(report.waiting, 'old file')}. Erase again once it"
                " has finished.",
                Command("collect erase"),
            )
        )
    say_backups(store)


def say_backups(store: Store) -> None:
    """Where erased texts still are, for the person who erased them."""
    if backups := store.backups():
        say(f"Not erased from {count(len(backups), 'backup')} of the database. Delete by hand:")
        for path in backups:
            say(f"  {path}")
