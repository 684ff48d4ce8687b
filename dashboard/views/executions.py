"""What has been tried?"""

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.comparison.ranking import Ranking, ranking
from core.executions.grouping import EVERYTHING, Filters, Group, steps
from core.executions.history import kinds
from core.hints import Command
from core.pipeline import provenance
from core.pipeline.graph import MOST
from core.release import identity
from core.release.identity import is_own
from dashboard import components as c
from dashboard import data, pages, state, tables, words
from dashboard.paging import turn
from dashboard.parts import provenance as way
from dashboard.parts.trainings import NEWEST, show_trainings

STATUSES = ("succeeded", "failed", "interrupted", "running")
ALL = "all"
EACH = 50
"""Steps a page."""


def answer(found: Ranking | None, trained: int, everything: int) -> str:
    """The page in one sentence."""
    if found is None:
        return f"{words.count(everything, 'execution')}, no evaluated training among them yet."
    hint = f" {words.hint(found.hint)}." if found.hint else ""
    return (
        f"{words.count(trained, 'training')} among {words.count(everything, 'execution')}."
        f" {words.emphasised(found.sentence)}{hint} Tick two or more to compare them."
    )


def show_all() -> None:
    """Every step that was run, filtered, page by page."""
    c.section("Every step", "Imports, snapshots, trainings, evaluations and comparisons.")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox(
            "Step", [ALL, *kinds(data.store())], key="kind", bind="query-params", width=160
        )
        status = st.selectbox(
            "Status", [ALL, *STATUSES], key="status", bind="query-params", width=160
        )
        text = st.text_input(
            "Search",
            key="search",
            bind="query-params",
            placeholder="command, person, number, note or tag:baseline",
        )
        every = st.toggle(
            "What steps and pages started too",
            key="parts",
            bind="query-params",
            help="Each retraining of signoff noise, each trial of signoff tune, each training of"
            " signoff backtest, and what pages compared only to show it.",
        )
    table, below = st.container(), st.container(horizontal=True, vertical_alignment="center")
    wanted = Filters(
        kinds=() if kind == ALL else (kind,),
        status=None if status == ALL else status,
        text=(text or "").strip(),
        every=every,
    )
    total = steps(data.store(), wanted, most=1).total
    if not total:
        with table:
            c.empty("No execution matches these filters.")
        return
    with below:
        counted = words.count(total, "step")
        shown = turn("step", wanted, total, each=EACH, counted=counted)
    found = steps(data.store(), wanted, start=shown.start, most=EACH)
    show_table(found.groups, table)


def show_table(groups: tuple[Group, ...], place: DeltaGenerator) -> None:
    """One row a step; a click opens it."""
    runs = [group.execution for group in groups]
    frame = pd.DataFrame(
        {
            "#": [run.number for run in runs],
            "Step": [f"{group.execution.kind} {group.told}".rstrip() for group in groups],
            "Status": [run.status for run in runs],
            "Started (UTC)": [words.minute(run.started_at) for run in runs],
            "Took (s)": [run.seconds for run in runs],
            "By": [run.by for run in runs],
            "Command": [run.command for run in runs],
        }
    )
    with place:
        ticked = tables.draw(
            frame,
            {
                "#": tables.execution(),
                "Took (s)": tables.number("%.1f", "Seconds from begin to end"),
                "By": tables.text(110, "Who started it"),
                "Command": tables.text(300, "What was typed, or asked for on a page"),
            },
            key=c.shown_key("everything", frame["#"].tolist()),
            alt="Executions, newest first",
            pick="one",
        )
    for row in ticked:
        st.switch_page(pages.EXECUTION.path, query_params={"execution": str(runs[row].number)})


def show_way() -> None:
    """How production came to be, or everything that could have led there."""
    whole = provenance.read(data.store())
    c.section(
        "From posts to production",
        "Each row was made from the rows above it. A click opens the execution.",
    )
    every = st.toggle("Also what is not in production", key="way", bind="query-params")
    made = whole.ancestry(*provenance.way(whole))
    kept = {node.id for node in made.nodes}
    if not kept and not every:
        c.empty("No model has been trained yet.", Command("train", snapshot="SNAPSHOT"))
        return
    shown = whole if every else made
    c.reading(way.stale(made))
    way.show(
        shown.collapsed(kept, most=MOST),
        key="from-posts-to-production",
        alt="What production was made from, posts at the top",
    )


state.show("runs", None)  # of the page Runs, from which somebody came back
trainings = data.all_trainings()
known = identity.read(data.store(), trainings).known
everything = steps(data.store(), EVERYTHING, most=1).total
c.head(
    "What has been tried?",
    answer(ranking(data.store(), trainings), sum(map(is_own, known)), everything),
    generated=any(training.snapshot.generated for training in trainings),
)
if not everything:
    c.empty("Nothing has been run yet. Import posts first:", Command("import", "FOLDER"))
    st.stop()
if trainings:
    usual = {"find": "", "retrainings": False, "sort": NEWEST, "columns": []}
    # The container is always there: the filters below keep their places.
    with st.container(), state.kept(pages.EXECUTIONS, **usual):
        show_trainings(known)
else:
    c.empty("No model has been trained yet. Train one:", Command("train", snapshot="SNAPSHOT"))
show_all()
show_way()
