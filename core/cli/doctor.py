"""The command that looks a workspace over."""

from typing import Annotated, Any

import typer

from core.cli.output import AsJson, print_json, progress_bar, say
from core.cli.streams import output
from core.errors import InputError
from core.settings import settings
from core.upkeep.doctor import Finding, examine, is_well
from core.upkeep.finding import State, refused

_MARKS = {State.FINE: "✓", State.WRONG: "✗", State.UNKNOWN: "○"}


def register(app: typer.Typer) -> None:
    """Add this command to ``app``."""
    app.command("doctor", rich_help_panel="Maintain")(doctor)


def doctor(
    thorough: Annotated[
        bool,
        typer.Option(
            "--thorough",
            help="Also read every artifact and the whole database, and load the released models.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong with the workspace and what mends it; exit code 1 if anything is.

    Nothing is changed. ✓ is fine, ✗ is wrong, ○ could not be looked at.
    """
    output().acts = True  # the exit code is the answer
    findings = _findings(thorough=thorough)
    if as_json:
        print_json({"ok": is_well(findings), "checks": [_json(one) for one in findings]})
    else:
        for finding in findings:
            say(_line(finding))
    if not is_well(findings):
        raise typer.Exit(1)


def _findings(*, thorough: bool) -> list[Finding]:
    try:
        home = settings().home
    except InputError as error:  # then nobody knows which workspace is meant
        return [Finding("settings", refused(error))]
    with progress_bar() as progress:
        return examine(home, thorough=thorough, progress=progress)


def _line(finding: Finding) -> str:
    found = finding.found
    hint = f" {found.hint}" if found.hint else ""
    return f"{_MARKS[found.state]} {finding.check:<16}{found.sentence}{hint}"


def _json(finding: Finding) -> dict[str, Any]:
    found = finding.found
    hint = found.hint
    return {
        "check": finding.check,
        "state": found.state,
        "sentence": found.sentence,
        "hint": hint.text if hint else None,
        "command": str(hint.command) if hint and hint.command else None,
    }
