"""The command ``signoff backtest``."""

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from core.cli.arguments import moment_of
from core.cli.output import (
    AsJson,
    parse_params,
    print_json,
    print_table,
    progress_bar,
    say,
    workspace,
)
from core.cli.training_options import Params, Threads
from core.drift.ageing import Ageing, MeanDifference, ageing, of_figure, of_topic
from core.drift.backtest import backtest as run_backtest
from core.drift.backtest_results import FIGURES, Backtest
from core.drift.backtest_sentence import ACCURACY, age_of, begins_at, headline, span_of
from core.drift.cutoffs import Every
from core.errors import NotFoundError
from core.executions import get
from core.hints import Command, Hint
from core.metrics import METRIC
from core.records import to_json
from core.release import aliases
from core.release.events import PRODUCTION
from core.release.released import released_model
from core.snapshots import find, listing
from core.store import Store
from core.store.models import Model
from core.store.snapshots import Snapshot
from core.training.families import DEFAULT_FAMILY, FAMILIES, KINDS, family
from core.words import count, interval, signed

COLUMNS, ROWS = 10, 26
"""Windows and models that are printed, the newest; --json has them all."""
TOPICS = 10
"""Topic groups that are printed, the largest losses first."""


@dataclass(frozen=True, slots=True)
class _Chosen:
    snapshot: Snapshot
    family: str
    params: dict[str, str]


def register(app: typer.Typer) -> None:
    """Add this command to ``app``."""
    app.command("backtest", rich_help_panel="Make")(backtest)


def backtest(
    every: Annotated[
        str,
        typer.Option(
            help="How far trainings are apart, and how long the windows are that they are measured"
            " on: month, week, or a number of them, such as '4 weeks'."
        ),
    ] = "month",
    since: Annotated[
        str | None, typer.Option(help="No training before this day, such as 2026-01-31.")
    ] = None,
    min_posts: Annotated[
        int | None,
        typer.Option(help="Fewest posts to train on. Default: a quarter of the snapshot's."),
    ] = None,
    snapshot: Annotated[
        str | None,
        typer.Option(help="Whose posts. Default: the snapshot of production, else the newest."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help=f"The model family: {', '.join(FAMILIES)}, or one that an installed package"
            " brings. Default: production's, with its parameters."
        ),
    ] = None,
    param: Params = None,
    seed: Annotated[int, typer.Option(help="Seed of the random numbers.")] = 0,
    threads: Threads = None,
    as_json: AsJson = False,
) -> None:
    """Train as it was possible at the end of each month, and measure each model on later months.

    It reads no sealed post. After an interruption, the same command goes on where it was.
    """
    asked = Every.parse(every)
    earliest, params = moment_of(since, "--since"), parse_params(param or [])
    store = workspace()
    chosen = _chosen(store, snapshot, model, params)
    with progress_bar() as progress:
        found = run_backtest(
            store,
            chosen.snapshot,
            every=asked,
            since=earliest,
            fewest=min_posts,
            model=chosen.family,
            params=chosen.params,
            seed=seed,
            threads=threads,
            progress=progress,
        )
    if as_json:
        print_json(_as_json(store, found))
    else:
        _print(found)


def _chosen(
    store: Store, snapshot: str | None, model: str | None, params: dict[str, str]
) -> _Chosen:
    """What somebody asked for; where they did not, what production is made of."""
    version = aliases.current(store).get(PRODUCTION)
    released = released_model(store, version) if version else None
    if snapshot is None and released is not None:
        snapshot = released.snapshot
    return _Chosen(
        _newest(store) if snapshot is None else find(store, snapshot),
        *_configuration(store, released, model, params),
    )


def _configuration(
    store: Store, released: Model | None, model: str | None, params: dict[str, str]
) -> tuple[str, dict[str, str]]:
    if model is not None or released is None or released.family in KINDS:
        return model or DEFAULT_FAMILY, params
    values = get(store, released.execution).params["params"]
    shown = {each.name: each for each in family(released.family).parameters}
    own = {name: shown[name].show(value) for name, value in values.items() if name in shown}
    return released.family, own | params


def _newest(store: Store) -> Snapshot:
    """Raises NotFoundError where there is none."""
    snapshots = listing(store)
    if not snapshots:
        raise NotFoundError(
            "There is no snapshot to train on", Hint("Freeze one.", Command("snapshot create"))
        )
    return snapshots[0]


def _as_json(store: Store, found: Backtest) -> dict[str, Any]:
    ages = {name: to_json(ageing(found.models, of_figure(name))) for name in FIGURES}
    topics = {name: to_json(ageing(found.models, of_topic(name))) for name in found.topics}
    seconds = get(store, found.execution).seconds
    told = {"sentence": headline(found), "seconds": seconds, **to_json(found)}
    return told | {"ageing": ages, "topics": topics}


def _print(found: Backtest) -> None:
    every = Every.parse(found.every)
    say(headline(found))
    if found.too_early:
        early = count(found.too_early, "earlier cut-off has", "earlier cut-offs have")
        say(f"{early} too few posts to train on.")
    _print_table(found, every)
    ages = [(METRIC[name].name, ageing(found.models, of_figure(name))) for name in FIGURES]
    _print_decay(ages, every)
    _print_gains(ages, every)
    _print_topics(found, every)


def _print_table(found: Backtest, every: Every) -> None:
    """Trained by measured."""
    accuracy = of_figure(ACCURACY)
    begins = sorted({cell.begins for model in found.models for cell in model.later})
    models, windows = found.models[-ROWS:], begins[-COLUMNS:]
    say("Accuracy, by when a model was trained and which window was measured:")
    rows = []
    for model in models:
        by_window = {cell.begins: accuracy(cell) for cell in model.later}
        own = model.validation and accuracy(model.validation)
        measured = [by_window.get(moment) for moment in windows]
        rows.append((begins_at(every, model.cutoff), model.posts, own, *measured))
    names = [begins_at(every, moment) for moment in windows]
    print_table(("trained before", "on posts", "validation", *names), rows)
    if len(begins) > COLUMNS or len(found.models) > ROWS:
        say(Hint("The newest are shown.", Command("backtest", every=found.every, json=True)))


def _print_decay(ages: list[tuple[str, Ageing]], every: Every) -> None:
    if not ages[0][1].decay:
        return
    say("Change from a model's own validation, on average over models:")
    changes = [{each.age: each.change for each in found.decay} for _, found in ages]
    rows = [
        (age_of(every, age), first.of, *(_told(by_age.get(age)) for by_age in changes))
        for age, first in changes[0].items()
    ]
    print_table(("after cut-off", "models", *(name for name, _ in ages)), rows)


def _print_gains(ages: list[tuple[str, Ageing]], every: Every) -> None:
    if not ages[0][1].gains:
        return
    say("What retraining bought: the model trained right before a window, against an older one:")
    gains = [{each.by: each.gain for each in found.gains} for _, found in ages]
    rows = [
        (span_of(every, by), first.of, *(_told(each.get(by)) for each in gains))
        for by, first in gains[0].items()
    ]
    print_table(("older by", "windows", *(name for name, _ in ages)), rows)


def _print_topics(found: Backtest, every: Every) -> None:
    """At the age that the sentence speaks of."""
    age = ageing(found.models, of_figure(ACCURACY)).said_decay
    if age is None or not found.topics:
        return
    changes = {
        name: each.change
        for name in found.topics
        for each in ageing(found.models, of_topic(name)).decay
        if each.age == age.age
    }
    lost = sorted(changes.items(), key=lambda each: (each[1].value, each[0]))[:TOPICS]
    if lost:
        say(f"Change of accuracy by topic group, to {age_of(every, age.age)}, largest losses:")
        print_table(
            ("topic group", "models", ACCURACY), [(n, each.of, _told(each)) for n, each in lost]
        )


def _told(found: MeanDifference | None) -> str:
    if found is None:
        return "–"
    sure = f" ({interval(found.interval)})" if found.interval else ""
    return f"{signed(found.value)}{sure}"
