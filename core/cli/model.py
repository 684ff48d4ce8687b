"""The commands that make a model otherwise than by training."""

from typing import Annotated

import typer

from core.cli.evaluate import print_metrics
from core.cli.output import AsJson, Force, print_json, progress_bar, say, workspace
from core.errors import InputError
from core.evaluation.evaluate import evaluate
from core.executions import get
from core.hints import Command, Hint
from core.snapshots import find
from core.store import Store
from core.store.models import Evaluation, Model
from core.training.average import average as average_models


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    group = typer.Typer(
        help="Make a model of other models, instead of training one.", no_args_is_help=True
    )
    group.command("average")(average)
    app.add_typer(group, name="model", rich_help_panel="Make")


def average(
    executions: Annotated[
        list[int], typer.Argument(help="Training executions of one snapshot, such as 12 15.")
    ],
    weights: Annotated[
        str | None,
        typer.Option(
            help="How much each model counts, such as 0.6,0.4. Default: what fits half of"
            " validation best."
        ),
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Make one model that averages the probabilities of recorded models, and evaluate it."""
    store = workspace()
    shares = None if weights is None else _numbers(weights)
    with progress_bar() as progress:
        made = average_models(store, executions, weights=shares, force=force, progress=progress)
        judged = evaluate(store, made, find(store, made.snapshot), progress=progress)
    if as_json:
        print_json(_as_json(store, made, judged))
        return
    metrics = get(store, made.execution).metrics
    counts = ", ".join(f"#{number} {metrics[f'weight_of_{number}']:.3f}" for number in executions)
    say(f"Execution #{made.execution}: the average of {counts}.")
    print_metrics(judged)
    say(Hint("Next.", Command("compare", "BASELINE", made.execution)))


def _numbers(weights: str) -> list[float]:
    try:
        return [float(weight) for weight in weights.split(",")]
    except ValueError:
        raise InputError(
            f"--weights {weights!r} are not numbers", "Write them as 0.6,0.4."
        ) from None


def _as_json(store: Store, made: Model, judged: Evaluation) -> dict[str, object]:
    execution = get(store, made.execution)
    return {
        "execution": made.execution,
        "seconds": execution.seconds,
        "model": made.digest,
        "family": made.family,
        "params": execution.params["params"],
        "snapshot": made.snapshot,
        "evaluation": judged.execution,
        "metrics": judged.metrics,
        "training": execution.metrics,
    }
