"""Commands that train and evaluate."""

from typing import Annotated

import typer

from core.cli.arguments import Number
from core.cli.output import (
    AsJson,
    Force,
    parse_params,
    print_json,
    print_table,
    progress_bar,
    say,
    workspace,
)
from core.evaluation.evaluate import evaluate as evaluate_model
from core.executions import get
from core.executions.history import number
from core.snapshots import find
from core.store.models import Evaluation
from core.training.train import of_execution
from core.training.train import train as train_model


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    app.command("train", rich_help_panel="Make")(train)
    app.command("evaluate", rich_help_panel="Make")(evaluate)


def train(
    snapshot: Annotated[str, typer.Option(help="Name or first digits of the digest.")],
    model: Annotated[str, typer.Option(help="The family of models.")] = "fasttext",
    param: Annotated[list[str] | None, typer.Option(help="name=value, repeatable.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed, another model.")] = 0,
    threads: Annotated[
        int | None, typer.Option(help="Default: all cores. 1 is reproducible to the bit.")
    ] = None,
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
            force=force,
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
            }
        )
        return
    say(
        f"Execution #{trained.execution}: {trained.family} trained on"
        f" {execution.metrics['posts']:,} posts in {execution.seconds:.1f} s,"
        f" model {trained.digest[:12]}."
    )
    _print_metrics(judged)
    say(f"Next: signoff compare BASELINE {trained.execution}")


def evaluate(
    execution: Number,
    on: Annotated[str, typer.Option("--on", help="SNAPSHOT[:valid|:train].")],
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Apply the model of a training execution to a split. The test split is sealed."""
    store = workspace()
    reference, _, split = on.partition(":")
    trained, data = of_execution(store, number(execution)), find(store, reference)
    with progress_bar() as progress:
        judged = evaluate_model(
            store, trained, data, split=split or "valid", force=force, progress=progress
        )
    if as_json:
        print_json(
            {
                "execution": judged.execution,
                "seconds": get(store, judged.execution).seconds,
                "training": trained.execution,
                "snapshot": data.id,
                "split": judged.split,
                "posts": judged.posts,
                "metrics": judged.metrics,
            }
        )
        return
    _print_metrics(judged)


def _print_metrics(judged: Evaluation) -> None:
    say(f"Evaluation #{judged.execution} on {judged.posts:,} posts of the split {judged.split}:")
    print_table(("metric", "value"), list(judged.metrics.items()))
