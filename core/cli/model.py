"""The commands that make a model otherwise than by training."""

from pathlib import Path
from typing import Annotated

import typer

from core.cli.evaluate import print_metrics
from core.cli.known import say_next
from core.cli.output import AsJson, Force, print_json, progress_bar, say, workspace
from core.cli.training_options import OfSnapshot
from core.errors import InputError
from core.evaluation.evaluate import evaluate
from core.executions import get
from core.snapshots import find
from core.store import Store
from core.store.models import Evaluation, Model
from core.training.adopt import adopt as adopt_model
from core.training.average import average as average_models


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    group = typer.Typer(
        help="Make a model otherwise than by training it here.", no_args_is_help=True
    )
    group.command("average")(average)
    group.command("adopt")(adopt)
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
    print_metrics(store, judged)
    say_next(store, made.execution)


def adopt(
    folder: Annotated[
        Path, typer.Argument(help="Holds model.onnx, tokenizer.json and labels.json.")
    ],
    snapshot: OfSnapshot,
    trained_on: Annotated[
        Path | None,
        typer.Option(
            help="A file with the ids of all posts that it was trained on, one a line. Without it,"
            " nobody can tell whether it has seen test posts."
        ),
    ] = None,
    logits: Annotated[
        bool, typer.Option(help="Whether softmax makes probabilities of the first output.")
    ] = True,
    max_tokens: Annotated[int, typer.Option(help="Tokens of a post that are read.")] = 256,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Take in a model that was made elsewhere, declared to be trained on a snapshot's posts."""
    store = workspace()
    data = find(store, snapshot)
    known = None if trained_on is None else _ids(trained_on)
    with progress_bar() as progress:
        made = adopt_model(
            store,
            folder,
            data,
            trained_on=known,
            logits=logits,
            max_tokens=max_tokens,
            force=force,
            progress=progress,
        )
        judged = evaluate(store, made, data, progress=progress)
    if as_json:
        print_json(_as_json(store, made, judged))
        return
    say(f"Execution #{made.execution}: a model of {made.subreddits:,} subreddits was adopted.")
    if known is None:
        say("Note: What it was trained on is not known, so it may have seen test posts.")
    print_metrics(store, judged)
    say_next(store, made.execution)


def _ids(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path} cannot be read: {error}", "Give a text file with one id a line."
        ) from error


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
