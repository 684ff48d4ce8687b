"""Commands that check and keep the log of decisions."""

from pathlib import Path
from typing import Annotated

import typer

from core import audit as audit_log
from core.cli.output import AsJson, print_json, print_lines, say, workspace

audit = typer.Typer(help="Verify, export and anchor the audit log.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    app.add_typer(audit, name="audit", rich_help_panel="Look")


@audit.command("verify")
def verify(
    anchor: Annotated[
        Path | None,
        typer.Option(
            help="Also check that the log contains the anchors in this file. Default: the file that"
            " SIGNOFF_AUDIT_ANCHOR names, if it is set."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Detect any edit, deletion, insertion or reordering of decisions; exit code 1 if there is one.

    What this proves, and what it cannot: docs/security.md.
    """
    store = workspace()
    kept = audit_log.read_anchors(anchor) if anchor else audit_log.anchors_of_itself()
    checked = audit_log.verify(store, anchors=kept)
    if as_json:
        broken = checked.broken
        print_json(
            {
                "events": checked.events,
                "ok": broken is None,
                "first_bad": broken.number if broken else None,
                "why": broken.why if broken else None,
                "head": checked.head.digest if checked.head else None,
                "anchors": checked.anchors,
            }
        )
    audit_log.require_whole(checked)
    if as_json:
        return
    if checked.head is None:
        say("There are no decisions yet.")
        return
    held = f" It contains all {checked.anchors} anchors." if checked.anchors else ""
    say(f"The log is intact: {checked.events:,} entries, head {checked.head.digest}.{held}")


@audit.command("export")
def export(
    file: Annotated[
        Path | None,
        typer.Argument(help="A file, written completely or not at all. Default: print it."),
    ] = None,
) -> None:
    """Write the log as JSON lines, one entry each, oldest first."""
    store = workspace(looking=file is None)
    if file is None:
        print_lines((f"{line}\n" for line in audit_log.exported(store)), json=True)
        return
    say(f"Written: {audit_log.export(store, file):,} entries to {file}")


@audit.command("anchor")
def anchor(
    file: Annotated[
        Path, typer.Argument(help="The file to append to. Keep it outside the workspace.")
    ],
    as_json: AsJson = False,
) -> None:
    """Append the head of the log to a file that `audit verify --anchor` checks later."""
    made = audit_log.anchor(workspace(), file)
    if as_json:
        print_json({"file": str(file), "number": made.number, "head": made.digest, "at": made.at})
        return
    say(f"Anchored entry {made.number}, {made.digest}, in {file}")
