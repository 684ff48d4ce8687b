"""Commands that plan and list the uses of sealed test splits."""

import math
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from core.cli.output import AsJson, print_json, print_table, say, workspace
from core.cli.release_json import opening_json
from core.errors import InputError
from core.hints import Command, Hint
from core.release import openings
from core.release.adoption import read_policy
from core.release.budget import Budget
from core.snapshots import find
from core.stats.testset import (
    ACCURACY,
    MOST_CANDIDATES,
    Adaptivity,
    Bound,
    Plan,
    Promise,
    plans,
)
from core.store.snapshots import Snapshot
from core.words import count

HINT = "Start with --epsilon 0.01 --delta 0.001 --candidates 32."
BOUNDS = {
    Bound.ACCURACY_HOEFFDING: "one accuracy, Hoeffding",
    Bound.ACCURACY_EXACT: "one accuracy, exact binomial",
    Bound.HALVES: "difference, Hoeffding for each half",
    Bound.HOEFFDING: "difference, Hoeffding",
    Bound.BENNETT: "difference, Bennett",
    Bound.EXACT: "difference, exact",
}
NEED_DISAGREEMENT = (Bound.BENNETT, Bound.EXACT)
SEEN = {
    Adaptivity.NONE: "no answer seen before all are judged",
    Adaptivity.FULL: "each answer seen before the next candidate is made",
    Adaptivity.FIRST_CHANGE: "each answer seen, and a new split after the first pass",
}

ledger = typer.Typer(
    help="How many candidates the sealed test splits can still judge.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    app.add_typer(ledger, name="ledger", rich_help_panel="Look")


@ledger.command("list")
def list_command(as_json: AsJson = False) -> None:
    """Every opening of a sealed test, and how many candidates each split can still judge."""
    store = workspace(looking=True)
    policy = read_policy(store)
    all_openings = openings.listing(store)
    budgets = openings.budgets(store, policy)
    if as_json:
        print_json(
            {
                "openings": [opening_json(each) for each in all_openings],
                "splits": [_split_json(each) for each in budgets],
            }
        )
        return
    if not budgets:
        say(Hint("There is no test split yet. Freeze a snapshot.", Command("snapshot create")))
        return
    print_table(
        ("test split", "posts", "frozen", "used", "left", "state"),
        [
            (
                each.snapshot.id,
                each.posts,
                f"{each.snapshot.created_at:%Y-%m-%d}",
                each.used,
                each.left,
                each.state,
            )
            for each in budgets
        ],
    )
    for each in budgets:
        if each.others:
            say(f"Of {each.snapshot.id}, {count(each.used, 'use')} so far: {each.others}.")
    if not all_openings:
        say(
            Hint(
                "No test has been opened yet. Open one for a candidate.",
                Command("release test", "CANDIDATE", reason="…"),
            )
        )
        return
    names = {each.snapshot.digest: each.snapshot.id for each in budgets}
    print_table(
        ("opening", "at (UTC)", "by", "candidate", "production", "test split", "answer", "reason"),
        [
            (
                f"{each.row.id}",
                f"{each.row.at:%Y-%m-%d %H:%M}",
                each.row.by,
                f"#{each.row.candidate}",
                f"#{each.row.baseline}" if each.row.baseline else None,
                names.get(each.row.snapshot or ""),
                each.answer,
                each.row.comment,
            )
            for each in all_openings
        ],
    )


@ledger.command("plan")
def plan_command(
    epsilon: Annotated[float, typer.Option(help="How far an answer can be off.")] = 0.01,
    delta: Annotated[float, typer.Option(help="Probability that any is off by more.")] = 0.001,
    candidates: Annotated[
        int, typer.Option(help="How many candidates one test split should judge.")
    ] = 32,
    adaptivity: Annotated[
        Adaptivity, typer.Option(help="Who sees answers: none, full or first-change.")
    ] = Adaptivity.FULL,
    disagreement: Annotated[
        float | None,
        typer.Option(help="Largest share of posts that only one of two models gets right."),
    ] = None,
    answers: Annotated[
        int, typer.Option(help="Number of distinguishable answers; 2 means pass or fail.")
    ] = 2,
    snapshot: Annotated[
        str | None,
        typer.Option(
            help="Snapshot of the test split: its name or the first digits of its digest."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """How many posts a sealed test needs to judge a number of candidates. Opens nothing."""
    if not 0 < epsilon < 1:
        raise InputError(f"--epsilon {epsilon:g} is not between 0 and 1", HINT)
    if candidates < 1:
        raise InputError(f"--candidates {candidates} is not a number of candidates", HINT)
    target = None if snapshot is None else find(workspace(looking=True), snapshot)
    try:
        promise = Promise(
            delta=delta, adaptivity=adaptivity, disagreement=disagreement, answers=answers
        )
        made = plans(
            promise,
            epsilon=epsilon,
            candidates=candidates,
            posts=target.splits["test"] if target else None,
            bounds=tuple(b for b in Bound if disagreement or b not in NEED_DISAGREEMENT),
        )
    except ValueError as error:
        raise InputError(str(error), HINT) from None
    if as_json:
        print_json(_as_json(promise, epsilon, candidates, target, made))
        return
    say(
        f"{candidates:,} candidates, {SEEN[adaptivity]}: all measurements are within"
        f" ±{epsilon:g} of the truth, with probability {1 - delta:.10g}."
    )
    _print(target, candidates, made)
    if disagreement is None:
        say(
            "Two models that mostly agree need fewer posts: give --disagreement, the share of"
            " posts that only one of them gets right (signoff compare: fixed and broken)."
        )
    if adaptivity is not Adaptivity.NONE and answers == 2:
        say(
            "This assumes that people see only pass or fail. Figures reveal more about the"
            " split: give --answers, the number of distinguishable answers."
        )


def _split_json(budget: Budget) -> dict[str, Any]:
    return {
        "snapshot": budget.snapshot.id,
        "digest": budget.snapshot.digest,
        "posts": budget.posts,
        "age_days": budget.age,
        "used": budget.used,
        "elsewhere": budget.elsewhere,
        "in_the_open": budget.in_the_open,
        "left": budget.left,
        "state": budget.state,
        "closed": budget.closed,
    }


def _print(snapshot: Snapshot | None, candidates: int, made: Sequence[Plan]) -> None:
    best = _best(made)
    if snapshot is None:
        print_table(("bound", "posts needed"), [(BOUNDS[p.bound], p.posts_needed) for p in made])
        say(f"To compare each candidate with production: {best.posts_needed:,} posts.")
        return
    print_table(
        ("bound", "posts needed", f"{snapshot.id} can judge", f"exact to, for {candidates:,}"),
        [(BOUNDS[p.bound], p.posts_needed, _uses(p), _upwards(p.tolerance)) for p in made],
    )
    say(
        f"To compare each candidate with production: {best.posts_needed:,} posts. The test split"
        f" of {snapshot.id} has {snapshot.splits['test']:,}: it can judge {_uses(best)} of them"
        f" within that tolerance, or {candidates:,} within {_upwards(best.tolerance)}."
    )


def _best(made: Sequence[Plan]) -> Plan:
    """The bound on a difference that needs the fewest posts. All hold, so the best does."""
    return min((p for p in made if p.bound not in ACCURACY), key=lambda p: p.posts_needed)


def _uses(plan: Plan) -> str:
    assert plan.uses is not None
    return f"{plan.uses:,}{' or more' if plan.uses == MOST_CANDIDATES else ''}"


def _upwards(tolerance: float | None) -> str:
    """Rounded up: a promise must not gain by rounding."""
    assert tolerance is not None
    return f"±{math.ceil(round(tolerance * 1e4, 3)) / 1e4:.4f}"


def _as_json(
    promise: Promise,
    epsilon: float,
    candidates: int,
    snapshot: Snapshot | None,
    made: Sequence[Plan],
) -> dict[str, Any]:
    best = _best(made)
    split = snapshot and {
        "snapshot": snapshot.id,
        "digest": snapshot.digest,
        "posts": snapshot.splits["test"],
        "uses": best.uses,
        "tolerance": best.tolerance,
    }
    return {
        "epsilon": epsilon,
        "delta": promise.delta,
        "candidates": candidates,
        "adaptivity": promise.adaptivity.value,
        "disagreement": promise.disagreement,
        "answers": promise.answers,
        "bound": best.bound.value,
        "posts_needed": best.posts_needed,
        "split": split,
        "bounds": [
            {
                "bound": plan.bound.value,
                "of": "accuracy" if plan.bound in ACCURACY else "difference",
                "posts_needed": plan.posts_needed,
                "uses": plan.uses,
                "tolerance": plan.tolerance,
            }
            for plan in made
        ],
    }
