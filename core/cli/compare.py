"""The command ``signoff compare``."""

from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from core.cli.arguments import Number
from core.cli.executions_diff import print_facts
from core.cli.histogram import histogram_lines
from core.cli.output import (
    AsJson,
    Force,
    out,
    print_json,
    print_table,
    say,
    workspace,
    writer_of,
)
from core.comparison import what_differs
from core.comparison.caveats import caveats as caveats_of
from core.comparison.compare import changes_of, pair, slices_of, summary_of
from core.comparison.compare import compare as compare_evaluations
from core.comparison.readings import confusions_sentence, posts_of, threshold_sentence
from core.comparison.results import ComparisonSummary
from core.comparison.sentence import verdict_sentence
from core.comparison.thresholds import USUAL
from core.executions import get
from core.executions.history import number
from core.records import to_json
from core.reporting.comparison_rows import (
    SHOWN,
    SLICE_COLUMNS,
    change_columns,
    change_rows,
    metric_columns,
    metric_rows,
    movers,
    worst_slice_rows,
)
from core.store.artifacts import storage_errors
from core.words import chance, share_interval, signed_share

SLICES_SHOWN, CONFUSIONS_SHOWN = 5, 10


def register(app: typer.Typer) -> None:
    """Add this command to ``app``."""
    app.command("compare", rich_help_panel="Look")(compare)


def compare(
    baseline: Number,
    candidate: Number,
    table: Annotated[
        Path | None,
        typer.Option(help="Write one row per subreddit to this .csv or .parquet file."),
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Compare two evaluations, or two trainings (by their validation splits)."""
    if table is not None:
        writer_of(table)
    store = workspace()
    chosen = pair(store, number(baseline), number(candidate))
    made = compare_evaluations(store, chosen, force=force)
    summary, changes, slices = (
        summary_of(store, made),
        changes_of(store, made),
        slices_of(store, made),
    )
    sides = (chosen.baseline.model_execution, chosen.candidate.model_execution)
    names = (f"#{sides[0]}", f"#{sides[1]}")
    if summary.one_model:
        names = (f"evaluation #{made.baseline}", f"evaluation #{made.candidate}")
    sentence = verdict_sentence(summary, baseline=names[0], candidate=names[1])
    caveats = caveats_of(store, made)
    facts = what_differs.differing(
        store,
        *(get(store, side) for side in sides),
        posts=what_differs.sides(store, chosen.baseline, chosen.candidate),
    )
    if table is not None:
        content = writer_of(table)(changes)
        with storage_errors(table, chosen=True):
            table.write_bytes(content)
    if as_json:
        print_json(
            {
                "execution": made.execution,
                "seconds": get(store, made.execution).seconds,
                "sentence": sentence,
                "caveats": caveats,
                "differences": [to_json(fact) for fact in facts],
                "baseline": {"training": sides[0], "evaluation": made.baseline},
                "candidate": {"training": sides[1], "evaluation": made.candidate},
                **to_json(summary),
                "changes": [_with_interval(row) for row in _records(changes)],
                "slices": None if slices is None else _records(slices),
            }
        )
        return
    say(sentence)
    for caveat in caveats:
        say(f"Note: {caveat}")
    say("")
    print_facts(facts, names)
    _print_label_sets(summary, names)
    _print_metrics(summary, names)
    _print_histogram(changes)
    _print_changes(changes, names, paired=summary.paired)
    if slices is not None:
        _print_worst(slices)
    _print_confusions(summary)
    if held := threshold_sentence(summary, USUAL, baseline=names[0], candidate=names[1]):
        say("")
        say(held)
    if table is not None:
        say("")
        say(f"Every subreddit: {table}")


def _records(frame: pd.DataFrame) -> list[dict[Any, Any]]:
    """Rows as JSON values: what is empty in the frame is null."""
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def _with_interval(row: dict[Any, Any]) -> dict[str, Any]:
    """A row of the changes with its interval in one value."""
    bounds = [row.pop("interval_low"), row.pop("interval_high")]
    return {**row, "interval": None if None in bounds else bounds}


def _print_metrics(summary: ComparisonSummary, names: tuple[str, str]) -> None:
    metrics, test = summary.metrics, summary.accuracy_test
    say("")
    if summary.label_sets:
        say("On all posts; those of a subreddit that a model does not know count as wrong:")
    print_table(metric_columns(names), metric_rows(metrics, SHOWN, paired=summary.paired))
    say(f"Both right equally often? {test.test}: p {chance(test.p_value)}.")
    if churn := summary.churn:
        kinds = f"{churn.fixed:,} fixed, {churn.broken:,} broken, {churn.swapped:,} swapped"
        share = churn.changed / summary.posts
        say(f"First predictions changed: {share:.1%} of the posts ({kinds}).")
    p = summary.p_at_1
    say(f"Distance of p@1: KS {p.ks:.3f}, Wasserstein {p.wasserstein:.3f}, PSI {p.psi:.3f}.")


def _print_label_sets(summary: ComparisonSummary, names: tuple[str, str]) -> None:
    sets, labels = summary.label_sets, summary.subreddits
    if sets is None:
        return
    say("")
    shared, own = sets.shared, (sets.own.baseline, sets.own.candidate)
    say(f"On the {shared.posts:,} posts of the {labels.shared:,} subreddits that both models know:")
    print_table(metric_columns(names), metric_rows(shared.metrics, paired=summary.paired))
    say("Each model on the posts of all subreddits that it knows:")
    scores = [(name, *(side.metrics[name] for side in own)) for name in shared.metrics]
    print_table(("metric", *names), scores)
    for rename in labels.renames:
        say(
            f"r/{rename.removed} may have been renamed to r/{rename.added}: {rename.share:.0%}"
            " of its posts are now predicted there."
        )


def _print_histogram(changes: pd.DataFrame) -> None:
    known = changes.dropna(subset=["difference"])
    if known.empty:
        return
    say("")
    say(f"Changes in F1 of {len(known):,} shared subreddits:")
    for line in histogram_lines(known["difference"].to_numpy(), known["verdict"].tolist()):
        out.print(line, soft_wrap=True)


def _print_changes(changes: pd.DataFrame, names: tuple[str, str], *, paired: bool) -> None:
    rows = change_rows(movers(changes), paired=paired)
    if rows:
        say("")
        called = "worse or better" if paired else "lower or higher"
        say(f"Called {called} first, then the largest others:")
        print_table(change_columns(names), rows)


def _print_worst(slices: pd.DataFrame) -> None:
    rows = worst_slice_rows(slices, most=SLICES_SHOWN)
    if rows:
        say("")
        say("Where the candidate loses most accuracy:")
        print_table(SLICE_COLUMNS, rows)


def _print_confusions(summary: ComparisonSummary) -> None:
    if not summary.confusions:
        return
    say("")
    say(confusions_sentence(summary))
    rows = [
        (
            f"r/{pair.subreddit}",
            f"r/{pair.predicted}",
            posts_of(pair, paired=summary.paired),
            signed_share(pair.difference),
            share_interval(pair.interval),
            "" if pair.q_value is None else chance(pair.q_value),
            pair.verdict,
        )
        for pair in summary.confusions[:CONFUSIONS_SHOWN]
    ]
    print_table(("posts of", "taken for", "posts", "change", "95% interval", "q", "verdict"), rows)
