"""Is anything waiting for me?"""

import streamlit as st

from core.evaluation.history import Training
from core.executions import listing
from core.executions.grouping import steps
from core.hints import Command
from core.release import Version, aliases, candidates
from core.release.case import WAITING, Case, next_step, read
from core.release.events import PRODUCTION, CanarySet, NamedVersion, RolledBack
from core.release.states import CandidateState
from dashboard import components as c
from dashboard import data, pages, words
from dashboard.charts import history
from dashboard.parts.answer import by_whom

LAST = 8
"""Steps that are shown, and among how many executions they are found: each may have parts."""
MOVES = 12
"""Of production, that the trend shows."""
MOST = 5
"""Candidates that are shown one by one."""


def answer(waiting: list[Case], more: int, production: Version | None) -> str:
    """The page in one sentence; with a single candidate that waits, its next step."""
    now = f"Production is **{production.version}**." if production else "Nothing is in production."
    if not waiting:
        return f"No: every candidate has been decided. {now}"
    names = ", ".join(f"**\\#{case.number}**" for case in waiting)
    others = f" and {more:,} more" if more else ""
    verb = "waits" if len(waiting) + more == 1 else "wait"
    head = f"Yes: {words.count(len(waiting) + more, 'candidate')} {verb}, {names}{others}. {now}"
    step = next_step(waiting[0]).words
    return head if len(waiting) > 1 else f"{head} **Next: {words.plain(step)}.**"


def show_production(production: Version | None, training: Training | None) -> None:
    """What is in production, in figures."""
    if production is None or training is None:
        c.empty(
            "No version is in production yet. Propose a training, approve it, then release it:",
            Command("release propose", "EXECUTION"),
        )
        return
    moved = next(e for e in aliases.history(data.store(), PRODUCTION))
    metrics = training.evaluation.metrics if training.evaluation else {}
    figures = (
        ("In production", production.version, f"for {words.age(moved.at)}"),
        ("Macro F1", words.three(metrics.get("f1_macro")), "its own validation split"),
        ("Mean p@1", words.three(metrics.get("p_at_1_mean")), "its confidence"),
        ("Subreddits", f"{training.model.subreddits:,}", "known to the model"),
    )
    c.figures(figures)


def show_waiting(waiting: list[Case]) -> None:
    """Each candidate that waits, what for and for whom, with the way to it."""
    for place, case in enumerate(waiting):
        proposal = case.candidate.proposal
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            note = f" “{words.plain(proposal.comment)}”" if proposal.comment else ""
            who = by_whom(case)
            since = (
                ""
                if case.candidate.state == CandidateState.PROPOSED
                else f"{case.candidate.state}; "
            )
            st.markdown(
                f"**Candidate \\#{case.number}**, {since}proposed by"
                f" {words.plain(proposal.by)} on {words.day(proposal.at)}.{note}  \n"
                f"Next: {words.plain(next_step(case).words)}.{f' :gray[{who}]' if who else ''}",
                width="stretch",
            )
            if st.button(
                f"Review #{case.number}",
                type="secondary" if place else "primary",
                icon=":material/verified:",
            ):
                st.switch_page(pages.RELEASE.path, query_params={"candidate": str(case.number)})


def show_canary(canary: CanarySet | None) -> None:
    """The canary that is on."""
    if canary is not None:
        st.info(
            f"**{canary.version}**, \\#{canary.candidate}, gets {words.per_cent(canary.share)}"
            f" of callers. {words.plain(canary.by)} started it {words.age(canary.at)} ago.",
            icon=":material/percent:",
        )


def show_trend(trainings: dict[int, Training]) -> None:
    """How one version followed the other, up to the one that is in production now."""
    points = [
        (
            f"↩ {event.version}" if isinstance(event, RolledBack) else event.version,
            evaluation,
        )
        for event in reversed(aliases.history(data.store(), PRODUCTION))
        if isinstance(event, NamedVersion)
        and (training := trainings.get(event.candidate))
        and (evaluation := training.evaluation)
    ]
    known = [(name, evaluation.metrics) for name, evaluation in points[-MOVES:]]
    if len(known) < 2:
        return
    c.section(
        "Versions in production",
        "Each on the validation split of its own snapshot. The last one is in production now; ↩"
        " marks a rollback.",
    )
    figure = history.versions(
        [name for name, _ in known],
        [metrics["f1_macro"] for _, metrics in known],
        [metrics["p_at_1_mean"] for _, metrics in known],
        c.colours(),
    )
    c.chart(figure, key="trend", alt="Macro F1 and mean p@1 of the versions in production")


def show_last() -> None:
    """The last executions and decisions."""
    left, right = st.columns(2, gap="large")
    with left:
        c.section("Last executions", "Newest first. The Executions page has all of them.")
        rows = steps(data.store(), most=LAST).groups
        c.table(
            ("Execution", "Status", "Started (UTC)", "Took"),
            [
                (
                    f"#{e.number} {e.kind} {group.told}".rstrip(),
                    e.status,
                    words.minute(e.started_at),
                    words.duration(e.seconds),
                )
                for group in rows
                for e in [group.execution]
            ],
        )
    with right:
        c.section("Last decisions", "Who did what. Nothing here is ever changed or deleted.")
        decisions = [e for candidate in candidates.listing(data.store()) for e in candidate.events]
        c.events(sorted(decisions, key=lambda e: -e.id)[:LAST])


trainings = {training.number: training for training in data.all_trainings()}
waiting = [
    candidate for candidate in candidates.listing(data.store()) if candidate.state in WAITING
]
cases = [read(data.store(), candidate.number) for candidate in waiting[:MOST]]
production = aliases.version_of(data.store(), PRODUCTION)
current = trainings.get(production.candidate) if production else None

c.head(
    "Is anything waiting for me?",
    answer(cases, len(waiting) - len(cases), production),
    generated=any(training.snapshot.generated for training in trainings.values()),
)
if not listing(data.store(), limit=1):
    c.empty("This workspace is empty. Import posts first:", Command("import", "FOLDER"))
    st.stop()
show_waiting(cases)
show_canary(aliases.canary(data.store()))
show_production(production, current)
if production:
    show_trend(trainings)
show_last()
