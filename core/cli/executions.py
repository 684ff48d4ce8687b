"""Commands that look at what was run."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from core.cli.arguments import Number
from core.cli.output import AsJson, print_json, print_table, say, say_lines, workspace
from core.executions import get, listing
from core.executions.grouping import Group, grouped
from core.executions.history import log_text, number
from core.hints import Command, Hint
from core.release import identity
from core.release.identity import Known
from core.store.executions import Execution

executions = typer.Typer(help="Show recorded runs.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    app.add_typer(executions, name="executions", rich_help_panel="Look")


@executions.command("list")
def list_command(
    kind: Annotated[list[str] | None, typer.Option(help="Only this kind. Repeat for more.")] = None,
    limit: Annotated[int, typer.Option(help="How many, newest first.", min=1)] = 50,
    every: Annotated[
        bool,
        typer.Option(
            "--all",
            help="Also each retraining of signoff noise, each trial of signoff tune, and what pages"
            " compared only to show it. --json has them always.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Executions, newest first."""
    store = workspace(looking=True)
    if as_json:
        runs = listing(store, kinds=kind or (), limit=limit)
        print_json([as_json_value(execution) for execution in runs])
        return
    runs = listing(store)
    groups = [Group(run, ()) for run in runs] if every else grouped(runs)
    shown = [group for group in groups if not kind or group.execution.kind in kind][:limit]
    if not shown:
        fits = f" of kind {', '.join(kind)}" if kind else ""
        say(
            Hint(
                f"Nothing{fits} has been run yet. Start by importing posts.",
                Command("import", "FOLDER"),
            )
        )
        return
    known = {each.number: each for each in identity.read(store).known}
    columns = ("execution", "kind", "status", "started (UTC)", "s", "by", "what", "command")
    print_table(columns, [_row(group, known) for group in shown])


def _row(group: Group, known: Mapping[int, Known]) -> tuple[str, ...]:
    run = group.execution
    return (
        f"#{run.number}",
        run.kind,
        run.status,
        f"{run.started_at:%Y-%m-%d %H:%M}",
        "–" if run.seconds is None else f"{run.seconds:.1f}",
        run.by,
        known[run.number].what if run.number in known else group.told,
        run.command,
    )


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
        "purpose": execution.purpose,
        "params": execution.params,
        "inputs": execution.inputs,
        "outputs": execution.outputs,
        "metrics": execution.metrics,
        "code": execution.code,
        "environment": execution.environment,
        "peak_memory_mib": execution.peak_memory_mib,
        "error": execution.error,
    }
