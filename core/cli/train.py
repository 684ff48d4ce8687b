"""The command ``signoff train``."""

from typing import Annotated

import typer

from core.cli.evaluate import print_metrics
from core.cli.known import say_next
from core.cli.output import (
    AsJson,
    Force,
    parse_params,
    print_json,
    progress_bar,
    say,
    workspace,
)
from core.cli.training_options import Family, OfSnapshot, Params, Threads
from core.evaluation.evaluate import evaluate as evaluate_model
from core.executions import get
from core.snapshots import find
from core.snapshots.holding import looks
from core.training.families import DEFAULT_FAMILY
from core.training.train import train as train_model


def register(app: typer.Typer) -> None:
    """Add this command to ``app``."""
    app.command("train", rich_help_panel="Make")(train)


def train(
    snapshot: OfSnapshot,
    model: Family = DEFAULT_FAMILY,
    param: Params = None,
    seed: Annotated[int, typer.Option(help="Seed of the random numbers.")] = 0,
    threads: Threads = None,
    newest: Annotated[
        int | None,
        typer.Option(help="Train on this number of posts only, the newest ones, as a quick trial."),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(help="Go on where the same training was killed. linear and pooled can."),
    ] = True,
    name: Annotated[
        str | None, typer.Option(help="What to call it on pages and in lists, up to 40 characters.")
    ] = None,
    note: Annotated[str | None, typer.Option(help="What is to be known of it, one line.")] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Train a model on a snapshot, and evaluate it on the validation split."""
    store = workspace()
    data = find(store, snapshot)
    with progress_bar() as progress:
        trained = train_model(
            store,
            data,
            model=model,
            params=parse_params(param or []),
            seed=seed,
            threads=threads,
            newest=newest,
            resume=resume,
            force=force,
            name=name,
            note=note,
            progress=progress,
        )
        judged = evaluate_model(store, trained, data, progress=progress)
    execution = get(store, trained.execution)
    if as_json:
        print_json(
            {
                "execution": trained.execution,
                "seconds": execution.seconds,
                "model": trained.digest,
                "family": trained.family,
                "params": execution.params["params"],
                "seed": execution.params["seed"],
                "threads": execution.params["threads"],
                "snapshot": data.id,
                "evaluation": judged.execution,
                "metrics": judged.metrics,
                "training": execution.metrics,
                "caveats": looks(store, data, judged.split),
            }
        )
        return
    say(
        f"Execution #{trained.execution}: {trained.family} trained on"
        f" {execution.metrics['posts']:,} posts in {execution.seconds:.1f} s,"
        f" model {trained.digest[:12]}."
    )
    if note := execution.metrics.get("note"):
        say(f"Note: {note}")
    print_metrics(store, judged)
    say_next(store, trained.execution)
