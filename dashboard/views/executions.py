"""What has been tried?"""

import pandas as pd
import streamlit as st

from core.evaluation.history import Training
from core.executions import Execution, listing
from core.hints import Command
from core.metrics import HEADLINES
from dashboard import components as c
from dashboard import data, pages, words


def answer(trainings: list[Training], everything: list[Execution]) -> str:
    """The page in one sentence."""
    judged = [t for t in trainings if t.evaluation]
    if not judged:
        return f"{words.count(len(everything), 'execution')}, no evaluated training among them yet."
    best = max(judged, key=lambda t: t.evaluation.metrics["f1_macro"] if t.evaluation else 0)
    value = best.evaluation.metrics["f1_macro"] if best.evaluation else 0
    return (
        f"{words.count(len(trainings), 'training')} among"
        f" {words.count(len(everything), 'execution')}; the highest macro F1 on its own validation"
        f" split is {words.three(value)}, by **#{best.number}**. Pick two to compare."
    )


def training_frame(trainings: list[Training]) -> pd.DataFrame:
    """One row a training, newest first."""
    rows = []
    for training in trainings:
        metrics = training.evaluation.metrics if training.evaluation else {}
        chosen = training.execution.params["params"]
        rows.append(
            {
                "#": training.number,
                **{metric.key: metrics.get(metric.key) for metric in HEADLINES},
                "Model": f"{training.model.family} {chosen.get('loss', '')}".strip(),
                "Snapshot": training.snapshot.id,
                "Started (UTC)": words.minute(training.execution.started_at),
            }
        )
    return pd.DataFrame(rows)


def pick_two(trainings: list[Training]) -> None:
    """The table of trainings: tick two, compare."""
    frame = training_frame(trainings)
    event = st.dataframe(
        frame,
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key=c.shown_key("trainings", frame["#"].tolist()),
        alt="Trainings, newest first",
        column_config={
            "#": st.column_config.NumberColumn(format="#%d", width=60),
            **{
                metric.key: st.column_config.NumberColumn(
                    metric.name, format="%.3f", help=metric.help
                )
                for metric in HEADLINES
            },
        },
    )
    numbers = sorted(int(frame["#"].iloc[row]) for row in event["selection"]["rows"])
    offer(numbers)


def offer(numbers: list[int]) -> None:
    """What can be done with the ticked executions, and why not more."""
    with st.container(horizontal=True, vertical_alignment="center"):
        ready = len(numbers) == 2
        label = f"Compare #{numbers[0]} with #{numbers[1]}" if ready else "Compare two"
        if st.button(label, type="primary", disabled=not ready, icon=":material/compare_arrows:"):
            query = {"baseline": str(numbers[0]), "candidate": str(numbers[1])}
            st.switch_page(pages.COMPARE.path, query_params=query)
        if st.button("Open", disabled=len(numbers) != 1, icon=":material/open_in_full:"):
            st.switch_page(pages.EXECUTION.path, query_params={"execution": str(numbers[0])})
        if not numbers:
            st.caption("Select two rows to compare them, or one to open it.")
        elif len(numbers) > 2:
            st.caption(f"{len(numbers)} are selected. Keep two.")


def show_all(everything: list[Execution]) -> None:
    """Every step that was run, filtered."""
    c.section("Every step", "Imports, snapshots, trainings, evaluations and comparisons.")
    with st.container(horizontal=True):
        kinds = sorted({e.kind for e in everything})
        kind = st.selectbox("Step", ["all", *kinds], key="kind", bind="query-params", width=160)
        statuses = ["all", "succeeded", "failed", "interrupted", "running"]
        status = st.selectbox("Status", statuses, key="status", bind="query-params", width=160)
        text = st.text_input(
            "Search", key="search", bind="query-params", placeholder="command, person or number"
        )
    matches = [
        e
        for e in everything
        if kind in ("all", e.kind)
        and status in ("all", e.status)
        and (text or "").lower() in f"#{e.number} {e.command} {e.by}".lower()
    ]
    if not matches:
        c.empty("No execution matches these filters.")
        return
    frame = pd.DataFrame(
        {
            "#": [e.number for e in matches],
            "Step": [e.kind for e in matches],
            "Status": [e.status for e in matches],
            "Started (UTC)": [words.minute(e.started_at) for e in matches],
            "Took (s)": [e.seconds for e in matches],
            "By": [e.by for e in matches],
            "Command": [e.command for e in matches],
        }
    )
    event = st.dataframe(
        frame,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=c.shown_key("everything", frame["#"].tolist()),
        alt="All executions, newest first",
        column_config={
            "#": st.column_config.NumberColumn(format="#%d", width=60),
            "Took (s)": st.column_config.NumberColumn(format="%.1f"),
        },
    )
    for row in event["selection"]["rows"]:
        st.switch_page(pages.EXECUTION.path, query_params={"execution": str(matches[row].number)})


everything = listing(data.store())
trainings = data.all_trainings()
c.head(
    "What has been tried?",
    answer(trainings, everything),
    generated=any(training.snapshot.generated for training in trainings),
)
if not everything:
    c.empty("Nothing has been run yet. Import posts first:", Command("import", "FOLDER"))
    st.stop()
if trainings:
    pick_two(trainings)
else:
    c.empty("No model has been trained yet. Train one:", Command("train", snapshot="SNAPSHOT"))
show_all(everything)
