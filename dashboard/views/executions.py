"""What has been tried?"""

import pandas as pd
import streamlit as st

from core.comparison.ranking import Ranking, ranking
from core.executions import Execution, listing
from core.executions.grouping import grouped
from core.hints import Command
from core.release import identity
from core.release.identity import is_own
from dashboard import components as c
from dashboard import data, pages, tables, words
from dashboard.parts.trainings import show_trainings


def answer(found: Ranking | None, trained: int, everything: int) -> str:
    """The page in one sentence."""
    if found is None:
        return f"{words.count(everything, 'execution')}, no evaluated training among them yet."
    hint = f" {words.hint(found.hint)}." if found.hint else ""
    return (
        f"{words.count(trained, 'training')} among {words.count(everything, 'execution')}."
        f" {words.emphasised(found.sentence)}{hint} Pick two to compare."
    )


def show_all(everything: list[Execution]) -> None:
    """Every step that was run, filtered."""
    c.section("Every step", "Imports, snapshots, trainings, evaluations and comparisons.")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kinds = sorted({e.kind for e in everything})
        kind = st.selectbox("Step", ["all", *kinds], key="kind", bind="query-params", width=160)
        statuses = ["all", "succeeded", "failed", "interrupted", "running"]
        status = st.selectbox("Status", statuses, key="status", bind="query-params", width=160)
        text = st.text_input(
            "Search", key="search", bind="query-params", placeholder="command, person or number"
        )
        wanted = st.toggle(
            "What steps and pages started too",
            key="parts",
            bind="query-params",
            help="Each retraining of signoff noise, each trial of signoff tune, and what pages"
            " compared only to show it.",
        )
    groups = {g.execution.number: g.told for g in grouped(everything)}
    matches = [
        e
        for e in everything
        if (wanted or e.number in groups)
        and kind in ("all", e.kind)
        and status in ("all", e.status)
        and (text or "").lower() in f"#{e.number} {e.command} {e.by}".lower()
    ]
    if not matches:
        c.empty("No execution matches these filters.")
        return
    frame = pd.DataFrame(
        {
            "#": [e.number for e in matches],
            "Step": [" ".join([e.kind, groups.get(e.number, "")]).strip() for e in matches],
            "Status": [e.status for e in matches],
            "Started (UTC)": [words.minute(e.started_at) for e in matches],
            "Took (s)": [e.seconds for e in matches],
            "By": [e.by for e in matches],
            "Command": [e.command for e in matches],
        }
    )
    ticked = tables.draw(
        frame,
        {
            "#": tables.execution(),
            "Took (s)": tables.number("%.1f", "Seconds from begin to end"),
            "By": tables.text(110, "Who started it"),
            "Command": tables.text(300, "What was typed, or asked for on a page"),
        },
        key=c.shown_key("everything", frame["#"].tolist()),
        alt="All executions, newest first",
        pick="one",
    )
    for row in ticked:
        st.switch_page(pages.EXECUTION.path, query_params={"execution": str(matches[row].number)})


everything = listing(data.store())
trainings = data.all_trainings()
known = identity.read(data.store(), trainings).known
c.head(
    "What has been tried?",
    answer(ranking(data.store(), trainings), sum(map(is_own, known)), len(everything)),
    generated=any(training.snapshot.generated for training in trainings),
)
if not everything:
    c.empty("Nothing has been run yet. Import posts first:", Command("import", "FOLDER"))
    st.stop()
if trainings:
    with st.container():  # always there: the filters below keep their places
        show_trainings(known)
else:
    c.empty("No model has been trained yet. Train one:", Command("train", snapshot="SNAPSHOT"))
show_all(everything)
