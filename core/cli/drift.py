"""The command ``signoff drift``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import typer

from core.access import members
from core.access.identity import Role
from core.cli.drift_advice import advice_json, say_advice
from core.cli.drift_causes import print_causes
from core.cli.left_out import say_left_out
from core.cli.output import AsJson, complain, print_json, print_table, progress_bar, say, workspace
from core.drift.due import due
from core.drift.predicting import bring_up_to_date
from core.drift.report import report
from core.drift.results import DriftReport, Estimated, Measured, On, WindowReport
from core.drift.sentence import (
    change_sentences,
    headline,
    missed_sentence,
    name_of,
    state_of,
    uncorrected_sentence,
    unlabelled_sentence,
)
from core.drift.windows import Window, called, day_of
from core.errors import (
    GateFailedError,
    RefusedError,
    SignoffError,
    StorageError,
)
from core.executions import get
from core.hints import Command, Hint
from core.records import to_json
from core.release import drift_alarms
from core.release.adoption import ADOPTING
from core.release.drift_judged import Judged, judged
from core.release.events import PRODUCTION
from core.release.released import released_model, version_of
from core.store import Store
from core.store.models import Model
from core.words import band, count, listed, three

SHOWN = 26
"""Windows that are printed, the newest; --json has them all."""
NO_LIMITS = Hint(
    "Nothing was judged: the release policy in force has no limits in [drift]. Write one, such as"
    " accuracy_drop = 0.05, and adopt it.",
    ADOPTING,
)


class Which(StrEnum):
    """What --on takes."""

    POSTS = "posts"
    SUBMISSIONS = "submissions"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Stale:
    """Posts that are not predicted yet, and why they cannot be now."""

    posts: int
    why: SignoffError


def register(app: typer.Typer) -> None:
    """Add this command to ``app``."""
    app.command("drift", rich_help_panel="Look")(drift)


def drift(
    alias: Annotated[
        str, typer.Option(help="An alias, such as production, or a version.")
    ] = PRODUCTION,
    window: Annotated[Window, typer.Option(help="How long a window is.")] = Window.WEEK,
    on: Annotated[Which, typer.Option(help="Posts, texts that users sent, or both.")] = Which.POSTS,
    exit_code: Annotated[
        bool,
        typer.Option(
            "--exit-code", help="End with exit code 3 if a limit of the policy is exceeded."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show how a version does on the posts that came after its training, window by window.

    New posts are predicted first, once each, in a recorded execution. The limits are those of
    [drift] in the release policy.
    """
    store = workspace()
    version = version_of(store, alias)
    model = released_model(store, version)
    kinds = [On.POSTS, On.SUBMISSIONS] if on == Which.BOTH else [On(on)]
    made, stale = None, None
    if On.POSTS in kinds:
        try:
            with progress_bar() as progress:
                made = bring_up_to_date(store, model, progress=progress)
        except (RefusedError, StorageError) as why:  # what is stored is shown all the same
            stale = Stale(len(due(store, model).posts), why)
    reports = [report(store, model, window=window, on=kind) for kind in kinds]
    found, name = judged(store, model, reports), name_of(alias, version)
    _note(store, model, version, reports, found)
    if as_json:
        print_json(
            {
                "alias": alias,
                "version": version,
                "execution": made,
                "seconds": get(store, made).seconds if made else None,
                "waiting": stale.posts if stale else 0,
                "series": [
                    _as_json(each, by, name=name) for each, by in zip(reports, found, strict=True)
                ],
            }
        )
    else:
        for each, by in zip(reports, found, strict=True):
            _print(each, by, name=name)
    if exit_code and not any(each.limits for each in found):
        complain(str(NO_LIMITS))
    if exit_code and any(each.exceeded for each in found):
        if stale:
            complain(str(_not_predicted(store, stale)))
        raise typer.Exit(GateFailedError.exit_code)
    if stale:
        raise _not_predicted(store, stale)


def _note(
    store: Store,
    model: Model,
    version: str,
    reports: Sequence[DriftReport],
    found: Sequence[Judged],
) -> None:
    """A workspace that cannot be written is looked at all the same."""
    try:
        drift_alarms.note(store, model, version, reports, found)
    except StorageError as why:
        complain(f"The alarms were not recorded, so no message is sent about them. {why}")


def _not_predicted(store: Store, stale: Stale) -> SignoffError:
    """How many posts what is shown lacks, why, and who can predict them."""
    why, may = stale.why, members.holders(store, Role.REVIEWER)
    hint = why.hint
    if isinstance(why, RefusedError) and may:
        hint = Hint(f"{listed(may)} can run it.", Command("drift"))
    lacking = f"{count(stale.posts, 'post')} not predicted yet: " if stale.posts else ""
    return type(why)(f"{lacking}{why.reason}", hint)


def _as_json(made: DriftReport, by: Judged, *, name: str) -> dict[str, Any]:
    """The report, with its sentence, the limits and the advice."""
    return {"sentence": headline(made, name=name), **advice_json(by), **to_json(made)}


def _print(made: DriftReport, by: Judged, *, name: str) -> None:
    say(headline(made, name=name))
    for line in filter(None, (*change_sentences(made), missed_sentence(made))):
        say(line)
    say_advice(by)
    rows = [_row(each, made.window) for each in made.windows[-SHOWN:]]
    if made.reference is not None:
        whole = made.reference.figures
        days = f"{day_of(made.reference.begins)} to {day_of(made.reference.ends - 1)}"
        reference = (days, whole.posts, whole.p_at_1.value, None, None, None)
        figures = _shown(whole.realised, {})
        rows.insert(0, (*reference, *figures, whole.unknown_words, "reference"))
    if rows:
        print_table(
            (
                *(str(made.window), str(made.on), "mean p@1", "KS", "Wasserstein", "PSI"),
                *(
                    "accuracy",
                    "estimated accuracy",
                    "macro F1",
                    "recall@5",
                    "unknown words",
                    "state",
                ),
            ),
            rows,
        )
    if len(made.windows) > SHOWN:
        more = f"{len(made.windows) - SHOWN:,} earlier windows are not shown."
        say(Hint(more, Command("drift", window=str(made.window), json=True)))
    say_left_out(made.left_out)
    if unlabelled := unlabelled_sentence(made):
        say(unlabelled)
    if made.reference is None:
        command = Command("evaluate", made.training, on="SNAPSHOT:valid")
        say(Hint(made.no_reference, command))
    if uncorrected := uncorrected_sentence(made):
        say(Hint(uncorrected, Command("backtest")))
    print_causes(made)


def _row(each: WindowReport, window: Window) -> tuple[object, ...]:
    name = called(each.begins, window).removeprefix("the week of ")
    if each.figures is None:
        return (name, 0, *[None] * 9, state_of(each))
    found, apart = each.figures, each.figures.distances
    distances = (apart.ks, apart.wasserstein, apart.psi) if apart else (None, None, None)
    return (
        *(name, found.posts, found.p_at_1.value, *distances),
        *_shown(found.realised, each.estimated),
        *(found.unknown_words, state_of(each)),
    )


def _shown(
    realised: Mapping[str, Measured] | None, estimated: Mapping[str, Estimated]
) -> tuple[float | str | None, ...]:
    """Accuracy by the labels and without them, macro F1 and recall@5 by the labels."""
    accuracy, *others = (
        realised[key].value if realised and key in realised else None
        for key in ("accuracy", "f1_macro", "recall_at_5")
    )
    found = estimated.get("accuracy")
    return (accuracy, None if found is None else _with_reach(found), *others)


def _with_reach(found: Estimated) -> float | str:
    """``0.431 ±0.040``: half of the interval, where there is one."""
    if found.interval is None:
        return found.value
    low, high = found.interval
    return f"{three(found.value)} {band((high - low) / 2)}"
