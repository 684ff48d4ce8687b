"""Is anything waiting for me?"""

from collections.abc import Sequence

import streamlit as st

from core.comparison.sentence import headline
from core.evaluation.history import Training
from core.executions import listing
from core.release import Version, aliases, candidates, identity
from core.release.case import WAITING, Case, next_step, read
from core.release.events import PRODUCTION, AliasEvent, CanarySet, RolledBack
from core.release.identity import Known
from core.release.states import CandidateState
from dashboard import components as c
from dashboard import data, pages, pair, words
from dashboard.components import Link, Rich
from dashboard.parts.answer import by_whom
from dashboard.parts.beginning import offer_next
from dashboard.parts.drift import show_in_short
from dashboard.parts.moves import moves_of, show_moves, show_scores

LAST = 8
"""Trainings and decisions that are shown."""
MOST = 5
"""Candidates that are shown one by one."""


def answer(
    waiting: list[Case], more: int, production: Version | None, moves: Sequence[AliasEvent]
) -> str:
    """The page in one sentence; with a single candidate that waits, its next step."""
    now = f"Production is **{production.version}**." if production else "Nothing is in production."
    if moves and isinstance(back := moves[0], RolledBack):
        now = f"{now[:-1]}, rolled back from {back.before} by {words.plain(back.by)}."
    if not waiting:
        return f"No: every candidate has been decided. {now}"
    names = ", ".join(f"**\\#{case.number}**" for case in waiting)
    others = f" and {more:,} more" if more else ""
    verb = "waits" if len(waiting) + more == 1 else "wait"
    head = f"Yes: {words.count(len(waiting) + more, 'candidate')} {verb}, {names}{others}. {now}"
    step = next_step(waiting[0]).words
    return head if len(waiting) > 1 else f"{head} **Next: {words.plain(step)}.**"


def show_production(production: Version, training: Training, moves: Sequence[AliasEvent]) -> None:
    """What is in production, in figures."""
    metrics = training.evaluation.metrics if training.evaluation else {}
    figures = (
        ("In production", production.version, f"for {words.age(moves[0].at)}"),
        ("Macro F1", words.three(metrics.get("f1_macro")), "its own validation split"),
        ("Mean p@1", words.three(metrics.get("p_at_1_mean")), "its confidence"),
        ("Subreddits", f"{training.model.subreddits:,}", "known to the model"),
    )
    c.figures(figures)


def show_way_to_production(waiting: list[Case], own: Sequence[Known]) -> None:
    """What comes next where nothing is in production."""
    nothing = "No version is in production yet."
    if waiting:
        step = next_step(waiting[0])
        next_ = f"Next for \\#{waiting[0].number}: {words.plain(step.words)}."
        c.empty(f"{nothing} {next_}", step.command)
    else:
        offer_next(nothing, own)


def show_waiting(waiting: list[Case]) -> None:
    """Each candidate that waits, whether it is better, what for and for whom it waits, and the way
    to it.
    """
    for place, case in enumerate(waiting):
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            who = by_whom(case)
            st.markdown(
                f"{proposed(case)}  \n{better(case)}  \n"
                f"Next: {words.plain(next_step(case).words)}.{f' :gray[{who}]' if who else ''}",
                width="stretch",
            )
            if st.button(
                f"Review #{case.number}",
                type="secondary" if place else "primary",
                icon=":material/verified:",
            ):
                st.switch_page(pages.RELEASE.path, query_params={"candidate": str(case.number)})


def proposed(case: Case) -> str:
    """Who proposed it, and what they said of it (Markdown)."""
    proposal = case.candidate.proposal
    note = f" “{words.plain(proposal.comment)}”" if proposal.comment else ""
    state = case.candidate.state
    since = "" if state == CandidateState.PROPOSED else f"{state}; "
    return (
        f"**Candidate \\#{case.number}**, {since}proposed by {words.plain(proposal.by)} on"
        f" {words.day(proposal.at)}.{note}"
    )


def better(case: Case) -> str:
    """Whether it is better than production, and on which posts that was seen (Markdown)."""
    result = case.candidate.result
    where = "On its sealed test" if result else "On validation"
    comparison = case.candidate.comparison
    if comparison is None:
        f1 = words.three(case.evidence.evaluation.metrics["f1_macro"])
        return f"{where}: macro F1 {f1}. Nothing was in production to compare it with."
    compared, summary = pair.recorded_summary(comparison)
    baseline, candidate = (
        f"#{side.model_execution}" for side in (compared.baseline, compared.candidate)
    )
    said = headline(summary, baseline=baseline, candidate=candidate)
    return f"{where}: {words.emphasised(said)}"


def show_canary(canary: CanarySet | None) -> None:
    """The canary that is on."""
    if canary is not None:
        st.info(
            f"**{canary.version}**, \\#{canary.candidate}, gets {words.per_cent(canary.share)}"
            f" of callers. {words.plain(canary.by)} started it {words.age(canary.at)} ago.",
            icon=":material/percent:",
        )


def show_trainings(own: Sequence[Known]) -> None:
    """The last trainings with what came of them."""
    c.section(
        "Last trainings",
        "Each on the validation split of its own snapshot, so figures of different posts differ"
        " for that reason too. Newest first.",
    )
    with st.container(key="trainings"):
        c.table(
            ("Training", "State", "Macro F1", "Mean p@1", "Trained", "Validated on"),
            [_row(known) for known in own[:LAST]],
        )
    c.way(pages.EXECUTIONS, "All executions", {})


def _row(known: Known) -> list[str | Link | Rich]:
    training = known.training
    evaluation = training.evaluation
    metrics = evaluation.metrics if evaluation else {}
    return [
        Link(known.called, pages.EXECUTION, {"execution": str(known.number)}),
        known.state or "–",
        words.three(metrics.get("f1_macro")),
        words.three(metrics.get("p_at_1_mean")),
        Rich(words.unbroken(words.day(training.execution.started_at))),
        pair.posts_of(evaluation) if evaluation else "not evaluated",
    ]


def show_decisions() -> None:
    """The last decisions."""
    c.section("Last decisions", "Who did what. Nothing here is ever changed or deleted.")
    decisions = [e for candidate in candidates.listing(data.store()) for e in candidate.events]
    c.events(sorted(decisions, key=lambda e: -e.id)[:LAST])
    c.way(pages.LEDGER, "All decisions", {})


all_trainings = data.all_trainings()
trainings = {training.number: training for training in all_trainings}
waiting = [
    candidate for candidate in candidates.listing(data.store()) if candidate.state in WAITING
]
cases = [read(data.store(), candidate.number) for candidate in waiting[:MOST]]
production = aliases.version_of(data.store(), PRODUCTION)
current = trainings.get(production.candidate) if production else None
moves = moves_of(PRODUCTION)

c.head(
    "Is anything waiting for me?",
    answer(cases, len(waiting) - len(cases), production, moves),
    generated=any(training.snapshot.generated for training in all_trainings),
)
own = identity.read(data.store(), all_trainings).own
if not listing(data.store(), limit=1):
    offer_next("This workspace is empty.", own)
    st.stop()
show_waiting(cases)
show_canary(aliases.canary(data.store()))
if production and current:
    show_production(production, current, moves)
    show_in_short(PRODUCTION, production.version)
    show_moves(PRODUCTION, moves)
    show_scores(moves, trainings)
else:
    show_way_to_production(cases, own)
if own:
    show_trainings(own)
if candidates.listing(data.store()):
    show_decisions()
