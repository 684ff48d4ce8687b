"""What has been tried?"""

from collections import Counter
from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from core.comparison.ranking import Ranking, ranking
from core.errors import InputError
from core.executions import Execution, listing
from core.executions.grouping import grouped
from core.hints import Command
from core.metrics import HEADLINES
from core.release import identity
from core.release.identity import Known, described, is_own
from core.release.search import search
from dashboard import components as c
from dashboard import data, pages, state, words


def answer(found: Ranking | None, trained: int, everything: int) -> str:
    """The page in one sentence."""
    if found is None:
        return f"{words.count(everything, 'execution')}, no evaluated training among them yet."
    hint = f" {words.hint(found.hint)}." if found.hint else ""
    return (
        f"{words.count(trained, 'training')} among {words.count(everything, 'execution')}."
        f" {words.emphasised(found.sentence)}{hint} Pick two to compare."
    )


def training_frame(shown: Sequence[Known], retrained: Mapping[int, int]) -> pd.DataFrame:
    """One row a training, newest first.

    Args:
        retrained: how often each was retrained with other seeds.
    """
    rows = []
    for known in shown:
        training = known.training
        metrics = training.evaluation.metrics if training.evaluation else {}
        rows.append(
            {
                "#": known.number,
                **{metric.key: metrics.get(metric.key) for metric in HEADLINES},
                "Training": training.name or described(training),
                "State": known.state or "–",
                "Snapshot": training.snapshot.id,
                "Retrained": retrained.get(known.number, 0),
                "Seed": training.seed,
                "Note": training.note,
                "By": training.execution.by,
                "Started (UTC)": words.minute(training.execution.started_at),
            }
        )
    return pd.DataFrame(rows)


def show_trainings(known: Sequence[Known]) -> None:
    """The trainings that somebody asked for, searched; retrainings and trials if wanted."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Search trainings",
            key="find",
            bind="query-params",
            placeholder="loss=ova f1_macro>0.48",
            help="Words, or conditions on parameters, metrics, number, name, model, snapshot, seed,"
            " state, version and by.",
        )
        wanted = st.toggle(
            "Retrainings and trials too",
            key="retrainings",
            bind="query-params",
            help="Trainings that signoff noise and signoff tune made.",
        )
    try:
        shown = search([each for each in known if wanted or is_own(each)], text or "")
    except InputError as error:
        st.warning(words.refusal(error), icon=":material/search_off:")
        return
    if shown:
        pick_two(shown, Counter(each.training.repeats or 0 for each in known))
    else:
        c.empty("No training fits this search.")


def pick_two(shown: Sequence[Known], retrained: Mapping[int, int]) -> None:
    """The table of trainings: tick two, compare."""
    frame = training_frame(shown, retrained)
    key = c.shown_key("trainings", frame["#"].tolist())
    event = st.dataframe(
        frame,
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": ticked_rows(key, frame["#"].tolist())}},
        key=key,
        alt="Trainings, newest first",
        column_config={
            "#": st.column_config.NumberColumn(format="#%d", width=60),
            **{
                metric.key: st.column_config.NumberColumn(
                    metric.name, format="%.3f", help=metric.help
                )
                for metric in HEADLINES
            },
            "Retrained": st.column_config.NumberColumn(
                format="%d ×", help="How often signoff noise trained it again with other seeds."
            ),
        },
    )
    numbers = sorted(int(frame["#"].iloc[row]) for row in event["selection"]["rows"])
    state.show("ticked", ",".join(map(str, numbers)) or None)
    offer(numbers)


def ticked_rows(key: str, numbers: list[int]) -> list[int]:
    """The rows that the address ticks, as the table was first drawn: later ticks are its own."""
    if key not in st.session_state:
        ticked = st.query_params.get("ticked", "").split(",")
        st.session_state[f"{key}-first"] = [
            row for row, number in enumerate(numbers) if str(number) in ticked
        ]
    rows: list[int] = st.session_state.get(f"{key}-first", [])
    return rows


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
