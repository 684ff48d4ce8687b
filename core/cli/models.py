"""Commands that train, evaluate and compare."""

from typing import Annotated, Any

import typer

from core.cli.output import (
    AsJson,
    Force,
    print_json,
    print_table,
    progress_bar,
    say,
    workspace,
)
from core.comparison.compare import changes_of, pair, summary_of
from core.comparison.compare import compare as compare_evaluations
from core.comparison.sentence import verdict_sentence
from core.errors import InputError
from core.evaluation.evaluate import evaluate as evaluate_model
from core.executions import get
from core.snapshots import find
from core.store.models import Evaluation
from core.training.train import of_execution
from core.training.train import train as train_model

CHANGES_SHOWN = 10
Number = Annotated[str, typer.Argument(help="An execution's number, such as 12.")]


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    app.command("train", rich_help_panel="Make")(train)
    app.command("evaluate", rich_help_panel="Make")(evaluate)
    app.command("compare", rich_help_panel="Look")(compare)


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
            params=_params(param or []),
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


def compare(
    baseline: Number, candidate: Number, force: Force = False, as_json: AsJson = False
) -> None:
    """Compare two evaluations, or two trainings (by their validation splits)."""
    store = workspace()
    chosen = pair(store, number(baseline), number(candidate))
    made = compare_evaluations(store, chosen, force=force)
    summary, changes = summary_of(store, made), changes_of(store, made)
    sides = (chosen.baseline.model_execution, chosen.candidate.model_execution)
    sentence = verdict_sentence(summary, baseline=f"#{sides[0]}", candidate=f"#{sides[1]}")
    if as_json:
        records = changes.assign(interval=None, p_value=None, q_value=None).to_dict("records")
        print_json(
            {
                "execution": made.execution,
                "seconds": get(store, made.execution).seconds,
                "sentence": sentence,
                "baseline": {"training": sides[0], "evaluation": made.baseline},
                "candidate": {"training": sides[1], "evaluation": made.candidate},
                **summary,
                "changes": records,
            }
        )
        return
    say(sentence)
    rows = [
        (name, m["baseline"], m["candidate"], f"{m['difference']:+.3f}")
        for name, m in summary["metrics"].items()
    ]
    print_table(("metric", f"#{sides[0]}", f"#{sides[1]}", "difference"), rows)
    _print_changes(changes)


def number(text: str) -> int:
    """``12`` or ``#12``.

    Raises:
        InputError: neither.
    """
    digits = text.removeprefix("#")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 9:
        raise InputError(f"{text!r} is no execution's number", "Give a number, such as 12.")
    return int(digits)


def _print_changes(changes: Any) -> None:
    known = changes.dropna(subset=["difference"])
    say("")
    say(f"Largest changes of F1 among {len(known):,} shared subreddits (untested):")
    shown = known.drop_duplicates("subreddit")
    if len(shown) > 2 * CHANGES_SHOWN:
        shown = shown.iloc[[*range(CHANGES_SHOWN), *range(-CHANGES_SHOWN, 0)]]
    rows = [
        (f"r/{c.subreddit}", c.support, c.f1_baseline, c.f1_candidate, f"{c.difference:+.3f}")
        for c in shown.itertuples()
    ]
    print_table(("subreddit", "posts", "baseline", "candidate", "change"), rows)


def _print_metrics(judged: Evaluation) -> None:
    say(f"Evaluation #{judged.execution} on {judged.posts:,} posts of the split {judged.split}:")
    print_table(("metric", "value"), list(judged.metrics.items()))


def _params(given: list[str]) -> dict[str, str]:
    params = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise InputError(f"--param {text!r} is not name=value", "Write it like lr=0.3.")
        params[name] = value
    return params
