"""Commands that check and keep the log of decisions."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from core import audit as audit_log
from core.audit import Verification
from core.audit.places import place
from core.cli.audit_key import key
from core.cli.output import AsJson, print_json, print_lines, say, workspace
from core.settings import settings
from core.words import count

audit = typer.Typer(help="Verify, export, anchor and sign the audit log.", no_args_is_help=True)
audit.add_typer(key, name="key")


STDOUT = Path("-")
MOST = 20
"""Numbers of entries that are named in one sentence."""


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    app.add_typer(audit, name="audit", rich_help_panel="Look")


@audit.command("verify")
def verify(
    anchor: Annotated[
        str | None,
        typer.Option(
            help="Also check that the log contains the anchors in this file, git:FOLDER or https"
            " address. Default: what SIGNOFF_AUDIT_ANCHOR names, if it is set."
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
    named = anchor or settings().audit_anchor
    unpushed = [each.number for each in audit_log.unpushed_anchors(named)] if named else []
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
                "unpushed": unpushed,
                "signed": checked.signed,
                "unsigned": [asdict(each) for each in checked.unsigned],
            }
        )
    audit_log.require_whole(checked)
    if as_json:
        return
    if checked.head is None:
        say("There are no decisions yet.")
        return
    anchors = "the one anchor" if checked.anchors == 1 else f"all {checked.anchors} anchors"
    entries = "1 entry" if checked.events == 1 else f"{checked.events:,} entries"
    held = f" It contains {anchors}." if checked.anchors else ""
    if checked.anchors is None:
        where = place(named).shown
        held = f" It was not compared with the anchors at {where}: they cannot be read back."
    say(f"The log is intact: {entries}, head {checked.head.digest}.{held}")
    if unpushed:
        entries = f"{'entry' if len(unpushed) == 1 else 'entries'} {_numbers(unpushed)}"
        say(
            f"Note: the anchors of {entries} are not pushed yet, so they are on this machine only."
            f" The next decision pushes them too; git push in {place(named).shown} does it now."
        )
    _say_signatures(checked)


def _say_signatures(checked: Verification) -> None:
    """Who signed, and who could have and did not; nothing where nobody signs."""
    if checked.signed:
        say(f"Signed: {count(checked.signed, 'entry', 'entries')}.")
    for each in checked.unsigned:
        for numbers, how in (
            (each.missing, "without a signature"),
            (each.foreign, "signed with a key that is not theirs"),
        ):
            if numbers:
                named = _numbers(numbers)
                what = count(len(numbers), "entry", "entries")
                say(f"Note: {each.name} has a key, and {what} {how}: {named}.")


def _numbers(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers[:MOST])) + (" …" if numbers[MOST:] else "")


@audit.command("export")
def export(
    file: Annotated[
        Path | None,
        typer.Argument(help="A file, written completely or not at all. Default, or -: print it."),
    ] = None,
) -> None:
    """Write the log as JSON lines, one entry each, oldest first."""
    printed = file is None or file == STDOUT
    store = workspace(looking=printed)
    if file is None or printed:
        print_lines((f"{line}\n" for line in audit_log.exported(store)), json=True)
        return
    say(f"Written: {audit_log.export(store, file):,} entries to {file}")


@audit.command("anchor")
def anchor(
    file: Annotated[
        str,
        typer.Argument(
            help="The file to append to, git:FOLDER, or an https address. Keep it outside the"
            " workspace."
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Append the head of the log to a file that `audit verify --anchor` checks later."""
    made = audit_log.anchor(workspace(), file)
    if as_json:
        print_json({"file": file, "number": made.number, "head": made.digest, "at": made.at})
        return
    say(f"Anchored entry {made.number}, {made.digest}, in {place(file).shown}")
