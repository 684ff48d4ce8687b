"""The command ``signoff evaluate``."""

from typing import Annotated

import typer

from core.cli.arguments import Number
from core.cli.output import AsJson, Force, print_json, print_table, progress_bar, say, workspace
from core.evaluation.evaluate import evaluate as evaluate_model
from core.executions import get
from core.executions.history import number
from core.snapshots import find
from core.snapshots.holding import looks
from core.store import Store
from core.store.models import Evaluation
from core.training.train import of_execution


def register(app: typer.Typer) -> None:
    """Add this command to ``app``."""
    app.command("evaluate", rich_help_panel="Make")(evaluate)


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
                "caveats": looks(store, data, judged.split),
            }
        )
        return
    print_metrics(store, judged)


def print_metrics(store: Store, judged: Evaluation) -> None:
    """The evaluation's metrics as a table, and what it gives away of sealed tests."""
    say(f"Evaluation #{judged.execution} on {judged.posts:,} posts of the {judged.split} split:")
    print_table(("metric", "value"), list(judged.metrics.items()))
    for caveat in looks(store, find(store, judged.snapshot), judged.split):
        say(f"Note: {caveat}")
