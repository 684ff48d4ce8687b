"""The command that looks for better parameters."""

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
from core.hints import Command, Hint
from core.snapshots import find
from core.training.families import DEFAULT_FAMILY
from core.tuning.tune import METRIC, Ranked, Tuned
from core.tuning.tune import tune as tune_model
from core.words import count, interval, signed


def register(app: typer.Typer) -> None:
    """Add this command to ``app``."""
    app.command("tune", rich_help_panel="Make")(tune)


def tune(
    snapshot: OfSnapshot,
    minutes: Annotated[float, typer.Option(help="How long to try. The first trial always ends.")],
    model: Family = DEFAULT_FAMILY,
    param: Params = None,
    seed: Annotated[int, typer.Option(help="Seed of the configurations.")] = 0,
    threads: Threads = None,
    as_json: AsJson = False,
) -> None:
    """Look for better parameters: many on few posts, the best of them on all. A --param stays."""
    with progress_bar() as progress:
        store = workspace()
        tuned = tune_model(
            store,
            find(store, snapshot),
            minutes=minutes,
            model=model,
            params=parse_params(param or []),
            seed=seed,
            threads=threads,
            progress=progress,
        )
    best = tuned.ranked[0].trial
    again = Command(
        "train",
        snapshot=snapshot,
        model=None if model == DEFAULT_FAMILY else model,
        param=[f"{name}={value}" for name, value in best.params.items()],
        threads=threads,
    )
    if as_json:
        print_json(_as_json(tuned, again))
        return
    say(_sentence(tuned))
    print_table(
        ("execution", METRIC, "behind the best", "95% interval", "parameters"),
        [_row(one) for one in tuned.ranked],
    )
    say("All were chosen by these validation posts, so expect slightly less on new ones.")
    say(Hint("To train the first one again.", again))


def _sentence(tuned: Tuned) -> str:
    best, *others = tuned.ranked
    number = best.trial.evaluation.model_execution
    tried = f"{count(tuned.trials, 'trial')}, {tuned.on_all_posts} of them on all posts."
    if not others:
        return f"{tried} There was no time to train a second configuration on all posts."
    alike = [one for one in others if one.as_good]
    if alike:
        them = ", ".join(f"#{one.trial.evaluation.model_execution}" for one in alike)
        noise = " and the noise of retraining" if any(one.noise for one in alike) else ""
        return f"{tried} Best within chance{noise}: #{number}, {them}."
    return (
        f"{tried} #{number} has the highest macro F1; for all others below, the interval of the"
        " difference is above 0."
    )


def _row(one: Ranked) -> tuple[str, float, str, str, str]:
    trial = one.trial
    told = " ".join(f"{name}={value}" for name, value in trial.params.items()) or "the defaults"
    behind, between = "", ""
    if one.behind is not None:
        difference, *bounds = one.behind
        behind, between = signed(difference), interval((bounds[0], bounds[1]))
    return f"#{trial.evaluation.model_execution}", trial.scored.score, behind, between, told


def _as_json(tuned: Tuned, again: Command) -> dict[str, object]:
    return {
        "execution": tuned.execution,
        "trials": tuned.trials,
        "on_all_posts": tuned.on_all_posts,
        "ranked": [
            {
                "execution": one.trial.evaluation.model_execution,
                "evaluation": one.trial.evaluation.execution,
                METRIC: one.trial.scored.score,
                "behind": None if one.behind is None else one.behind[0],
                "interval": None if one.behind is None else list(one.behind[1:]),
                "params": dict(one.trial.params),
            }
            for one in tuned.ranked
        ],
        "command": str(again),
    }
