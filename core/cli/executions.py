"""Commands that look at what was run, and note something on it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import typer

from core.cli.arguments import Number
from core.cli.executions_diff import diff_command
from core.cli.executions_reproduce import reproduce_command
from core.cli.output import AsJson, print_json, print_table, say, say_lines, workspace
from core.executions import annotations, get, listing
from core.executions.annotations import BASELINE, NOTHING, Annotations, annotate
from core.executions.grouping import Filters, Group, Steps, steps
from core.executions.history import log_text, number
from core.hints import Command, Hint
from core.release import identity
from core.release.identity import Known
from core.release.search import search
from core.store import Store
from core.store.executions import Execution
from core.words import listed

MOST = 50
executions = typer.Typer(
    help="Show recorded runs, and name, note or tag them.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    app.add_typer(executions, name="executions", rich_help_panel="Look")


@executions.command("list")
def list_command(
    kind: Annotated[list[str] | None, typer.Option(help="Only this kind. Repeat for more.")] = None,
    limit: Annotated[int, typer.Option(help="How many, newest first.", min=1)] = MOST,
    every: Annotated[
        bool,
        typer.Option(
            "--all",
            help="Also each retraining of signoff noise, trial of signoff tune and training of"
            " signoff backtest, and what pages compared only to show it. --json has them always.",
        ),
    ] = False,
    query: Annotated[
        str | None,
        typer.Option(
            "--search",
            help="Only trainings that fit, such as 'loss=ova f1_macro>0.48 tag:baseline'.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Executions, newest first."""
    store = workspace(looking=True)
    if as_json:
        runs = (
            listing(store, kinds=kind or (), limit=limit)
            if query is None
            else [known.training.execution for known in _found(store, query, every=True)[:limit]]
        )
        noted = annotations.read(store).of
        print_json([as_json_value(run, noted.get(run.number, NOTHING)) for run in runs])
        return
    found = (
        steps(store, Filters(kinds=tuple(kind or ()), every=every), most=limit)
        if query is None
        else _as_steps(_found(store, query, every=every), limit)
    )
    if not found.groups:
        say(_nothing(kind or (), query))
        return
    known = {each.number: each for each in identity.read(store).known}
    columns = ("execution", "kind", "status", "started (UTC)", "s", "by", "what", "command")
    print_table(columns, [_row(group, known) for group in found.groups])
    if left := found.total - len(found.groups):
        say(f"{left:,} older ones are not shown. Use --limit to see more.")


def _found(store: Store, query: str, *, every: bool) -> list[Known]:
    everything = identity.read(store)
    return search(everything.known if every else everything.own, query)


def _as_steps(known: Sequence[Known], limit: int) -> Steps:
    groups = [Group(each.training.execution, ()) for each in known[:limit]]
    return Steps(len(known), tuple(groups))


def _nothing(kinds: Sequence[str], query: str | None) -> str | Hint:
    if query is not None:
        return "No training fits this search."
    fits = f" of kind {', '.join(kinds)}" if kinds else ""
    return Hint(
        f"Nothing{fits} has been run yet. Start by importing posts.", Command("import", "FOLDER")
    )


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
    if log and not as_json:
        say_lines(log_text(store, run).rstrip())
        return
    shown = as_json_value(run, annotations.read(store).of.get(run.number, NOTHING))
    if as_json:
        print_json(shown)
        return
    for name, value in shown.items():
        if isinstance(value, dict) and value:
            say(f"{name}:")
            for key, inner in value.items():
                say(f"    {key}: {inner}")
        elif isinstance(value, list) and value:
            say(f"{name}: {', '.join(value)}")
        elif value not in (None, {}, [], ""):
            say(f"{name}: {value}")


executions.command("diff")(diff_command)
executions.command("reproduce")(reproduce_command)


@executions.command("tag")
def tag_command(
    execution: Number,
    tags: Annotated[
        list[str],
        typer.Argument(metavar="TAG...", help=f"One word each. {BASELINE!r} pins a baseline."),
    ],
    remove: Annotated[bool, typer.Option("--remove", help="Take the tags away.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tag an execution. What is tagged 'baseline' is what other trainings are compared with."""

    def do(store: Store, run: int) -> Annotations:
        return annotate(store, run, add=[] if remove else tags, remove=tags if remove else [])

    _annotated(execution, do, _tagged, as_json)


@executions.command("note")
def note_command(
    execution: Number,
    text: Annotated[str, typer.Argument(help="One line; '' takes the note away.")],
    as_json: AsJson = False,
) -> None:
    """Note something on an execution, in place of the note before."""
    _annotated(execution, lambda store, run: annotate(store, run, note=text), _noted, as_json)


@executions.command("name")
def name_command(
    execution: Number,
    text: Annotated[str, typer.Argument(help="A few words; '' takes the name away.")],
    as_json: AsJson = False,
) -> None:
    """Give an execution the name by which pages and lists call it."""
    _annotated(execution, lambda store, run: annotate(store, run, name=text), _named, as_json)


def _annotated(
    execution: str,
    do: Callable[[Store, int], Annotations],
    told: Callable[[int, Annotations], str],
    as_json: bool,
) -> None:
    run = number(execution)
    now = do(workspace(), run)
    if as_json:
        print_json({"execution": run, **_noted_json(now)})
    else:
        say(told(run, now))


def _tagged(run: int, now: Annotations) -> str:
    if not now.tags:
        return f"#{run} has no tags."
    pinned = " Pages compare with it where nobody has chosen another baseline."
    return f"#{run} is tagged {listed(now.tags)}.{pinned if BASELINE in now.tags else ''}"


def _noted(run: int, now: Annotations) -> str:
    return f"The note on #{run} is now: {now.note}" if now.note else f"#{run} has no note."


def _named(run: int, now: Annotations) -> str:
    return f"#{run} is now called {now.name}." if now.name else f"#{run} has no name."


def as_json_value(execution: Execution, noted: Annotations) -> dict[str, Any]:
    """An execution as the JSON contract has it."""
    return {
        "execution": execution.number,
        "kind": execution.kind,
        "status": execution.status,
        **_noted_json(noted),
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


def _noted_json(noted: Annotations) -> dict[str, Any]:
    return {"name": noted.name, "note": noted.note, "tags": list(noted.tags)}
