"""Commands that run the pipeline of a project."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from core.cli.output import AsJson, print_json, print_table, progress_bar, say, workspace
from core.cli.pipeline_show import show
from core.errors import InputError, NotFoundError
from core.hints import Command, Hint
from core.pipeline import run as running
from core.pipeline.definition import defined
from core.pipeline.run import Outcome, State, Wanted
from core.project.file import FILE, read, read_file
from core.settings import settings
from core.toml_files import Document
from core.words import count

pipeline = typer.Typer(
    help="Run the pipeline of a project, and see how production came to be.", no_args_is_help=True
)

File = Annotated[
    Path | None,
    typer.Argument(help="A file with the pipeline. Default: signoff.toml of the project."),
]
Values = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="Set a value in the place of the file's, as STEP.KEY=VALUE, such as train.seed=1, or"
        " train.epoch=20 for a parameter of the model. Repeat for more.",
    ),
]
_MARKS = {State.REUSED: "·", State.DUE: "○", State.RAN: "✓", State.FAILED: "✗"}


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    app.add_typer(pipeline, name="pipeline", rich_help_panel="Make")


pipeline.command("show")(show)


@pipeline.command("run")
def run_command(
    file: File = None,
    until: Annotated[
        str | None, typer.Option(help="Run no further than this step, with all that it needs.")
    ] = None,
    only: Annotated[
        str | None, typer.Option(help="Run this step only, on what the others gave last.")
    ] = None,
    set_: Values = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would run and why, and run nothing.")
    ] = False,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until another run in this workspace has ended.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run the steps that have changed, and reuse the rest.

    A step runs if its own code, its parameters or what it reads has changed. After an error or an
    interruption, run it again: it goes on with the step that was not done. Exit code 3: a step
    that was asked to has stopped the pipeline.
    """
    if until and only:
        raise InputError("--until and --only do not go together", "Leave one of them out.")
    document, project = _read(file)
    wanted = Wanted(
        pipeline=defined(document, set_ or ()),
        project=project,
        until=until,
        only=only,
        given=tuple(set_ or ()),
    )
    if dry_run:
        _plan(wanted, as_json=as_json)
        return
    store = workspace(make=True)
    with progress_bar() as progress:
        done = running.run(
            store,
            wanted,
            wait=wait,
            tell=(lambda _: None) if as_json else _say,
            progress=progress,
        )
    if as_json:
        print_json({"execution": done.execution, "steps": list(map(_as_json, done.outcomes))})
    elif done.execution is None:
        say("Nothing has changed: all steps were reused.")
    else:
        ran = sum(each.state == State.RAN for each in done.outcomes)
        say(f"Pipeline #{done.execution}: {count(ran, 'step')} ran.")


@pipeline.command("check")
def check_command(file: File = None, set_: Values = None, as_json: AsJson = False) -> None:
    """Check the pipeline's file, and show its steps in the order in which they run."""
    document, _ = _read(file)
    steps = defined(document, set_ or ()).steps
    if as_json:
        print_json(
            [{"step": each.name, "kind": each.kind, "after": each.waits_for} for each in steps]
        )
        return
    print_table(
        ("step", "kind", "after"),
        [(each.name, each.kind, ", ".join(each.waits_for) or "–") for each in steps],
    )


def _read(file: Path | None) -> tuple[Document, Path]:
    """The file that holds the pipeline, and its folder."""
    if file is not None:
        return read_file(file), file.absolute().parent
    project = settings().project
    if project is None:
        raise NotFoundError(
            f"There is no {FILE} here or in a folder above",
            Hint("Go into a project, or begin one.", Command("init", "FOLDER")),
        )
    return read(project), project


def _plan(wanted: Wanted, *, as_json: bool) -> None:
    try:
        outcomes = running.plan(workspace(looking=True), wanted)
    except NotFoundError:
        if (settings().home / "signoff.db").exists():
            raise
        outcomes = running.plan_of_nothing(wanted)
    due = sum(each.state == State.DUE for each in outcomes)
    if as_json:
        print_json({"due": due, "steps": list(map(_as_json, outcomes))})
        return
    for each in outcomes:
        _say(each)
    say(f"{count(due, 'step')} would run." if due else "Nothing has changed: nothing would run.")


def _say(outcome: Outcome) -> None:
    match outcome.state:
        case State.REUSED:
            told = outcome.said
        case State.DUE:
            told = f"would run: {outcome.why}"
        case State.RAN:
            told = f"{outcome.said} ({outcome.seconds:.1f} s, because: {outcome.why})"
        case State.FAILED:
            told = f"failed: {outcome.why}"
    say(f"{_MARKS[outcome.state]} {outcome.step}: {told}")


def _as_json(outcome: Outcome) -> dict[str, Any]:
    return asdict(outcome)
