"""Commands that look at what was run."""

from typing import Annotated, Any

import typer

from core.cli.arguments import Number
from core.cli.output import AsJson, print_json, print_table, say, say_lines, workspace
from core.executions import get, listing
from core.executions.history import log_text, number
from core.hints import Command, Hint
from core.store.executions import Execution

executions = typer.Typer(help="Show recorded runs.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    app.add_typer(executions, name="executions", rich_help_panel="Look")


@executions.command("list")
def list_command(
    kind: Annotated[list[str] | None, typer.Option(help="Only this kind. Repeat for more.")] = None,
    limit: Annotated[int, typer.Option(help="How many, newest first.", min=1)] = 50,
    as_json: AsJson = False,
) -> None:
    """Executions, newest first."""
    runs = listing(workspace(looking=True), kinds=kind or (), limit=limit)
    if as_json:
        print_json([as_json_value(execution) for execution in runs])
        return
    if not runs:
        fits = f" of kind {', '.join(kind)}" if kind else ""
        say(
            Hint(
                f"Nothing{fits} has been run yet. Start by importing posts.",
                Command("import", "FOLDER"),
            )
        )
        return
    rows = [
        (
            f"#{e.number}",
            e.kind,
            e.status,
            f"{e.started_at:%Y-%m-%d %H:%M}",
            "–" if e.seconds is None else f"{e.seconds:.1f}",
            e.by,
            e.command,
        )
        for e in runs
    ]
    print_table(("execution", "kind", "status", "started (UTC)", "s", "by", "command"), rows)


@executions.command("show")
def show_command(
    execution: Number,
    log: Annotated[bool, typer.Option("--log", help="Print only its log.")] = False,
    as_json: AsJson = False,
) -> None:
    """One execution in full."""
    store = workspace(looking=True)
    run = get(store, number(execution))
    if as_json:
        print_json(as_json_value(run))
        return
    if log:
        say_lines(log_text(store, run).rstrip())
        return
    for name, value in as_json_value(run).items():
        if isinstance(value, dict) and value:
            say(f"{name}:")
            for key, inner in value.items():
                say(f"    {key}: {inner}")
        elif value not in (None, {}):
            say(f"{name}: {value}")


def as_json_value(execution: Execution) -> dict[str, Any]:
    """An execution as the JSON contract has it."""
    return {
        "execution": execution.number,
        "kind": execution.kind,
        "status": execution.status,
        "by": execution.by,
        "started_at": execution.started_at,
        "seconds": execution.seconds,
        "command": execution.command,
        "params": execution.params,
        "inputs": execution.inputs,
        "outputs": execution.outputs,
        "metrics": execution.metrics,
        "code": execution.code,
        "environment": execution.environment,
        "peak_memory_mib": execution.peak_memory_mib,
        "error": execution.error,
    }
