"""The command that measures what retraining alone does."""

from typing import Annotated

import typer

from core.cli.output import (
    AsJson,
    parse_params,
    print_json,
    print_table,
    progress_bar,
    say,
    workspace,
)
from core.cli.training_options import Family, OfSnapshot, Params, Threads
from core.comparison.noise import measure
from core.executions import get
from core.snapshots import find
from core.training.families import DEFAULT_FAMILY, family
from core.words import band

_SHOWN = ["subreddit", "f1_sd", "noise_sd", "band"]


def register(app: typer.Typer) -> None:
    """Add this command to ``app``."""
    app.command("noise", rich_help_panel="Make")(noise)


def noise(
    snapshot: OfSnapshot,
    repeats: Annotated[int, typer.Option(help="How many training runs, at least 3.")] = 5,
    model: Family = DEFAULT_FAMILY,
    param: Params = None,
    threads: Threads = None,
    halves: Annotated[
        bool,
        typer.Option(
            "--halves",
            help="Train twice for each repeat, on two halves of the posts, to see what other posts"
            " of the same kind would change. Used to compare models of different snapshots.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Retrain one configuration with different seeds, to see how far its metrics move by chance."""
    store = workspace()
    with progress_bar() as progress:
        result = measure(
            store,
            find(store, snapshot),
            repeats=repeats,
            model=model,
            params=parse_params(param or []),
            threads=threads,
            halves=halves,
            progress=progress,
        )
    bands = result.bands
    if as_json:
        print_json(
            {
                "execution": result.execution,
                "seconds": get(store, result.execution).seconds,
                "repeats": result.repeats,
                "metrics": bands.metrics,
                "subreddits": bands.subreddits[_SHOWN].to_dict("records"),
            }
        )
        return
    runs = (
        f"{result.repeats} pairs of training runs" if halves else f"{result.repeats} training runs"
    )
    drawn = ", and which half of the posts each of a pair reads" if halves else ""
    say(f"{runs}. Their seeds decide {family(model).varies}{drawn}.")
    if not any(bands.metrics.values()):
        say("All of them gave the same figures: in this family, the seed changes nothing.")
    say("The difference between two of them stays within (95%):")
    print_table(("metric", "±"), list(bands.metrics.items()))
    widest = bands.subreddits.sort_values("band", ascending=False).head(10)
    say(f"F1 of a subreddit: median {band(bands.subreddits['band'].median())}; the widest:")
    print_table(("subreddit", "±"), [(f"r/{s.subreddit}", s.band) for s in widest.itertuples()])
    against = " with a model of another snapshot" if halves else ""
    say(f"Comparisons of this configuration{against} show this noise from now on.")
