"""Commands that train, evaluate and compare."""

from typing import Annotated, Any

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
from core.comparison.compare import caveats as caveats_of
from core.comparison.compare import changes_of, pair, summary_of
from core.comparison.compare import compare as compare_evaluations
from core.comparison.sentence import verdict_sentence
from core.evaluation.evaluate import evaluate as evaluate_model
from core.executions import get
from core.executions.history import number
from core.snapshots import find
from core.store.models import Evaluation
from core.training.train import of_execution
from core.training.train import train as train_model

CHANGES_SHOWN = 10


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
        print_json(
            {
                "execution": made.execution,
                "seconds": get(store, made.execution).seconds,
                "sentence": sentence,
                "caveats": caveats_of(store, made),
                "baseline": {"training": sides[0], "evaluation": made.baseline},
                "candidate": {"training": sides[1], "evaluation": made.candidate},
                **summary,
                "changes": [_change(row) for row in changes.to_dict("records")],
            }
        )
        return
    say(sentence)
    for caveat in caveats_of(store, made):
        say(f"Mind: {caveat}")
    rows = [
        (
            name,
            m["baseline"],
            m["candidate"],
            f"{m['difference']:+.3f}",
            " to ".join(f"{bound:+.3f}" for bound in m["interval"] or ()),
            m["verdict"] or "",
        )
        for name, m in summary["metrics"].items()
    ]
    sides_shown = (f"#{sides[0]}", f"#{sides[1]}")
    print_table(("metric", *sides_shown, "difference", "95% interval", "verdict"), rows)
    _print_changes(changes)


def _change(row: dict[Any, Any]) -> dict[str, Any]:
    """A row of the changes as JSON: its interval in one value."""
    bounds = [row.pop("interval_low", None), row.pop("interval_high", None)]
    known = all(bound is not None and bound == bound for bound in bounds)  # noqa: PLR0124 - NaN
    return {**row, "interval": bounds if known else None} | {
        name: row.get(name) for name in ("p_value", "q_value")
    }


def _print_changes(changes: Any) -> None:
    known = changes.dropna(subset=["difference"])
    say("")
    say(f"Largest changes of F1 among {len(known):,} shared subreddits:")
    if len(known) > 2 * CHANGES_SHOWN:
        known = known.iloc[[*range(CHANGES_SHOWN), *range(-CHANGES_SHOWN, 0)]]
    rows = [
        (
            f"r/{c.subreddit}",
            c.support,
            c.f1_baseline,
            c.f1_candidate,
            f"{c.difference:+.3f}",
            c.verdict,
        )
        for c in known.itertuples()
    ]
    print_table(("subreddit", "posts", "baseline", "candidate", "change", "verdict"), rows)


def _print_metrics(judged: Evaluation) -> None:
    say(f"Evaluation #{judged.execution} on {judged.posts:,} posts of the split {judged.split}:")
    print_table(("metric", "value"), list(judged.metrics.items()))
